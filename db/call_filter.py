"""Which calls are wanted, as conditions: the same for the list and for every figure, so that a count is the length of its
list. Reads nothing itself.
"""

from collections.abc import Sequence
from datetime import time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    type_coerce,
)

from hotline1022.core.folding import fold
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.columns import condition
from hotline1022.db.tables import call, number
from hotline1022.db.tables_tickets import ticket
from hotline1022.db.ticket_calls import has_ticket, one_of_span
from hotline1022.db.ticket_filter import SEEN, is_one
from hotline1022.db.types import CallFilter
from hotline1022.figures.types import CallNarrow, CallPart

#: the province's clock is seven hours ahead the whole year, since 1975
_AHEAD = 7 * 3600
DAY_MINUTES = 24 * 60

# What is asked of each of many rows is written out: the planner then sees that it is cheap, and the driver sends nothing.
_GIVEN_UP = condition(f"call.reason = '{Reason.IN_QUEUE}'")
_NOT_OFFERED = condition(f"call.wait_ms IS NULL AND call.state <> '{CallState.WAITING}'")
#: to 115, and no agent had answered before: `line` is the first agent's whom she talked with, in place of 115 too
_EMERGENCY = condition(
    f"(call.reason = '{Reason.EMERGENCY_BY_AGENT}' OR call.state IN ('{CallState.EMERGENCY}', '{CallState.EMERGENCY_TALKING}')"
    f" OR call.line = '' AND (call.result = '{Result.EMERGENCY}' OR call.reason = '{Reason.IN_EMERGENCY}'))"
)
_BY_AGENT = condition("call.line <> ''")
_WAITING = condition(f"call.state = '{CallState.WAITING}'")
_GOING_ON = condition("call.state <> 'ended'")
_BEGUN_BY = {one: condition(f"call.direction = '{one}'") for one in Direction}


def _word(one: CallPart) -> ColumnElement[str]:
    return literal_column(f"'{one.value}'")


#: which of the four of OFFERED each call is in; NULL = it was not offered to the queue
QUEUE_PART: ColumnElement[str] = case(
    (_GIVEN_UP, _word(CallPart.GIVEN_UP)),
    (_NOT_OFFERED, null()),
    (_EMERGENCY, _word(CallPart.LEFT)),
    (_BY_AGENT, _word(CallPart.ANSWERED)),
    (_WAITING, _word(CallPart.WAITING)),
    else_=_word(CallPart.LEFT),
)


def _local_seconds(dialect: str, column: ColumnElement[Any]) -> ColumnElement[int]:
    """Seconds of the province's clock since 1970 there."""
    if dialect == "sqlite":  # microseconds since 1970
        return type_coerce(column, BigInteger) // 1_000_000 + _AHEAD
    return cast(func.floor(func.date_part("epoch", column)), BigInteger) + _AHEAD


def local_day(dialect: str) -> ColumnElement[int]:
    """Days since 1970 in the province, of when a call came in."""
    return _local_seconds(dialect, call.c.entered_at) // 86_400


def minute_of_day(dialect: str, step: int = 1) -> ColumnElement[int]:
    """The minute of the province's day in which a call came in, down to a multiple of `step`."""
    minute = (_local_seconds(dialect, call.c.entered_at) // 60) % DAY_MINUTES
    return cast(minute, Integer) if step == 1 else cast(minute // step * step, Integer)


def minutes(at: time) -> int:
    """Of the day."""
    return at.hour * 60 + at.minute


def call_conditions(dialect: str, wanted: CallFilter, *, page: bool = False) -> Sequence[ColumnElement[bool]]:
    """All of them; `page`: for the newest few, which are found by another way than all of a year, and are the same."""
    found: list[ColumnElement[bool]] = []
    if wanted.direction is not None:
        found.append(_BEGUN_BY[wanted.direction])
    if wanted.since is not None:
        found.append(call.c.entered_at >= wanted.since)
    if wanted.until is not None:
        found.append(call.c.entered_at < wanted.until)
    if wanted.callers:
        found.append(or_(number.in_(wanted.callers), call.c.caller_raw.in_(wanted.callers)))
    if wanted.result is not None:
        found.append(call.c.result == wanted.result)
    if wanted.line:
        found += [call.c.line == wanted.line, condition("call.line <> ''")]
    if wanted.person:
        found += [call.c.person == wanted.person, condition("call.person <> ''")]
    if wanted.before is not None:
        at, last = wanted.before.entered_at, wanted.before.call
        found += [call.c.entered_at <= at, or_(call.c.entered_at < at, call.c.id < last)]
    return [*found, *_narrowed(dialect, wanted.narrow), *_with_ticket(dialect, wanted, page)]


def _narrowed(dialect: str, wanted: CallNarrow) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.category:
        found.append(is_one(call.c.category, wanted.category))
    if wanted.state is not None:
        found.append(call.c.state == wanted.state)
    if wanted.reason is not None:
        found.append(call.c.reason == wanted.reason)
    if wanted.from_time is not None and wanted.to_time is not None:
        found += _of_day(dialect, wanted.from_time, wanted.to_time)
    if wanted.part is not None:
        found += _of_part(wanted.part, wanted)
    if wanted.waited_ms is not None:
        found.append(call.c.wait_ms >= wanted.waited_ms)
    return found


def _of_day(dialect: str, since: time, until: time) -> Sequence[ColumnElement[bool]]:
    minute, first, after = minute_of_day(dialect), minutes(since), minutes(until)
    if first == after:
        return []
    return [and_(minute >= first, minute < after) if first < after else or_(minute >= first, minute < after)]


def _of_part(part: CallPart, wanted: CallNarrow) -> Sequence[ColumnElement[bool]]:
    match part:
        case CallPart.GOING_ON:
            return [_GOING_ON]
        case CallPart.OFFERED:
            return [QUEUE_PART.is_not(None)]
        case CallPart.GIVEN_UP:
            return [_GIVEN_UP]
        case CallPart.GIVEN_UP_SOON:
            return [_GIVEN_UP, call.c.wait_ms <= wanted.within_ms]
        case CallPart.GIVEN_UP_SHORT:
            return [_GIVEN_UP, call.c.wait_ms <= wanted.short_ms]
        case CallPart.SOON:
            both = QUEUE_PART.in_((CallPart.ANSWERED.value, CallPart.GIVEN_UP.value))
            return [both, call.c.wait_ms <= wanted.within_ms]
        case CallPart.ANSWERED_SOON:
            return [_in_part(CallPart.ANSWERED), call.c.wait_ms <= wanted.within_ms]
        case _:
            return [_in_part(part)]


def _in_part(part: CallPart) -> ColumnElement[bool]:
    return QUEUE_PART.in_((part.value,))


def _with_ticket(dialect: str, wanted: CallFilter, page: bool) -> Sequence[ColumnElement[bool]]:
    """That a ticket which fits hangs on the call."""
    narrow = wanted.narrow
    searched = ticket.c.open_search if narrow.open_words else ticket.c.search
    fits: list[ColumnElement[bool]] = [searched.contains(w, autoescape=True) for w in fold(narrow.words).split()]
    named = {ticket.c.agency: narrow.agency, ticket.c.service_group: narrow.service}
    fits += [is_one(column, value) for column, value in named.items() if value]
    if narrow.ticket_state is not None:
        fits.append(ticket.c.state == narrow.ticket_state)
    if not fits:
        return []
    fits.append(SEEN)
    return [has_ticket(fits) if page else one_of_span(dialect, fits, wanted.since, wanted.until)]
