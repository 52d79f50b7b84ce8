"""What pages do by themselves, in a real Chromium: a television that does not load a fault, supervision that looks once more after the last
event, what comes in place after a look at who the citizen is, and a message that sounds beside its list.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import CallsView
from hotline1022.tickets.types import Action, State
from tests.browser.steps import serious
from tests.browser.test_agent import come_in as agent_comes_in
from tests.browser.test_agent import sees
from tests.browser.test_desk_tickets import come_in
from tests.browser.test_supervision import go, supervisor
from tests.contract.database.agent_world import open_agent_desk
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.handling_world import SPECIALIST, WHO, open_handling, page
from tests.lab.browser import Browser
from tests.lab.figures_world import NOW
from tests.lab.figures_world import fill as history
from tests.unit.live_memory import MemoryLive, streams

__all__ = ["streams"]

#: lists alone are asked for
NO_DESK: Any = None
#: what a television asks for its own page is a fault as long as it is told so
FAULT = """(() => {
  const real = window.fetch;
  window.broken = true; window.looked = 0;
  window.fetch = (address, more) => {
    if (String(address) !== location.href) return real(address, more);
    window.looked += 1;
    return window.broken ? Promise.resolve(new Response("", { status: 503 })) : real(address, more);
  };
  document.getElementById("main").dataset.version = "another";
  window.stays = 1;
})()"""


@pytest.fixture
async def world(database: Database, tmp_path: Path, streams: MemoryLive) -> AsyncIterator[World]:
    await history(database, random.Random(1022), calls=20, tickets=10)
    parts: dict[str, Any] = {
        "calls": CallsView(database),
        "tickets": TicketsView(database, NO_DESK),
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
        "live": streams,
    }
    async with open_desk(database, tmp_path, **parts) as opened:
        opened.now = NOW
        yield opened


async def test_a_television_of_another_service_loads_itself_when_its_page_is_no_fault(
    world: World, browser: Browser
) -> None:
    """It asks every five seconds; a page that says 503 would never ask again."""
    _, key = await WallDesk(world.database, lambda: NOW).add("Phòng trực", "user:admin")
    tab = await browser.tab()
    await go(tab, world, f"/wall/{key}")
    await tab.run(FAULT)
    await sees(tab, "window.looked >= 2", seconds=30)
    assert await tab.run("window.stays") == 1 and await tab.run("!!document.querySelector('dd')")
    tab.expect_load()
    await tab.run("void (window.broken = false)")
    await tab.loaded()
    await sees(tab, "window.stays === undefined && !!document.querySelector('dd')")
    assert serious(tab) == []


async def test_supervision_looks_once_more_after_the_last_event_and_then_no_more(
    world: World, browser: Browser, streams: MemoryLive
) -> None:
    """Figures may have been counted two seconds ago: what is loaded within that time of an event may not have it yet."""
    tab = await browser.tab()
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision")
    await sees(tab, "document.getElementById('stream').hidden && !!window.htmx")
    await tab.run("window.at = []; document.body.addEventListener('hl-now', () => window.at.push(performance.now()))")
    # what the page itself looked for when its stream began is over
    quiet = "window.at.length && performance.now() - window.at.at(-1) > 3000"
    await tab.run("setTimeout(() => { if (!window.at.length) window.at.push(performance.now() - 2500); }, 4500)")
    await sees(tab, quiet, seconds=30)
    await tab.run("window.at = []; window.begun = performance.now()")
    streams.bus.publish(Event(topic=Topic.QUEUE, what="changed", facts={}))
    await asyncio.sleep(1)
    streams.bus.publish(Event(topic=Topic.QUEUE, what="changed", facts={}))
    await sees(tab, "window.at.length", 3, seconds=30)
    first, second, third = await tab.run("window.at.map(at => at - window.begun)")
    assert first <= 900, "at once, on a quiet page"
    assert min(second - first, third - second) >= 1900, "once in two seconds at most"
    assert third >= 2900, "the last event is two seconds old when the last load begins"
    await asyncio.sleep(3)
    assert await tab.run("window.at.length") == 3
    assert serious(tab) == []


async def test_after_a_look_at_who_it_is_all_parts_are_there_and_the_same_page_still_acts(
    database: Database, tmp_path: Path, browser: Browser
) -> None:
    async with open_handling(database, tmp_path) as world:
        ticket = await world.ticket(Action.ACCEPT, content="Gọi lại 0901234567 giúp tôi.")
        name = "Ảnh 0901234567.png"
        await world.tickets.attach(
            ticket.id, name=name, media_type="image/png", data=b"x", by="Người cv", at=world.desk.now
        )
        tab = await browser.tab()
        await tab.size(1280, 900)
        await come_in(tab, world, "cv", "specialist", SPECIALIST)
        await tab.open(str(world.desk.server.make_url(page(ticket))))
        hidden = await tab.run("document.querySelector('main').innerText")
        assert not [one for one in (WHO[0], "0901 234 567", "0901234567") if one in hidden]
        await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        await tab.fill("#return-why", "Không thuộc thẩm quyền")
        await tab.run("window.stays = 1")
        await tab.click("#reporter button")
        await sees(tab, f"document.getElementById('reporter').innerText.includes('{WHO[0]}')")
        # each part that was asked for out of band came in its place, once
        for part, told in {
            "reporter": "0901 234 567",
            "content": "0901234567",
            "file-list": name,
            "history": "xem thông tin người phản ánh",
        }.items():
            assert await tab.run(f"document.querySelectorAll('#{part}').length") == 1, part
            assert told in await tab.run(f"document.getElementById('{part}').innerText"), part
        assert await tab.run("document.querySelector('#reporter form')") is None, "there is nothing more to show"
        assert await tab.run("window.stays") == 1 and page(ticket) in await tab.run("location.pathname")
        assert await tab.run("document.getElementById('return-why').value") == "Không thuộc thẩm quyền"
        assert await tab.run("[...document.querySelectorAll('details')].every(one => one.open)")
        await tab.leave("form[action$='/act/return'] button")
        assert (await world.stored(ticket)).state is State.RETURNED
        assert WHO[0] not in await tab.run("document.documentElement.outerHTML"), "for that view alone"
        assert serious(tab) == []


async def test_a_message_sounds_beside_its_list(database: Database, tmp_path: Path, browser: Browser) -> None:
    """The right that the page got plays in it: bytes come, time goes on, and the player has its name."""
    async with open_agent_desk(database, tmp_path) as desk:
        await desk.make_agent()
        desk.sits()
        tab = await browser.tab()
        await tab.size(360, 740, mobile=True)
        await agent_comes_in(tab, desk)
        await tab.run("htmx.ajax('GET', '/desk/agent/lists?list=voicemail', { target: '#lists', swap: 'outerHTML' })")
        button = '#lists form[hx-post$="/hear"] button'
        await sees(tab, f"!!document.querySelector('{button}')")
        # a browser lets a page sound by itself only when somebody has pressed something
        await tab.run(f"document.querySelector('{button}').focus()")
        await tab.press("Enter")
        await sees(tab, "!document.getElementById('hear').hidden && !!document.querySelector('#hear audio')")
        assert await tab.run("document.querySelector('#hear audio').getAttribute('aria-labelledby')") == "hear-title"
        assert "Lời nhắn của" in await tab.run("document.getElementById('hear-title').innerText")
        await sees(tab, "document.querySelector('#hear audio').currentTime > 0.1")
        assert await tab.run("document.querySelector('#hear audio').error") is None
        assert await tab.run("document.documentElement.scrollWidth") <= 360
        assert serious(tab) == []
