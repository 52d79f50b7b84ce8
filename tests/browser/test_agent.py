"""The page of an agent in a real Chromium: the ring, what is typed and a line that dies, two windows, keys alone, no barriers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry

from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.cascade import Outcome
from hotline1022.core.live import Topic
from hotline1022.core.outcomes import CallState, Direction, Reason
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.service.tickets.agent_drafts import AgentDrafts
from hotline1022.web.app import make_app
from tests.browser.steps import barriers, fill, press, serious
from tests.contract.database.agent_world import AGENT, CALL, LOGIN, Desk, open_agent_desk
from tests.contract.database.desk_world import OWN
from tests.contract.database.ticket_office import Office
from tests.lab.browser import Browser, Tab
from tests.lab.cable import cable
from tests.lab.migrated import migrated
from tests.unit.callback_memory import MADE
from tests.unit.calls_memory import CALLER, CALLER_SAID
from tests.unit.staff_memory import PIN
from tests.unit.web_memory import open_house

CONTENT = "document.getElementById('f-content').value"
SAVED = "document.getElementById('saved').textContent"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = tmp_path / "hotline.sqlite"
    await migrated(file)
    async with Database(file) as database, open_agent_desk(database, tmp_path) as made:
        yield made


async def sees(tab: Tab, script: str, wanted: Any = True, *, seconds: float = 20) -> Any:
    """Wait until an expression of the page has this value."""
    found: Any = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                if (found := await tab.run(script)) == wanted:
                    return found
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{script} is {found!r}, not {wanted!r}") from None


async def come_in(tab: Tab, desk: Desk, address: str = "") -> None:
    """The agent signs in, at the door of this address, and opens the page."""
    here = address or str(desk.world.server.make_url("/"))
    await tab.open(f"{here}desk/sign-in")
    await fill(tab, login=LOGIN, password=OWN)
    await press(tab)
    await tab.open(f"{here}desk/agent")
    await sees(tab, "document.getElementById('stream').hidden && !!window.HL")


async def key(tab: Tab, name: str, *, control: bool = False) -> None:
    await tab.press(f"Control+{name}" if control else name)


async def type_at_end(tab: Tab, field: str, text: str) -> None:
    await tab.click(f"#{field}")
    await tab.press("Control+End")
    await tab.type(text)


async def kept(desk: Desk, call: str = CALL) -> dict[str, str]:
    user = await desk.world.admin.by_login(LOGIN)
    found = await desk.drafts.get(f"user:{user.id}", call)
    return {name: one.text for name, one in found.fields.items()} if found else {}


async def until_kept(desk: Desk, name: str, text: str, call: str = CALL) -> None:
    found: dict[str, str] = {}
    try:
        async with asyncio.timeout(20):
            while True:
                if (found := await kept(desk, call)).get(name) == text:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{found} is kept, not {name} = {text!r}") from None


async def test_the_own_phone_rings_and_all_is_there(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    await desk.make_agent()
    desk.sits()
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, "document.getElementById('form').dataset.draft", CALL)
    await sees(tab, "document.getElementById('call').dataset.call", CALL)
    shown = await tab.run("document.querySelector('main').innerText")
    for known in (CALLER_SAID, "Lê Thị Cúc", "Đã bấm 3", "23456789", "Giao thông"):
        assert known in shown, known
    assert CALLER_SAID in await tab.run("document.title")
    assert await tab.run("document.getElementById('f-phone').value") == CALLER_SAID
    await tab.picture(tmp_path / "ring.png")
    assert serious(tab) == []


async def test_a_reload_in_the_middle_of_typing_loses_nothing(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await come_in(tab, desk)
    await type_at_end(tab, "f-content", "Đèn đường hỏng")
    await until_kept(desk, "content", "Đèn đường hỏng")
    await type_at_end(tab, "f-content", " từ tối qua")
    await tab.reload()
    await sees(tab, CONTENT, "Đèn đường hỏng từ tối qua")
    await until_kept(desk, "content", "Đèn đường hỏng từ tối qua")
    assert (await tab.run(SAVED)).startswith("Đã lưu lúc ")


@asynccontextmanager
async def another_service(desk: Desk, file: Path, folder: Path) -> AsyncIterator[int]:
    """A service that was started again over the same database; its port."""
    async with Database(file) as database, open_house(folder) as house:
        office = Office(database, folder)

        def clock() -> Any:
            return desk.world.now

        ports = replace(
            house.ports,
            door=AccountDesk(database, "the key of the accounts", clock),
            acts=ActBook(database, folder / "acts"),
            registry=CollectorRegistry(),
            clock=clock,
            lines=desk.lines,
            callers=desk.caller,
            cascades=desk.hunts,
            callbacks=desk.callbacks,
            live=desk.live,
            tickets=office.view,
            drafts=AgentDrafts(database, office.desk),
        )
        server = TestServer(make_app(ports, version="0"))
        await server.start_server(access_log=None)
        assert server.port is not None
        yield server.port
        desk.live.close()
        await server.close()


async def test_a_service_killed_in_the_middle_of_typing_and_a_browser_that_crashes_lose_nothing(
    desk: Desk, browser: Browser, tmp_path: Path
) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    assert desk.world.server.port is not None
    async with cable(desk.world.server.port) as line:
        address = f"http://127.0.0.1:{line.port}/"
        tab = await browser.tab()
        await tab.size(1280, 900)
        await come_in(tab, desk, address)
        await type_at_end(tab, "f-content", "Ngập nước")
        await until_kept(desk, "content", "Ngập nước")
        await line.unplug()
        await type_at_end(tab, "f-content", " ở hẻm 12")
        await sees(tab, f"{SAVED} === 'Chưa lưu được, sẽ thử lại' && !document.getElementById('stream').hidden")
        await tab.picture(tmp_path / "away.png")
        async with another_service(desk, tmp_path / "hotline.sqlite", tmp_path) as port:
            line.to = port
            await line.plug()
            await until_kept(desk, "content", "Ngập nước ở hẻm 12")
            await sees(tab, f"{SAVED}.startsWith('Đã lưu lúc') && document.getElementById('stream').hidden")
            await line.unplug()
            await type_at_end(tab, "f-content", " từ sáng")
            await sees(tab, f"{SAVED} === 'Chưa lưu được, sẽ thử lại'")
            await tab.close()  # the window is gone, and nothing of this was ever sent
            await line.plug()
            again = await browser.tab()
            await again.open(f"{address}desk/agent")
            await until_kept(desk, "content", "Ngập nước ở hẻm 12 từ sáng")
            await sees(again, CONTENT, "Ngập nước ở hẻm 12 từ sáng")
            assert await again.run("Object.keys(localStorage).length") == 0, (
                "nothing stays in the browser once it is kept"
            )


async def test_what_others_left_in_this_browser_goes_after_a_day(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.run(
        "for (const [who, hours] of [['a', 25], ['b', 23]]) localStorage.setItem(`hl-draft:${who}:hl1-1.1:x`,"
        " JSON.stringify({ seen: 0, texts: { name: 'Ánh' }, at: Date.now() - hours * 3600e3 }))"
    )
    await tab.open(str(desk.world.server.make_url("/desk/agent")))
    await sees(tab, "Object.keys(localStorage).join()", "hl-draft:b:hl1-1.1:x")


async def test_a_session_that_ends_in_the_middle_of_typing_loses_nothing(desk: Desk, browser: Browser) -> None:
    user = await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await come_in(tab, desk)
    await desk.world.admin.sign_out(user)
    await type_at_end(tab, "f-content", "Cây đổ chắn đường")
    await sees(tab, "!document.getElementById('out').hidden")
    assert await kept(desk) == {}
    await tab.leave("#out a")
    await fill(tab, login=LOGIN, password=OWN)
    await press(tab)
    await sees(tab, CONTENT, "Cây đổ chắn đường")
    await until_kept(desk, "content", "Cây đổ chắn đường")


async def offline(tab: Tab, on: bool) -> None:
    await tab.network(lost=on)


async def test_two_windows_do_no_harm(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    one, two = await browser.tab(), await browser.tab()
    await come_in(one, desk)
    await two.open(str(desk.world.server.make_url("/desk/agent")))
    await sees(two, "!!window.HL")
    await type_at_end(one, "f-content", "Mất nước")
    await sees(two, CONTENT, "Mất nước")
    await type_at_end(two, "f-name", " Em")
    await sees(one, "document.getElementById('f-name').value", "Lê Thị Cúc Em")
    await offline(two, True)
    await type_at_end(two, "f-content", " hai ngày")
    await sees(two, SAVED, "Chưa lưu được, sẽ thử lại")
    await type_at_end(one, "f-content", " cả khu phố")
    await until_kept(desk, "content", "Mất nước cả khu phố")
    await offline(two, False)
    await sees(two, "document.querySelector('#words blockquote')?.textContent", "Mất nước hai ngày")
    assert await two.run(CONTENT) == "Mất nước cả khu phố", "the newer words stay"
    assert (await kept(desk))["content"] == "Mất nước cả khu phố"
    await two.picture(tmp_path / "two-windows.png")
    await two.click("#words button")
    await until_kept(desk, "content", "Mất nước hai ngày")
    await sees(one, CONTENT, "Mất nước hai ngày")
    await one.click("#make-new")
    await sees(one, "document.getElementById('form').dataset.done", "1")
    await two.click("#make-new")
    await sees(two, "document.querySelector('#form [role=alert]')?.textContent.includes('Mã phiếu đã lập')")
    assert len(await desk.tickets()) == 1


async def test_by_keys_alone(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await come_in(tab, desk)
    await key(tab, "F9")
    assert await tab.run("document.activeElement.id") == "line"
    await tab.press("Tab")
    await tab.type(PIN)
    await tab.press("Enter")
    await sees(tab, "document.getElementById('state').dataset.state", "ready")
    await desk.caller.rings(answered_at=datetime.now(UTC))
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tab, "document.getElementById('form').dataset.draft", CALL)
    await sees(tab, "!!document.getElementById('to')")
    await key(tab, "F8")
    assert await tab.run("document.activeElement.id") == "to"
    await tab.press("Tab")
    await tab.press("Tab")
    assert await tab.run("document.activeElement.id") == "introduce"
    await tab.press("Enter")
    await sees(tab, "!!document.getElementById('connect')")
    await key(tab, "F8")
    assert await tab.run("document.activeElement.id") == "connect"
    await tab.press("Tab")
    await tab.press("Enter")
    await sees(tab, "document.getElementById('transfer').innerText.includes('đã lấy lại')")
    await key(tab, "F2")
    await tab.type("Đèn đường hỏng")
    await key(tab, "Enter", control=True)
    await sees(tab, "document.getElementById('form').dataset.done", "1")
    assert await tab.run("document.activeElement.id") == "after"
    (made,) = await desk.tickets()
    assert made.content == "Đèn đường hỏng" and made.category == "traffic" and made.phone.endswith("901234567")
    assert serious(tab) == []


async def test_a_citizen_is_called_back_by_one_click(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    await desk.make_agent()
    desk.sits()
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    lists, button = "document.getElementById('lists').innerText", "#lists form[hx-post$=call-back] button"
    assert await tab.run(f"document.querySelector('{button}').innerText") == "Gọi lại"
    await tab.click(button)
    async with asyncio.timeout(10):
        while not desk.callbacks.begun:  # noqa: ASYNC110 - what is awaited has no event on this side
            await asyncio.sleep(0.02)
    assert desk.callbacks.begun == [("101", CallbackWhat.ABANDONED, CALL)]
    await sees(tab, "!document.querySelector('#lists .htmx-request')")  # its answer is there: it knows of no call yet
    # the own phone rings: the page has the call, and the list says who calls, without a click
    tried = Callback(
        call=MADE,
        what=CallbackWhat.ABANDONED,
        target=CALL,
        line="101",
        person="1001",
        name="Lan",
        asked_at=desk.world.now,
    )
    desk.callbacks.kept[CALL] = tried
    desk.sits(AgentState.RINGING)
    await desk.caller.rings(call=MADE, direction=Direction.OUT, state=CallState.CALLING_AGENT, called_by=AGENT)
    desk.happens(Topic.CALL, "ring", line="101", call=MADE, number=CALLER)
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, "document.getElementById('call').innerText.includes('xin nhấc máy')")
    await sees(tab, f"{lists}.includes('Lan đang gọi') && !document.querySelector('{button}')")
    await sees(tab, "document.getElementById('form').dataset.draft", MADE)
    assert await tab.run("document.getElementById('f-phone').value") == CALLER_SAID
    await desk.caller.rings(call=MADE, direction=Direction.OUT, state=CallState.CALLING_CITIZEN, called_by=AGENT)
    desk.happens(Topic.CALL, "dialled", line="101", call=MADE)
    await sees(tab, "document.getElementById('call').innerText.includes('Đang gọi cho người dân')")
    await tab.picture(tmp_path / "calls-back-1920.png")
    desk.caller.call = None
    desk.callbacks.kept[CALL] = replace(tried, ended_at=desk.world.now, reason=Reason.CITIZEN_BUSY)
    desk.happens(Topic.CALL, "over", line="101", call=MADE)
    desk.happens(Topic.FIGURES, "calls")
    await sees(tab, f"{lists}.includes('Lan: máy bận') && !!document.querySelector('{button}')")
    await tab.size(360, 740, mobile=True)
    assert not await barriers(tab)
    assert await tab.run("document.documentElement.scrollWidth") <= 360
    await tab.run("document.getElementById('lists').scrollIntoView()")
    await tab.picture(tmp_path / "called-back-360.png")
    assert serious(tab) == []


async def test_a_piece_that_somebody_types_into_waits(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.run("document.getElementById('pin').focus()")
    await tab.type("47")
    desk.happens(Topic.LINES, "changed")
    desk.happens(Topic.QUEUE, "changed")
    await sees(tab, "document.querySelectorAll('#queue .agent-rows li').length", 1)
    await tab.type("11")
    assert await tab.run("document.getElementById('pin').value") == PIN
    await tab.press("Enter")
    await sees(tab, "document.getElementById('state').dataset.state", "ready")


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (1280, 900, "dark"), (1920, 1080, "light")]
)
async def test_it_is_readable_and_without_barriers(
    desk: Desk, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await tab.open(str(desk.world.server.make_url("/desk/sign-in")))
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    await come_in(tab, desk)
    wrong: dict[str, Any] = {}

    async def look(name: str) -> None:
        if found := await barriers(tab):
            wrong[name] = found
        sideways = await tab.run("document.documentElement.scrollWidth")
        if sideways > width:
            wrong[f"{name} sideways"] = sideways
        await tab.picture(tmp_path / f"agent-{name}-{width}-{theme}.png")

    await look("out")
    desk.sits(AgentState.PAUSED, reason="2")
    await tab.open(str(desk.world.server.make_url("/desk/agent")))
    await look("paused")
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(name="Nguyễn Thị Hoàng Ngân Phương Thảo " * 2, answered_at=datetime.now(UTC))
    await tab.open(str(desk.world.server.make_url("/desk/agent")))
    await type_at_end(tab, "f-content", "Đèn đường trước nhà số 12 hỏng từ tối qua, cả hẻm không có ánh sáng.")
    await sees(tab, f"{SAVED}.startsWith('Đã lưu lúc')")
    await look("talking")
    await tab.click("#introduce")
    await sees(tab, "!!document.getElementById('connect')")
    await look("introducing")
    desk.hunts.end(Outcome.NOBODY)
    await tab.click("#make-complete")
    await sees(tab, "!!document.querySelector('#form [role=alert]')")
    await look("refused")
    await tab.click("#make-forward")
    await sees(tab, "document.getElementById('form').dataset.done", "1")
    await look("done")
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)
    assert serious(tab) == []


FAQ = """
(() => { const real = window.fetch; window.fetch = (address, ...more) => {
  if (!String(address).startsWith('/api/faq/search')) return real(address, ...more);
  (window.asked ||= []).push(String(address));
  const hits = [{question: 'Làm khai sinh ở đâu? <b>', answer: 'Tại UBND xã.\\nMang theo giấy chứng sinh.', agency_name: 'Sở Tư pháp',
                 legal_source: 'Luật Hộ tịch', out_of_date: false}];
  return Promise.resolve(new Response(JSON.stringify({hits, near: false}), {headers: {'Content-Type': 'application/json'}}));
}; })()
"""


async def test_an_answer_is_found_while_typing_and_the_request_is_complete(
    desk: Desk, browser: Browser, tmp_path: Path
) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await tab.at_first(FAQ)
    await come_in(tab, desk)
    await sees(tab, "!document.getElementById('faq').hidden")
    await key(tab, "F4")
    await tab.type("khai sinh")
    await sees(tab, "document.querySelector('#faq-found summary')?.textContent", "Làm khai sinh ở đâu? <b>")
    assert "typing=true" in (await tab.run("window.asked"))[-1]
    await tab.press("Enter")
    await sees(tab, "document.activeElement.tagName", "SUMMARY")
    assert "typing=false" in (await tab.run("window.asked"))[-1]
    await tab.press("Enter")
    await sees(tab, "document.querySelector('#faq-found details').open")
    assert await barriers(tab) == []
    await tab.picture(tmp_path / "faq.png")
    await tab.press("Tab")
    await tab.press("Enter")
    await sees(tab, "document.activeElement.id", "f-answer")
    await type_at_end(tab, "f-content", "Hỏi nơi làm khai sinh")
    await tab.click("#make-complete")
    await sees(tab, "document.getElementById('form').dataset.done", "1")
    (made,) = await desk.tickets()
    assert (made.state, made.answer) == ("completed", "Tại UBND xã.\nMang theo giấy chứng sinh.")


async def test_what_is_searched_in_vain_is_asked_once_as_a_whole(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    none = FAQ.replace("JSON.stringify({hits, near: false})", "JSON.stringify({hits: [], near: false})")
    await tab.at_first(none)
    await come_in(tab, desk)
    await sees(tab, "!document.getElementById('faq').hidden")
    await key(tab, "F4")
    await tab.type("nhập tịch")
    whole = "window.asked.filter(one => one.includes('typing=false')).length"
    await sees(tab, whole, 1)
    await tab.press("Enter")
    await tab.run("document.getElementById('faq-words').blur()")
    await sees(tab, "document.getElementById('faq-said').textContent", "Chưa có câu trả lời phù hợp.")
    assert await tab.run(whole) == 1, "noted once"


async def test_a_house_without_answers_shows_no_search(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    gone = FAQ.replace("{headers: {", "{status: 404, headers: {")
    await tab.at_first(gone)
    await come_in(tab, desk)
    await sees(tab, "(window.asked || []).length", 1)
    assert await tab.run("document.getElementById('faq').hidden")
