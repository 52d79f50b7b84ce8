"""Searches among 20 000 published answers, on PostgreSQL and SQLite, each timed; exit code 1 over the bound.

Answers are made of syllables as frequent as in texts: a few stand in nearly every answer. PostgreSQL is asked twice, before and
after its own tidying up; the bound is for after. Refuses to call a search quick that found nothing where there is something.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import asyncpg  # type: ignore[import-untyped]
import click

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.faq.types import Asked, Text
from tests.bench.cluster import cluster
from tests.contract.database.faq_made import BIRTH, Desk, a_desk, many

BOUND_MS = 50.0


def questions(texts: Sequence[Text]) -> dict[str, tuple[str, bool]]:
    """What is asked → whether an answer is there."""
    answer = texts[5].answer.split()
    return {
        "two words": ("khai sinh", True),
        "other marks": ("khải sình", True),
        "words of half of the questions": ("thủ tục", True),
        "the commonest syllables": ("tha ta kha", True),
        "one syllable": ("tha", True),
        "a whole question": (texts[777].question, True),
        "words of an answer": (" ".join(answer[20:26]), True),
        "a sentence": ("lam giay khai sinh cho con o dau", True),
        "nothing": ("không có gì hết trơn", False),
        "common words and one that nobody has": (f"{texts[3].question} khongco", True),
    }


Timed = dict[str, list[float]]


@asynccontextmanager
async def filled(address: str | Path, entries: int) -> AsyncIterator[tuple[Desk, Sequence[Text]]]:
    """A database with so many published answers."""
    await migrate(address)
    async with Database(address) as database:
        desk = await a_desk(database)
        texts = await many(database, entries)
        await desk.publish(BIRTH)
        yield desk, texts


async def ask(desk: Desk, texts: Sequence[Text], times: int) -> Timed:
    """Milliseconds of each search."""
    timed: Timed = {}
    for name, (words, there) in questions(texts).items():
        for _ in range(times):
            before = time.perf_counter()
            found = await desk.faq.search(Asked(words=words, typing=name != "a sentence"))
            timed.setdefault(name, []).append((time.perf_counter() - before) * 1000)
            if bool(found.hits) != there:
                raise SystemExit(f"{name}: {words!r} was {'not ' if there else ''}found")
    return timed


async def vacuum(address: str) -> None:
    """What PostgreSQL does by itself within a minute after many new rows."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


def report(name: str, entries: int, timed: Timed, bound: float | None) -> bool:
    """Print it; whether every median keeps the bound."""
    click.echo(f"\n{name}, {entries} answers: milliseconds, median and longest")
    for what, ms in timed.items():
        click.echo(f"  {what:<40} {median(ms):7.1f} {max(ms):7.1f}")
    click.echo(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    missed = [what for what, ms in timed.items() if bound is not None and median(ms) > bound]
    if bound is not None:
        click.echo(f"Every median <= {bound:.0f} ms: {'MISSED by ' + ', '.join(missed) if missed else 'holds'}")
    return not missed


async def both(entries: int, times: int, bound: float | None) -> bool:
    """One after the other."""
    with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as folder:
        async with filled(Path(folder) / "hotline.sqlite", entries) as (desk, texts):
            kept = report("SQLite", entries, await ask(desk, texts, times), bound)
    async with cluster() as address, filled(address, entries) as (desk, texts):
        report("PostgreSQL, right after an import", entries, await ask(desk, texts, times), None)
        await vacuum(address)
        return report("PostgreSQL", entries, await ask(desk, texts, times), bound) and kept


@click.command()
@click.option("--entries", default=20_000, show_default=True, help="Published answers.")
@click.option("--times", default=7, show_default=True, help="How often each search is made.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(entries: int, times: int, no_bound: bool) -> None:
    """Time searches among questions and answers.

    \b
    Example: scripts/bench-faq --entries 2000
    """
    sys.exit(0 if asyncio.run(both(entries, times, None if no_bound else BOUND_MS)) else 1)


if __name__ == "__main__":
    main()
