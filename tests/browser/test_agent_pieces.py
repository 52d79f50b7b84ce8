"""What an agent types and chooses stays, whatever loads beside it: blanks, choices, forms of a call that rings again, a line that
goes mute, a clock that is wrong.
"""

import asyncio
from datetime import UTC, datetime

import pytest

from hotline1022.core.drafts import Writing
from hotline1022.core.live import Topic
from hotline1022.queue.types import AgentState
from tests.browser.test_agent import (
    CONTENT,
    SAVED,
    come_in,
    desk,
    kept,
    key,
    offline,
    sees,
    type_at_end,
    until_kept,
)
from tests.contract.database.agent_world import CALL, LOGIN, NEXT, Desk
from tests.lab.browser import Browser, Tab
from tests.lab.cable import cable
from tests.unit.calls_memory import CALLER, CALLER_SAID
from tests.unit.staff_memory import PIN

__all__ = ["desk"]

FORM = "document.getElementById('form').dataset.draft"
#: counts what has loaded since, by the id of the piece
COUNT = "window.loaded = {}; document.body.addEventListener('htmx:afterSettle', e => loaded[e.target.id] = (loaded[e.target.id] || 0) + 1)"


async def talks(desk: Desk, browser: Browser) -> Tab:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.run(COUNT)
    return tab


async def loads(tab: Tab, desk: Desk, topic: Topic, what: str, piece: str) -> None:
    """Something happens that makes this piece load anew, and it has."""
    before = await tab.run(f"loaded.{piece} || 0")
    desk.happens(topic, what)
    await sees(tab, f"(loaded.{piece} || 0) > {before}")


async def choose(tab: Tab, field: str, number: int) -> str:
    """Choose in a list as people do, and go on to what stands behind it; what is chosen."""
    return await tab.choose(f"#{field}", number)


async def test_a_blank_or_a_new_line_that_was_typed_last_stays(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Đèn đường ")
    await sees(tab, f"{SAVED}.startsWith('Đã lưu lúc ')")
    await until_kept(desk, "content", "Đèn đường")
    assert await tab.run(CONTENT) == "Đèn đường "
    await tab.type("hỏng\n")
    await until_kept(desk, "content", "Đèn đường hỏng")
    await sees(tab, f"{SAVED}.startsWith('Đã lưu lúc ')")
    await tab.type("từ tối qua")
    await until_kept(desk, "content", "Đèn đường hỏng\ntừ tối qua")


async def test_what_is_chosen_stays_while_its_piece_loads(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    to = await choose(tab, "to", 3)
    reason = await choose(tab, "reason", 1)
    await tab.run("document.getElementById('f-content').focus()")
    await loads(tab, desk, Topic.CASCADES, "cascade", "transfer")
    await loads(tab, desk, Topic.LINES, "changed", "state")
    assert await tab.run("document.getElementById('to').value") == to
    assert await tab.run("document.getElementById('reason').value") == reason
    await tab.click("#begin")
    await sees(tab, "!!document.getElementById('take-back')")
    (body,) = desk.hunts.bodies
    assert body.agency == to
    # what was chosen for one call is nothing for the next
    desk.hunts.cascades.clear()
    await loads(tab, desk, Topic.CASCADES, "cascade", "transfer")
    first = await tab.run("document.getElementById('to').value")
    await choose(tab, "to", 5)
    await desk.caller.rings(NEXT, answered_at=datetime.now(UTC))
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=CALLER)
    await sees(tab, FORM, NEXT)
    await sees(tab, "document.querySelector('#transfer [name=call]').value", NEXT)
    assert await tab.run("document.getElementById('to').value") == first


async def test_a_pin_that_is_being_typed_is_not_wiped_on_the_way_to_the_button(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.run(COUNT)
    await choose(tab, "line", 1)
    await tab.run("document.getElementById('pin').focus()")
    await tab.type(PIN)
    desk.happens(Topic.LINES, "changed")
    await tab.run("document.getElementById('state-in').focus()")
    await loads(tab, desk, Topic.LINES, "changed", "state")
    await tab.click("#state-in")
    await sees(tab, "document.getElementById('state').dataset.state", "ready")
    assert desk.lines.lines["102"].person


async def test_a_call_that_rings_again_leaves_its_form_alone(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất nước")
    await tab.run("document.getElementById('form').same = true")
    before = await tab.run("loaded.transfer || 0")
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, f"(loaded.transfer || 0) > {before}")
    await tab.type(" hai ngày")
    assert await tab.run("document.getElementById('form').same === true")
    assert await tab.run(CONTENT) == "Mất nước hai ngày"
    await until_kept(desk, "content", "Mất nước hai ngày")


async def test_a_ring_whose_answer_is_lost_has_its_form_all_the_same(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits()
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.refuse("ring=|/transfer")
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, "document.getElementById('call-title').textContent", CALLER_SAID)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    desk.happens(Topic.CALL, "talk", line="101", call=CALL)
    await sees(tab, FORM, CALL)
    await tab.refuse("")
    await asyncio.sleep(0.2)  # what was asked for before is refused by then
    desk.happens(Topic.CASCADES, "cascade")
    await sees(tab, "!!document.getElementById('to')")


async def test_of_two_forms_that_are_opened_at_once_the_last_is_there_with_its_transfer(
    desk: Desk, browser: Browser
) -> None:
    tab = await talks(desk, browser)
    owner = f"user:{(await desk.world.admin.by_login(LOGIN)).id}"
    for call in (NEXT, "hl1-1795470400.62"):
        writing = Writing(window="window-a", seen=0, texts={"content": call})
        await desk.drafts.write(owner, call, writing, datetime.now(UTC))
    await tab.click("#form [data-open='']")
    await sees(tab, f"document.querySelectorAll('[data-open^=hl1]').length && {FORM}", "")
    await tab.network(late=400)
    await tab.click(f"#form [data-open='{NEXT}']")
    await asyncio.sleep(0.05)
    await tab.click("#form [data-open='hl1-1795470400.62']")
    await sees(tab, FORM, "hl1-1795470400.62")
    await sees(
        tab, "document.getElementById('transfer').getAttribute('hx-get')", "/desk/agent/transfer?call=hl1-1795470400.62"
    )


async def test_enter_in_a_line_sends_no_ticket_out(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await type_at_end(tab, "f-content", "Mất nước")
    await type_at_end(tab, "f-name", " Em")
    await until_kept(desk, "name", "Lê Thị Cúc Em")
    await tab.press("Enter")
    await asyncio.sleep(0.3)  # a ticket would be made by then, or be on its way
    await key(tab, "F2")
    await tab.type(" hai ngày")
    await until_kept(desk, "content", "Mất nước hai ngày")
    assert await desk.tickets() == []
    await key(tab, "Enter", control=True)
    await sees(tab, "document.getElementById('form').dataset.done", "1")


async def test_letters_that_are_typed_while_older_ones_are_refused_are_offered_too(
    desk: Desk, browser: Browser
) -> None:
    one = await talks(desk, browser)
    two = await browser.tab()
    await two.open(str(desk.world.server.make_url("/desk/agent")))
    await sees(two, "!!window.HL")
    await type_at_end(one, "f-content", "Mất nước")
    await sees(two, CONTENT, "Mất nước")
    await offline(two, True)
    await type_at_end(two, "f-content", " hai ngày")
    await sees(two, SAVED, "Chưa lưu được, sẽ thử lại")
    await type_at_end(one, "f-content", " cả khu phố")
    await until_kept(desk, "content", "Mất nước cả khu phố")
    await two.network(late=1500)
    sent = "performance.getEntriesByType('resource').filter(e => e.name.includes('/api/drafts/')).length"
    assert await two.run(sent) is not None
    await asyncio.sleep(0.5)  # it is on its way: what is seen of it comes with its answer
    await two.type(" rồi")
    await sees(two, "document.querySelector('#words blockquote')?.textContent", "Mất nước hai ngày rồi")


async def test_words_of_a_window_that_lives_are_sent_by_itself_alone(desk: Desk, browser: Browser) -> None:
    one = await talks(desk, browser)
    await offline(one, True)
    await type_at_end(one, "f-content", "Mất nước")
    await sees(one, SAVED, "Chưa lưu được, sẽ thử lại")
    two = await browser.tab()
    await two.open(str(desk.world.server.make_url("/desk/agent")))
    await sees(two, "!!window.HL")
    await type_at_end(two, "f-address", "12 Lê Lợi")
    await until_kept(desk, "address", "12 Lê Lợi")
    assert "content" not in await kept(desk)
    await offline(one, False)
    await until_kept(desk, "content", "Mất nước")


async def test_a_line_that_goes_mute_is_said_and_listened_to_anew(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.web.live.HEARTBEAT", 0.2)
    await desk.make_agent()
    assert desk.world.server.port is not None
    async with cable(desk.world.server.port) as line:
        tab = await browser.tab()
        # twenty times the time passes in the page
        fast = "const real = performance.now.bind(performance); performance.now = () => real() * 20"
        await tab.at_first(fast)
        await come_in(tab, desk, f"http://127.0.0.1:{line.port}/")
        await asyncio.sleep(6)  # longer than it takes to notice: a stream with nothing to tell is alive
        assert await tab.run("document.getElementById('stream').hidden")
        line.mute = True
        await sees(tab, "!document.getElementById('stream').hidden")
        line.mute = False
        await sees(tab, "document.getElementById('stream').hidden", seconds=40)


async def test_clocks_are_right_though_that_of_the_computer_is_not(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.world.now = datetime.now(UTC)
    desk.sits()
    tab = await browser.tab()
    late = "const real = Date.now.bind(Date); Date.now = () => real() - 300000"
    await tab.at_first(late)
    await come_in(tab, desk)
    await sees(tab, "/^1:[123]/.test(document.querySelector('#state .agent-since').textContent)")


async def test_what_cannot_be_kept_is_told_in_words_for_people(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    await tab.run(
        "(() => { const e = document.getElementById('f-answer'); e.value = 'a'.repeat(9000);"
        " e.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    await sees(tab, f"{SAVED}.startsWith('Chưa lưu được: nội dung quá dài')")
