"""A message with example data, made by the very way that sends: what people get, and how many parts an SMS has. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hotline1022.core.clock import written
from hotline1022.core.words import words
from hotline1022.notify import sms
from hotline1022.notify.audience import AlarmEvent, Audience
from hotline1022.notify.policy import How, LinkMaker, messages_for, take_over_messages
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.template_check import PLACEHOLDERS
from hotline1022.notify.templates import Template, Templates, fill
from hotline1022.notify.types import (
    Channel,
    NewMessage,
    Recipient,
    Role,
    TakeOver,
    TicketChange,
    TicketEvent,
)

#: in no directory
PHONE, EMAIL = "0900000001", "vi-du@example.vn"
AT = datetime(2026, 11, 30, 2, 15, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateExample:
    """A message as it would be sent."""

    subject: str
    text: str
    #: of an SMS: parts that are billed, septets or 16-bit units, and how many of these go into one part and into each of several
    parts: int
    units: int
    whole: int
    each: int


def _change(event: TicketEvent, number: int = 1) -> TicketChange:
    say = words()
    return TicketChange(
        change=f"example/{number}",
        ticket=f"example-{number}",
        code=f"4711082{number}",
        event=event,
        agency=say("example.agency"),
        category=say("example.category"),
        urgent=number == 1,
        name=say("example.citizen"),
        phone=PHONE,
        email=EMAIL,
        deadline=DEADLINE,
        answer=say("example.answer"),
    )


def example(template: Template, known: Templates, link: LinkMaker | None) -> TemplateExample:
    """This template, filled in. `known`: the other ones; the change of a ticket makes several messages."""
    audience, event = template.name.split(".")[:2]
    if audience == Audience.WATCHER:
        return _of_alarm(template, AlarmEvent(event))
    how = How(templates={**known, template.name: template}, quiet=Quiet(), link=link)
    made = _of(TicketEvent(event), Audience(audience), how)
    message = next(one for one in made if one.template == template.name)
    return _shown(template, message.subject, message.text, message.parts)


def _of_alarm(template: Template, event: AlarmEvent) -> TemplateExample:
    say = words()
    values = {
        "alarm": say("alarm.disk-low"),
        "since": written(AT),
        "urgent": say("notice.urgent"),
        "detail": say("example.alarm-detail"),
        "cure": say("alarm-cure.disk-low"),
        "officer": say("example.officer"),
    }
    if event is AlarmEvent.OVER:
        values["how"] = say("notice.alarm-seen", who=say("example.citizen"), time=written(AT))
    else:
        values["more"] = say("notice.alarms-more", count=1)
        values["others"] = say("notice.alarm-listed", alarm=say("alarm.gateway-away"), since=written(AT))
    filled = fill(template, dict.fromkeys(PLACEHOLDERS, "") | values)
    return _shown(template, filled.subject, filled.text, filled.parts)


def _shown(template: Template, subject: str, text: str, parts: int) -> TemplateExample:
    if template.channel is Channel.EMAIL:
        return TemplateExample(subject=subject, text=text, parts=1, units=0, whole=0, each=0)
    whole, each = sms.LENGTHS[template.encoding]
    return TemplateExample(
        subject="", text=text, parts=parts, units=sms.units(text, template.encoding), whole=whole, each=each
    )


def _of(event: TicketEvent, audience: Audience, how: How) -> list[NewMessage]:
    role = Role.LEADER if audience is Audience.LEADER else Role.SPECIALIST
    officer = Recipient(contact="example", name=words()("example.officer"), role=role, sms=PHONE, email=EMAIL)
    if event is not TicketEvent.TAKEN_OVER:
        return messages_for(_change(event), [officer], how, AT)[0]
    tickets = tuple(_change(event, number) for number in range(1, 4))
    over = TakeOver(
        change="example", agency=words()("example.agency"), former=(words()("example.former"),), tickets=tickets
    )
    return take_over_messages(over, officer, how, AT)
