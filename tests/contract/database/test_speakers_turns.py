"""Copies of speakers that are asked for at once: who clicks through them holds up nobody else."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hotline1022.core.errors import HotlineError, Refused
from hotline1022.recordings.pool import HeavyPool
from tests.contract.database.test_listening import House, house
from tests.contract.database.test_speakers import FIRST_AGENT, SECOND_AGENT, choose
from tests.lab.waiting import until

__all__ = ["house"]


async def test_only_the_latest_choice_of_a_listener_waits_and_behind_all_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await house.ask(), await house.ask()
    real, made, gate = HeavyPool.run, list[str](), asyncio.Event()
    turns = house.desk._copies._turns

    async def run(self: HeavyPool, job: Callable[..., Any], *given: Any, **more: Any) -> Any:
        if isinstance(given[-1], str):  # a copy of some speakers
            made.append(given[-1])
            await gate.wait()
        return await real(self, job, *given, **more)

    monkeypatch.setattr(HeavyPool, "run", run)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(choose(house, one, "citizen"))
        await until(lambda: made == ["citizen"])
        older = group.create_task(failing(choose(house, one, FIRST_AGENT)))
        await until(lambda: len(turns._waiting) == 1)
        others = group.create_task(choose(house, other, SECOND_AGENT))
        await until(lambda: len(turns._waiting) == 2)
        newer = group.create_task(choose(house, one, "machine"))
        await asyncio.wait_for(asyncio.shield(older), 30)
        gate.set()
    assert made == ["citizen", SECOND_AGENT, "machine"], "nothing is made that nobody waits for"
    error = older.result()
    assert isinstance(error, Refused) and error.error_id == "speakers-newer"
    assert len({task.result().sha256 for task in (first, others, newer)}) == 3


async def failing(asked: Any) -> HotlineError | None:
    try:
        await asked
    except HotlineError as error:
        return error
    return None
