"""A second place that hangs, as a share of a machine that went away does: the look at the stamps gives it up and names it."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline1022.audit.types import Fault
from hotline1022.recordings import apart
from hotline1022.service.evidence import stamp_check
from hotline1022.service.evidence.stamp_check import StampCheck
from tests.contract.database.tampering import world
from tests.lab.evidence_world import World

__all__ = ["world"]


@contextlib.contextmanager
def hanging(place: Path) -> Iterator[None]:
    """One of its files is a pipe that nobody writes to: whoever opens it waits, in the kernel."""
    pipe = place / "stamp-20991231T000000Z.json"
    os.mkfifo(pipe)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # nobody waits any more
            while True:
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        pipe.unlink()


async def test_a_place_that_hangs_is_given_up_and_named_and_the_loop_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = await StampCheck(world.database, world.trust).look()
    monkeypatch.setattr(stamp_check, "SECONDS", 1.0)
    with hanging(world.place):
        look = asyncio.create_task(StampCheck(world.database, world.trust).look())

        async def others() -> None:
            for _ in range(20):
                async with world.database.reading() as tx:
                    await tx.audit.head()
                await asyncio.sleep(0.01)

        await asyncio.wait_for(others(), 10)
        assert not look.done(), "others go on while it hangs"
        count, found = await asyncio.wait_for(look, 10)
        assert [(one.fault, one.name) for one in found] == [(Fault.PLACE, str(world.place))]
        assert sound == (2, []) and count == 1, "the stamps of the database were looked at"
    async with asyncio.timeout(10):
        while any(one.is_alive() for one in apart._threads):  # noqa: ASYNC110 -- threads have no event
            await asyncio.sleep(0.01)
    assert await StampCheck(world.database, world.trust).look() == sound, "it is back"
