"""The catalogue hears of calls that wait long to be filed, and of no others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.spooled import Spooled
from tests.lab.waiting import until
from tests.unit.pipeline_world import QUICK, a_pool, a_world, another, running
from tests.unit.recordings_world import CALL


async def test_who_is_filed_in_time_is_not_told(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with a_pool() as pool:
        worker = world.hire(pool)
        worker.spooled = Spooled(world.store, patience=0.0)
        async with running(worker):
            worker.submit(another(1, world.spool))
            assert await worker.drain(seconds=20)
        assert await worker.spooled.tell() == 0 and world.store.waiting == set()


async def test_who_cannot_be_filed_is_told_also_while_the_process_that_files_is_broken(tmp_path: Path) -> None:
    world = a_world(tmp_path)

    def broken() -> None:
        raise OSError("no process can be started")

    worker = world.hire(HeavyPool(broken, seconds=20))  # type: ignore[arg-type]
    worker.spooled = Spooled(world.store, patience=0.0, pause=0.01)
    call = another(1, world.spool)
    async with running(worker):
        worker.submit(call)
        await until(lambda: world.store.waiting == {call.call})


async def test_who_finds_no_room_in_the_queue_is_told(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with a_pool() as pool:
        worker = world.hire(pool, replace(QUICK, waiting=0))
        worker.spooled = Spooled(world.store, patience=0.0)
        call = another(1, world.spool)
        assert not worker.submit(call)
        assert await worker.spooled.tell() == 1
        assert world.store.waiting == {call.call}


async def test_told_once_and_while_the_database_is_away_later(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    waiting = Spooled(store, patience=0.0)
    waiting.waits(CALL)
    store.away = True
    assert await waiting.tell() == 0 and "wait to be filed" in caplog.text
    store.away = False
    assert await waiting.tell() == 1
    assert await waiting.tell() == 0


async def test_one_that_the_database_refuses_ends_nothing_and_holds_up_none(caplog: pytest.LogCaptureFixture) -> None:
    other = CallId(ChannelId("hl1-1795470208.99"))

    class Choosy(MemoryStore):
        async def spooled(self, calls: Sequence[CallId]) -> None:
            if CALL in calls:
                raise Refused("no such move")
            await super().spooled(calls)

    store = Choosy()
    waiting = Spooled(store, patience=0.0)
    waiting.waits(CALL)
    waiting.waits(other)
    assert await waiting.tell() == 1 and store.waiting == {other} and "no such move" in caplog.text
    assert await waiting.tell() == 0
