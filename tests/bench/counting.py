"""Figures of a million calls and 200,000 tickets on PostgreSQL, and the lists behind them, each timed; exit code 1 over the bound.

The database is made by scripts/seed's own hand. Refuses to time what it has not shown to be there: each line says what it found.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import click
from sqlalchemy import Column, Integer, Table

from hotline1022.core.clock import day_begins, local_day
from hotline1022.core.outcomes import Result
from hotline1022.db.columns import UtcTime
from hotline1022.db.migrate import migrate
from hotline1022.db.tables import agent_state_change, call
from hotline1022.db.tables_cascade import cascade
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.db.unit import Database
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import Directory
from hotline1022.figures.types import CallNarrow, CallPart, ChartName
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.views import CallsView, call_filter
from hotline1022.tickets.policy import load_policy
from hotline1022.tickets.types import Channel, Standing, State, TicketFilter
from hotline1022.web.types import CallFilter
from tests.bench.catalogue import Timed, report, say
from tests.bench.cluster import cluster
from tests.lab.bulk import filling
from tests.lab.seed.main import PER_DAY, make
from tests.lab.seed.portions import Wanted

BOUND_MS = 200.0
#: a Friday evening
UNTIL = datetime(2026, 11, 27, 11, tzinfo=UTC)
Question = Callable[[], Awaitable[int]]


class Bench:
    """What pages ask."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._view = FiguresView(database, lambda: directory, dict)
        self._calls = CallsView(database)

    def questions(self) -> Mapping[str, Question]:
        """By name; each says how many it found."""
        today, now = local_day(UNTIL), UNTIL
        spans = {
            "today": day_begins(today),
            "a week": now - timedelta(days=7),
            "a month": now - timedelta(days=31),
            "a year": now - timedelta(days=365),
        }
        found: dict[str, Question] = {}
        for name, since in spans.items():
            found[f"calls of {name}"] = partial(self._of_calls, CallFilter(since=since, until=now))
            found[f"tickets of {name}"] = partial(self._of_tickets, TicketFilter(since=since, until=now))
        year = spans["a year"]
        narrow = {
            "a category": CallNarrow(category="traffic"),
            "a unit": CallNarrow(agency="so-giao-thong-van-tai"),
            "a service group": CallNarrow(service="Tra cứu hồ sơ"),
            "words": CallNarrow(words="ổ gà"),
            "words of what is open": CallNarrow(words="ổ gà", open_words=True),
            "a common state of tickets": CallNarrow(ticket_state=State.COMPLETED),
            "a rare state of tickets": CallNarrow(ticket_state=State.ACCEPTED),
            "the night": CallNarrow(from_time=datetime(2026, 1, 1, 22).time(), to_time=datetime(2026, 1, 1, 6).time()),
        }
        for name, one in narrow.items():
            wanted = CallFilter(since=year, until=now, narrow=one)
            found[f"calls of a year, {name}"] = partial(self._of_calls, wanted)
            found[f"the list of that, {name}"] = partial(self._list_calls, wanted)
            found[f"how many that are, {name}"] = partial(self._view.count_calls, wanted)
        for part in CallPart:
            wanted = CallFilter(since=year, until=now, narrow=CallNarrow(part=part))
            found[f"the list of a year's {part}"] = partial(self._list_calls, wanted)
        for result in (Result.ABANDONED, Result.REFUSED):
            wanted = CallFilter(since=year, until=now, result=result)
            found[f"the list of a year's {result}"] = partial(self._list_calls, wanted)
        tickets = {
            "a unit": TicketFilter(agencies=frozenset({"so-xay-dung"})),
            "a category": TicketFilter(category="environment-land"),
            "a channel": TicketFilter(channel=Channel.SMS),
            "words": TicketFilter(words="trụ cáp nghiêng"),
            "words nobody said": TicketFilter(words="chuachuaai"),
            "words nobody said of what is open": TicketFilter(words="chuachuaai", open_words=True),
            "a state": TicketFilter(state=State.ACCEPTED),
        }
        for name, of in tickets.items():
            asked = replace(of, since=year, until=now)
            found[f"tickets of a year, {name}"] = partial(self._of_tickets, asked)
            found[f"the list of those, {name}"] = partial(self._list_tickets, asked)
            found[f"how many those are, {name}"] = partial(self._view.count_tickets, asked)
        for standing in Standing:
            asked = TicketFilter(since=year, until=now, standing=standing, standing_at=now)
            found[f"the list of a year's tickets, {standing}"] = partial(self._list_tickets, asked)
        for chart in ChartName:
            found[f"chart {chart}"] = partial(self._chart, chart, today)
        found["how many calls of a year"] = partial(self._view.count_calls, CallFilter(since=year, until=now))
        found["how many tickets of all times"] = partial(self._view.count_tickets, TicketFilter())
        found["open and overdue tickets of all times"] = self._open
        found["the list of overdue tickets of all times"] = partial(
            self._list_tickets, TicketFilter(standing=Standing.OVERDUE, standing_at=now)
        )
        found["hunts under way"] = self._hunts
        return found

    async def _of_calls(self, wanted: CallFilter) -> int:
        return (await self._view.calls(wanted, {}, level="sl-strict")).figures[0].value or 0

    async def _of_tickets(self, wanted: TicketFilter) -> int:
        return (await self._view.tickets(wanted, {}, at=UNTIL)).figures[0].value or 0

    async def _list_calls(self, wanted: CallFilter) -> int:
        return len(await self._calls.list(wanted))

    async def _list_tickets(self, wanted: TicketFilter) -> int:
        async with self._database.reading() as tx:
            return len(await tx.tickets.list(wanted))

    async def _chart(self, name: ChartName, day: date) -> int:
        return (await self._view.chart(name, day, UNTIL)).total

    async def _open(self) -> int:
        return sum(one.value or 0 for one in await self._view.open_tickets(UNTIL))

    async def _hunts(self) -> int:
        async with self._database.reading() as tx:
            return len(await tx.cascades.list(under_way=True))


async def timed(questions: Mapping[str, Question], times: int) -> list[Timed]:
    """Each so many times, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in questions}
    counts: dict[str, int] = {}
    for _ in range(times):
        for name, question in questions.items():
            begun = time.perf_counter()
            counts[name] = await question()
            taken[name].append((time.perf_counter() - begun) * 1000)
    return [Timed(name, counts[name], False, tuple(ms)) for name, ms in taken.items()]


async def asked(address: str, calls: int, tickets: int, times: int, bound: float | None) -> bool:
    """Everything, of a database that is filled."""
    async with Database(address) as database:
        async with database.reading() as tx:
            directory = await tx.directory.load()
            every = await tx.figures.count_calls(call_filter(CallFilter()))
        if every != calls:
            raise AssertionError(f"{every} calls are there, not {calls}")
        title = f"PostgreSQL, {calls} calls, {tickets} tickets"
        return report(await timed(Bench(database, directory).questions(), times), title, bound, column="found")


async def copied(address: str, copies: int, days: int) -> None:
    """All rows once more, so many days before, and so on: `copies` times as many in the end, of 60,000 tickets at most."""
    async with filling(address, [], many=False) as bulk:
        for number in range(1, copies):
            for table in (call, ticket, ticket_call, cascade, agent_state_change):
                columns = [
                    column for column in table.columns if not isinstance(column.type, Integer) or column.name != "id"
                ]
                names = ", ".join(column.name for column in columns)
                values = ", ".join(_copy(table, column, number, days) for column in columns)
                first = f" WHERE {_TIMES[table]}" if table in _TIMES else ""
                await bulk.run(f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name}{first}")
            say(f"{number + 1} of {copies} times as many")


#: what tells the first rows from their copies
_TIMES = {
    call: "id LIKE 'hl1-%'",
    cascade: "call_id LIKE 'hl1-%'",
    ticket: "code >= '2'",
    ticket_call: "call_id LIKE 'hl1-%'",
    agent_state_change: "at >= (SELECT min(entered_at) FROM call WHERE id LIKE 'hl1-%')",
}


def _copy(table: Table, column: Column[Any], number: int, days: int) -> str:
    """The value of a column in a copy."""
    if isinstance(column.type, UtcTime):
        return f"{column.name} - interval '{days * number} days'"
    if column.name == "call_id" or (table is call and column.name == "id"):
        return f"'hl{number + 1}' || substr({column.name}, 4)"
    if column.name == "ticket_id" or (table is ticket and column.name == "id"):
        return f"substr(md5({column.name} || '{number}'), 1, 16)"
    if column.name == "code" and table is ticket:
        return f"lpad(({number * 60_000} + row_number() OVER ())::text, 8, '0')"
    return column.name


async def on_postgres(calls: int, tickets: int, copies: int, times: int, bound: float | None) -> bool:
    """In a cluster of its own."""
    async with cluster() as address:
        await migrate(address)
        say(f"PostgreSQL runs; {calls} calls and {tickets} tickets are made")
        days = max(31, calls // PER_DAY)
        wanted = Wanted(calls=calls, tickets=tickets, days=days, until=UNTIL, fact_days=1)
        begun = time.perf_counter()
        await make(address, wanted, Numbers(area_code="274"), load_policy(), catalogue=False)
        say(f"made in {time.perf_counter() - begun:.0f} s")
        await copied(address, copies, days)
        say("questions")
        return await asked(address, calls * copies, tickets * copies, times, bound)


@click.command()
@click.option("--calls", default=1_000_000, show_default=True, help="Calls.")
@click.option("--tickets", default=None, type=int, help="Tickets; a fifth of the calls.")
@click.option(
    "--copies",
    default=1,
    show_default=True,
    help="So many times as many: the years before are copies. Sooner than --calls.",
)
@click.option("--times", default=5, show_default=True, help="How often each is asked.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(calls: int, tickets: int | None, copies: int, times: int, no_bound: bool) -> None:
    """Time the figures of many calls and tickets, and the lists behind them.

    \b
    Example: scripts/bench-figures --calls 100000
    """
    tickets = calls // 5 if tickets is None else tickets
    bound = None if no_bound else BOUND_MS
    sys.exit(0 if asyncio.run(on_postgres(calls, tickets, copies, times, bound)) else 1)


if __name__ == "__main__":
    main()
