"""Who must be reminded of a ticket now. Pure; in office hours only, each reminder once, and never while nobody could act.

What 1022 itself has not forwarded in time is told to 1022: in office hours, and of an urgent ticket day and night.
"""

from collections.abc import Collection
from datetime import datetime

from hotline1022.tickets.calendar import is_open
from hotline1022.tickets.deadlines import Amount, ahead
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.types import (
    TO_ACCEPT,
    TO_ANSWER,
    Deadline,
    Recipient,
    Reminder,
    ReminderKind,
    Ticket,
)

_K, _R = ReminderKind, Recipient


def reminders(ticket: Ticket, policy: Policy, sent: Collection[Reminder], at: datetime) -> list[Reminder]:
    """What is to be sent at this moment and is not among `sent`: before a deadline, or when it has passed."""
    found = _not_forwarded(ticket, policy, at)
    if is_open(at, policy.offices):
        found += _of_the_agency(ticket, policy, at)
    return [one for one in dict.fromkeys(found) if one not in sent]


def _not_forwarded(ticket: Ticket, policy: Policy, at: datetime) -> list[Reminder]:
    """1022 sits day and night: what is urgent is told at once, the rest when an agency could take it."""
    by = ticket.forward_by
    if by is None or Deadline.FORWARD not in ticket.late(at) or not is_open(at, policy.calendar(ticket.clock)):
        return []
    return [Reminder(kind=_K.NOT_FORWARDED, to=_R.HOTLINE, due=by)]


def _of_the_agency(ticket: Ticket, policy: Policy, at: datetime) -> list[Reminder]:
    terms = policy.terms(ticket.category, ticket.urgency)
    found = []
    if ticket.state in TO_ACCEPT and ticket.accept_by is not None:
        found += _of(ticket, ticket.accept_by, _K.BEFORE_ACCEPT, terms.remind_accept, policy, at)
    if ticket.state in TO_ANSWER and ticket.answer_by is not None:
        found += _of(ticket, ticket.answer_by, _K.BEFORE_ANSWER, terms.remind_answer, policy, at)
    return found


def _of(
    ticket: Ticket, deadline: datetime, before: ReminderKind, length: Amount, policy: Policy, at: datetime
) -> list[Reminder]:
    if at >= deadline:
        return [Reminder(kind=_K.EXPIRED, to=_R.LEADER, due=deadline)]
    if ahead(deadline, length, at, policy.calendar(ticket.clock)):
        return [Reminder(kind=before, to=_R.OFFICER, due=deadline)]
    return []
