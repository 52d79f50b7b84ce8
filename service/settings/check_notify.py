"""What the settings of messages must be to each other, as pure checks. Refuses by naming reason and cure."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from hotline1022.service.settings.notify import Notify


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check that failed: the first key is the one to change, all of them took part."""

    keys: tuple[str, ...]
    value: object
    reason: str
    cure: str


def check_notify(notify: Notify) -> Iterator[Finding]:
    """All that is wrong with them together."""
    yield from _sms(notify)
    yield from _mail(notify)


def _sms(notify: Notify) -> Iterator[Finding]:
    gateway = notify.sms_gateway
    if gateway == "http" and not notify.sms_profile:
        yield _bad("sms_profile", "sms_gateway", "", 'is empty, sms_gateway = "http" needs it', "name a profile file")
    needs = {"speedsms": ("sms_secret",), "esms": ("sms_account", "sms_secret"), "smpp": ("sms_account",)}
    for key in needs.get(gateway, ()):
        if not getattr(notify, key):
            reason = f'is empty, sms_gateway = "{gateway}" needs it'
            yield _bad(key, "sms_gateway", "", reason, "give it as the gateway told you")
    if gateway != "smpp":
        return
    for key, most in (("sms_account", 15), ("sms_secret", 8)):
        value = getattr(notify, key)
        if len(value) > most or not value.isascii():
            yield _bad(
                key, "sms_gateway", value, f"is more than SMPP can carry, {most} letters", "ask the carrier again"
            )


def _mail(notify: Notify) -> Iterator[Finding]:
    if notify.mail_tls == "none" and notify.mail_host and not _loopback(notify.mail_host):
        reason = "would send emails and the password in the clear"
        yield _bad("mail_tls", "mail_host", "none", reason, 'set mail_tls "starttls" or "tls"')
    if bool(notify.mail_username) != bool(notify.mail_secret):
        cure = "give both, or neither"
        yield _bad("mail_username", "mail_secret", notify.mail_username, "and mail_secret belong together", cure)
    if notify.mail_host and notify.mail_from.endswith("@localhost"):
        reason = "is no address that others can answer to"
        yield _bad("mail_from", "mail_host", notify.mail_from, reason, "give the hotline's own address")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(key: str, other: str, value: object, reason: str, cure: str) -> Finding:
    return Finding(keys=(f"notify.{key}", f"notify.{other}"), value=value, reason=reason, cure=cure)
