"""How many times faster than they were spoken recordings are filed and copied, in processor time. Refuses a slow intake.

Everything is real: files as Asterisk writes them, SQLite with its fsyncs, ffmpeg. CPU of this process and its children.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.derive import derive
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.types import CallFacts, CopyKind, Leg, Side, Span
from tests.lab.ffmpeg import ffmpeg
from tests.unit.recordings_world import EPOCH, START, file, name, put

#: the intake is at least so many times faster than the call
BOUND = 200


def main() -> None:
    """Measure and print a table; exit code 1 when the bound does not hold."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--minutes", type=int, default=10)
    asked.add_argument("--calls", type=int, default=10)
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as folder:
        sys.exit(asyncio.run(measure(Path(folder), words.calls, words.minutes * 60_000)))


async def measure(folder: Path, number: int, ms: int) -> int:
    """All steps on so many calls of so many milliseconds."""
    spool, root = folder / "spool", folder / "recordings"
    spool.mkdir()
    calls = [a_call(spool, one, ms) for one in range(number)]
    cache = Cache(folder=folder / "copies", most=10**11, reserve=0)
    seconds: dict[str, float] = {}
    await migrate(folder / "bench.sqlite")
    async with Database(folder / "bench.sqlite") as database:
        store = SqlRecordingStore(database)
        with spent(seconds, "filed: hash, levels, comparison"):
            outcomes = [one for one in jobs.file_calls(spool, root, calls) if isinstance(one, jobs.Filed)]
        with spent(seconds, "rows written, spool emptied"):
            await store.save([one.filed for one in outcomes])
            jobs.release(spool, root, [mark for one in outcomes for mark in one.marks])
    rows = {one.filed.call: one.filed.tracks for one in outcomes}
    for kind in (kind for kind in CopyKind if kind is not CopyKind.WAV):
        drawn = {CopyKind.SURVEY: "map and peaks", CopyKind.SPEAKERS: "peaks of each speaker"}
        with spent(seconds, drawn.get(kind, f"copy as {kind.value}")):
            for call in calls:
                derive(spool, root, cache, ffmpeg(), call, rows[call.call], kind, None)
    real = number * ms / 1000
    print(
        f"{number} calls of {ms / 60_000:g} min, four tracks each\n\n| step | CPU | times real time |\n| --- | ---: | ---: |"
    )
    for what, cpu in seconds.items():
        print(f"| {what} | {cpu:.2f} s | {real / cpu:,.0f} |")
    intake = real / sum(seconds[what] for what in (*list(seconds)[:2], "map and peaks"))
    holds = intake >= BOUND
    print(f"\n| intake ≥ {BOUND} × real time per core | {intake:,.0f} | {'holds' if holds else 'DOES NOT HOLD'} |")
    return 0 if holds else 1


@contextmanager
def spent(seconds: dict[str, float], what: str) -> Iterator[None]:
    """Add up the processor time of this process and its ended children."""
    begun = sum(os.times()[:4])
    yield
    seconds[what] = max(0.01, sum(os.times()[:4]) - begun)


def a_call(spool: Path, number: int, ms: int) -> CallFacts:
    """A citizen and an agent, speaking in turns of some seconds over a noisy line."""
    call = CallId(ChannelId(f"hl1-{EPOCH}.{number * 10}"))
    agent = ChannelId(f"hl1-{EPOCH}.{number * 10 + 1}")
    turns = random.Random(number)
    quiet, loud = noise(turns, 20), noise(turns, 4000)
    for channel, kind in ((call, LegKind.CITIZEN), (agent, LegKind.AGENT)):
        for side in Side:
            pcm = b"".join(turns.choice((quiet, loud)) for _ in range(ms // 1000 + 1))[: ms * 16]
            put(spool, name(channel, kind, side, call=call), file(pcm))
    at, end = from_ms(START), from_ms(START + ms)
    legs = [
        Leg(kind=kind, channel=channel, answered_at=at, ended_at=end, joined=(Span(start=at, end=end),))
        for channel, kind in ((ChannelId(call), LegKind.CITIZEN), (agent, LegKind.AGENT))
    ]
    return CallFacts(call=call, entered_at=at, ended_at=end, legs=tuple(legs))


def noise(source: random.Random, loud: int) -> bytes:
    """A second of it."""
    return array("h", (source.randint(-loud, loud) for _ in range(wav.RATE))).tobytes()


if __name__ == "__main__":
    main()
