"""Lists keep still under a hand: who is called back is who stands there, whatever comes and goes meanwhile."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.live import Topic
from hotline1022.web.types import AbandonedView
from tests.browser.steps import barriers
from tests.browser.test_agent import come_in, desk, sees
from tests.browser.test_agent_pieces import COUNT
from tests.contract.database.agent_world import Desk
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import NOW
from tests.unit.staff_memory import MemoryAbandoned

__all__ = ["desk"]

ROWS = "document.querySelectorAll('#lists-rows > li').length"
ANEW = "document.getElementById('lists-anew').hidden"
FOCUS = "document.activeElement.id"


def one(number: int) -> AbandonedView:
    call = f"hl1-1795470208.{number}"
    return AbandonedView(caller=f"090100{number:04}", count=1, last_at=NOW - timedelta(minutes=number), last_call=call)


async def test_rows_wait_while_a_hand_is_among_them(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [one(1), one(2), one(3)]

    async def every(self: MemoryAbandoned, limit: int) -> Sequence[AbandonedView]:
        return waiting[:limit]

    monkeypatch.setattr(MemoryAbandoned, "list", every)
    await desk.make_agent()
    desk.sits()
    desk.callbacks.number = one(2).caller
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    await tab.run(COUNT)
    await tab.run("document.getElementById('call-hl1-1795470208.2').focus()")
    del waiting[2]  # who stood above was reached by another one
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    assert await tab.run(ROWS) == 3 and await tab.run(FOCUS) == "call-hl1-1795470208.2"
    assert await barriers(tab) == []
    await tab.press("Enter")
    await sees(tab, ROWS, 2)
    assert desk.callbacks.begun == [("101", CallbackWhat.ABANDONED, "hl1-1795470208.2")]
    # under the pointer too; it goes on by itself once the pointer is gone
    await tab.run("document.activeElement.blur()")
    x, y = await tab.run(
        "(() => { const r = document.querySelector('#lists-rows li').getBoundingClientRect(); return [r.x + 9, r.y + 9]; })()"
    )
    await tab.point(x, y)
    waiting.append(one(4))
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    assert await tab.run(ROWS) == 2
    await tab.point(x + 500, y)
    await sees(tab, ROWS, 3)
    assert await tab.run(ANEW)
    # asked for, it is there at once
    await tab.run("document.getElementById('call-hl1-1795470208.1').focus()")
    waiting.append(one(5))
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    await tab.click("#lists-anew")
    await sees(tab, ROWS, 4)
    # who was heard leaves the list only after a question
    tab.agrees = False
    await tab.click("#list-voicemail")
    await sees(tab, "!!document.getElementById('done-v1')")
    await tab.click("#done-v1")
    assert len(tab.asked) == 1 and "đã nghe lời nhắn" in tab.asked[0] and await tab.run(ROWS) == 1


@pytest.fixture
async def waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[AbandonedView]:
    """Citizens of the first list, whom a test adds to."""
    found = [one(1), one(2)]

    async def every(self: MemoryAbandoned, limit: int) -> Sequence[AbandonedView]:
        return found[:limit]

    monkeypatch.setattr(MemoryAbandoned, "list", every)
    await desk.make_agent()
    desk.sits()
    return found


async def row(desk: Desk, browser: Browser) -> tuple[Tab, float, float]:
    """The page, and where its first row is."""
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    x, y = await tab.run(
        "(() => { const r = document.querySelector('#lists-rows li').getBoundingClientRect(); return [r.x + 30, r.y + r.height / 2]; })()"
    )
    return tab, x, y


async def test_a_mouse_that_was_parked_holds_no_rows(
    desk: Desk, browser: Browser, waiting: list[AbandonedView]
) -> None:
    tab, x, y = await row(desk, browser)
    await tab.point(x, y)
    waiting.append(one(3))
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    assert await tab.run(ROWS) == 2
    await sees(tab, ROWS, 3)
    assert await tab.run(ANEW)


async def test_rows_are_held_under_a_finger(desk: Desk, browser: Browser, waiting: list[AbandonedView]) -> None:
    tab, x, y = await row(desk, browser)
    finger = {"id": 1, "radiusX": 4, "radiusY": 4, "force": 1}
    await tab.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[finger | {"x": x, "y": y}])
    await tab.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[finger | {"x": x + 2, "y": y}])
    waiting.append(one(3))
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    assert await tab.run(ROWS) == 2
    await tab.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    begun = asyncio.get_running_loop().time()
    await sees(tab, ROWS, 3)
    assert asyncio.get_running_loop().time() - begun > 4, "a finger is lifted between two taps"


async def test_rows_are_held_while_a_button_is_pressed_and_not_by_the_focus_that_it_left(
    desk: Desk, browser: Browser, waiting: list[AbandonedView]
) -> None:
    tab, x, y = await row(desk, browser)
    await tab.run("document.getElementById('call-hl1-1795470208.2').focus()")
    await tab.point(x, y)
    await tab.hold(True)
    await tab.run("document.getElementById('call-hl1-1795470208.2').focus()")
    waiting.append(one(3))
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, ANEW, False)
    assert await tab.run(ROWS) == 2
    await tab.hold(False)
    await tab.point(x + 500, y)
    await sees(tab, ROWS, 3, seconds=4)
