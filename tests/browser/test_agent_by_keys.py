"""A whole call in a real Chromium without one click of a mouse: the offer read, the request written down, its category changed, answered from
the questions and answers, completed, another citizen called back from a list, a pause and back; and agencies found by words.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.live import Topic
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import State
from hotline1022.web.page_words import words
from tests.browser.steps import barriers, serious
from tests.browser.test_agent import CONTENT, come_in, sees, until_kept
from tests.browser.test_agent_pieces import COUNT, loads
from tests.contract.database import faq_made
from tests.contract.database.agent_world import CALL, Desk, open_agent_desk
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import CALLER, CALLER_SAID
from tests.unit.staff_memory import PIN

FOCUS, DONE = "document.activeElement.id", "document.getElementById('form').dataset.done"
STATE = "document.getElementById('state').dataset.state"
FORM = "document.getElementById('form').dataset.draft"
#: key → its number for Windows
NUMBERS = {
    "Tab": 9,
    "Enter": 13,
    "ArrowUp": 38,
    "ArrowDown": 40,
    "F1": 112,
    "F2": 113,
    "F4": 115,
    "F6": 117,
    "F8": 119,
    "F9": 120,
}
CONTROL, SHIFT = 2, 8
#: stops on the way to a field at most
FAR = 40


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        faq = await faq_made.a_desk(database)
        await faq.publish()
        async with open_agent_desk(database, tmp_path, faq=faq.faq) as made:
            await made.make_agent()
            yield made


async def stroke(tab: Tab, name: str, modifiers: int = 0) -> None:
    same = {"key": name, "code": name, "windowsVirtualKeyCode": NUMBERS[name], "modifiers": modifiers}
    text = {"text": "\r"} if name == "Enter" and not modifiers else {}
    await tab.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **same, **text)
    await tab.send("Input.dispatchKeyEvent", type="keyUp", **same)


async def tab_to(tab: Tab, start: str, modifiers: int = 0) -> str:
    """By the key Tab alone, to the next field whose id begins so; its id."""
    for _ in range(FAR):
        await stroke(tab, "Tab", modifiers)
        if (found := str(await tab.run(FOCUS))).startswith(start):
            return found
    raise AssertionError(f"no {start} within {FAR} stops")


async def test_a_whole_call_without_one_click(desk: Desk, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    await tab.run("window.clicks = 0; addEventListener('pointerdown', () => { window.clicks += 1; }, true)")
    await sees(tab, "!document.getElementById('faq').hidden")
    await stroke(tab, "F9")
    assert await tab.run(FOCUS) == "line"
    await stroke(tab, "Tab")
    await tab.type(PIN)
    await stroke(tab, "Enter")
    await sees(tab, STATE, AgentState.READY)
    # who writes for the last one reads who calls, and goes on writing
    await stroke(tab, "F2")
    await tab.type("Việc của người trước")
    await desk.caller.rings(answered_at=datetime.now(UTC))
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, "document.getElementById('offer-said').textContent", words()("agent.offer", number=CALLER_SAID))
    await sees(tab, FORM, CALL)
    assert await tab.run(FOCUS) == "form-title", "letters go nowhere"
    await stroke(tab, "F2")
    await tab.type("Hỏi khai sinh cho cháu")
    await sees(tab, CONTENT, "Hỏi khai sinh cho cháu")
    before = await tab.run("document.getElementById('f-category').value")
    await tab_to(tab, "f-category", SHIFT)
    await stroke(tab, "ArrowUp")
    after = await tab.run("document.getElementById('f-category').value")
    assert after not in ("", before)
    await until_kept(desk, "category", after)
    await stroke(tab, "F4")
    assert await tab.run(FOCUS) == "faq-words"
    await tab.type("khai sinh")
    await sees(tab, "!!document.querySelector('#faq-found summary')")
    await stroke(tab, "Enter")
    await sees(tab, "document.activeElement.tagName", "SUMMARY")
    await stroke(tab, "Enter")
    await stroke(tab, "Tab")
    await stroke(tab, "Enter")
    await sees(tab, FOCUS, "f-answer")
    await stroke(tab, "Enter", CONTROL | SHIFT)
    await sees(tab, DONE, "1")
    assert await tab.run(FOCUS) == "after"
    (made,) = await desk.tickets()
    assert (made.state, made.category, made.content) == (State.COMPLETED, after, "Hỏi khai sinh cho cháu")
    assert made.answer == faq_made.BIRTH.answer
    desk.caller.call = None
    desk.happens(Topic.CALL, "over", line="101", call=CALL)
    await sees(tab, "document.getElementById('call').dataset.call", "")
    await stroke(tab, "Enter")
    await sees(tab, FORM, "")
    # the lists, and one of them is called back
    await stroke(tab, "F6")
    assert await tab.run(FOCUS) == "list-missed"
    await tab_to(tab, "call-")
    await stroke(tab, "Enter")
    await sees(tab, "!document.querySelector('#lists .htmx-request')")
    assert desk.callbacks.begun == [("101", CallbackWhat.ABANDONED, CALL)]
    for name in ("voicemail", "tell", "missed"):
        await stroke(tab, "F6")
        pressed = f"document.getElementById('list-{name}').getAttribute('aria-pressed')"
        await sees(tab, f"{FOCUS} === 'list-{name}' && {pressed} === 'true'")
    # a pause, and back
    await stroke(tab, "F9", SHIFT)
    await sees(tab, STATE, AgentState.PAUSED)
    await stroke(tab, "F9", SHIFT)
    await sees(tab, STATE, AgentState.READY)
    desk.sits(AgentState.WRAP_UP)
    desk.happens(Topic.LINES, "changed")
    await sees(tab, STATE, AgentState.WRAP_UP)
    await stroke(tab, "F9")
    assert await tab.run(FOCUS) == "state-ready"
    await stroke(tab, "Enter")
    await sees(tab, STATE, AgentState.READY)
    await stroke(tab, "F1")
    assert await tab.run(FOCUS) == "keys-title"
    assert await tab.run("window.clicks") == 0
    assert serious(tab) == []


LEFT = "Array.from(document.getElementById('{}').options).filter(one => one.value && !one.hidden).map(one => one.value)"


async def test_an_agency_is_found_by_words_without_their_marks(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    every = await tab.run(LEFT.format("f-agency"))
    await tab.run("document.getElementById('f-agency-words').focus()")
    await tab.type("XAY dung")
    few = await tab.run(LEFT.format("f-agency"))
    assert "so-xay-dung" in few and len(few) < len(every) / 4
    said = "document.getElementById('f-agency-words-left').textContent"
    assert await tab.run(said) == words()("agent.pick-left", count=len(few))
    assert await tab.run("document.getElementById('f-agency').value") == "", "nothing is chosen while one types"
    assert await barriers(tab) == []
    await tab.picture(tmp_path / "pick.png")
    await stroke(tab, "ArrowDown")
    assert await tab.run(FOCUS) == "f-agency" and await tab.run("document.getElementById('f-agency').value") == few[0]
    await until_kept(desk, "agency", few[0])
    await tab.run("document.getElementById('f-agency-words').focus()")
    await tab.type(" khong co")
    await sees(tab, said, words()("agent.pick-none"))
    await stroke(tab, "Enter")
    assert await tab.run("document.getElementById('f-agency').value") == few[0], "what was chosen stays"
    # whom to put through to, and what was found stays when the part loads anew
    await stroke(tab, "F8")
    assert await tab.run(FOCUS) == "to"
    await stroke(tab, "F8")
    assert await tab.run(FOCUS) == "to-words"
    await tab.type("xay dung")
    await stroke(tab, "Enter")
    assert await tab.run(FOCUS) == "to" and await tab.run("document.getElementById('to').value") in few
    chosen = await tab.run("document.getElementById('to').value")
    few_there = await tab.run(LEFT.format("to"))
    await stroke(tab, "F2")
    await tab.run(COUNT)
    await loads(tab, desk, Topic.CASCADES, "cascade", "transfer")
    assert await tab.run(LEFT.format("to")) == few_there
    assert await tab.run("document.getElementById('to').value") == chosen
    await stroke(tab, "F8")
    await tab_to(tab, "begin")
    await stroke(tab, "Enter")
    await sees(tab, "!!document.getElementById('take-back')")
    assert desk.hunts.bodies[0].agency == chosen
    await tab.size(360, 740, mobile=True)
    assert await barriers(tab) == []
    assert await tab.run("document.documentElement.scrollWidth") <= 360
    assert serious(tab) == []
