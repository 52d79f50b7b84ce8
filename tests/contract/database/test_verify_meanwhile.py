"""A verification takes hours and calls go on: what is filed, heard, expired meanwhile is no finding, and no connection waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, Side
from hotline1022.recordings.verify import Verification, check, verify
from tests.contract.database.made import a_call
from tests.lab.evidence_world import World, build, everything_now
from tests.unit.recordings_world import CALL, CITIZEN_TONE, facts, file, leg, name, put, tone, two_agents

LATER = CallId(ChannelId("hl1-1795470299.99"))
Act = Callable[[World], Awaitable[None]]


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        yield await build(address, database, tmp_path, ring=ring)


class Meanwhile(HeavyPool):
    """Something happens right before, or right after, the first files are hashed."""

    def __init__(self, world: World, *, before: Act | None = None, after: Act | None = None) -> None:
        super().__init__(lambda: ThreadPoolExecutor(1))
        self._world, self._before, self._after = world, before, after

    async def run(self, job: Any, *args: Any, **kwargs: Any) -> Any:
        """Do it, and that."""
        if job is not check:
            return await super().run(job, *args, **kwargs)
        assert self._world.database._engines.reader.pool.checkedout() == 0, "nothing is held while files are hashed"  # type: ignore[attr-defined]
        before, self._before = self._before, None
        if before is not None:
            await before(self._world)
        found = await super().run(job, *args, **kwargs)
        after, self._after = self._after, None
        if after is not None:
            await after(self._world)
        return found


async def looked(world: World, **acts: Act) -> Verification:
    pool = Meanwhile(world, **acts)
    try:
        return await verify(
            SqlRecordingStore(world.database), world.root, keys=world.ring, pool=pool, fresh_seconds=0.0
        )
    finally:
        await pool.close()


async def another_call_is_filed(world: World) -> None:
    spool = world.root.parent / "spool"
    put(spool, name(LATER, LegKind.CITIZEN, Side.SAID, call=LATER), file(tone(CITIZEN_TONE, 300)))
    told = facts(leg(LATER, LegKind.CITIZEN, 0, 300), ended=300, call=LATER)
    (outcome,) = await asyncio.to_thread(jobs.file_calls, spool, world.root, [told], keys=world.ring)
    assert isinstance(outcome, jobs.Filed), outcome
    await world.database.save(Batch(calls=(a_call(LATER),)))
    await SqlRecordingStore(world.database).save([outcome.filed])
    jobs.release(spool, world.root, outcome.marks)


def heard_of(tmp: Path) -> CallFacts:
    (tmp / "scratch").mkdir(exist_ok=True)
    return two_agents(tmp / "scratch")


async def somebody_listens(world: World) -> None:
    spool = world.root.parent / "spool"
    rows = list(world.filed.tracks)
    made = await asyncio.to_thread(
        make_copy, spool, world.root, heard_of(world.root.parent), rows, None, keys=world.ring
    )
    await SqlRecordingStore(world.database).save_copies([made.row])


async def its_time_is_over(world: World) -> None:
    await world.attack(
        "UPDATE track SET status = 'expired'", "UPDATE voicemail SET status = 'expired'",
    )  # fmt: skip
    for one in world.originals:
        (world.root / one.path).unlink()


@pytest.mark.parametrize("act", [another_call_is_filed, somebody_listens], ids=lambda act: act.__name__)
async def test_what_comes_meanwhile_is_no_file_too_many(world: World, act: Act) -> None:
    found = await looked(world, after=act)
    assert found.ok, found
    assert found.checked == 8, "it was looked at too"


async def test_what_goes_meanwhile_is_not_missing(world: World) -> None:
    found = await looked(world, before=its_time_is_over)
    assert found.ok, found


async def test_a_file_that_no_row_promises_is_named_whatever_its_name(world: World) -> None:
    spool, rows = world.root.parent / "spool", list(world.filed.tracks)
    made = await asyncio.to_thread(
        make_copy, spool, world.root, heard_of(world.root.parent), rows, None, keys=world.ring
    )
    folder = (world.root / made.row.path).parent
    strange = folder.with_name("hl1-1.1")
    strange.mkdir()
    for extra in (folder / "left-over.wav", strange / "hl1-1.1~listen-0123456789ab.wav", world.root / "strange\udcff"):
        extra.write_bytes(b"RIFF")
    (world.root / "1999/01/01/hl1-1.2").mkdir(parents=True)
    (world.root / "1999/01/01/hl1-1.2/old.wav").write_bytes(b"RIFF")
    found = await looked(world)
    below = folder.relative_to(world.root).as_posix()
    day = below.rpartition("/")[0]
    assert found.extra == sorted(
        [made.row.path, f"{below}/left-over.wav", f"{day}/hl1-1.1/hl1-1.1~listen-0123456789ab.wav", "strange\\udcff", "1999/01/01/hl1-1.2/old.wav"]
    )  # fmt: skip
    assert all(one.encode() for one in found.extra), "whatever a file is called, it can be written down"
    assert (await world.examiner().everything()).ok is False and CALL in below
