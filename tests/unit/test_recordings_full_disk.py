"""A full disk costs no spool file: what cannot be filed now is filed when there is room, on a real small disk."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline1022.core.events import LegKind
from hotline1022.recordings import store
from hotline1022.recordings.figures import WorkerSettings
from hotline1022.recordings.files import Space
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, Side, Status
from tests.lab.small_disk import SmallDisk, append, small_disk
from tests.unit.recordings_world import (
    CALL,
    CITIZEN_TONE,
    Board,
    Book,
    Phones,
    facts,
    file,
    leg,
    name,
    names_in,
    tone,
    two_agents,
)

__all__ = ["small_disk"]


@pytest.fixture
def disk(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    """Its reserve is not looked at: it fills up while something is being written."""
    monkeypatch.setattr(store, "space", lambda _, reserve: Space(free=1 << 40, total=1 << 40, low=False))
    return SmallDisk(small_disk)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    made = HeavyPool(lambda: ThreadPoolExecutor(1), seconds=20)
    yield made
    await made.close()


class Hired:
    """A worker with what it tells and writes."""

    def __init__(self, pool: HeavyPool, spool: Path, root: Path, call: CallFacts) -> None:
        self.store, self.board = MemoryStore(), Board()
        self.worker = RecordingWorker(
            spool=spool,
            root=root,
            store=self.store,
            book=Book(call),
            channels=Phones(),
            notices=self.board,
            pool=pool,
            settings=WorkerSettings(gather=0.0, again=0.02, idle=0.0, age=0.0),
        )

    async def swept(self) -> None:
        """What the sweep finds is filed."""
        running = asyncio.create_task(self.worker.run())
        await self.worker.sweep()
        assert await self.worker.drain(seconds=20)
        assert not running.done(), "no loop may end"
        running.cancel()
        await asyncio.wait([running], timeout=10)


async def test_a_recordings_disk_that_fills_up_while_it_is_filed_to(
    disk: SmallDisk, pool: HeavyPool, tmp_path: Path
) -> None:
    spool, root = tmp_path / "spool", disk.folder / "recordings"
    spool.mkdir()
    call = two_agents(spool)
    originals = {path.name: path.read_bytes() for path in spool.iterdir()}
    hired = Hired(pool, spool, root, call)
    disk.fill()
    for _ in range(2):
        await hired.swept()
        assert {path.name: path.read_bytes() for path in spool.iterdir()} == originals
        assert hired.store.track_rows == {} and not list(root.rglob(".*"))
    (told,) = [notice.text for notice in hired.board.notices if notice.subject == CALL]
    assert "disk is full" in told or "No space left" in told
    disk.free()
    await hired.swept()
    rows = hired.store.track_rows
    assert {row.status for row in rows.values()} == {Status.STORED} and names_in(spool) == []
    assert {f"{title}.wav": (root / row.path).read_bytes() for title, row in rows.items()} == originals


async def test_a_spool_that_fills_up_while_asterisk_writes(disk: SmallDisk, pool: HeavyPool) -> None:
    """The track ends where the disk was full; it needs a repaired copy, for which there is no room at first."""
    spool, root = disk.folder / "spool", disk.folder / "recordings"
    spool.mkdir()
    title = name(CALL, LegKind.CITIZEN, Side.SAID)
    whole = bytearray(file(tone(CITIZEN_TONE, 20_000)))
    whole[4:8] = whole[40:44] = bytes(4)  # the lengths are written last
    append(spool / title, bytes(whole[: 8 * 32_768]))
    disk.fill()
    assert not append(spool / title, bytes(whole[8 * 32_768 :]))
    os.utime(spool / title, (1e9, 1e9))
    there = (spool / title).read_bytes()
    assert len(there) < len(whole)
    hired = Hired(pool, spool, root, facts(leg(CALL, LegKind.CITIZEN, 0, 20_000), ended=20_000))
    await hired.swept()
    assert (spool / title).read_bytes() == there and hired.store.track_rows == {}
    disk.free()
    await hired.swept()
    row = hired.store.track_rows[title.removesuffix(".wav")]
    assert row.status is Status.REPAIRED and row.duration_ms == (len(there) - 44) // 16
    assert row.gap_ms > 0 and (root / row.path).read_bytes() == there and names_in(spool) == []
