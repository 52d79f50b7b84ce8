"""What the evidence of a million recordings costs on PostgreSQL: the walk, the night, retention, what people ask. Exit code 1
over a bound.

No file is on the disk, and none is looked for: hashing is the disk's and the processor's, a matter of bytes and not of rows.
Refuses to time what it has not shown to be done: each line says how many it found, and a walk that finds anything fails.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import click

from hotline1022.audit.types import EMPTY
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.evidence.types import Filter, State
from hotline1022.recordings.below import Lying
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.verify import Verification, check, verify
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.evidence.desk import EvidenceDesk
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.retention import work as retention
from hotline1022.service.settings.retention import Retention as Settings
from tests.bench.catalogue import FIRST, say
from tests.bench.cluster import cluster
from tests.bench.evidence_rows import fill
from tests.lab.memory import forget_peak, peak_kib

#: milliseconds that somebody waits for an answer on a screen
ASKED = 50.0
#: a question of the night, or of a command that shows how far it is: a third of what the database lets one statement take
ONE = 5000.0
#: the whole walk, a million recordings: an hour of a night has room for a slower machine and for the files
WALK = 1_200_000.0
#: MiB by which the process may grow in a walk
GROWTH = 64.0
NOW = FIRST + timedelta(days=365 * 6, hours=2)
Work = Callable[[], Awaitable[int]]


class NoDisk(HeavyPool):
    """Finds every file as it was stored; of the days in `gone` none at all, so that every row is asked about again."""

    def __init__(self, gone: str = "-") -> None:
        super().__init__()
        self._gone = gone

    async def run(self, job: Any, *args: Any, **kwargs: Any) -> Any:
        """As the worker would answer."""
        if job is check:
            files = args[1]
            missing = [one.path for one in files if one.path.startswith(self._gone)]
            return Verification(checked=len(files), missing=missing)
        return Lying()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One piece of work."""

    name: str
    found: int
    ms: tuple[float, ...]
    bound: float


async def timed(name: str, bound: float, work: Work, times: int = 5) -> Timed:
    """So many times; the first one finds nothing in memory."""
    taken, found = [], 0
    for _ in range(times):
        begun = time.perf_counter()
        found = await work()
        taken.append((time.perf_counter() - begun) * 1000)
    say(f"{name}: {median(taken):.1f} ms, {found} found")
    return Timed(name=name, found=found, ms=tuple(taken), bound=bound)


class Bench:
    """The questions, asked through the parts of the service that ask them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.done: list[Timed] = []
        #: of walks: nothing was changed
        self.findings = 0

    async def questions(self) -> None:
        """What people ask, what the night asks."""
        await self._people()
        await self._night()
        await self._retention()

    async def _one(self, name: str, bound: float, work: Work, times: int = 5) -> None:
        self.done.append(await timed(name, bound, work, times))

    def _examiner(self, **more: Any) -> Examiner:
        trust = Trust(folder=Path("/nonexistent"))
        return Examiner(self._database, Path("/nonexistent"), trust, pool=NoDisk(), **more)

    async def _people(self) -> None:
        nothing: Any = None
        desk = EvidenceDesk(
            self._database, nothing, look=nothing, originals=nothing, stamper=nothing, key=nothing, clock=lambda: NOW
        )
        disclosures = DisclosuresView(self._database, nothing, nothing)
        async with self._database.reading() as tx:
            calls = [call async for some in tx.originals.told() for call in some[:1]]
            some = calls[:: max(1, len(calls) // 20)]

        async def now() -> int:
            return (await desk.now()).seq

        async def about() -> int:
            return len((await desk.entries(f"call:{some[3]}", 200)).entries)

        async def chain() -> int:
            return len((await desk.entries("chain", 200)).entries)

        async def listed(state: State | None = None) -> int:
            return len((await disclosures.list(Filter(state=state))).disclosures)

        async def unnoted() -> int:
            async with self._database.reading() as tx:
                return len(await tx.listening.unnoted())

        async def holds() -> int:
            async with self._database.reading() as tx:
                return len(await tx.holds.open())

        async def rows() -> int:
            return len(await self._examiner().rows([some[5]])) + 1

        async def messages() -> int:
            async with self._database.reading() as tx:
                return len(await tx.recordings.voicemails(heard=False))

        await self._one("GET /api/evidence: the chain's last entry", ASKED, now)
        await self._one("GET /api/evidence/entries of a call", ASKED, about)
        await self._one("the same of the chain itself", ASKED, chain)
        await self._one("disclosures, newest first, with hand-outs and links", ASKED, listed)
        for state in (State.REQUESTED, State.PACKED, State.APPROVED):
            await self._one(f"disclosures that are {state}", ASKED, partial(listed, state))
        await self._one("ranges that the chain does not know yet", ASKED, unnoted)
        await self._one("open holds", ASKED, holds)
        await self._one("messages that nobody heard", ASKED, messages)
        await self._one("rows and history of a call, before it is played", ASKED, rows)

    async def _night(self) -> None:
        async with self._database.reading() as tx:
            head = (await tx.audit.head()).seq
            yesterday = await tx.audit.before(NOW - timedelta(days=1))

        async def sample() -> int:
            async with self._database.reading() as tx:
                return len(await tx.originals.sample(100))

        async def new() -> int:
            async with self._database.reading() as tx:
                return sum([len(some) async for some in tx.originals.told(since=yesterday.seq)])

        async def chain() -> int:
            evidence = Evidence()
            await self._examiner().chain(evidence, yesterday)
            return evidence.entries

        async def sampled() -> int:
            async with self._database.reading() as tx:
                calls = await tx.originals.sample(100)
            evidence = Evidence()
            await self._examiner(book=SqlRecordingStore(self._database)).originals(evidence, calls)
            self.findings += len(evidence.findings)
            return evidence.calls

        async def begin() -> int:
            async with self._database.reading() as tx:
                return (await tx.audit.before(NOW - timedelta(days=365 * 3))).seq

        say(f"{head} entries, {head - yesterday.seq} of the last day")
        await self._one("nightly: a hundred calls by chance", ONE, sample)
        await self._one("nightly: calls told of since yesterday", ONE, new)
        await self._one("nightly: the chain since yesterday", ONE, chain)
        await self._one("nightly: those hundred against the chain, and their states", ONE, sampled)
        await self._one("verify --since: the entry of three years ago", ONE, begin)

    async def _retention(self) -> None:
        usual, shortened = Settings(), Settings(ordinary_days=365, emergency_days=365)

        async def look(settings: Settings) -> int:
            found = await retention.look(self._database, settings, NOW)
            return found.recordings

        async def count(settings: Settings) -> int:
            async with self._database.reading() as tx:
                return await tx.retention.count(settings.terms.ends(NOW))

        async def due(settings: Settings) -> int:
            async with self._database.reading() as tx:
                found = [await tx.retention.due(kind, at, limit=20) for kind, at in settings.terms.ends(NOW).items()]
            return sum(map(len, found))

        async def calls() -> int:
            async with self._database.reading() as tx:
                found = [await tx.old_calls.due(*end, limit=20) for end in usual.terms.call_ends(NOW).items()]
            return sum(map(len, found))

        async def count_calls() -> int:
            async with self._database.reading() as tx:
                return sum([await tx.old_calls.count(*end) for end in usual.terms.call_ends(NOW).items()])

        async def lately() -> int:
            async with self._database.reading() as tx:
                since = NOW - timedelta(days=30)
                return await tx.retention.lately(since) + await tx.old_calls.lately(since)

        async def clock() -> int:
            return len(await retention.doubt_of(self._database, NOW))

        await self._one("retention: is the clock to be believed", ASKED, clock)
        await self._one("retention: how many went lately", ONE, lately)
        await self._one("retention: how many are due", ONE, lambda: count(usual))
        await self._one("retention: the next twenty", ONE, lambda: due(usual))
        await self._one("the same after the days were shortened to a year", ONE, lambda: due(shortened))
        await self._one("retention --dry-run", ONE, lambda: look(usual))
        await self._one("the same after the days were shortened to a year", 12 * ONE, lambda: look(shortened), 1)
        await self._one("retention: the next twenty old calls", ONE, calls)
        await self._one("retention: how many old calls", ONE, count_calls)

    async def walk(self) -> None:
        """All of `evidence verify`, but for the bytes of the files."""
        store = SqlRecordingStore(self._database)
        month = (NOW - timedelta(days=40)).date()

        async def work() -> int:
            return await self._examiner().work()

        async def chain() -> int:
            evidence = Evidence()
            await self._examiner().chain(evidence, EMPTY)
            return self._counted(evidence, evidence.entries)

        async def rows() -> int:
            evidence = Evidence()
            await self._examiner().rows_of_everything(evidence)
            return self._counted(evidence, evidence.calls)

        async def files(pool: HeavyPool, since: date | None = None, **more: Any) -> int:
            return (await verify(store, Path("/nonexistent"), pool=pool, since=since, **more)).checked

        await self._one("verify: how much there is to do", ONE, work, 3)
        await self._one("verify: the chain, all of it", WALK, chain, 1)
        await self._one("verify: rows and histories of all calls", WALK, rows, 1)
        await self._one("verify: every file that a row promises", WALK, lambda: files(NoDisk()), 1)
        await self._one("verify: forty days, states too", WALK / 10, lambda: files(NoDisk(), month, book=store), 1)
        lost = NoDisk(f"{NOW - timedelta(days=20):%Y/%m/}")
        await self._one("verify: forty days, one month lost", WALK / 10, lambda: files(lost, month), 1)

    def _counted(self, evidence: Evidence, count: int) -> int:
        self.findings += len(evidence.findings)
        return count


def report(done: Sequence[Timed], rows: int, grown: float, findings: int, *, bounded: bool) -> bool:
    """The table on stdout; whether all bounds hold."""
    click.echo(f"| PostgreSQL, {rows} recordings | found | median | slowest | bound |")
    click.echo("| --- | ---: | ---: | ---: | ---: |")
    for one in done:
        times = f"{_said(median(one.ms))} | {_said(max(one.ms))} | {_said(one.bound)}"
        click.echo(f"| {one.name} | {one.found} | {times} |")
    click.echo(f"| growth of the process in the walk | | {grown:.0f} MiB | | {GROWTH:.0f} MiB |")
    now, before, _ = os.getloadavg()
    click.echo(f"\nLoad of the machine meanwhile: {now:.1f} (5 minutes: {before:.1f}) on {os.cpu_count()} cores.")
    missed = [one.name for one in done if median(one.ms) > one.bound]
    missed += ["growth of the process"] if grown > GROWTH else []
    missed += [f"{findings} findings, where nothing was changed"] if findings else []
    click.echo(f"Every bound: {'MISSED by ' + ', '.join(missed) if missed else 'holds'}")
    return not (missed and bounded)


def _said(ms: float) -> str:
    return f"{ms:.1f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


async def asked(address: str, rows: int, *, bounded: bool) -> bool:
    """Ask everything of a database that was filled."""
    async with Database(address) as database:
        bench = Bench(database)
        await bench.questions()
        before = forget_peak()
        await bench.walk()
        return report(bench.done, rows, (peak_kib() - before) / 1024, bench.findings, bounded=bounded)


async def on_postgres(rows: int, *, bounded: bool) -> bool:
    """In a cluster of its own."""
    async with cluster() as address:
        await migrate(address)
        say(f"PostgreSQL runs; {rows} recordings are made")
        await fill(address, rows)
        say("questions")
        return await asked(address, rows, bounded=bounded)


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Recordings.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(rows: int, no_bound: bool) -> None:
    """Time what the evidence of many recordings costs.

    \b
    Example: scripts/bench-evidence --rows 100000
    """
    sys.exit(0 if asyncio.run(on_postgres(rows, bounded=not no_bound)) else 1)


if __name__ == "__main__":
    main()
