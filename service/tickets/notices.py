"""Which change of a ticket people are told of, and who they are: from tickets and the directory to the announcer. Refuses
nothing: a change that nobody needs to hear of makes no message.

Everything is written in the transaction of the change itself; the outbox's worker finds it there.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hotline1022.core.clock import local_day
from hotline1022.core.said import said
from hotline1022.db.unit import Work
from hotline1022.directory.lookup import active, agency_at, contacts_of
from hotline1022.directory.types import Contact, Directory
from hotline1022.notify.types import Recipient, Role, TicketChange, TicketEvent
from hotline1022.service.tickets.announcer import Announcer
from hotline1022.tickets.code import grouped
from hotline1022.tickets.types import (
    HIDDEN,
    Action,
    Changed,
    HistoryRow,
    Reminder,
    ReminderKind,
    State,
    Ticket,
    Urgency,
)
from hotline1022.tickets.types import Recipient as Reminded

log = logging.getLogger(__name__)

#: kind of the alarm of a ticket that 1022 has neither forwarded nor answered in time
NOT_FORWARDED_ALARM = "ticket-not-forwarded"
#: what an action is for those who are told; what is not here nobody is told of
EVENTS = {
    Action.OPEN: TicketEvent.MADE,
    Action.TAKE: TicketEvent.MADE,
    Action.FORWARD: TicketEvent.FORWARDED,
    Action.PASS_TO_LEADER: TicketEvent.WITH_LEADER,
    Action.ANSWER: TicketEvent.ANSWERED,
    Action.COMPLETE: TicketEvent.COMPLETED,
    Action.EXTEND: TicketEvent.EXTENDED,
}
#: in these an agency has not got the ticket from 1022 anew when it is forwarded to it: it had it before
_HAD = frozenset({State.NEW, State.FORWARDED})


class Notices:
    """tickets' hooks (`changed`, `reminded`), and notify.ports.ContactBook (`active`)."""

    def __init__(
        self, directory: Callable[[], Awaitable[Directory]], announcer: Announcer, clock: Callable[[], datetime]
    ) -> None:
        self._directory, self._announcer, self._clock = directory, announcer, clock

    async def changed(self, tx: Work, changed: Changed) -> None:
        """Tell who must know of a change: the agency when it gets the ticket, made with it or forwarded to it later."""
        after, row = changed.after, changed.row
        if row.action is Action.TAKE:
            await self._taken(tx, after, row)
        event = EVENTS.get(row.action)
        seen_before = changed.before is not None and changed.before.state not in HIDDEN
        # the code is told once: who takes an open ticket over, or opens it again, makes no new one
        if event is None or after.state in HIDDEN or (event is TicketEvent.MADE and seen_before):
            return
        at = self._clock()
        name, officers = _name(row), await self._officers(after, at)
        if row.action is Action.TAKE:
            officers = []  # somebody of the agency has talked with the citizen already
        elif event in (TicketEvent.MADE, TicketEvent.FORWARDED):
            name = _name(arrival(await tx.tickets.history(after.id)))
        answer = row.why if event is TicketEvent.EXTENDED else after.answer
        await self._announcer.announce(tx, change_of(after, event, name, answer=answer), officers, at)

    async def _taken(self, tx: Work, ticket: Ticket, row: HistoryRow) -> None:
        """Tell whoever took the citizen, and had her last, which ticket is to be completed."""
        at = self._clock()
        owner = (await self._directory()).contacts.get(ticket.owner)
        if owner is not None and active(owner, local_day(at)):
            change = change_of(ticket, TicketEvent.TAKEN, _name(row))
            await self._announcer.announce(tx, change, [recipient_of(owner)], at)

    async def reminded(self, tx: Work, ticket: Ticket, reminder: Reminder) -> None:
        """Tell whoever has it that time runs out, or the leader that it is over; 1022 by an alarm that it has not forwarded it.

        Whoever has it: its owner, the leader to whom it was passed on, else the specialists.
        """
        if reminder.to is Reminded.HOTLINE:
            await _alarm(tx, ticket, reminder, self._clock())
            return
        at = self._clock()
        overdue = reminder.kind is ReminderKind.EXPIRED or reminder.to is Reminded.LEADER
        event = TicketEvent.OVERDUE if overdue else TicketEvent.REMINDER
        officers = await self._officers(ticket, at)
        if event is TicketEvent.REMINDER:
            having = [one for one in officers if one.contact == ticket.owner]
            if ticket.state is State.WITH_LEADER:
                having = having or [one for one in officers if one.role is Role.LEADER]
            # a reminder's text is the specialist's, whoever gets it
            officers = [replace(one, role=Role.SPECIALIST) for one in having] or officers
        name = f"{ticket.id}/{reminder.kind}/{reminder.to}/{int(reminder.due.timestamp())}"
        await self._announcer.announce(tx, change_of(ticket, event, name, deadline=reminder.due), officers, at)

    async def active(self, contact: str) -> bool:
        """Whether this contact point is one now: links of one that has ended open nothing."""
        found = (await self._directory()).contacts.get(contact)
        return found is not None and active(found, local_day(self._clock()))

    async def _officers(self, ticket: Ticket, at: datetime) -> list[Recipient]:
        directory, day = await self._directory(), local_day(at)
        having = agency_at(directory, ticket.agency, day)
        return [recipient_of(one) for one in contacts_of(directory, having.id, day)] if having else []


async def _alarm(tx: Work, ticket: Ticket, reminder: Reminder, at: datetime) -> None:
    """In the transaction that notes it as told: no crash loses it, and no look rings it again."""
    about = {"code": grouped(ticket.code), "ticket_state": ticket.state, "due": reminder.due}
    if ticket.agency_name:
        text = said("alarm-said.ticket", agency=ticket.agency_name, **about)
    else:
        text = said("alarm-said.ticket-of-nobody", **about)
    await tx.alarms.raise_alarm(NOT_FORWARDED_ALARM, text, at)
    log.error("ALARM %s: %s", NOT_FORWARDED_ALARM, text)


def arrival(history: Sequence[HistoryRow]) -> HistoryRow:
    """The change that brought a ticket to the agency that has it: named by this, who was told of it is not told twice.

    `history` is oldest first, and not empty.
    """
    for row in reversed(history):
        anew = row.action is Action.FORWARD and row.before not in _HAD
        if anew or "agency" in row.changes:
            return row
    return history[0]


def _name(row: HistoryRow) -> str:
    return f"{row.ticket}/{row.number}"


def recipient_of(contact: Contact) -> Recipient:
    """A contact point as messages reach it."""
    return Recipient(
        contact=contact.id,
        name=contact.name,
        role=Role(contact.role.value),
        sms=contact.sms,
        email=contact.email,
    )


def change_of(
    ticket: Ticket, event: TicketEvent, name: str, *, answer: str = "", deadline: datetime | None = None
) -> TicketChange:
    """What messages say of a ticket; `name` names the change."""
    return TicketChange(
        change=name,
        ticket=ticket.id,
        code=ticket.code,
        event=event,
        agency=ticket.agency_name,
        category=ticket.category_name,
        urgent=ticket.urgency is Urgency.URGENT,
        name=ticket.name,
        phone=ticket.phone,
        email=ticket.email,
        deadline=deadline or ticket.answer_by,
        answer=answer,
    )
