"""Deadlines as arithmetic on a calendar: when something is due, how much time passed, and what a pause or a new date does.

Pure. Minutes and hours run in the calendar's own time. Days are counted as the Civil Code does (2015, articles 147 and
148): the day itself does not count, and it ends when the last day closes. Refuses a calendar that never opens.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hotline1022.core.clock import local
from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.core.said import said
from hotline1022.tickets.calendar import Calendar, Span

#: days after which the search for a working day is given up
FAR = 3700
_DAY = timedelta(days=1)
_AMOUNT = re.compile(r"([0-9]{1,4}) (minute|hour|day)s?")


class Unit(StrEnum):
    """What is counted."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A length of a calendar's time: `4 hours`, `5 days`."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"


def amount(text: str) -> Amount:
    """From `30 minutes`, `1 hour`, `5 days`; Invalid for anything else."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Invalid(f"{text!r} is no length of time; write 30 minutes, 4 hours or 5 days")
    return Amount(number=int(found[1]), unit=Unit(found[2]))


def due(start: datetime, length: Amount, calendar: Calendar) -> datetime:
    """The moment at which so much time of the calendar has passed since `start`; as early as can be."""
    match length.unit:
        case Unit.MINUTE:
            return after(start, timedelta(minutes=length.number), calendar)
        case Unit.HOUR:
            return after(start, timedelta(hours=length.number), calendar)
        case Unit.DAY:
            return _after_days(start, length.number, calendar)


def after(start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """As `due`, for any length; nothing at all is due at once."""
    if length <= timedelta(0):
        return start.astimezone(UTC)
    day = local(start).date()
    for number in range(FAR):
        for begin, end in calendar.spans(day + number * _DAY):
            begin = max(begin, start)
            if begin + length <= end:
                return (begin + length).astimezone(UTC)
            length -= max(end - begin, timedelta(0))
    raise _never()


def _after_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    day = local(start).date()
    if days <= 0:
        return start.astimezone(UTC)
    for number in range(1, FAR):
        spans = calendar.spans(day + number * _DAY)
        days -= bool(spans)
        if spans and days == 0:
            return spans[-1][1].astimezone(UTC)
    raise _never()


def elapsed(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of the calendar's time lies between; nothing when `end` is not later."""
    total = timedelta(0)
    day, last = local(start).date(), local(end).date()
    while day <= last:
        total += sum((_common(span, start, end) for span in calendar.spans(day)), timedelta(0))
        day += _DAY
    return total


def _common(span: Span, start: datetime, end: datetime) -> timedelta:
    return max(min(span[1], end) - max(span[0], start), timedelta(0))


def closing(day: date, calendar: Calendar) -> datetime:
    """The end of this day, or of the next one that is open: when something that was put off to that day is due."""
    for number in range(FAR):
        spans = calendar.spans(day + number * _DAY)
        if spans:
            return spans[-1][1].astimezone(UTC)
    raise _never()


def put_off(deadline: datetime, stopped: datetime, resumed: datetime, calendar: Calendar) -> datetime:
    """The deadline after the clock stood still: what was left then is left again. One that was missed stays missed."""
    if deadline <= stopped:
        return deadline
    return max(deadline, after(resumed, elapsed(stopped, deadline, calendar), calendar))


def ahead(deadline: datetime, length: Amount, at: datetime, calendar: Calendar) -> bool:
    """Whether at most this much time is left before the deadline."""
    return due(at, length, calendar) >= deadline


def _never() -> ConfigError:
    return ConfigError(
        said("policy-fault.never"),
        error_id="calendar-never",
    )
