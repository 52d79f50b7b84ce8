"""When calls come in: hours, weekdays and holidays as a province has them. Pure; the same for the same dice."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hotline1022.core.clock import day_begins, local_day
from hotline1022.tickets.calendar import decreed

#: of a day's calls, by the hour on the province's clock
HOURS = (6, 4, 3, 3, 4, 8, 22, 60, 95, 92, 80, 55, 38, 62, 88, 84, 72, 50, 38, 34, 30, 24, 16, 10)
#: beside a working day
WEEKEND, HOLIDAY = 0.5, 0.3
#: calls come in until so long before the end, so that all have ended
QUIET = timedelta(minutes=45)


def weight(day: date) -> float:
    """How busy a day is."""
    if day in decreed(day.year).off:
        return HOLIDAY
    return WEEKEND if day.weekday() >= 5 and day not in decreed(day.year).worked else 1.0


def per_day(calls: int, days: int, until: datetime) -> list[tuple[date, int]]:
    """So many calls over so many days, the last of which is that of `until`; they add up."""
    last = local_day(until)
    found = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    part = (until - day_begins(last)) / timedelta(days=1)
    weights = [weight(day) * (part if day == last else 1.0) for day in found]
    total, done, made = sum(weights), 0.0, []
    for day, one in zip(found, weights, strict=True):
        before = round(calls * done / total)
        done += one
        made.append((day, round(calls * done / total) - before))
    return made


def moments(dice: random.Random, day: date, calls: int, until: datetime) -> Iterator[datetime]:
    """When they come in, in order."""
    begin, end = day_begins(day), until - QUIET
    found = []
    for _ in range(calls):
        hour = dice.choices(range(24), HOURS)[0]
        at = begin + timedelta(hours=hour, microseconds=dice.randrange(3_600_000_000))
        if at >= end:  # what would be later comes in some time before
            at = min(begin, end - timedelta(hours=1)) + (end - min(begin, end - timedelta(hours=1))) * dice.random()
        found.append(at)
    yield from sorted(found)
