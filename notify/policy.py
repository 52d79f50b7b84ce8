"""Who gets what when a ticket changes, as a pure function. Refuses nothing: whom no SMS reaches is on the list to be told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hotline1022.core.clock import local
from hotline1022.notify import sms
from hotline1022.notify.audience import ROLES, TOLD, Audience, name_of
from hotline1022.notify.html import html_of
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.templates import Template, Templates, fill
from hotline1022.notify.types import (
    Channel,
    NewMessage,
    Recipient,
    RecipientKind,
    TicketChange,
    TicketEvent,
    ToTell,
)

#: (contact point, ticket) → address that opens the ticket for that contact point
LinkMaker = Callable[[str, str], str]
_UNKNOWN = "không rõ"
#: what people are asked to tell the citizen
_TELL = {
    TicketEvent.MADE: "Đã tiếp nhận, mã phiếu {code}, chuyển đến {agency}.",
    TicketEvent.ANSWERED: "{agency} đã trả lời phiếu {code}: {answer}",
    TicketEvent.COMPLETED: "Phiếu {code} đã được giải quyết xong: {answer}",
    TicketEvent.EXTENDED: "Phiếu {code} được gia hạn đến {deadline}. Lý do: {answer}",
}


def messages_for(
    change: TicketChange,
    contacts: Sequence[Recipient],
    templates: Templates,
    at: datetime,
    *,
    quiet: Quiet,
    link: LinkMaker | None = None,
) -> tuple[list[NewMessage], list[ToTell]]:
    """The messages of a change, and whom people must tell. The same change gives the same keys.

    Where an agency has nobody of the role that is told, all its contact points are: a reminder that nobody gets is none.
    """
    messages: list[NewMessage] = []
    to_tell: list[ToTell] = []
    for audience in TOLD[change.event]:
        if audience is Audience.CITIZEN:
            messages += _to_citizen(change, templates, at, quiet)
            if not sms.mobile(change.phone):
                to_tell.append(_tell(change, at))
            continue
        mine = [one for one in contacts if one.role is ROLES[audience]]
        for one in mine or ([] if len(TOLD[change.event]) > 1 else contacts):
            messages += _to_officer(change, one, audience, templates, at, quiet, link)
    return messages, to_tell


def _to_citizen(change: TicketChange, templates: Templates, at: datetime, quiet: Quiet) -> Iterator[NewMessage]:
    values = _values(change, officer=change.name or "")
    for channel, address in ((Channel.SMS, sms.mobile(change.phone)), (Channel.EMAIL, change.email)):
        if not address:
            continue
        template = templates[name_of(Audience.CITIZEN, change.event, channel)]
        key = f"{change.change}/citizen/{channel.value}"
        yield _message(key, change, template, values, address, at, quiet, RecipientKind.CITIZEN, name=change.name)


def _to_officer(
    change: TicketChange,
    contact: Recipient,
    audience: Audience,
    templates: Templates,
    at: datetime,
    quiet: Quiet,
    link: LinkMaker | None,
) -> Iterator[NewMessage]:
    opens = link(contact.contact, change.ticket) if link else ""
    values = _values(change, officer=contact.name, link=opens)
    for channel, address in ((Channel.SMS, sms.mobile(contact.sms)), (Channel.EMAIL, contact.email)):
        if not address:
            continue
        template = templates[name_of(audience, change.event, channel)]
        key = f"{change.change}/{contact.contact}/{channel.value}"
        yield _message(
            key, change, template, values, address, at, quiet, RecipientKind.AGENCY, contact.name, contact.contact
        )


def _message(
    key: str,
    change: TicketChange,
    template: Template,
    values: dict[str, str],
    recipient: str,
    at: datetime,
    quiet: Quiet,
    kind: RecipientKind,
    name: str = "",
    contact: str = "",
) -> NewMessage:
    filled = fill(template, values)
    made = NewMessage(
        key=key,
        channel=template.channel,
        kind=kind,
        recipient=recipient,
        name=name,
        ticket=change.ticket,
        contact=contact,
        template=template.name,
        message_class=template.message_class,
        encoding=template.encoding,
        subject=filled.subject,
        text=filled.text,
        html=html_of(filled.text) if template.channel is Channel.EMAIL else "",
        parts=filled.parts,
        urgent=change.urgent,
        created_at=at,
    )
    return replace(made, not_before=quiet.holds(made, at))


def _values(change: TicketChange, *, officer: str, link: str = "") -> dict[str, str]:
    return {
        "code": change.code,
        "agency": change.agency,
        "category": change.category,
        "deadline": f"{local(change.deadline):%H:%M %d/%m/%Y}" if change.deadline else "chưa xác định",
        "answer": change.answer or "mời ông/bà gọi 1022 để biết nội dung.",
        "urgent": "KHẨN:" if change.urgent else "",
        "link": link,
        "officer": officer,
        "name": change.name or _UNKNOWN,
        "phone": change.phone or _UNKNOWN,
    }


def _tell(change: TicketChange, at: datetime) -> ToTell:
    return ToTell(
        ticket=change.ticket,
        code=change.code,
        name=change.name,
        number=change.phone,
        event=change.event.value,
        text=_TELL[change.event].format(**_values(change, officer="")),
        since=at,
    )
