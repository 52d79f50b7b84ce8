"""A share that hangs keeps nobody else waiting: not other threads, not the end."""

import asyncio
import threading
from pathlib import Path

import pytest

from hotline1022.recordings import apart as module
from hotline1022.recordings.apart import MOST, apart

SHARE = Path("/mnt/backups")


async def test_result_and_error_come_back() -> None:
    assert await apart(SHARE, 5, sorted, [2, 1], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        await apart(SHARE, 5, lambda: 1 / 0)


async def test_what_hangs_is_given_up_and_no_more_are_begun_while_many_do() -> None:
    let_go = threading.Event()
    for _ in range(MOST):
        with pytest.raises(TimeoutError):
            await apart(SHARE, 0.05, let_go.wait, 30)
    before = threading.active_count()
    with pytest.raises(TimeoutError):
        await apart(SHARE, 30, sorted, [1])
    assert threading.active_count() == before, "nothing was begun"
    assert await apart(Path("/mnt/stamps"), 5, sorted, [1]) == [1], "another place does not suffer"
    # the loop's own threads are free
    assert await asyncio.wait_for(asyncio.to_thread(sorted, [1]), 5) == [1]
    assert all(one.daemon for one in module._threads), "the end does not wait for them"
    let_go.set()
    async with asyncio.timeout(5):
        while any(one.is_alive() for one in module._threads):  # noqa: ASYNC110 -- threads have no event here
            await asyncio.sleep(0.01)
    assert await apart(SHARE, 5, sorted, [1]) == [1]
