"""Puts the parts of messages together from the settings: templates, gateways, caps, links, the worker. Refuses half of it."""

import ssl
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.db.unit import Database
from hotline1022.notify.caps import Caps
from hotline1022.notify.folder_gateway import FolderGateway
from hotline1022.notify.http_profile import Account
from hotline1022.notify.links import Links
from hotline1022.notify.mail_gateway import MailGateway, MailServer
from hotline1022.notify.ports import ContactBook, Gateway, Postbox
from hotline1022.notify.profile_load import load_profile
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.smpp_link import SmppServer
from hotline1022.notify.templates import Templates, load
from hotline1022.notify.types import Channel, Link, Piece, Receipt
from hotline1022.service.alarms import Bell
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.outbox_worker import OutboxWorker
from hotline1022.service.notify.sms_http import HttpGateway
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Settings


def templates_of(settings: Settings) -> Templates:
    """The templates; ConfigError `templates-invalid`."""
    named = settings.notify.templates
    return load(Path(named) if named else None)


def quiet_of(settings: Settings) -> Quiet:
    """The quiet hours."""
    notify = settings.notify
    return Quiet(starts=time.fromisoformat(notify.quiet_from), ends=time.fromisoformat(notify.quiet_until))


class LinkSheet:
    """notify.policy.LinkMaker: the links of messages that are written together, kept until those are in the outbox."""

    def __init__(self, links: Links, address: str, expires: datetime) -> None:
        self._links, self._address, self._expires = links, address, expires
        #: key → what it stands for
        self.made: dict[str, Link] = {}

    def __call__(self, contact: str, ticket: str) -> str:
        """The address that opens this ticket for this contact point."""
        link = Link(contact=contact, ticket=ticket, expires=self._expires)
        key = self._links.key(link)
        self.made[key] = link
        return f"{self._address}{key}"


def link_sheet(settings: Settings, links: Links, at: datetime) -> LinkSheet | None:
    """Makes the links of messages; None while settings.notify.link_address is empty."""
    notify = settings.notify
    if not notify.link_address:
        return None
    return LinkSheet(links, notify.link_address, at.replace(microsecond=0) + timedelta(days=notify.link_days))


def gateways_of(settings: Settings, postbox: Postbox) -> Mapping[Channel, tuple[Gateway, Caps]]:
    """A gateway and its caps for each channel; ConfigError for a profile or certificate that is no good."""
    notify = settings.notify
    sms, per_minute = _sms(settings, postbox)
    mail = _mail(settings) if notify.mail_host else FolderGateway(settings.paths.outbox)
    return {
        Channel.SMS: (sms, Caps(per_minute=per_minute, per_number=notify.sms_per_number)),
        Channel.EMAIL: (mail, Caps(per_minute=notify.mail_per_minute, per_number=0)),
    }


def _sms(settings: Settings, postbox: Postbox) -> tuple[Gateway, int]:
    notify = settings.notify
    if notify.sms_gateway == "folder":
        return FolderGateway(settings.paths.outbox), notify.sms_per_minute
    if notify.sms_gateway == "smpp":
        server = SmppServer(
            host=notify.sms_host,
            port=notify.sms_port,
            system_id=notify.sms_account,
            password=notify.sms_secret,
            tls=_context(notify.sms_ca, "notify.sms_ca") if notify.sms_tls else None,
        )
        gateway = SmppGateway(server, postbox, sender=notify.sms_sender, price=notify.sms_price)
        return gateway, notify.sms_per_minute
    profile = load_profile(Path(notify.sms_profile) if notify.sms_gateway == "http" else notify.sms_gateway)
    account = Account(account=notify.sms_account, secret=notify.sms_secret, sender=notify.sms_sender)
    caps = [cap for cap in (notify.sms_per_minute, profile.per_minute) if cap]
    return HttpGateway(profile, account, price=notify.sms_price), min(caps, default=0)


def _mail(settings: Settings) -> Gateway:
    notify: Notify = settings.notify
    server = MailServer(
        host=notify.mail_host,
        port=notify.mail_port,
        tls=notify.mail_tls,
        username=notify.mail_username,
        password=notify.mail_secret,
        sender=notify.mail_from,
    )
    return MailGateway(server, _context(notify.mail_ca, "notify.mail_ca"))


def _context(authorities: str, key: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authorities or None)
    except (OSError, ssl.SSLError) as error:
        cure = f"correct {key}, or leave it empty"
        raise ConfigError(f"{authorities}: no authorities can be read ({error}); {cure}") from error


def check_messages(settings: Settings) -> None:
    """Read templates, profile and certificates as the service would; ConfigError for the first that is no good."""
    templates_of(settings)
    gateways_of(settings, _Nowhere())


class _Nowhere:
    """A postbox for a check alone."""

    async def receipt(self, gateway: str, receipt: Receipt) -> None:
        """Nothing comes in."""

    async def inbound(self, gateway: str, piece: Piece) -> None:
        """Nothing comes in."""


def worker_of(
    settings: Settings, database: Database, book: OutboxBook, bell: Bell, contacts: ContactBook
) -> OutboxWorker:
    """The worker, not yet running."""
    return OutboxWorker(
        database,
        gateways_of(settings, book),
        book,
        bell,
        owner=settings.hotline.system_name,
        patience=timedelta(hours=settings.notify.give_up_hours),
        quiet=quiet_of(settings),
        contacts=contacts,
        over=bell.over,
    )
