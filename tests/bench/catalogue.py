"""Searches in a catalogue of a million recordings, on PostgreSQL or SQLite, each timed; exit code 1 over the bound.

The recordings are made in the database itself: six years of calls, a few agents and many who left, words as frequent as in
texts of people, one number that rings all day. Refuses to search what it has not shown to be there: each question says
whether it finds anything.
"""

import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

import click

from hotline1022.db.catalogue_rows import LISTED, month_of, place_of
from hotline1022.db.migrate import migrate
from hotline1022.db.tables_catalogue import catalogue, catalogue_key, catalogue_word
from hotline1022.db.unit import Database
from hotline1022.recordings.types import (
    About,
    CallKind,
    CatalogueFilter,
    Shown,
    State,
    about_keys,
    duration_keys,
    kind_keys,
    number_keys,
    state_keys,
)
from tests.bench.cluster import cluster
from tests.lab.bulk import Bulk, filling

BOUND_MS = 50.0
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
#: a number that rings all day, a word that is said no more, and one that hardly anybody said
HOT, OLD, RARE = "+84988777666", "giancach", "hiemgap"
#: texts of tickets, and different words in them
TEXTS, WORDS = 20_000, 4_000


def words(dice: random.Random, count: int) -> list[str]:
    """Words as frequent as in texts of people: the second half as often as the first, and so on."""
    return [f"tu{min(WORDS - 1, int(dice.paretovariate(0.6)))}" for _ in range(count)]


def texts() -> list[list[str]]:
    """Texts of tickets, each word once."""
    dice = random.Random(1022)
    return [[f"w:{word}" for word in dict.fromkeys(words(dice, 24))] for _ in range(TEXTS)]


@dataclass(frozen=True, slots=True)
class One:
    """One recording: its row, and its keys."""

    row: dict[str, Any]
    keys: list[str]


def recordings(rows: int) -> Iterator[One]:
    """Six years of calls, oldest first; the same for the same number of rows."""
    dice, said = random.Random(rows), texts()
    span = 365 * 6 * 86_400 / rows
    for n in range(rows):
        age = n / rows
        begun = FIRST + timedelta(seconds=int(n * span), microseconds=dice.randrange(1_000_000))
        roll = dice.random()
        caller = HOT if roll < 0.02 else "" if roll < 0.05 else f"+849{dice.randrange(300_000) * 331 % 100_000_000:08d}"
        about: dict[str, list[str]] = {
            # people stay for a while: those of the first years are gone
            "persons": [str(1001 + int(age * 30) + dice.randrange(10))],
            "lines": [f"10{1 + dice.randrange(3)}"],
            "agencies": [],
            "categories": [f"linh-vuc-{1 + min(9, int(dice.paretovariate(0.8)))}"],
            "codes": [],
        }
        spoken: list[str] = []
        if dice.random() < 0.6:
            about["agencies"] = [f"so-{min(17, int(dice.paretovariate(0.7)))}"]
            about["codes"] = [f"{n:08d}"]
            spoken = [*said[dice.randrange(TEXTS)]]
            if 0.3 < age < 0.5 and dice.random() < 0.5:
                spoken.append(f"w:{OLD}")
            if dice.random() < 0.00005:
                spoken.append(f"w:{RARE}")
        state = _state(age, dice.random())
        kind = _kind(age, dice.random())
        duration = int(dice.lognormvariate(4.9, 0.8) * 1000)
        row = {
            "place": place_of(begun),
            "id": f"{n * 2_654_435_761 % (1 << 64):016x}",
            "call_id": f"hl1-{n}",
            "started_at": begun,
            "ended_at": begun + timedelta(minutes=2),
            "duration_ms": duration,
            "bytes": 4_000_000,
            "tracks": 4,
            "codec": "pcm_s16le",
            "gap_ms": 0,
            "lost_ms": 0,
            "state": state,
            "why": "file-missing" if state == "not-recorded" else "",
            "held": state != "expired" and dice.random() < 0.0003,
            "kind": kind,
            "caller": caller,
            "about": about,
            "verified_at": begun,
        }
        keys = [
            *number_keys([caller]),
            *about_keys(About(**{name: tuple(ids) for name, ids in about.items()})),
            *duration_keys(duration),
            *kind_keys(CallKind(kind)),
            *state_keys(State(state)),
            *spoken,
            # the same words once more, for whoever may not see who the citizen is
            *(f"v:{key.removeprefix('w:')}" for key in spoken),
        ]
        yield One(row, keys)


def _state(age: float, roll: float) -> str:
    if age < 0.6:
        return "expired"
    if roll < 0.005:
        return "not-recorded"
    if roll < 0.0052:
        return "damaged"
    return "spooled" if age > 0.99999 else "stored" if age > 0.995 else "verified"


def _kind(age: float, roll: float) -> str:
    if roll < 0.2:
        return "emergency"
    return "ticket-open" if roll < (0.4 if age > 0.98 else 0.201) else "ordinary"


def portions(rows: int, size: int = 20_000) -> Iterator[list[One]]:
    found = recordings(rows)
    while portion := list(itertools.islice(found, size)):
        yield portion


def _monthly(one: One) -> list[str]:
    month = month_of(one.row["place"])
    return [month + key for key in one.keys]


async def fill(address: str, rows: int) -> None:
    """All of them."""
    async with filling(address, [catalogue, catalogue_key, catalogue_word]) as bulk:
        for portion in portions(rows):
            await bulk.put(catalogue, list(portion[0].row), [tuple(one.row.values()) for one in portion])
            await put_keys(bulk, portion, months=not address.startswith("sqlite"))
        say("rows are there; indexes now")


async def put_keys(bulk: Bulk, portion: Sequence[One], *, months: bool) -> None:
    """What they are found by; on PostgreSQL with the month in front."""
    words = [(one.row["place"], _monthly(one) if months else one.keys) for one in portion]
    await bulk.put(catalogue_word, ["place", "keys"], words)
    few = [(key, one.row["place"]) for one in portion for key in one.keys if key.startswith(LISTED)]
    await bulk.put(catalogue_key, ["key", "place"], few)


def questions(rows: int) -> dict[str, CatalogueFilter]:
    """What people ask, and what is hard to answer."""
    end = FIRST + timedelta(days=365 * 6)
    middle = FIRST + timedelta(days=365 * 3)
    old_page, deep = place_of(middle), place_of(FIRST + timedelta(days=400))
    f = CatalogueFilter
    return {
        "newest": f(),
        "a page in the middle": f(before=old_page),
        "a page near the end": f(before=deep),
        "today": f(since=end - timedelta(days=1)),
        "a day five years ago": f(since=FIRST + timedelta(days=365), until=FIRST + timedelta(days=366)),
        "a number": f(number="0900 000 331"),
        "a number nobody has": f(number="0911 111 110"),
        "the number that rings all day": f(number="0988777666"),
        "the same, a deep page": f(number="+84 988 777 666", before=deep),
        "last four digits": f(number="0331"),
        "last four digits of the number that rings all day": f(number="7666"),
        "the same, a deep page, with a word": f(number="7666", words="tu3", before=old_page),
        "last six digits and a month": f(number="777666", since=middle, until=middle + timedelta(days=30)),
        "an agent of today": f(person="1030"),
        "an agent who left": f(person="1005"),
        "an agent who left, deep": f(person="1005", before=deep),
        "an agent who never was": f(person="9999"),
        "agent and line": f(person="1030", line="101"),
        "an agent who left, and one word": f(person="1005", words="tu40"),
        "an agent who left, with an agency and long calls": f(person="1005", agency="so-9", shortest_ms=900_000),
        "a line": f(line="102"),
        "an agency": f(agency="so-1"),
        "a small agency": f(agency="so-16"),
        "agency and category": f(agency="so-4", category="linh-vuc-7"),
        "category and month": f(category="linh-vuc-3", since=middle, until=middle + timedelta(days=31)),
        "a ticket": f(code=f"{_with_ticket(rows):08d}"),
        "a ticket that is none": f(code="99999999"),
        "a common word": f(words="tu1"),
        "three common words": f(words="tu1 tu2 tu3"),
        "a word of every hundredth text": f(words="tu60"),
        "a rare word": f(words=RARE),
        "a word nobody said": f(words="chuachuaai"),
        "a word of two years ago": f(words=OLD),
        "a word of two years ago, with an agency": f(words=OLD, agency="so-3"),
        "a rare word, without who it is": f(words=RARE, open_words=True),
        "three common words, without who it is": f(words="tu1 tu2 tu3", open_words=True),
        "a word of two years ago, without who it is": f(words=OLD, open_words=True),
        "two words that hardly meet": f(words="tu150 tu151"),
        "six words": f(words="tu1 tu2 tu5 tu9 tu14 tu22"),
        "a common word on a day": f(words="tu1", since=middle, until=middle + timedelta(days=1)),
        "long calls": f(shortest_ms=1_200_000),
        "very long calls": f(shortest_ms=3_600_000),
        "calls of one length": f(shortest_ms=60_000, longest_ms=60_010),
        "long calls with a word": f(shortest_ms=1_200_000, words="tu2"),
        "short calls of an agency": f(longest_ms=20_000, agency="so-12"),
        "damaged": f(state=Shown.DAMAGED),
        "not recorded": f(state=Shown.NOT_RECORDED),
        "not recorded, of a category": f(state=Shown.NOT_RECORDED, category="linh-vuc-5"),
        "expired": f(state=Shown.EXPIRED),
        "expired emergencies with a word": f(state=Shown.EXPIRED, kind=CallKind.EMERGENCY, words="tu30"),
        "spooled": f(state=Shown.SPOOLED),
        "held": f(state=Shown.HELD),
        "held, of an agency": f(state=Shown.HELD, agency="so-2"),
        "emergencies": f(kind=CallKind.EMERGENCY),
        "open tickets": f(kind=CallKind.TICKET_OPEN),
        "open tickets of a small agency": f(kind=CallKind.TICKET_OPEN, agency="so-14"),
        "everything at once": f(
            number="7666",
            since=FIRST,
            until=end,
            line="101",
            agency="so-1",
            category="linh-vuc-1",
            words="tu1",
            shortest_ms=1000,
            longest_ms=3_000_000,
            state=Shown.VERIFIED,
            kind=CallKind.ORDINARY,
        ),
    }


def _with_ticket(rows: int) -> int:
    return next(n for n, one in enumerate(recordings(rows)) if one.keys[-1].startswith("v:"))


@dataclass(frozen=True, slots=True)
class Timed:
    """One question."""

    name: str
    found: int
    more: bool
    #: milliseconds of each time it was asked, first to last
    ms: tuple[float, ...]


async def ask(database: Database, asked: Mapping[str, CatalogueFilter], times: int) -> list[Timed]:
    """Each question so many times; what is asked first is in nobody's memory."""
    taken: dict[str, list[float]] = {name: [] for name in asked}
    pages: dict[str, tuple[int, bool]] = {}
    for _ in range(times):
        for name, wanted in asked.items():
            begun = time.perf_counter()
            async with database.reading() as tx:
                page = await tx.catalogue_search.search(wanted)
            taken[name].append((time.perf_counter() - begun) * 1000)
            pages[name] = (len(page.recordings), page.next is not None)
    return [Timed(name, *pages[name], tuple(ms)) for name, ms in taken.items()]


def p95(ms: Sequence[float]) -> float:
    """That of which 19 in 20 are no more, by nearest rank: of fewer than twenty the greatest."""
    return sorted(ms)[ceil(len(ms) * 0.95) - 1]


def report(timed: Sequence[Timed], title: str, bound: float | None, *, column: str = "on the page") -> bool:
    """The table on stdout; whether the bound holds for the median of every question."""
    click.echo(f"| {title} | {column} | fastest | median | p95 | slowest |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for one in timed:
        many = f"{one.found}{'+' if one.more else ''}"
        taken = " | ".join(f"{of(one.ms):.1f} ms" for of in (min, median, p95, max))
        click.echo(f"| {one.name} | {many} | {taken} |")
    every = " | ".join(f"{p95([of(one.ms) for one in timed]):.1f} ms" for of in (min, median, p95, max))
    click.echo(f"| **p95 of the questions** | | {every} |")
    now, before, _ = os.getloadavg()
    click.echo(f"\nLoad of the machine meanwhile: {now:.1f} (5 minutes: {before:.1f}) on {os.cpu_count()} cores.")
    if bound is None:
        return True
    missed = [one.name for one in timed if median(one.ms) > bound]
    click.echo(f"Every median <= {bound:.0f} ms: {'MISSED by ' + ', '.join(missed) if missed else 'holds'}")
    return not missed


def say(text: str) -> None:
    """Progress, on stderr."""
    click.echo(f"  {time.strftime('%H:%M:%S')}  {text}", err=True)


async def on_postgres(rows: int, times: int, bound: float | None) -> bool:
    """In a cluster of its own."""
    async with cluster() as address:
        await migrate(address)
        say(f"PostgreSQL runs; {rows} recordings are made")
        await fill(address, rows)
        say("questions")
        async with Database(address) as database:
            return report(await ask(database, questions(rows), times), f"PostgreSQL, {rows} recordings", bound)


async def on_sqlite(rows: int, times: int) -> bool:
    """In a file of its own; it has no bound."""
    with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as folder:
        file = Path(folder) / "hotline.sqlite"
        await migrate(file)
        say(f"SQLite; {rows} recordings are made")
        await fill(f"sqlite:///{file}", rows)
        say("questions")
        async with Database(file) as database:
            return report(await ask(database, questions(rows), times), f"SQLite, {rows} recordings", None)


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Recordings.")
@click.option("--times", default=5, show_default=True, help="How often each question is asked.")
@click.option("--sqlite", is_flag=True, help="On SQLite, without a bound.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(rows: int, times: int, sqlite: bool, no_bound: bool) -> None:
    """Time searches in the catalogue of recordings.

    \b
    Example: scripts/bench-catalogue --rows 100000
    """
    work = on_sqlite(rows, times) if sqlite else on_postgres(rows, times, None if no_bound else BOUND_MS)
    sys.exit(0 if asyncio.run(work) else 1)


if __name__ == "__main__":
    main()
