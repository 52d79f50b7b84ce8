"""While Asterisk tells nothing, an agent's page says so and since when, of state, queue and call; and what the call log knows is shown."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.contract.database.test_desk_agent import PAGE
from tests.unit.calls_memory import CALLER_SAID
from tests.unit.staff_memory import MemoryQueue

#: 14:05:07 in the province
LOST, SAID = datetime(2026, 11, 30, 7, 5, 7, tzinfo=UTC), "14:05:07"
PIECES = ("", "/state", "/queue", "/call")


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
async def desk(database: Database, tmp_path: Path, queue: MemoryQueue) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path, queue=queue) as made:
        yield made


async def test_while_asterisk_tells_nothing_state_queue_and_call_say_since_when(desk: Desk, queue: MemoryQueue) -> None:
    desk.sits(AgentState.READY)
    async with desk.agent() as browser:
        for piece in PIECES:
            shown = (await browser.get(PAGE + piece)).text
            assert SAID not in shown and words()("agent.state-unknown") not in shown, piece
        queue.lost_at = LOST
        state, waiting, call = [(await browser.get(PAGE + piece)).text for piece in PIECES[1:]]
        assert words()("agent.silent", time=SAID, state="Sẵn sàng") in state
        assert 'data-state="unknown"' in state and "data-since" not in state, "no clock of what is not known"
        assert f"chưa rõ từ {SAID}" in waiting and "Sẵn sàng nhận" not in waiting and "data-since" not in waiting
        assert words()("agent.no-call-silent", time=SAID) in call and words()("agent.no-call") not in call
        whole = (await browser.get(PAGE)).text
        assert whole.count(SAID) == 3
        queue.lost_at = None
        assert SAID not in (await browser.get(PAGE)).text


@pytest.mark.parametrize("talks", [False, True])
async def test_a_call_that_the_log_knows_is_shown_all_the_same(desk: Desk, queue: MemoryQueue, talks: bool) -> None:
    desk.sits(AgentState.READY)
    queue.lost_at = LOST
    await desk.caller.rings(answered_at=datetime.now(UTC) if talks else None)
    said = words()(f"line-state.{AgentState.TALKING if talks else AgentState.RINGING}")
    async with desk.agent() as browser:
        state = (await browser.get(f"{PAGE}/state")).text
        assert f'<strong role="status">{said}</strong>' in state and SAID in state
        call = (await browser.get(f"{PAGE}/call?ring={CALL}")).text
        assert CALLER_SAID in call and said in call and 'id="f-content"' in call


async def test_who_is_at_no_line_reads_of_it_at_the_queue(desk: Desk, queue: MemoryQueue) -> None:
    queue.lost_at = LOST
    async with desk.agent() as browser:
        state = (await browser.get(f"{PAGE}/state")).text
        assert 'data-state="logged-out"' in state and SAID not in state
        assert SAID in (await browser.get(f"{PAGE}/queue")).text
