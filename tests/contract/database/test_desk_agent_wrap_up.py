"""The end of a wrap-up at the page of an agent: the button is there then and only then, and what it does is an act."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import Desk, open_agent_desk
from tests.contract.database.test_desk_agent import PAGE, act

BUTTON = 'id="state-ready"'


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


@pytest.mark.parametrize("state", list(AgentState))
async def test_the_button_is_there_while_a_call_is_written_down(desk: Desk, state: AgentState) -> None:
    desk.sits(state, **({"reason": "1"} if state is AgentState.PAUSED else {}))
    async with desk.agent() as browser:
        shown = (await browser.get(f"{PAGE}/state")).text
        assert (BUTTON in shown) is (state is AgentState.WRAP_UP)


async def test_it_ends_at_once_and_is_an_act(desk: Desk) -> None:
    desk.sits(AgentState.WRAP_UP)
    async with desk.agent() as browser:
        done = await act(browser, f"{PAGE}/ready")
        assert done.status == 200 and "Sẵn sàng" in done.text and BUTTON not in done.text
        desk.sits(AgentState.TALKING)
        refused = await act(browser, f"{PAGE}/ready")
        assert refused.status == 409 and words()("error.wrap-up-none") in refused.text
    assert "POST /desk/agent/ready" in [one["act"] for one in await desk.world.acts()]


async def test_whoever_pauses_while_writing_goes_on_by_the_other_button(desk: Desk) -> None:
    desk.sits(AgentState.WRAP_UP, reason="1")
    async with desk.agent() as browser:
        shown = (await browser.get(f"{PAGE}/state")).text
        assert BUTTON not in shown and 'id="state-go"' in shown
