"""One worker process for many who wait: whoever's job goes with another one's worker is told so, and not cancelled."""

import asyncio
import os
import time

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.pool import HeavyPool


async def outcome(pool: HeavyPool, seconds: float) -> BaseException | None:
    """What a task that runs such a job ends with."""
    (found,) = await asyncio.gather(pool.run(time.sleep, seconds), return_exceptions=True)
    return found


async def test_a_job_that_waited_behind_a_hanging_one_is_unavailable_and_no_cancellation() -> None:
    pool = HeavyPool(seconds=60)
    await pool.run(abs, -1)  # the process is there
    pool._seconds = 0.5
    hanging = asyncio.create_task(outcome(pool, 3600))
    await asyncio.sleep(0.1)
    pool._seconds = 60
    behind = [asyncio.create_task(outcome(pool, 0)) for _ in range(4)]  # some are with the process, some not yet
    done, waiting = await asyncio.wait([hanging, *behind], timeout=30)
    assert not waiting and [task for task in done if task.cancelled()] == []
    assert [type(task.result()) for task in (hanging, *behind)] == [Unavailable] * 5
    assert await pool.run(abs, -2) == 2
    await pool.close()


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
