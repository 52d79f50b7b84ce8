"""Whom a call is put through to from the page of an agent: nobody whom the page has not shown, and nobody at all where none is chosen."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.contract.database.test_desk_agent import PAGE, act

EMPTY = '<option value="">Chọn cơ quan</option>'
BEGIN = f"{PAGE}/begin-transfer"


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        made.sits(AgentState.TALKING)
        yield made


async def test_none_is_chosen_beforehand_where_none_answers(desk: Desk) -> None:
    async with desk.agent() as browser:
        for category, empty in (("", True), ("construction", False)):
            await desk.caller.rings(answered_at=datetime.now(UTC), category=category)
            shown = (await browser.get(f"{PAGE}/transfer?call={CALL}")).text
            (first,) = re.findall(r'<select [^>]*id="to"[^>]*required>(<option[^>]*>[^<]*</option>)?', shown)
            assert first == (EMPTY if empty else ""), category
            assert ("so-xay-dung" in shown) and (EMPTY in shown) is empty


async def test_an_old_list_puts_nobody_through_where_none_answers_by_now(desk: Desk) -> None:
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        old = {"call": CALL, "agency": "so-xay-dung", "category": ""}
        refused = await act(browser, BEGIN, **old, by_hand="0")
        assert refused.status == 409 and "Xem lại cơ quan rồi chuyển lần nữa" in refused.text
        assert desk.hunts.bodies == []
        assert (await act(browser, BEGIN, **old, by_hand="1")).status == 200, "who has chosen by hand knows"
        assert [one.agency for one in desk.hunts.bodies] == ["so-xay-dung"]


@pytest.mark.parametrize("by_hand", ["0", "1"])
async def test_the_empty_option_puts_nobody_through(desk: Desk, by_hand: str) -> None:
    """The service would take the agency of the call's own category."""
    await desk.caller.rings(answered_at=datetime.now(UTC))
    async with desk.agent() as browser:
        refused = await act(browser, BEGIN, call=CALL, agency="", category="", by_hand=by_hand)
        assert refused.status == 400 and "Xin chọn cơ quan" in refused.text
    assert desk.hunts.bodies == []
