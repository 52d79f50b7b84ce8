"""Many agents who look at missed calls at once cost one walk, and nobody is shown what was before the last stored call."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.db.calls import CallRepository
from hotline1022.db.types import Abandoned
from hotline1022.db.unit import Database
from hotline1022.service.calls.abandoned import AGE, AbandonedList
from tests.contract.database.made import answered, gave_up, of_calls
from tests.contract.database.test_callbacks import ONE, OTHER

AGENTS = 50


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each walk over the calls."""
    walked: list[int] = []
    walk = CallRepository.abandoned

    async def counted(self: CallRepository, **more: Any) -> Sequence[Abandoned]:
        walked.append(1)
        await asyncio.sleep(0.02)
        return await walk(self, **more)

    monkeypatch.setattr(CallRepository, "abandoned", counted)
    return walked


@pytest.fixture
async def listed(database: Database) -> AbandonedList:
    await database.save(
        of_calls(gave_up(ONE, 10), gave_up(OTHER, 20, caller_raw="0907777777", caller_e164="+84907777777"))
    )
    made = AbandonedList(database)
    made.DAYS = 36500
    return made


async def look(listed: AbandonedList, agents: int = 1) -> set[int]:
    """How many missed calls the agents are told of who ask at once."""
    shown = await asyncio.gather(*(listed.waiting(0, 30, latest=False) for _ in range(agents)))
    return {total for _, total in shown}


async def test_fifty_agents_who_look_after_a_call_read_it_once(
    database: Database, listed: AbandonedList, walks: list[int]
) -> None:
    assert await look(listed, AGENTS) == {2} and len(walks) == 1
    assert await look(listed, AGENTS) == {2} and len(walks) == 1, "nothing was stored"
    await database.save(of_calls(answered("hl1-2.1", 30)))
    listed.saved(None)  # type: ignore[arg-type]
    assert await look(listed, AGENTS) == {1} and len(walks) == 2


async def test_fifty_agents_at_a_busy_hour_wait_for_two_walks_at_most(listed: AbandonedList, walks: list[int]) -> None:
    """What is stored while they wait asks anew by itself."""

    async def busy() -> None:
        while True:
            listed.saved(None)  # type: ignore[arg-type]
            await asyncio.sleep(0.005)

    calls = asyncio.create_task(busy())
    try:
        assert await look(listed, AGENTS) == {2} and len(walks) <= 2
    finally:
        calls.cancel()


async def test_what_is_stored_while_it_is_read_is_read_again(
    database: Database, listed: AbandonedList, walks: list[int]
) -> None:
    first = asyncio.create_task(look(listed, AGENTS))
    async with asyncio.timeout(5):
        while not walks:  # noqa: ASYNC110 - no event on this side
            await asyncio.sleep(0)
    listed.saved(None)  # type: ignore[arg-type]
    await database.save(of_calls(answered("hl1-2.1", 30)))
    await first
    assert await look(listed) == {1} and len(walks) == 2


async def test_what_another_process_changed_is_seen_after_a_while(
    database: Database, listed: AbandonedList, walks: list[int]
) -> None:
    now = 100.0
    listed._clock = lambda: now
    assert await look(listed) == {2}
    await database.save(of_calls(answered("hl1-2.1", 30)))
    assert await look(listed) == {2}
    now += AGE
    assert await look(listed) == {1} and len(walks) == 2


async def test_calls_that_end_in_a_burst_leave_time_for_others(listed: AbandonedList, walks: list[int]) -> None:
    loop = asyncio.get_running_loop()
    await look(listed)
    begun, before = loop.time(), len(walks)
    while loop.time() - begun < 1.0:
        listed.saved(None)  # type: ignore[arg-type]
        await look(listed)
    assert len(walks) - before <= 11, "20 ms of work, then 80 ms of rest, and what the clock takes"


async def test_a_database_that_is_away_is_asked_once_and_then_again(
    listed: AbandonedList, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    read = AbandonedList.list

    async def away(self: AbandonedList, limit: int) -> Any:
        nonlocal asked
        asked += 1
        raise Unavailable("the database does not answer", error_id="database-away")

    monkeypatch.setattr(AbandonedList, "list", away)
    refused = await asyncio.gather(*(listed.waiting(0, 30, latest=True) for _ in range(AGENTS)), return_exceptions=True)
    assert all(isinstance(one, HotlineError) for one in refused) and asked == 1
    monkeypatch.setattr(AbandonedList, "list", read)
    listed.saved(None)  # type: ignore[arg-type]
    assert await look(listed) == {2}
