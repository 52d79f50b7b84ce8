"""A masked number in the form of a ticket is refused in words, over page and API, and nothing is changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.drafts import Writing
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.contract.database.test_desk_agent import PAGE, act

MASKED = "090****567"


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


async def test_no_ticket_is_made_of_a_masked_number_and_what_was_typed_stays(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent() as browser:
        owner = f"user:{(await desk.world.admin.by_login('lan')).id}"
        texts = {"content": "Đèn hỏng", "phone": MASKED}
        kept = await desk.drafts.write(owner, CALL, Writing(window="window-a", seen=0, texts=texts), datetime.now(UTC))
        given = {"call": CALL, "act": "new", "seen": str(kept.draft.version), **texts}
        refused = await act(browser, f"{PAGE}/ticket", **given)
        assert refused.status == 400 and words()("error.phone-masked") in refused.text
        assert "Đèn hỏng" in refused.text and await desk.tickets() == []
        there = await desk.drafts.get(owner, CALL)
        assert there is not None and there.version == kept.draft.version
        made = await act(browser, f"{PAGE}/ticket", **given | {"phone": "0901 234 567"})
        assert made.status == 200
        (ticket,) = await desk.tickets()
        assert ticket.phone == "+84901234567"
