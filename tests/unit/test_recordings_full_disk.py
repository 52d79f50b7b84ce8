"""A full disk costs no spool file: what cannot be filed now is filed when there is room, on a real small disk."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import cache, jobs, store
from hotline1022.recordings.cache import Cache, Kept
from hotline1022.recordings.derive import derive
from hotline1022.recordings.figures import WorkerSettings
from hotline1022.recordings.files import Space
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, CopyKind, Side, Status
from tests.lab.ffmpeg import ffmpeg
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
            settings=WorkerSettings(gather=0.0, apart=0.0, again=0.02, age=0.0),
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


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
@pytest.mark.parametrize("kind", [CopyKind.MP3, CopyKind.WAV_LEVELLED, CopyKind.SURVEY])
def test_a_copy_that_finds_no_room_is_no_copy_and_is_made_when_there_is(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: CopyKind, sealed: bool
) -> None:
    """The room that is looked for before seems to be there: others take it meanwhile."""
    monkeypatch.setattr(cache, "space", lambda _, reserve: Space(free=1 << 40, total=1 << 40, low=False))
    ring = Keys(folder=tmp_path / "keys", seal=sealed)
    make_key(tmp_path / "keys", datetime(2026, 11, 29, tzinfo=UTC))
    disk, spool, root = SmallDisk(small_disk), tmp_path / "spool", tmp_path / "recordings"
    spool.mkdir()
    call = two_agents(spool)
    (filed,) = jobs.file_calls(spool, root, [call], keys=ring)
    assert isinstance(filed, jobs.Filed)
    copies = Cache(folder=disk.folder / "copies", most=10**9, keys=ring)
    for room in (0, 4096 if kind is not CopyKind.SURVEY else 0):
        disk.leave(room)
        with pytest.raises(Unavailable, match="free some space") as caught:
            derive(spool, root, copies, ffmpeg(), call, filed.filed.tracks, kind, None)
        assert caught.value.error_id == "disk-full" and list(copies.folder.iterdir()) == []
        disk.free()
    made = derive(spool, root, copies, ffmpeg(), call, filed.filed.tracks, kind, None)
    assert made.made and [one.name for one in copies.folder.iterdir()] == [made.row.name]
    assert copies.look(made.row.name) == Kept(sha256=made.row.sha256, bytes=made.row.bytes)
