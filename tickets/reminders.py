"""Who must be reminded of a ticket now. Pure; in office hours only, each reminder once, and never while nobody could act."""

from collections.abc import Collection
from datetime import datetime

from hotline1022.tickets.calendar import is_open
from hotline1022.tickets.deadlines import Amount, ahead
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.types import Recipient, Reminder, ReminderKind, State, Ticket

#: somebody should take it
TO_ACCEPT = frozenset({State.FORWARDED, State.WITH_LEADER})
#: an answer is owed, and the clock runs
TO_ANSWER = TO_ACCEPT | {State.NEW, State.ACCEPTED, State.EXTENDED, State.RETURNED, State.REOPENED}
_K, _R = ReminderKind, Recipient


def reminders(ticket: Ticket, policy: Policy, sent: Collection[Reminder], at: datetime) -> list[Reminder]:
    """What is to be sent at this moment and is not among `sent`: before a deadline, or when it has passed."""
    if not is_open(at, policy.offices):
        return []
    terms = policy.terms(ticket.category, ticket.urgency)
    found = []
    if ticket.state in TO_ACCEPT and ticket.accept_by is not None:
        found += _of(ticket, ticket.accept_by, _K.BEFORE_ACCEPT, terms.remind_accept, policy, at)
    if ticket.state in TO_ANSWER and ticket.answer_by is not None:
        found += _of(ticket, ticket.answer_by, _K.BEFORE_ANSWER, terms.remind_answer, policy, at)
    return [one for one in dict.fromkeys(found) if one not in sent]


def _of(
    ticket: Ticket, deadline: datetime, before: ReminderKind, length: Amount, policy: Policy, at: datetime
) -> list[Reminder]:
    if at >= deadline:
        return [Reminder(kind=_K.EXPIRED, to=_R.LEADER, due=deadline)]
    if ahead(deadline, length, at, policy.calendar(ticket.clock)):
        return [Reminder(kind=before, to=_R.OFFICER, due=deadline)]
    return []
