"""The worker when a part of its world is missing, hangs or dies: nothing is lost, nothing holds up the rest."""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.recordings import jobs
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, FiledCall
from tests.lab.waiting import until
from tests.unit.pipeline_world import QUICK, World, another, pool, running, world
from tests.unit.recordings_world import (
    Book,
    put,
    two_agents,
)

__all__ = ["pool", "world"]


async def test_while_the_database_is_away_nothing_leaves_the_spool(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    world.store.away = True
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(call)
        await until(lambda: "failed" in world.board.kinds())
        assert not await worker.drain(seconds=0.1)
        assert len(world.waiting()) == 6 and world.store.track_rows == {}
        world.store.away = False
        assert await worker.drain(seconds=20)
    assert len(world.store.track_rows) == 6 and world.waiting() == []
    assert world.board.kinds() == ["failed"], "said once, however often it was tried"


async def test_a_call_that_the_database_refuses_does_not_hold_up_the_others(world: World, pool: HeavyPool) -> None:
    bad, good = another(1, world.spool), another(2, world.spool)

    class Choosy(MemoryStore):
        async def save(self, filed: list[FiledCall]) -> None:  # type: ignore[override]
            if any(one.call == bad.call for one in filed):
                raise Refused("no such call")
            await super().save(filed)

    world.store = Choosy()
    worker = world.hire(pool)
    await worker.file([bad, good])
    assert {row.call for row in world.store.track_rows.values()} == {good.call}
    assert all(title.startswith(bad.call) for title in world.waiting()) and len(world.waiting()) == 2
    assert (worker.state.filed, worker.state.failed) == (1, 1)


async def test_a_full_queue_is_told_and_the_sweep_finds_the_rest(world: World, pool: HeavyPool) -> None:
    calls = [another(number, world.spool) for number in range(3)]
    for path in world.spool.iterdir():
        put(world.spool, path.name, path.read_bytes(), age=61)
    world.book = Book(*calls)
    worker = world.hire(pool, replace(QUICK, waiting=2))
    assert [worker.submit(call) for call in calls] == [True, True, False]
    assert worker.submit(calls[0]), "a call that waits already needs no room"
    assert world.board.kinds() == ["overflow"] and worker.state.overflowed == 1
    async with running(worker):
        assert await worker.drain(seconds=20)
        await worker.sweep()
        assert await worker.drain(seconds=20)
    assert len({row.call for row in world.store.track_rows.values()}) == 3 and world.waiting() == []


async def test_a_worker_that_dies_is_replaced_and_the_call_that_kills_it_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spawned for real: the process is gone in the middle of a portion."""
    calls = [another(number, world.spool) for number in range(3)]
    (world.spool.parent / "poison").write_text(calls[1].call)
    monkeypatch.setattr(jobs, "file_calls", poisoned)
    pool = HeavyPool(seconds=60)
    worker = world.hire(pool)
    for call in calls:
        worker.submit(call)
    async with running(worker):
        assert await worker.drain(seconds=100)
    await pool.close()
    assert {row.call for row in world.store.track_rows.values()} == {calls[0].call, calls[2].call}
    assert all(title.startswith(calls[1].call) for title in world.waiting()) and len(world.waiting()) == 2
    told = {notice.subject for notice in world.board.notices}
    assert calls[1].call in told and told <= {calls[1].call, "spool"}, "the sweep may have been in the same process"


REAL_FILE_CALLS = jobs.file_calls


def poisoned(spool: Path, root: Path, calls: list[CallFacts], **_: object) -> tuple[jobs.Outcome, ...]:
    """Ends its process when the wrong call is among them."""
    import os

    poison = (spool.parent / "poison").read_text()
    if any(call.call == poison for call in calls):
        os._exit(3)
    return REAL_FILE_CALLS(spool, root, calls)


async def test_a_worker_that_hangs_is_given_up(world: World) -> None:
    pool = HeavyPool(seconds=0.5)
    with pytest.raises(Unavailable) as caught:
        await pool.run(time.sleep, 3600)
    assert caught.value.error_id == "recordings-worker"
    slow = HeavyPool(seconds=60)
    assert await slow.run(abs, -1) == 1
    await asyncio.gather(pool.close(), slow.close())


async def test_the_worker_does_not_outlive_a_killed_service() -> None:
    script = """
import asyncio, os, time
from hotline1022.recordings.pool import HeavyPool

async def main():
    pool = HeavyPool()
    print(await pool.run(os.getpid), flush=True)
    await pool.run(time.sleep, 600)

if __name__ == "__main__":
    asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        worker = Path("/proc", (await process.stdout.readline()).decode().strip())
    assert alive(worker)
    process.kill()
    await process.wait()
    await until(lambda: not alive(worker))


def alive(process: Path) -> bool:
    """Whether a process is there and not only waiting to be buried."""
    return process.is_dir() and "State:\tZ" not in (process / "status").read_text()


async def test_the_loop_stays_free_while_the_worker_works(world: World, pool: HeavyPool) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    await pool.run(time.sleep, 0.3)
    ticking.cancel()
    assert ticks > 15
