"""When offices work: hours, weekends, public holidays and Tết, and what was decreed beside them. Pure; times of day are the
province's. The holidays are those of the `holidays` library, with the working Saturdays that it knows; own days win.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Protocol

import holidays

from hotline1022.core.clock import PROVINCE, day_begins, local
from hotline1022.core.words import words

#: open and close of one stretch of work
Span = tuple[datetime, datetime]


class Calendar(Protocol):
    """Something that knows when time counts."""

    def spans(self, day: date) -> tuple[Span, ...]:
        """The stretches of this day of the province in which time counts, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decreed:
    """Days of one year that the state set."""

    #: no work: public holidays and days given in exchange
    off: frozenset[date]
    #: days of a weekend that are worked in exchange
    worked: frozenset[date]


@cache
def decreed(year: int) -> Decreed:
    """Vietnam's public holidays of a year. A day worked in exchange is named by the year of the day off."""
    off = frozenset(holidays.country_holidays("VN", years=year))
    around = holidays.country_holidays("VN", years=range(year - 1, year + 2))
    worked = frozenset(day for day in around.weekend_workdays if day.year == year)
    return Decreed(off=off, worked=worked)


@cache
def holiday_names(year: int) -> Mapping[date, str]:
    """How Vietnam's public holidays of a year are called, in the language that the catalogue names."""
    language = words()("format.holidays")
    return dict(holidays.country_holidays("VN", years=year, language=language).items())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """Calendar of the offices."""

    #: stretches of a working day, in order
    hours: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
    #: Monday is 0
    weekdays: frozenset[int] = frozenset(range(5))
    #: own days off
    closed: frozenset[date] = frozenset()
    #: own days worked, whatever else is said of them
    worked: frozenset[date] = frozenset()
    #: year → what the state set
    state: Callable[[int], Decreed] = decreed

    def works(self, day: date) -> bool:
        """Whether offices are open on this day."""
        if day in self.worked or day in self.closed:
            return day in self.worked
        set_days = self.state(day.year)
        return day not in set_days.off and (day.weekday() in self.weekdays or day in set_days.worked)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours of this day; none when offices are closed."""
        if not self.works(day):
            return ()
        return tuple((datetime.combine(day, a, PROVINCE), datetime.combine(day, b, PROVINCE)) for a, b in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAndNight:
    """Calendar of what cannot wait: every hour counts."""

    def spans(self, day: date) -> tuple[Span, ...]:
        """The whole day."""
        midnight = day_begins(day)
        return ((midnight, midnight + timedelta(days=1)),)


def is_open(at: datetime, calendar: Calendar) -> bool:
    """Whether time counts at this moment."""
    return any(a <= at < b for a, b in calendar.spans(local(at).date()))
