"""What settings must be to each other and to the world, as pure checks. Refuses by naming reason and cure."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import phonenumbers

from hotline1022.core.people import PAUSE_DIGITS, fits, words
from hotline1022.core.words import languages
from hotline1022.recordings.retention import too_short
from hotline1022.service.settings.check_notify import Finding, check_notify
from hotline1022.service.settings.tree import PauseReason, Settings

#: Characters that mean something in Asterisk's files.
UNSAFE = re.compile(r"""[\x00-\x1f\x7f-\x9f\u2028\u2029;\[\]"'\\]""")
#: In paths also what the dialplan's arguments and variables are made of.
UNSAFE_PATH = re.compile(r"[,|&$]")
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_SHORT = re.compile(r"[1-9][0-9]{2,4}")


def plain_number(number: str, area_code: str) -> str | None:
    """A hotline's or emergency number in one form: `1022`, `+842741022`, `+84901234567`; None when it is no number."""
    if not re.fullmatch(r"\+?[0-9]{3,15}|\([0-9+]{2,7}\)[0-9]{3,10}", number):
        return None
    bare = re.sub(r"[()]", "", number)
    if _SHORT.fullmatch(bare):
        return bare
    for prefix in (f"+84{area_code}", f"84{area_code}", f"0{area_code}"):
        if bare.startswith(prefix) and _SHORT.fullmatch(bare.removeprefix(prefix)):
            return f"+84{area_code}{bare.removeprefix(prefix)}"
    try:
        parsed = phonenumbers.parse(bare, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def check(settings: Settings) -> Iterator[Finding]:
    """All that is wrong, each value alone first, then together."""
    for section in fields(settings):
        tree = getattr(settings, section.name)
        for field in fields(tree):
            yield from _alone(f"{section.name}.{field.name}", getattr(tree, field.name), dict(field.metadata))
    yield from _numbers(settings)
    yield from _disk(settings)
    yield from _ports(settings)
    yield from _trunk(settings)
    yield from _pauses(settings.queue.pause_reasons)
    yield from _database(settings.database.url)
    yield from _tls_files(settings)
    yield from _sealing(settings)
    yield from check_notify(settings.notify)
    yield from _audit(settings)
    yield from _retention(settings)
    yield from _webhooks(settings)
    yield from _desk(settings)


def _alone(key: str, value: Any, rules: dict[str, Any]) -> Iterator[Finding]:
    def bad(reason: str, cure: str) -> Finding:
        return Finding(keys=(key,), value=value, reason=reason, cure=cure)

    for text in _texts(value):
        if UNSAFE.search(text):
            yield bad(
                "has a character that would break Asterisk's files",
                "remove line breaks, control characters and any of ; [ ] \" ' \\",
            )
            return
        if isinstance(value, Path) and UNSAFE_PATH.search(text):
            yield bad("has a character that the dialplan takes apart", "choose a folder without , | & $")
            return
    if "low" in rules and not rules["low"] <= value <= rules["high"]:
        yield bad("is out of range", f"choose from {rules['low']} to {rules['high']}")
    if "words" in rules and value not in rules["words"]:
        yield bad("is not one of the words", f"choose {', '.join(cast('tuple[str, ...]', rules['words']))}")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield bad("has the wrong form", f"write {rules['shape']}")
    if rules.get("kind") == "ip" and not _is_ip(value):
        yield bad("is not an IP address", "write an address of this machine such as 127.0.0.1, or 0.0.0.0 for all")
    if rules.get("kind") == "host" and value and not _is_host(value):
        yield bad("is not a host", "write an IP address or a host name")
    if rules.get("kind") == "hostport" and value and not _is_hostport(value):
        yield bad("is not a host", "write host or host:port")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Path):
        return (str(value),)
    if isinstance(value, tuple):
        return tuple(part for item in value for part in (item if isinstance(item, str) else item.code + item.name,))
    return ()


def _numbers(settings: Settings) -> Iterator[Finding]:
    area = settings.hotline.area_code
    own: set[str] = set()
    for name, numbers in (("hotline", settings.hotline.numbers), ("emergency", settings.emergency.numbers)):
        key = f"{name}.numbers"
        if not numbers:
            yield Finding(keys=(key,), value=[], reason="is empty", cure="give at least one number")
        if len(set(numbers)) < len(numbers):
            yield Finding(keys=(key,), value=list(numbers), reason="names a number twice", cure="keep it once")
        for number in numbers:
            plain = plain_number(number, area) if name == "hotline" or "(" not in number else None
            if plain is None:
                cure = "write a short number of 3 to 5 digits, or a full one such as 02743822333 or +842743822333"
                yield Finding(keys=(key, "hotline.area_code"), value=number, reason="is no telephone number", cure=cure)
            elif name == "hotline":
                own.add(plain)
                own.add(plain.removeprefix(f"+84{area}"))
            elif plain in own:
                cure = "give the number of the medical emergency service"
                reason = "is the hotline's own number: 115 calls would come back to us"
                yield Finding(keys=(key, "hotline.numbers"), value=number, reason=reason, cure=cure)
            else:
                own.add(plain)
    lines = settings.lines.numbers
    if not lines:
        yield Finding(keys=("lines.numbers",), value=[], reason="is empty", cure="give at least one line")
    for line in sorted({line for line in lines if lines.count(line) > 1}):
        yield Finding(keys=("lines.numbers",), value=line, reason="is given twice", cure="give each line one number")
    for line in lines:
        if not re.fullmatch(r"[0-9]{2,6}", line):
            yield Finding(keys=("lines.numbers",), value=line, reason="is no line number", cure="write 2 to 6 digits")
        elif line in own:
            reason = "is a number of the hotline or the emergency service"
            keys = ("lines.numbers", "hotline.numbers", "emergency.numbers")
            yield Finding(keys=keys, value=line, reason=reason, cure="give the line another number")


def _disk(settings: Settings) -> Iterator[Finding]:
    disk = settings.disk
    if disk.voicemail_percent >= disk.alarm_percent:
        yield Finding(
            keys=("disk.voicemail_percent", "disk.alarm_percent"),
            value=disk.voicemail_percent,
            reason="would stop voicemail before anybody is warned",
            cure="choose less than disk.alarm_percent",
        )


def _ports(settings: Settings) -> Iterator[Finding]:
    asterisk, service = settings.asterisk, settings.service
    ports = {
        "asterisk.sip_port": asterisk.sip_port,
        "asterisk.tls_port": asterisk.tls_port,
        "asterisk.ami_port": asterisk.ami_port,
        "service.agi_port": service.agi_port,
        "service.http_port": service.http_port,
    }
    seen: dict[int, str] = {}
    rtp = ("asterisk.rtp_first", "asterisk.rtp_last")
    for key, port in ports.items():
        if port and port in seen:
            yield Finding(
                keys=(key, seen[port]), value=port, reason=f"is the port of {seen[port]} too", cure="choose a free port"
            )
        if port and asterisk.rtp_first <= port <= asterisk.rtp_last:
            cure = f"choose a port outside {asterisk.rtp_first} to {asterisk.rtp_last}"
            yield Finding(keys=(key, *rtp), value=port, reason="lies in the range of RTP", cure=cure)
        seen.setdefault(port, key)
    if asterisk.rtp_first % 2:
        cure = f"choose {asterisk.rtp_first + 1}"
        yield Finding(keys=(rtp[0],), value=asterisk.rtp_first, reason="is odd, RTP begins at an even port", cure=cure)
    need = 2 * (settings.trunk.channels + len(settings.lines.numbers))
    have = asterisk.rtp_last - asterisk.rtp_first + 1
    if have < need:
        yield Finding(
            keys=(rtp[1], rtp[0], "trunk.channels", "lines.numbers"),
            value=asterisk.rtp_last,
            reason=f"leaves {max(have, 0)} ports for RTP, {need} are needed: 2 for each trunk channel and each line",
            cure=f"choose at least {asterisk.rtp_first + need - 1}, or fewer trunk.channels",
        )
    elif have % 2:
        cure = f"choose {asterisk.rtp_last - 1} or {asterisk.rtp_last + 1}"
        yield Finding(
            keys=(rtp[1], rtp[0]), value=asterisk.rtp_last, reason="leaves an odd number of ports for RTP", cure=cure
        )


def _trunk(settings: Settings) -> Iterator[Finding]:
    trunk = settings.trunk
    for address in trunk.match:
        if not _is_network(address) and not _is_host(address):
            cure = "write an IP address, a network such as 203.0.113.0/28, or a host name"
            yield Finding(keys=("trunk.match", "trunk.host"), value=address, reason="is no address", cure=cure)
        elif _is_network(address) and ipaddress.ip_network(address, strict=False).prefixlen == 0:
            cure = "name the carrier's own addresses"
            yield Finding(keys=("trunk.match",), value=address, reason="lets the whole world call in", cure=cure)
    if trunk.mode == "registration":
        for key, value in (("username", trunk.username), ("secret", trunk.secret)):
            if not value:
                cure = f"give trunk.{key} as the carrier told you"
                reason = "is empty, registration needs it"
                yield Finding(keys=(f"trunk.{key}", "trunk.mode"), value=value, reason=reason, cure=cure)
    if trunk.transport == "tls" and not settings.asterisk.tls_port:
        keys = ("asterisk.tls_port", "trunk.transport")
        reason = "is off, trunk.transport = tls needs it"
        yield Finding(keys=keys, value=0, reason=reason, cure="choose a port, usually 5061")
    if trunk.srtp and trunk.transport != "tls":
        reason = "would send the audio's keys in the clear"
        yield Finding(
            keys=("trunk.srtp", "trunk.transport"), value=True, reason=reason, cure='set trunk.transport "tls"'
        )
    if trunk.host == settings.asterisk.bind and trunk.port in (settings.asterisk.sip_port, settings.asterisk.tls_port):
        own = ("trunk.host", "trunk.port", "asterisk.bind", "asterisk.sip_port", "asterisk.tls_port")
        cure = "give the carrier's address or port"
        yield Finding(keys=own, value=trunk.host, reason="is our own Asterisk: calls would circle", cure=cure)


def _pauses(reasons: tuple[PauseReason, ...]) -> Iterator[Finding]:
    key = ("queue.pause_reasons",)
    codes = [reason.code for reason in reasons]
    if not reasons:
        yield Finding(keys=key, value=[], reason="is empty", cure="give at least one reason")
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Finding(keys=key, value=code, reason="is the code of two reasons", cure="give each its own code")
    for reason in reasons:
        if not fits(reason.code, PAUSE_DIGITS):
            cure = f"write {words(PAUSE_DIGITS)}, the key that is pressed"
            yield Finding(keys=key, value=reason.code, reason="is no code", cure=cure)
        if not 1 <= len(reason.name) <= 40:
            yield Finding(keys=key, value=reason.name, reason="is no name", cure="write 1 to 40 characters")


def _database(url: str) -> Iterator[Finding]:
    if not url:
        return
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("postgresql", "postgresql+asyncpg") and len(parts.path) > 1 and parts.port != 0
        fine = fine or (parts.scheme in ("sqlite", "sqlite+aiosqlite") and parts.path.startswith("/"))
    except ValueError:
        fine = False
    if not fine:
        cure = "write postgresql://user:password@host/name, or leave it empty for SQLite"
        yield Finding(keys=("database.url",), value=url, reason="is no address of a database", cure=cure)


def _sealing(settings: Settings) -> Iterator[Finding]:
    keys = settings.recordings.keys
    if settings.recordings.seal and not keys:
        cure = "name a folder outside paths.data, then run hotline1022 recordings key new"
        named = ("recordings.keys", "recordings.seal")
        yield Finding(keys=named, value=keys, reason="is empty, recordings.seal needs it", cure=cure)
    if keys and Path(keys).is_relative_to(settings.paths.data):
        reason = "lies in paths.data: who takes the data would have the keys"
        cure = "choose a folder elsewhere, such as /etc/hotline1022/keys"
        yield Finding(keys=("recordings.keys", "paths.data"), value=keys, reason=reason, cure=cure)


def _tls_files(settings: Settings) -> Iterator[Finding]:
    asterisk = settings.asterisk
    if bool(asterisk.tls_certificate) != bool(asterisk.tls_key):
        keys = ("asterisk.tls_certificate", "asterisk.tls_key")
        cure = "give both, or neither to have one made"
        yield Finding(keys=keys, value=asterisk.tls_certificate, reason="and tls_key belong together", cure=cure)


def _audit(settings: Settings) -> Iterator[Finding]:
    audit = settings.audit
    if audit.tsa_url and not audit.tsa_roots:
        reason = "is empty, audit.tsa_url needs it"
        cure = "name a PEM file of the authority's root"
        yield Finding(keys=("audit.tsa_roots", "audit.tsa_url"), value="", reason=reason, cure=cure)
    if audit.second_place and audit.keys and Path(audit.keys).is_relative_to(audit.second_place):
        reason = "lies in the second place: who can read stamps there could make them"
        yield Finding(
            keys=("audit.keys", "audit.second_place"), value=audit.keys, reason=reason, cure="choose another folder"
        )


def _webhooks(settings: Settings) -> Iterator[Finding]:
    for text in settings.webhooks.networks:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            cure = "write 127.0.0.1, or a network such as 10.20.0.0/16"
            yield Finding(keys=("webhooks.networks",), value=text, reason="is no network", cure=cure)


def _desk(settings: Settings) -> Iterator[Finding]:
    desk = settings.desk
    if not desk.catalogue and desk.language not in languages():
        keys = ("desk.language", "desk.catalogue")
        cure = f"choose {', '.join(languages())}, or name a file of that language in desk.catalogue"
        yield Finding(keys=keys, value=desk.language, reason="has no catalogue that comes with 1022", cure=cure)
    if desk.idle_minutes > desk.session_hours * 60:
        reason = "is longer than desk.session_hours: nobody would ever be signed out by it"
        cure = f"choose {desk.session_hours * 60} or less"
        keys = ("desk.idle_minutes", "desk.session_hours")
        yield Finding(keys=keys, value=desk.idle_minutes, reason=reason, cure=cure)


def _retention(settings: Settings) -> Iterator[Finding]:
    kept = settings.retention
    for calls, recordings in too_short(kept.terms):
        days, least = getattr(kept.terms, calls), getattr(kept.terms, recordings)
        reason = f"is shorter than retention.{recordings}_days: a recording would be kept without knowing whose it is"
        cure = f"choose {least} or more" if least else "choose 0 too"
        keys = (f"retention.{calls}_days", f"retention.{recordings}_days")
        yield Finding(keys=keys, value=days, reason=reason, cure=cure)
    if kept.from_hour == kept.until_hour:
        keys = ("retention.until_hour", "retention.from_hour")
        cure = "choose another hour"
        yield Finding(keys=keys, value=kept.until_hour, reason="is the hour at which they begin", cure=cure)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    if re.fullmatch(r"[0-9.]+", text) or ":" in text:
        return _is_ip(text)
    return _HOST.fullmatch(text) is not None


def _is_hostport(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    if not colon:
        return _is_host(text)
    return _is_host(host) and re.fullmatch(r"[0-9]{1,5}", port) is not None and 0 < int(port) < 65536
