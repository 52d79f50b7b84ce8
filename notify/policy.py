"""Who gets what when a ticket changes, as a pure function. Refuses nothing: whom no SMS reaches is on the list to be told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.core.clock import written
from hotline1022.core.words import words
from hotline1022.notify import sms
from hotline1022.notify.audience import ROLES, TOLD, Audience, name_of
from hotline1022.notify.html import html_of
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.template_check import PLACEHOLDERS
from hotline1022.notify.templates import Template, Templates, fill
from hotline1022.notify.types import (
    Channel,
    NewMessage,
    Recipient,
    RecipientKind,
    TakeOver,
    TicketChange,
    TicketEvent,
    ToTell,
)

#: (contact point, ticket) → address that opens the ticket for that contact point
LinkMaker = Callable[[str, str], str]
#: tickets that an email lists at most, with a line and a link each
LISTED = 500
#: every placeholder has a value, those that mean nothing to a message too
_NONE = dict.fromkeys(PLACEHOLDERS, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How messages are written."""

    templates: Templates
    quiet: Quiet
    link: LinkMaker | None = None


def messages_for(
    change: TicketChange, contacts: Sequence[Recipient], how: How, at: datetime
) -> tuple[list[NewMessage], list[ToTell]]:
    """The messages of a change, and whom people must tell. The same change gives the same keys.

    Where an agency has nobody of the role that is told, all its contact points are: a reminder that nobody gets is none.
    """
    messages: list[NewMessage] = []
    to_tell: list[ToTell] = []
    for audience in TOLD[change.event]:
        if audience is Audience.CITIZEN:
            messages += _to_citizen(change, how, at)
            if not sms.mobile(change.phone):
                to_tell.append(_tell(change, at))
            continue
        mine = [one for one in contacts if one.role is ROLES.get(audience, one.role)]
        for one in mine or ([] if len(TOLD[change.event]) > 1 else contacts):
            opens = how.link(one.contact, change.ticket) if how.link else words()("notice.at-desk")
            values = _values(change, officer=one.name, link=opens)
            given = dict.fromkeys(Channel, values)
            messages += _to_officer(change.change, one, (audience, change.event), given, how, at, change)
    return messages, to_tell


def take_over_messages(of: TakeOver, contact: Recipient, how: How, at: datetime) -> list[NewMessage]:
    """What a contact point gets when its agency has tickets of others: one SMS and one email, however many they are."""
    about = max(of.tickets, key=lambda one: one.urgent)
    values = _NONE | {
        "agency": of.agency,
        "former": ", ".join(of.former),
        "count": str(len(of.tickets)),
        "urgent": _urgent(about),
        "officer": contact.name,
    }
    lists = {Channel.SMS: ", ".join(one.code for one in of.tickets), Channel.EMAIL: _listed(of.tickets, contact, how)}
    given = {channel: values | {"tickets": text} for channel, text in lists.items()}
    audience = Audience(contact.role.value)
    made = _to_officer(of.change, contact, (audience, TicketEvent.TAKEN_OVER), given, how, at, about)
    return [replace(one, ticket="") for one in made]


def _listed(tickets: Sequence[TicketChange], contact: Recipient, how: How) -> str:
    say, lines = words(), []
    for one in tickets[:LISTED]:
        category = one.category or say("notice.unknown")
        about = say("notice.listed", code=one.code, category=category, deadline=_deadline(one))
        opens = f"\n{how.link(contact.contact, one.ticket)}\n" if how.link else ""
        lines.append(f"{_urgent(one)} {about}{opens}".strip(" "))
    if len(tickets) > LISTED:
        lines.append(say("notice.more", count=len(tickets) - LISTED))
    return "\n".join(lines)


def _to_citizen(change: TicketChange, how: How, at: datetime) -> Iterator[NewMessage]:
    values = _values(change, officer=change.name or "")
    for channel, address in ((Channel.SMS, sms.mobile(change.phone)), (Channel.EMAIL, change.email)):
        if not address:
            continue
        template = how.templates[name_of(Audience.CITIZEN, change.event, channel)]
        key = f"{change.change}/citizen/{channel.value}"
        yield _message(key, change, template, values, address, at, how.quiet, RecipientKind.CITIZEN, name=change.name)


def _to_officer(
    key: str,
    contact: Recipient,
    what: tuple[Audience, TicketEvent],
    given: Mapping[Channel, Mapping[str, str]],
    how: How,
    at: datetime,
    change: TicketChange,
) -> Iterator[NewMessage]:
    for channel, address in ((Channel.SMS, sms.mobile(contact.sms)), (Channel.EMAIL, contact.email)):
        if not address:
            continue
        yield _message(
            f"{key}/{contact.contact}/{channel.value}",
            change,
            how.templates[name_of(*what, channel)],
            given[channel],
            address,
            at,
            how.quiet,
            RecipientKind.AGENCY,
            contact.name,
            contact.contact,
        )


def _message(
    key: str,
    change: TicketChange,
    template: Template,
    values: Mapping[str, str],
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
    return _NONE | {
        "code": change.code,
        "agency": change.agency,
        "category": change.category,
        "deadline": _deadline(change),
        "answer": change.answer or words()("notice.no-answer"),
        "urgent": _urgent(change),
        "link": link,
        "officer": officer,
        "name": change.name or words()("notice.unknown"),
        "phone": change.phone or words()("notice.unknown"),
    }


def _urgent(change: TicketChange) -> str:
    return words()("notice.urgent") if change.urgent else ""


def _deadline(change: TicketChange) -> str:
    return written(change.deadline) if change.deadline else words()("notice.no-deadline")


def _tell(change: TicketChange, at: datetime) -> ToTell:
    return ToTell(
        ticket=change.ticket,
        code=change.code,
        name=change.name,
        number=change.phone,
        event=change.event.value,
        text=words()(f"to-tell.{change.event.value}", **_values(change, officer="")),
        since=at,
    )
