"""`scripts/seed`: an empty database is filled with calls and tickets that fit together, as a province would have them.

Refuses a database that has anything in it, unless it is one that this made, and then only with --again.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import asyncpg  # type: ignore[import-untyped]
import click

from hotline1022.audit.types import Fact
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import local
from hotline1022.core.errors import Refused
from hotline1022.db.engine import parse, sqlite_file
from hotline1022.db.migrate import migrate
from hotline1022.db.restoring import standing
from hotline1022.db.types import Batch, CallFilter, Crew, JournalPosition
from hotline1022.db.unit import Database
from hotline1022.directory.numbers import Numbers
from hotline1022.service.cli.base import CONFIG, settings_of, speaking
from hotline1022.service.directory.desk import fill as fill_directory
from hotline1022.service.directory.desk import numbers_of
from hotline1022.service.prepare import folders
from hotline1022.tickets.policy import Policy, load_policy
from hotline1022.tickets.types import TicketFilter
from tests.lab.bulk import filling
from tests.lab.seed.floor import CREWS, SHIFTS, people
from tests.lab.seed.portions import COLUMNS, History, Wanted

#: under this name a database says that it was seeded; how many calls it was given
MARK = "scripts/seed"
#: calls in one transaction of the catalogue
_AT_ONCE = 500
#: from so many calls on, indexes are made afterwards, and the last days alone have facts
MANY, FACT_DAYS = 50_000, 30
#: a day of the province, and what is before it
DAY_CALLS, DAY_TICKETS, DAY_DAYS = 1200, 300, 30
#: calls a day, where nobody says over how many days
PER_DAY = 456


def say(text: str) -> None:
    """Progress, on stderr."""
    click.echo(f"  {time.strftime('%H:%M:%S')}  {text}", err=True)


@dataclass(slots=True)
class Progress:
    """A line for each tenth."""

    what: str
    total: int
    done: int = 0

    def went(self, more: int) -> None:
        """So many more are done."""
        before = self.done * 10 // max(1, self.total)
        self.done += more
        if self.done * 10 // max(1, self.total) > before:
            say(f"{self.what}: {self.done} of {self.total}")


async def seeded(address: str) -> bool | None:
    """Whether this made what is in the database; None: nothing is in it."""
    file = sqlite_file(parse(address))
    if file is not None and not file.exists():
        return None
    if (await standing(address)).empty:
        return None
    async with Database(address) as database, database.reading() as tx:
        if await tx.calls.position(MARK) is not None:
            return True
        calls = (await tx.calls.list(CallFilter(limit=1))).calls
        used = bool(calls or await tx.tickets.list(TicketFilter(limit=1)) or await tx.agents.people())
    return False if used else None


async def emptied(address: str) -> None:
    """All of it goes."""
    file = sqlite_file(parse(address))
    if file is not None:
        for ending in ("", "-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        return
    link = await asyncpg.connect(address, timeout=10)
    try:
        schema = await link.fetchval("SELECT quote_ident(current_schema())")
        await link.execute(f"DROP SCHEMA {schema} CASCADE")
        await link.execute(f"CREATE SCHEMA {schema}")
    finally:
        await link.close()


async def make(address: str, wanted: Wanted, numbers: Numbers, policy: Policy, *, catalogue: bool = True) -> None:
    """Fill an empty database."""
    await migrate(address)
    async with Database(address) as database:
        at = wanted.until - timedelta(days=wanted.days)
        await fill_directory(database, numbers, at)
        async with database.reading() as tx:
            directory = await tx.directory.load()
        await _staff(database, wanted)
    history, progress = History(wanted, directory, policy), Progress("calls", wanted.calls)
    answered: list[str] = []
    acts: list[Fact] = []
    async with filling(address, list(COLUMNS), many=wanted.calls >= MANY) as bulk:
        portions = history.portions()
        while (portion := await asyncio.to_thread(next, portions, None)) is not None:
            for table, names in COLUMNS.items():
                await bulk.put(table, names, portion.rows[table])
            progress.went(portion.calls)
            if catalogue:
                answered += portion.answered
                acts += portion.acts
        say("rows are there; indexes now")
    if catalogue:
        await _told(address, answered, sorted(acts, key=lambda one: one.at))


async def _staff(database: Database, wanted: Wanted) -> None:
    crews = [
        Crew(id=f"k{number}", name=f"Kíp {number}", people=members) for number, members in enumerate(CREWS, start=1)
    ]
    mark = JournalPosition(name=MARK, inode=0, offset=wanted.calls, updated_at=wanted.until)
    with by_the_service():
        async with database.transaction() as tx:
            await tx.calls.save(Batch(positions=(mark,)))
            for one in people(random.Random(wanted.seed)):
                await tx.agents.add_person(one)
            await tx.shifts.save_shifts(SHIFTS)
            await tx.shifts.save_crews(crews)


async def _told(address: str, answered: Sequence[str], acts: Sequence[Fact]) -> None:
    """The rows of the catalogue, by the product's own hand, and what people did, in the audit's chain."""
    progress = Progress("catalogue and audit", len(answered))
    share = len(acts) / max(1, len(answered))
    async with Database(address) as database:
        for first in range(0, max(1, len(answered)), _AT_ONCE):
            some = answered[first : first + _AT_ONCE]
            last = first + _AT_ONCE >= len(answered)
            until = len(acts) if last else round((first + len(some)) * share)
            with by_the_service():
                async with database.transaction() as tx:
                    for fact in acts[round(first * share) : until]:
                        tx.audit.add(fact)
                    tx.catalogue.touch(some, over=True)
            progress.went(len(some))


def wanted_of(
    calls: int | None, tickets: int | None, days: int | None, until: datetime, seed: int, *, day: bool
) -> Wanted:
    """What these options ask for."""
    calls = calls if calls is not None else DAY_CALLS if day else 100_000
    tickets = tickets if tickets is not None else DAY_TICKETS if day else calls // 5
    days = days if days is not None else DAY_DAYS if day else max(1, calls // PER_DAY)
    if not calls or tickets > calls * 0.4:
        raise Refused(
            "there are more tickets than calls can have; ask for four of ten calls at most", error_id="seed-sizes"
        )
    made = Wanted(calls=calls, tickets=tickets, days=days, until=until, seed=seed)
    return replace(made, fact_days=FACT_DAYS) if calls >= MANY else made


@click.command()
@CONFIG
@click.option("--calls", type=click.IntRange(1), default=None, help="Calls; 100000, or 1200 with --day.")
@click.option(
    "--tickets", type=click.IntRange(0), default=None, help="Tickets; a fifth of the calls, or 300 with --day."
)
@click.option(
    "--days",
    type=click.IntRange(1, 7300),
    default=None,
    help="Over so many days; 456 calls a day, or 30 days with --day.",
)
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M"]), default=None, help="The end, in UTC; now.")
@click.option("--seed", default=1022, show_default=True, help="Another number makes another history.")
@click.option("--day", is_flag=True, help="For a demo: the last 30 days of a province.")
@click.option(
    "--no-catalogue", is_flag=True, help="Without the catalogue of recordings and the audit, which take longest."
)
@click.option("--again", is_flag=True, help="Empty a database that this made, and fill it anew.")
@speaking
def main(
    config: str | None,
    calls: int | None,
    tickets: int | None,
    days: int | None,
    until: datetime | None,
    seed: int,
    day: bool,
    no_catalogue: bool,
    again: bool,
) -> None:
    """Fill an empty database with calls and tickets that fit together. Stop the service first.

    \b
    Examples:
      scripts/seed --day --config 1022.toml
      scripts/seed --calls 1000000 --tickets 200000 --no-catalogue
    """
    settings = settings_of(config)
    now = until.replace(tzinfo=UTC) if until else datetime.now(UTC).replace(second=0, microsecond=0)
    wanted = wanted_of(calls, tickets, days, now, seed, day=day)
    folders(settings)
    begun = time.perf_counter()

    async def whole() -> None:
        made = await seeded(settings.database_url)
        if made is False or (made and not again):
            cure = "give --again to empty and fill it" if made else "choose an empty one (database.url, paths.data)"
            raise Refused(f"the database has calls or tickets; {cure}", error_id="database-not-empty")
        if made:
            await emptied(settings.database_url)
        say(
            f"{wanted.calls} calls and {wanted.tickets} tickets over {wanted.days} days until {local(wanted.until):%d/%m/%Y %H:%M}"
        )
        policy = load_policy(settings.paths.ticket_policy)
        await make(settings.database_url, wanted, numbers_of(settings), policy, catalogue=not no_catalogue)

    asyncio.run(whole())
    say(f"done in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
