"""What goes on now leads on: the figure of the longest wait to that caller, transfers under way to their call, and to their ticket as soon
as there is one to open.
"""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.cascade import State
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.queue.types import Waiting
from hotline1022.web.cookies import PLAIN
from tests.unit.calls_memory import NOW
from tests.unit.cascade_memory import MemoryCascades, a_cascade
from tests.unit.test_web_sessions import sign_in
from tests.unit.web_memory import House, open_house

CALL = "hl1-1795470208.58"


async def now(house: House) -> str:
    cookie = sign_in(house, "supervisor")
    async with house.client.get("/desk/supervision/now", headers={"Cookie": f"{PLAIN}={cookie}"}) as response:
        assert response.status == 200
        return await response.text()


async def given(one: Any) -> Any:
    return one


def waiting(number: int, seconds: int) -> Waiting:
    call = CallId(ChannelId(f"hl1-1795470208.{number}"))
    at = NOW - timedelta(seconds=seconds)
    return Waiting(call=call, queue="main", position=number, since=at, number="0901234567")


async def test_the_longest_wait_opens_that_callers_row(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        queue: Any = house.ports.queue
        told = await queue.now()
        queue.now = lambda: given(replace(told, waiting=(waiting(1, 20), waiting(2, 42), waiting(3, 5))))
        text = await now(house)
        card = re.search(r'href="([^"]+)"><span class="d-block figure-name">Chờ lâu nhất</span><strong>0:42<', text)
        assert card and card[1] == "#waiting-longest"
        (row,) = re.findall(r'<tr id="waiting-longest" tabindex="-1">(.*?)</tr>', text)
        assert row.startswith('<td>2</td><td><a href="/desk/calls/hl1-1795470208.2">090****567</a>')
        queue.now = lambda: given(replace(told, waiting=()))
        text = await now(house)
        assert "waiting-longest" not in text, "of nobody there is no row"


@pytest.mark.parametrize(("ticket", "opened"), [("a" * 16, True), ("b" * 16, False)], ids=["a ticket", "reserved"])
async def test_a_transfer_under_way_leads_to_its_call_and_its_ticket(tmp_path: Path, ticket: str, opened: bool) -> None:
    async with open_house(tmp_path) as house:
        memory = house.ports.cascades
        assert isinstance(memory, MemoryCascades)
        goes_on: dict[str, Any] = {
            "state": State.HUNTING,
            "outcome": None,
            "ended_at": None,
            "taken_by": "",
            "taken_at": None,
        }
        memory.cascades = [replace(a_cascade(), ticket=ticket, **goes_on)]
        text = (await now(house)).partition('id="hunts"')[2]
        assert f'<a href="/desk/calls/{CALL}">' in text and "2345 6789" in text
        assert (f'<a href="/desk/tickets/{ticket}">2345 6789</a>' in text) is opened, (
            "what is only reserved cannot be opened"
        )
