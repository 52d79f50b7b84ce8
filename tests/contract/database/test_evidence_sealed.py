"""Sealed originals as evidence: the same under any key; a key that is away is no damage; sealing anew brings nothing back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fault
from hotline1022.db import recordings
from hotline1022.db.migrate import migrate
from hotline1022.db.recordings import RecordingRepository
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.types import StoredFile
from hotline1022.service.lock import LEAVING, may_leave
from hotline1022.service.recordings import resealing
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.resealing import reseal
from tests.contract.database.made import at
from tests.contract.database.tampering import names
from tests.lab.chain import entries
from tests.lab.evidence_world import World, build, everything_now, thread_pool
from tests.lab.flipped import flip
from tests.unit.recordings_world import CALL


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    ring = Keys(folder=tmp_path / "ring", seal=True)
    make_key(tmp_path / "ring", at(0))
    async with Database(address) as database:
        yield await build(address, database, tmp_path, ring=ring)


async def test_sealed_files_are_evidence_under_any_key_and_a_missing_key_is_no_damage(
    world: World, tmp_path: Path
) -> None:
    assert await world.findings() == []
    make_key(tmp_path / "ring", at(1))
    pool = thread_pool()
    given: dict[str, Any] = {"actor": "cli:tester", "pool": pool, "progress": lambda _: None}
    done = await reseal(world.database, world.root, world.ring, leaving=tmp_path / LEAVING, **given)
    await pool.close()
    assert done.done == 7 and await world.findings() == [], "under a new key it is the same evidence"
    victim = world.root / names(world)[0]
    flip(victim)
    assert [(one.fault, one.name) for one in await world.findings()] == [(Fault.FILE_CHANGED, names(world)[0])]
    flip(victim)
    (tmp_path / "ring").rename(tmp_path / "taken-away")
    found = await world.findings()
    assert [(one.fault, one.name) for one in found] == [(Fault.KEY_MISSING, name) for name in names(world)]
    before = await entries(world.database)
    check = OriginalCheck(world.database, world.examiner(), world.bells)
    assert {one.fault for one in await check.check_now(CALL)} == {Fault.KEY_MISSING}
    assert [kind for kind, _, _ in world.bells.rung] == ["recording-key-missing"]
    assert await entries(world.database) == before, "the chain does not tell of what is no damage"
    (tmp_path / "taken-away").rename(tmp_path / "ring")
    assert await check.check_now(CALL) == () and await world.findings() == []


async def test_a_file_that_is_just_being_deleted_does_not_come_back_under_its_new_key(
    world: World, tmp_path: Path
) -> None:
    make_key(tmp_path / "ring", at(1))
    pool = thread_pool()
    first, *others = (world.root / name for name in names(world))
    inodes = {file: file.stat().st_ino for file in (first, *others)}
    given: dict[str, Any] = {"actor": "cli:tester", "pool": pool, "progress": lambda _: None}
    with may_leave(tmp_path / LEAVING) as may:
        assert may
        task = asyncio.create_task(reseal(world.database, world.root, world.ring, leaving=tmp_path / LEAVING, **given))
        ready = first.with_name(f".{first.name}.reseal")
        async with asyncio.timeout(20):
            while not all(one.with_name(f".{one.name}.reseal").exists() for one in (first, *others)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        assert {file: file.stat().st_ino for file in inodes} == inodes and ready.exists(), "it waits"
        first.unlink()
    done = await task
    await pool.close()
    assert done.done == 6 and [line.partition(":")[0] for line in done.failed] == [names(world)[0]]
    assert [(one.fault, one.name) for one in await world.findings()] == [(Fault.FILE_MISSING, names(world)[0])]
    assert not first.exists() and not ready.exists()
    told = (await entries(world.database))[-1]
    assert told.detail["not_sealed"] == [names(world)[0]], "the entry before said too much"
    assert told.subject == f"call:{CALL}"


async def test_rows_are_read_a_page_at_a_time(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_key(tmp_path / "ring", at(1))
    pool, pages, read = thread_pool(), list[int](), list[int]()
    after = RecordingRepository.stored_after

    async def counted(self: RecordingRepository, path: str) -> Sequence[StoredFile]:
        found = await after(self, path)
        pages.append(len(found))
        return found

    monkeypatch.setattr(recordings, "PAGE", 2)
    monkeypatch.setattr(resealing, "PORTION", 2)
    monkeypatch.setattr(RecordingRepository, "stored_after", counted)
    given: dict[str, Any] = {
        "actor": "cli:tester",
        "pool": pool,
        "progress": lambda seen: read.append(sum(pages) - seen),
    }
    done = await reseal(world.database, world.root, world.ring, leaving=tmp_path / LEAVING, **given)
    await pool.close()
    assert (done.done, done.failed, pages) == (7, [], [2, 2, 2, 1, 0])
    assert max(read) == 0, "no page before its turn"
