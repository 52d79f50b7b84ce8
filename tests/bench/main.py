"""Load on the hotline, and on the same Asterisk with a bare dialplan that takes the same steps, in one run.

Prints a table and says which bounds hold; exit code 1 when one does not. Everything is on this machine, on loopback.
"""

import asyncio
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import click

from tests.asterisk.product import Product
from tests.bench.bare import bare
from tests.bench.carrier import Carrier
from tests.bench.hotline import hotline
from tests.bench.load import Load, Stretch
from tests.bench.report import Report, Side
from tests.bench.watch import DatabaseWatch, cpu_seconds
from tests.lab.world_conf import Address

PROMPTS = Path(__file__).parents[2] / "data" / "bench-prompts"
RISING = [25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 80.0]


def say(text: str) -> None:
    """Progress, on stderr."""
    click.echo(f"  {time.strftime('%H:%M:%S')}  {text}", err=True)


@asynccontextmanager
async def bare_load(product: Product, folder: Path) -> AsyncIterator[Load]:
    """The bare dialplan running, and what makes calls to it."""
    asterisk = bare(product.prepared)
    await asterisk.start()
    try:
        assert asterisk.pid is not None
        async with Carrier(*addresses(product)) as carrier:
            yield Load(folder, carrier.product, carrier, {"asterisk": asterisk.pid})
    finally:
        await asterisk.stop()


async def measure_bare(product: Product, folder: Path, rate: float, seconds: float, rising: list[float]) -> Side:
    """The bare dialplan."""
    async with bare_load(product, folder) as load:
        say(f"Bare dialplan: {rate:g} calls/s for {seconds:g} s ...")
        stretch = await load.stretch(rate, seconds, emergency=False)
        return Side(stretch=stretch, held=await load.sustained(rising, 16, lambda: 0, say))


async def search_again(product: Product, folder: Path, rising: list[float]) -> tuple[float, ...]:
    """The bare dialplan's highest rate once more: a machine that others share is not the same some minutes later."""
    if not rising:
        return ()
    async with bare_load(product, folder) as load:
        say("Bare dialplan, once more ...")
        return await load.sustained(rising, 16, lambda: 0, say)


async def measure_product(
    product: Product, folder: Path, rate: float, seconds: float, rising: list[float]
) -> tuple[Side, "Stored"]:
    """The hotline with its service."""
    await product.asterisk.start()
    try:
        await product.start_service()
        assert product.asterisk.pid is not None
        assert product.process is not None
        processes = {"asterisk": product.asterisk.pid, "service": product.process.pid}
        database = product.settings.paths.db / "hotline.sqlite"
        async with Carrier(*addresses(product)) as carrier:
            load = Load(folder, carrier.product, carrier, processes)
            say(f"The hotline: {rate:g} calls/s for {seconds:g} s ...")
            before = cpu_seconds(processes["service"])
            with DatabaseWatch(database) as watch:
                stretch = await load.stretch(rate, seconds, emergency=True)
                say("Waiting until every recording is stored ...")
                drained = await all_stored(database, stretch.calls)
            stretch.cpu["service"] = cpu_seconds(processes["service"]) - before
            stored = await Stored.count(product, database, stretch, watch.late, drained)
            held = await load.sustained(rising, 16, lambda: static_steps(product), say)
        return Side(stretch=stretch, held=held), stored
    finally:
        try:
            await product.stop_service(limit=60)
        finally:
            await product.asterisk.stop()


class Stored:
    """What the hotline kept of one stretch, counted in its files."""

    def __init__(
        self, rows: int, folders: int, verified: bool, files: int, late: list[float], drained: float, static: int
    ):
        self.rows, self.folders, self.verified, self.files = rows, folders, verified, files
        self.late, self.drained, self.static = late, drained, static

    @classmethod
    async def count(
        cls, product: Product, database: Path, stretch: Stretch, late: list[float], drained: float
    ) -> "Stored":
        """Rows of ended calls, folders with recordings on the disk, and the verdict of `recordings verify`."""
        rows = one(database, "SELECT count(*) FROM call WHERE state = 'ended'")
        folders = sum(1 for place in product.settings.paths.recordings.glob("*/*/*/*") if any(place.glob("*.wav")))
        said = json.loads(await product.cli("recordings", "verify", "--json"))
        return cls(rows, folders, said["ok"], said["checked"], late, drained, static_steps(product))


async def all_stored(database: Path, calls: int, limit: float = 180) -> float:
    """Seconds until every call has its originals in the archive."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if await asyncio.to_thread(one, database, "SELECT count(DISTINCT call_id) FROM track") >= calls:
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - began


def one(database: Path, query: str) -> int:
    """One figure of the SQLite file."""
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return int(link.execute(query).fetchone()[0])
    finally:
        link.close()


def static_steps(product: Product) -> int:
    """Calls that the service did not answer in time, by Asterisk's own journal."""
    folder = product.settings.paths.journal
    return sum(
        file.read_text(encoding="utf-8", errors="replace").count("|step=menu|target=|mode=static")
        for file in folder.glob("cel.jsonl*")
        if not file.name.endswith(".gz")
    )


def addresses(product: Product) -> tuple[Address, Address]:
    """The carrier's and the product's."""
    settings = product.settings
    return (
        Address(host=settings.trunk.host, port=settings.trunk.port),
        Address(host=settings.asterisk.bind, port=settings.asterisk.sip_port),
    )


async def bench(place: Path, rate: float, seconds: float, rising: list[float], tell: Callable[[Report], None]) -> bool:
    """Both sides after each other; whether every bound holds."""
    say("Preparing (the first time prompts are spoken) ...")
    product = await asyncio.to_thread(hotline, place, PROMPTS)
    plain = await measure_bare(product, place / "sipp", rate, seconds, rising)
    full, stored = await measure_product(product, place / "sipp", rate, seconds, rising)
    plain = replace(plain, held=plain.held + await search_again(product, place / "sipp", rising))
    version = ".".join(map(str, product.prepared.engine.version))
    report = Report(plain=plain, full=full, stored=stored, version=f"Asterisk {version}")
    tell(report)
    return report.holds


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rate", default=20.0, show_default=True, help="New calls a second.")
@click.option("--seconds", default=60.0, show_default=True, help="For how long.")
@click.option("--quick", is_flag=True, help="5 calls/s for 20 s, no search for the highest rate: does it work?")
@click.option("--no-search", is_flag=True, help="Do not search for the highest rate.")
@click.option("--no-bounds", is_flag=True, help="Exit code 0 also when a bound does not hold.")
@click.option("--keep", is_flag=True, help="Keep the folder of the run and say where it is.")
def main(rate: float, seconds: float, quick: bool, no_search: bool, no_bounds: bool, keep: bool) -> None:
    """Measure the hotline against a bare dialplan on this machine (about fourteen minutes).

    \b
    scripts/bench
    scripts/bench --quick --no-bounds
    """
    if quick:
        rate, seconds = 5.0, 20.0
    place = Path(tempfile.mkdtemp(prefix="b1022-"))
    try:
        holds = asyncio.run(
            bench(place, rate, seconds, [] if quick or no_search else RISING, lambda report: click.echo(report.text()))
        )
    finally:
        if keep:
            say(f"Kept: {place}")
        else:
            shutil.rmtree(place, ignore_errors=True)
    sys.exit(0 if holds or no_bounds else 1)


if __name__ == "__main__":
    main()
