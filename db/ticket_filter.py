"""Which tickets are wanted, as conditions: the same for the list and for every figure, so that a count is the length of its
list. Reads nothing itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, not_, or_, select, true

from hotline1022.core.folding import fold
from hotline1022.db.columns import condition
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.tickets.types import NONE, OWED_IN, Deadline, Standing, TicketCursor, TicketFilter

SEEN = condition("ticket.begun_at IS NOT NULL")
OPEN = condition("ticket.begun_at IS NOT NULL AND ticket.closed_at IS NULL")
#: when the agency had done its part
_FINISHED = func.coalesce(ticket.c.answered_at, ticket.c.closed_at)
_CLOSED = ticket.c.closed_at.is_not(None)
#: by the time that was set before any extension
IN_FIRST_TIME = and_(_CLOSED, func.coalesce(ticket.c.original_answer_by, ticket.c.answer_by) >= _FINISHED)


def _earlier(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((one > other, other), else_=one)


_FIRST = {Deadline.FORWARD: ticket.c.forward_by, Deadline.ACCEPT: ticket.c.accept_by}
#: by when the first of the deadlines that count must be met, as tickets/left.py says it; NULL where nothing is due
DUE = case(
    (ticket.c.stopped_at.is_not(None), None),
    *(
        (and_(ticket.c.state.in_(sorted(OWED_IN[one])), by.is_not(None)), _earlier(by, ticket.c.answer_by))
        for one, by in _FIRST.items()
    ),
    (ticket.c.state.in_(sorted(OWED_IN[Deadline.ANSWER])), ticket.c.answer_by),
    else_=None,
)


def is_one(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """That it is this; NONE is that there is none."""
    return column.in_(("", NONE)) if value == NONE else column == value


def key_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value by which `is_one` finds exactly these."""
    return case((column == "", NONE), else_=column)


def late_at(at: datetime) -> ColumnElement[bool]:
    """Of open tickets those of which a deadline that counts had passed: Ticket.late says which."""
    late = (
        and_(ticket.c.state.in_(sorted(states)), ticket.c[f"{deadline}_by"] <= at)
        for deadline, states in OWED_IN.items()
    )
    return or_(*late)


def standing_at(at: datetime) -> ColumnElement[str]:
    """Which of the four each ticket is in: open or closed, in time or not."""
    return case(
        (and_(_CLOSED, ticket.c.answer_by >= _FINISHED), _word(Standing.CLOSED_IN_TIME)),
        (_CLOSED, _word(Standing.CLOSED_LATE)),
        (late_at(at), _word(Standing.OVERDUE)),
        else_=_word(Standing.OPEN_IN_TIME),
    )


def _word(one: Standing) -> ColumnElement[str]:
    return literal_column(f"'{one.value}'")


def _stands(standing: Standing, at: datetime) -> ColumnElement[bool]:
    match standing:
        case Standing.OPEN:
            return not_(_CLOSED)
        case Standing.CLOSED:
            return _CLOSED
        case Standing.CLOSED_IN_FIRST_TIME:
            return IN_FIRST_TIME
        case Standing.OVERDUE:  # as standing_at says it, and by the index of what is open
            return and_(not_(_CLOSED), late_at(at))
        case Standing.OPEN_IN_TIME:
            return and_(not_(_CLOSED), late_at(at).is_not(true()))
        case _:
            return standing_at(at) == standing.value


def ticket_conditions(wanted: TicketFilter) -> Sequence[ColumnElement[bool]]:
    """All but that it is SEEN."""
    equal = {
        ticket.c.code: wanted.code,
        ticket.c.state: wanted.state,
        ticket.c.phone_key: wanted.phone,
        ticket.c.channel: wanted.channel,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    named = {ticket.c.category: wanted.category, ticket.c.service_group: wanted.service, ticket.c.area: wanted.area}
    found += [is_one(column, value) for column, value in named.items() if value]
    searched = ticket.c.open_search if wanted.open_words else ticket.c.search
    found += [searched.contains(word, autoescape=True) for word in fold(wanted.words).split()]
    if wanted.due_since is not None:
        found += [OPEN, wanted.due_since <= DUE]
    if wanted.due_until is not None:
        found += [OPEN, wanted.due_until > DUE]
    if wanted.states:
        found.append(ticket.c.state.in_(sorted(wanted.states)))
    if wanted.agencies:
        found.append(or_(*(is_one(ticket.c.agency, one) for one in sorted(wanted.agencies))))
    if wanted.call:
        found.append(ticket.c.id.in_(select(ticket_call.c.ticket_id).where(ticket_call.c.call_id == wanted.call)))
    if wanted.since is not None:
        found.append(ticket.c.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(ticket.c.created_at < wanted.until)
    if wanted.overdue_at is not None:
        found += [OPEN, late_at(wanted.overdue_at)]
    if wanted.standing is not None:
        if wanted.standing_at is None:
            raise AssertionError("a standing is one at some moment")
        found.append(_stands(wanted.standing, wanted.standing_at))
    if wanted.before is not None:
        found += _behind(wanted.before, due_first=wanted.due_first)
    return found


def _behind(place: TicketCursor, *, due_first: bool) -> Sequence[ColumnElement[bool]]:
    """What comes after this place in the list."""
    at, made = place.created_at, ticket.c.created_at
    if not due_first:
        return [made <= at, or_(made < at, ticket.c.id < place.ticket)]
    later = or_(made > at, and_(made == at, ticket.c.id > place.ticket))
    if place.due is None:
        return [DUE.is_(None), later]
    return [or_(DUE.is_(None), place.due < DUE, and_(place.due <= DUE, later))]
