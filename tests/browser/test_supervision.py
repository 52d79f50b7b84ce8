"""Supervision and televisions in a real Chromium: readable and without barriers from a telephone to 4K, empty and full; charts are drawn
both ways; a television says that its figures are old, and goes blank when it is revoked.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.queue.types import AgentState
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import CallsView
from hotline1022.web.types import CallFilter
from tests.browser.looked import Looks
from tests.browser.steps import enter, fill, press, serious, until
from tests.contract.database.desk_world import OWN, World, open_desk
from tests.lab.browser import Browser, Tab
from tests.lab.figures_world import NOW
from tests.lab.figures_world import fill as history
from tests.unit.live_memory import MemoryLive, streams
from tests.unit.staff_memory import MemoryLines, a_line

__all__ = ["streams"]

LINES = (
    a_line("101", person="1001", name="Nguyễn Thị Ánh", state=AgentState.TALKING),
    a_line("102", person="1002", name="Trần Văn Bình", state=AgentState.READY),
    a_line("103", person="1003", name="Lê Thị Cúc", state=AgentState.TALKING),
    a_line("104", reachable=False, state=AgentState.UNREACHABLE),
)
#: lists alone are asked for
NO_DESK: Any = None
SPAN = "since=2026-11-12&until=2026-11-27"
NARROW, WIDE, HUGE = (360, 740), (1920, 1080), (3840, 2160)


@pytest.fixture
async def world(database: Database, tmp_path: Path, streams: MemoryLive) -> AsyncIterator[World]:
    await history(database, random.Random(1022), calls=150, tickets=90)
    parts: dict[str, Any] = {
        "calls": CallsView(database),
        "tickets": TicketsView(database, NO_DESK),
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
        "live": streams,
        "lines": MemoryLines({one.line: one for one in LINES}),
    }
    async with open_desk(database, tmp_path, **parts) as opened:
        opened.now = NOW
        yield opened


async def supervisor(tab: Tab, world: World) -> None:
    given = await world.admin.add(Wanted(login="lan", name="Nguyễn Thị Lan", roles=frozenset({"supervisor"})))
    await enter(tab, world, "lan", given.password)
    await fill(tab, old=given.password, new=OWN, again=OWN)
    await press(tab)
    tab.complaints.clear()  # of the door: tests/browser/test_desk.py


async def go(tab: Tab, world: World, path: str) -> None:
    await tab.open(str(world.server.make_url(path)))


@pytest.mark.parametrize("size", [NARROW, WIDE, HUGE], ids=lambda size: str(size[0]))
async def test_supervision_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    tab = await browser.tab()
    await tab.size(*size, mobile=size[0] < 600)
    await supervisor(tab, world)
    look = Looks(tab, size[0], tmp_path)
    (newest,) = await world.ports.calls.list(CallFilter(limit=1))
    pages = {
        "call": f"/desk/calls/{newest.id}",
        "full": f"/desk/supervision?{SPAN}",
        "empty": "/desk/supervision?since=2020-01-01&until=2020-01-02",
        "fault": "/desk/supervision?since=2020-01-01&until=2026-01-02",
        "charts": "/desk/supervision/charts?day=2026-11-25",
        "charts-empty": "/desk/supervision/charts?day=2020-01-01",
        "calls": f"/desk/supervision/calls?{SPAN}&part=answered",
        "tickets": f"/desk/supervision/tickets?{SPAN}",
        "calls-none": "/desk/supervision/calls?since=2020-01-01&until=2020-01-02",
        "wallboards": "/desk/wallboards",
    }
    for theme in ("light", "dark"):
        await tab.run(f"document.cookie = 'theme={theme}; path=/'")
        for name, path in pages.items():
            await go(tab, world, path)
            await look(f"{name}-{theme}")
    look.nothing_wrong()


async def test_charts_are_drawn_both_ways_and_what_happens_is_shown(
    world: World, browser: Browser, streams: MemoryLive
) -> None:
    tab = await browser.tab()
    await tab.size(1280, 900)
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision/charts?day=2026-11-25")
    canvas = "document.getElementById('states-month')"
    blank = await tab.run(
        f"(c => {{ const e = document.createElement('canvas'); e.width = c.width; e.height = c.height; return e.toDataURL(); }})({canvas})"
    )
    pie = await tab.run(f"{canvas}.toDataURL()")
    assert await tab.run(f"{canvas}.dataset.drawn") == "pie" and pie != blank
    await tab.click("section:has(#states-month) [data-kind=bar]")
    assert await tab.run(f"{canvas}.dataset.drawn") == "bar" and await tab.run(f"{canvas}.toDataURL()") not in (
        pie,
        blank,
    )
    assert await tab.run(f"{canvas}.closest('section').querySelector('[data-kind=bar]').ariaPressed") == "true"
    await go(tab, world, "/desk/supervision")
    await until(tab, "document.getElementById('stream').hidden && !!window.htmx")
    await tab.run("document.getElementById('now-title').textContent = 'cũ'")
    streams.bus.publish(Event(topic=Topic.QUEUE, what="changed", facts={}))
    await until(tab, "document.getElementById('now-title').textContent === 'Hiện tại'")
    assert serious(tab) == []


async def test_what_happens_is_shown_at_once_and_a_storm_is_calm(
    world: World, browser: Browser, streams: MemoryLive
) -> None:
    tab = await browser.tab()
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision")
    await until(tab, "document.getElementById('stream').hidden && !!window.htmx")
    await tab.run("window.asked = 0; document.body.addEventListener('htmx:beforeRequest', () => { asked += 1; })")
    before = -1
    while before != (before := await tab.run("asked")):  # noqa: ASYNC110 -- a page tells nobody
        await asyncio.sleep(3)  # it loads once more after the stream has opened
    await tab.run("asked = 0")
    loop = asyncio.get_running_loop()
    began = loop.time()
    streams.bus.publish(Event(topic=Topic.LINES, what="changed", facts={}))
    await until(tab, "asked > 0")
    assert loop.time() - began < 1.6, "the first event of a quiet page waits for nothing"
    while loop.time() - began < 5:
        streams.bus.publish(Event(topic=Topic.LINES, what="changed", facts={}))
        await asyncio.sleep(0.05)
    assert await tab.run("asked") <= 3


async def test_a_figure_of_lines_opens_exactly_its_lines(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision")
    shown = (
        "[...document.querySelectorAll('#lines tbody tr')].filter(e => e.offsetParent).map(e => e.cells[0].innerText)"
    )
    wanted = {
        "Đang nói chuyện": ["101", "103"],
        "Sẵn sàng": ["102"],
        "Tạm nghỉ": [],
        "Người đang trực": ["101", "102", "103"],
        "Mất kết nối máy": ["104"],
    }
    found = {}
    for name in wanted:
        link = f"[...document.querySelectorAll('.figure-said')].find(e => e.querySelector('.figure-name').innerText === '{name}')"
        figure = int(await tab.run(f"{link}.querySelector('strong').innerText"))
        await tab.click(f".figure-said:has(.figure-name:text-is('{name}'))")
        found[name] = await tab.run(shown)
        assert len(found[name]) == figure
    assert found == wanted
    await tab.click(".lines-all")
    assert await tab.run(shown) == ["101", "102", "103", "104"]


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_a_television_fits_is_old_and_goes_blank(
    world: World, browser: Browser, tmp_path: Path, theme: str
) -> None:
    desk = WallDesk(world.database, lambda: NOW)
    made, key = await desk.add("Phòng trực", "user:admin")
    tab = await browser.tab()
    for width, height in (WIDE, HUGE, NARROW):
        await tab.size(width, height)
        await go(tab, world, f"/wall/{key}?theme={theme}")
        look = Looks(tab, width, tmp_path)
        await look(f"wall-{theme}")
        look.nothing_wrong()
        if width > NARROW[0]:
            assert await tab.run("document.documentElement.scrollHeight") <= height, "all on one screen"
            smallest = await tab.run(
                "Math.min(...[...document.querySelectorAll('dd')].map(e => parseFloat(getComputedStyle(e).fontSize)))"
            )
            assert smallest >= height * 0.08, "read at 5 m"
    await tab.run("performance.now = (real => () => real.call(performance) + 200000)(performance.now)")
    await until(tab, "document.getElementById('old').textContent === 'Số liệu cũ: 3 phút'")
    await until(tab, "document.getElementById('old').textContent === ''")
    await tab.run("document.getElementById('main').dataset.version = 'another'; window.stays = 1")
    await until(tab, "window.stays === undefined && !!document.querySelector('dd')")
    await desk.revoke(made.id)
    async with asyncio.timeout(10):
        await until(tab, "!document.querySelector('dd') && document.body.innerText.includes('thu hồi')")
    assert serious(tab) == []
