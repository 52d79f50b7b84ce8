"""web.figures_port.Figures over the database: what is counted there, added up by figures/, with the names of today.

Refuses nothing itself. Wrap-up is of people, not of calls: it is told where all calls of a month at most are counted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

from hotline1022.core.clock import day_begins, local_day
from hotline1022.core.words import day_written
from hotline1022.db.unit import Database, Work
from hotline1022.directory.types import Directory
from hotline1022.figures import calls as of_calls
from hotline1022.figures import tickets as of_tickets
from hotline1022.figures.formulas import LEVEL
from hotline1022.figures.types import (
    Bucket,
    CallFigures,
    CallNarrow,
    Chart,
    ChartName,
    Figure,
    Group,
    Rows,
    SheetFile,
    Slot,
    TicketFigures,
    Unit,
)
from hotline1022.service.figures import sheets as figures_sheets
from hotline1022.service.tickets.view import ticket_filter
from hotline1022.service.views import call_filter
from hotline1022.tickets.types import Standing, TicketFilter
from hotline1022.web.page_words import words
from hotline1022.web.rules import dump
from hotline1022.web.types import CallFilter

#: over more days wrap-up is not added up: it is looked up person by person
WRAP_UP_DAYS = 31
#: questions that count, at a time; of the others each waits for its turn
AT_ONCE = 2
#: weeks of the chart, this one included
WEEKS = 12
#: which group each chart shows, of calls or of tickets
_GROUP = {
    ChartName.CALLS_TODAY: "result",
    ChartName.AREAS_TODAY: "area",
    ChartName.STATES_WEEK: "state",
    ChartName.STATES_MONTH: "state",
    ChartName.CATEGORIES_TODAY: "category",
}


def say(table: str, word: str, **values: object) -> str:
    """A word of the pages."""
    return words()(f"{table}.{word}", **values)


def span_of(name: ChartName, day: date) -> tuple[date, date]:
    """First day, and the first after it, of the chart of this day."""
    monday = day - timedelta(days=day.weekday())
    match name:
        case ChartName.STATES_WEEK:
            return monday, monday + timedelta(days=7)
        case ChartName.STATES_MONTH:
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)
        case ChartName.RECEIVED_BY_WEEK:
            return monday - timedelta(weeks=WEEKS - 1), monday + timedelta(days=7)
        case _:
            return day, day + timedelta(days=1)


def _text(**times: datetime) -> dict[str, str]:
    return {name: str(dump(at)) for name, at in times.items()}


class FiguresView:
    """Figures."""

    def __init__(
        self, database: Database, directory: Callable[[], Directory], menu: Callable[[], Mapping[str, str]]
    ) -> None:
        self._database, self._directory, self._menu = database, directory, menu
        self._turns, self._sheet = asyncio.Semaphore(AT_ONCE), asyncio.Lock()

    @asynccontextmanager
    async def _counting(self) -> AsyncIterator[Work]:
        """The database, when it is our turn: connections are left for calls, however many people count years."""
        async with self._turns, self._database.reading() as tx:
            yield tx

    async def calls(self, wanted: CallFilter, query: Mapping[str, str], *, level: str) -> CallFigures:
        """Of the calls of this filter."""
        if wanted.since is None or wanted.until is None:
            raise AssertionError("calls are counted of a time")
        asked = call_filter(wanted)
        async with self._counting() as tx:
            first = local_day(wanted.since)
            shifts = [
                Slot(id=one.id, name=one.name, starts=one.starts, ends=one.ends)
                for one in await tx.shifts.shifts()
                if one.on(first)
            ]
            cells = await tx.figures.calls(asked, step=of_calls.step_of(shifts))
            month = wanted.until - wanted.since <= timedelta(days=WRAP_UP_DAYS)
            all_calls = wanted == CallFilter(since=wanted.since, until=wanted.until, narrow=_thresholds(wanted.narrow))
            wrap_up = await tx.figures.wrap_up_ms(wanted.since, wanted.until) if month and all_calls else None
        return CallFigures(
            since=wanted.since,
            until=wanted.until,
            within_ms=wanted.narrow.within_ms,
            short_ms=wanted.narrow.short_ms,
            level=level,
            figures=tuple(of_calls.figures(cells, query, say, wrap_up_ms=wrap_up)),
            groups=tuple(of_calls.groups(cells, query, say, categories=self._categories(), shifts=shifts, level=level)),
        )

    async def tickets(self, wanted: TicketFilter, query: Mapping[str, str], *, at: datetime) -> TicketFigures:
        """Of the tickets of this filter."""
        if wanted.since is None or wanted.until is None:
            raise AssertionError("tickets are counted of a time")
        async with self._counting() as tx:
            cells = await tx.figures.tickets(wanted, at)
        return TicketFigures(
            since=wanted.since,
            until=wanted.until,
            at=at,
            figures=tuple(of_tickets.figures(cells, query, say)),
            groups=tuple(of_tickets.groups(cells, query, say, self._names())),
        )

    async def count_calls(self, wanted: CallFilter) -> int:
        """The length of the list, whatever page of it is shown."""
        async with self._counting() as tx:
            return await tx.figures.count_calls(call_filter(replace(wanted, before=None)))

    async def count_tickets(self, wanted: TicketFilter) -> int:
        """The length of the list, whatever page of it is shown."""
        async with self._counting() as tx:
            return await tx.figures.count_tickets(ticket_filter(replace(wanted, before=None)))

    async def open_tickets(self, at: datetime) -> tuple[Figure, ...]:
        """How many are open, and overdue."""
        async with self._counting() as tx:
            counts = await tx.figures.open_tickets(at)
        found = []
        for standing, count in zip((Standing.OPEN, Standing.OVERDUE), counts, strict=True):
            rows = Rows(path=of_tickets.PATH, query={"standing": standing.value, **_text(until=at, at=at)})
            name = say("standing", standing)
            found.append(Figure(id=standing, name=name, value=count, unit=Unit.TICKETS, formula="", rows=rows))
        return tuple(found)

    async def chart(self, name: ChartName, day: date, now: datetime) -> Chart:
        """One chart."""
        first, after = span_of(name, day)
        since, until = day_begins(first), min(day_begins(after), max(now, day_begins(first)))
        query = _text(since=since, until=until)
        if name is ChartName.RECEIVED_BY_WEEK:
            return _chart(name, day, since, until, Unit.CALLS, query, await self._weeks(since, until))
        group = _GROUP[name]
        async with self._counting() as tx:
            if name is ChartName.CALLS_TODAY:
                cells = await tx.figures.calls(call_filter(CallFilter(since=since, until=until)))
                groups = of_calls.groups(cells, query, say, categories={}, shifts=(), level=LEVEL)
                return _chart(name, day, since, until, Unit.CALLS, query, _of(groups, group))
            found = await tx.figures.tickets(TicketFilter(since=since, until=until), now, (group,))
        query |= _text(at=now)
        made = of_tickets.groups(found, query, say, self._names())
        return _chart(name, day, since, until, Unit.TICKETS, query, _of(made, group))

    async def _weeks(self, since: datetime, until: datetime) -> tuple[Bucket, ...]:
        async with self._counting() as tx:
            days = await tx.figures.calls_by_day(call_filter(CallFilter(since=since, until=until)))
        found, monday = [], since.date()
        while day_begins(monday) < until:
            week = [days.get(monday + timedelta(days=number), 0) for number in range(7)]
            begin, end = day_begins(monday), min(day_begins(monday + timedelta(days=7)), until)
            rows = Rows(path=of_calls.PATH, query=_text(since=begin, until=end))
            name = say("figure-group", "week-of", day=day_written(monday))
            found.append(Bucket(key=monday.isoformat(), name=name, count=sum(week), parts={}, level=None, rows=rows))
            monday += timedelta(days=7)
        return tuple(found)

    async def call_sheet(self, wanted: CallFilter, *, numbers: bool, at: datetime) -> SheetFile:
        """All calls of this filter."""
        book = figures_sheets.CallBook(self._categories(), say, numbers=numbers)
        async with self._sheet:
            return await figures_sheets.written(self._database, book, call_filter(wanted), at)

    async def ticket_sheet(self, wanted: TicketFilter, *, numbers: bool, at: datetime) -> SheetFile:
        """All tickets of this filter."""
        book = figures_sheets.TicketBook(say, numbers=numbers, at=at)
        async with self._sheet:
            return await figures_sheets.written(self._database, book, ticket_filter(wanted), at)

    def _categories(self) -> Mapping[str, str]:
        return {**self._menu(), **{id: one.name for id, one in self._directory().categories.items()}}

    def _names(self) -> Mapping[str, Mapping[str, str]]:
        directory = self._directory()
        return {
            "agency": {id: one.name for id, one in directory.agencies.items()},
            "area": {id: one.name for id, one in directory.areas.items()},
            "category": self._categories(),
        }


def _thresholds(narrow: CallNarrow) -> CallNarrow:
    """All calls, by these thresholds."""
    return CallNarrow(within_ms=narrow.within_ms, short_ms=narrow.short_ms)


def _of(groups: list[Group], wanted: str) -> tuple[Bucket, ...]:
    return next((one.buckets for one in groups if one.id == wanted), ())


def _chart(
    name: ChartName,
    day: date,
    since: datetime,
    until: datetime,
    unit: Unit,
    query: Mapping[str, str],
    slices: tuple[Bucket, ...],
) -> Chart:
    path = of_calls.PATH if unit is Unit.CALLS else of_tickets.PATH
    return Chart(
        id=name,
        name=say("chart", name),
        day=day,
        since=since,
        until=until,
        unit=unit,
        total=sum(one.count for one in slices),
        slices=slices,
        rows=Rows(path=path, query=query),
    )
