"""Time: aware UTC inside, Asia/Ho_Chi_Minh for people. Refuses naive times."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hotline1022.core.words import words

#: The province's zone; days and months are this zone's, whatever the server's.
PROVINCE = ZoneInfo("Asia/Ho_Chi_Minh")
#: clocks may differ by so much, and be put right by so much
SLACK = timedelta(minutes=5)
_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")


def utc_now() -> datetime:
    """This moment; the clock of whoever has no other."""
    return datetime.now(UTC)


def aware(at: datetime) -> datetime:
    """Return `at` unchanged, or raise ValueError if it carries no zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone was given; use datetime.now(UTC)")
    return at


def ms_between(since: datetime, until: datetime) -> int:
    """Milliseconds from one moment to the other."""
    return round((until - since).total_seconds() * 1000)


def local(at: datetime) -> datetime:
    """The same moment on the province's clock."""
    return aware(at).astimezone(PROVINCE)


def written(at: datetime, *, exactly: bool = False) -> str:
    """`14:05 30/11/2026` on the province's clock, as pages, messages and documents write a moment; `exactly`: `14:05:07 30/11/2026`."""
    return local(at).strftime(words()("format.moment-exact" if exactly else "format.moment"))


def local_day(at: datetime) -> date:
    """The day in the province on which the moment falls."""
    return local(at).date()


def day_begins(day: date) -> datetime:
    """Midnight in the province at which the day begins."""
    return datetime.combine(day, time(), PROVINCE)


def day_as_written(text: str) -> date | None:
    """The day of `2026-12-31` and of what the language writes, `31/12/2026`, else of `31/12/2026`, `31.12.2026`, `31-12-2026`; None
    for what is none.
    """
    if text.isascii():
        with suppress(ValueError):
            return datetime.strptime(text.strip(), words()("format.day")).date()
    try:
        if found := _DAY.fullmatch(text.strip()):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        if found := _ISO_DAY.fullmatch(text.strip()):
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    return None


def to_come(at: datetime, now: datetime) -> bool:
    """Whether what was written down then was written under a clock that was wrong: that moment is still to come."""
    return aware(at) > aware(now) + SLACK


def is_over(at: datetime, now: datetime) -> bool:
    """Whether the day of that moment is over in the province. A day that is still to come is: what is done once a day must
    go on when a clock that had jumped ahead is put right.
    """
    return local_day(at) < local_day(now) or to_come(at, now)
