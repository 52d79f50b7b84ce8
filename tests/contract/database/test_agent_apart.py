"""Who called a citizen back and stays to introduce her reads that she hears music, and not that the two talk."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.outcomes import CallState, Direction
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from tests.contract.database.agent_world import Desk, open_agent_desk
from tests.contract.database.test_desk_agent import PAGE
from tests.unit.callback_memory import MADE

TALKS, MUSIC = "Đang nói chuyện", "Người dân đang nghe nhạc chờ"


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        made.sits(AgentState.TALKING)
        yield made


async def test_the_card_says_so_until_the_two_talk_again(desk: Desk) -> None:
    async with desk.agent() as browser:
        for state, said, other in ((CallState.AFTER, MUSIC, TALKS), (CallState.TALKING, TALKS, MUSIC)):
            await desk.caller.rings(call=MADE, direction=Direction.OUT, state=state, answered_at=datetime.now(UTC))
            shown = (await browser.get(f"{PAGE}/call")).text
            assert said in shown and other not in shown, state
