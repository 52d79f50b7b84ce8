"""Working hours of a week as people write them: `mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30`. Refuses spans over midnight.

`always` is always, on public holidays too; what has hours is closed on them.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise

from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "always"
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
#: minutes of a day, from and until
Span = tuple[int, int]
#: the spans of each day of the week, Monday first; None = always
Week = tuple[tuple[Span, ...], ...] | None

_CURE = "write mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30, or always"


def read_hours(text: str) -> Week:
    """The week of the text; Invalid `hours-invalid`."""
    if text == ALWAYS:
        return None
    week: list[list[Span]] = [[] for _ in DAYS]
    for part in text.split(";"):
        days, *spans = part.split() or [""]
        if not spans:
            raise _bad(f"{part.strip()!r} are no working hours; {_CURE}")
        read = [_span(one) for one in spans]
        for day in _days(days):
            week[day] += read
    for day, spans_of_day in enumerate(week):
        spans_of_day.sort()
        for one, following in pairwise(spans_of_day):
            if following[0] < one[1]:
                raise _bad(f"the hours {text!r} overlap on {DAYS[day]}; write each hour once")
    return tuple(tuple(spans_of_day) for spans_of_day in week)


def open_at(week: Week, at: datetime, closed: Callable[[date], bool]) -> bool:
    """Whether it is working time; `closed` tells public holidays."""
    if week is None:
        return True
    now = local(at)
    minute = now.hour * 60 + now.minute
    return any(since <= minute < until for since, until in week[now.weekday()]) and not closed(now.date())


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise _bad(f"{part!r} is no day of the week; use {', '.join(DAYS)}, mon-fri")
        begin = DAYS.index(first)
        end = DAYS.index(last) if dash else begin
        if end < begin:
            raise _bad(f"{part!r} runs backwards; write the earlier day first")
        found += range(begin, end + 1)
    return found


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise _bad(f"{text!r} is no span of a day; {_CURE}")
    hour, minute, until_hour, until_minute = map(int, match.groups())
    since, until = hour * 60 + minute, until_hour * 60 + until_minute
    if until > 24 * 60 or since >= until:
        raise _bad(f"{text!r} does not end on the same day after it begins; write 22:00-24:00 and 00:00-06:00")
    return since, until


def _bad(text: str) -> Invalid:
    return Invalid(text, error_id="hours-invalid")
