"""One worker process for many who wait: each job has a deadline of its own, and none goes with another one's worker."""

import asyncio
import os
import signal
import time

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.pool import HeavyPool


async def outcome(pool: HeavyPool, seconds: float) -> BaseException | None:
    """What a task that runs such a job ends with."""
    (found,) = await asyncio.gather(pool.run(time.sleep, seconds), return_exceptions=True)
    return found


async def test_a_job_that_waited_behind_a_hanging_one_is_done_by_the_next_worker() -> None:
    pool = HeavyPool(seconds=60)
    worker = await pool.run(os.getpid)
    pool._seconds = 0.5
    hanging = asyncio.create_task(outcome(pool, 3600))
    await asyncio.sleep(0.1)
    pool._seconds = 60
    behind = [asyncio.create_task(outcome(pool, 0)) for _ in range(4)]
    done, waiting = await asyncio.wait([hanging, *behind], timeout=30)
    assert not waiting and len(done) == 5
    assert isinstance(hanging.result(), Unavailable) and [task.result() for task in behind] == [None] * 4
    assert await pool.run(os.getpid) != worker
    await pool.close()


async def test_the_deadline_begins_when_the_jobs_turn_comes() -> None:
    pool = HeavyPool(seconds=60)
    worker = await pool.run(os.getpid)
    pool._seconds = 2.0
    found = await asyncio.gather(*(outcome(pool, 0.9) for _ in range(4)))
    assert found == [None] * 4, "3.6 seconds in all: none of them took longer than its own two"
    assert await pool.run(os.getpid) == worker
    await pool.close()


async def test_a_job_whose_asker_is_gone_costs_the_next_one_none_of_its_time() -> None:
    pool = HeavyPool(seconds=60)
    worker = await pool.run(os.getpid)
    for seconds, same in ((1.2, True), (3600, False)):
        pool._seconds = 1.5
        left = asyncio.create_task(outcome(pool, seconds))
        await asyncio.sleep(0.3)
        left.cancel()
        assert await outcome(pool, 0.9) is None
        pool._seconds = 60
        assert (await pool.run(os.getpid) == worker) is same
    await pool.close()


async def test_a_worker_that_died_between_two_jobs_is_no_fault_of_the_next_one() -> None:
    pool = HeavyPool(seconds=60)
    worker = await pool.run(os.getpid)
    os.kill(worker, signal.SIGKILL)
    async with asyncio.timeout(20):
        while not getattr(pool._executor, "_broken", False):  # noqa: ASYNC110 -- Python's own thread notices it
            await asyncio.sleep(0.01)
    assert await pool.run(abs, -2) == 2
    await pool.close()


async def test_a_timeout_of_the_job_itself_is_its_own() -> None:
    pool = HeavyPool(seconds=60)
    with pytest.raises(TimeoutError, match="the disk"):
        await pool.run(gone)
    await pool.close()


def gone() -> None:
    """As a network's disk that does not answer."""
    raise TimeoutError(110, "the disk")


async def test_whoever_is_cancelled_is_cancelled() -> None:
    pool = HeavyPool(seconds=60)
    await pool.run(abs, -1)
    task = asyncio.create_task(pool.run(time.sleep, 0.5))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await pool.run(time.sleep, 0.5)
    await pool.close()


async def test_a_job_that_waits_when_the_pool_is_closed_is_unavailable() -> None:
    pool = HeavyPool(seconds=60)
    worker = await pool.run(os.getpid)
    jobs = [asyncio.create_task(outcome(pool, 0.3)) for _ in range(5)]
    await asyncio.sleep(0.1)
    await pool.close()
    found = [await job for job in jobs]
    assert found[0] is None and {type(one) for one in found[1:]} <= {type(None), Unavailable}
    assert isinstance(found[-1], Unavailable) and worker != os.getpid()
