"""One browser with more pages open than it has connections: they share one stream in a real Chromium, each shows what happens, and another
page loads at once. Without shared workers a page listens by itself, and says in words when its session has too many that do.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.service.live.bus import LiveBus
from tests.browser.steps import serious, until
from tests.browser.test_agent import come_in, sees
from tests.contract.database.agent_world import CALL, LOGIN, NEXT, Desk, open_agent_desk
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import CALLER

#: pages of one browser: more than the six connections that it has to one place
AGENTS, LISTS = 5, 3
RINGS = "document.title.includes('☎')"
STALE = "!document.querySelector('[data-said=changed]').hidden"
MANY = "!document.getElementById('stream-many').hidden"
ALONE = "delete window.SharedWorker"


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


def address(desk: Desk, path: str) -> str:
    return str(desk.world.server.make_url(path))


async def streams(desk: Desk, count: int) -> None:
    """Wait until the service has so many."""
    async with asyncio.timeout(20):
        while desk.live.bus.open_streams != count:  # noqa: ASYNC110 -- the bus tells nobody
            await asyncio.sleep(0.02)


async def opened(desk: Desk, browser: Browser) -> tuple[list[Tab], list[Tab]]:
    """The tabs of somebody who opens everything beside everything."""
    await desk.make_agent()
    desk.sits()
    agents = [await browser.tab() for _ in range(AGENTS)]
    lists = [await browser.tab() for _ in range(LISTS)]
    await come_in(agents[0], desk)
    for tab in agents[1:]:
        await tab.open(address(desk, "/desk/agent"))
    for tab in lists:
        await tab.open(address(desk, "/desk/tickets"))
    return agents, lists


async def test_eight_pages_show_what_happens_and_a_ninth_loads_at_once(desk: Desk, browser: Browser) -> None:
    agents, lists = await opened(desk, browser)
    await streams(desk, 1)
    # one that nobody looks at rings too
    await agents[1].run("Object.defineProperty(document, 'hidden', {get: () => true})")
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    desk.live.bus.publish(Event(topic=Topic.TICKETS, what="ticket", facts={"ticket": "a" * 16, "action": "accept"}))
    for tab in agents:
        await sees(tab, RINGS)
        await sees(tab, "document.getElementById('call').dataset.call", CALL)
    for tab in lists:
        await sees(tab, STALE)
    ninth = await browser.tab()
    begun = time.monotonic()
    await asyncio.wait_for(ninth.open(address(desk, "/desk/agent")), 10)
    print(f"the ninth page took {time.monotonic() - begun:.1f} s")
    await sees(ninth, RINGS)
    assert desk.live.bus.open_streams == 1
    # whoever opened it closes all others: the last one still listens
    for tab in (*agents, *lists):
        await tab.close()
    await desk.caller.rings(NEXT)
    desk.happens(Topic.CALL, "ring", line="101", call=NEXT, number=CALLER)
    await sees(ninth, "document.getElementById('call').dataset.call", NEXT)
    assert serious(ninth) == []
    await ninth.close()
    await streams(desk, 0)


async def test_when_the_service_is_away_each_page_says_so_and_comes_back(desk: Desk, browser: Browser) -> None:
    agents, _ = await opened(desk, browser)
    await streams(desk, 1)
    desk.live.bus.close()
    for tab in agents:
        await sees(tab, "!document.getElementById('stream').hidden")
    desk.live.bus = LiveBus()  # as after a start: ids of before mean nothing
    for tab in agents:
        await sees(tab, "document.getElementById('stream').hidden", seconds=30)
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    for tab in agents:
        await sees(tab, RINGS)


LISTEN = """
(() => {
  window.told = [];
  HL.stream({path: '/desk/events?', position: POSITION, topics: ['lines'], back() {}, away() {}, out() {},
             heard: (topic, event) => window.told.push(topic === 'refresh' ? topic : JSON.parse(event.data).n)});
})()
"""


async def test_a_page_that_comes_later_has_exactly_what_it_missed(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits()
    first, later = await browser.tab(), await browser.tab()
    await come_in(first, desk)
    await later.open(address(desk, "/desk/agent"))
    bus = desk.live.bus
    before = bus.position()

    def happen(n: int, topic: Topic = Topic.LINES) -> None:
        desk.happens(topic, "line", n=n)

    for n in range(3):
        happen(n)
    await first.run(LISTEN.replace("POSITION", f"'{bus.position()}'"))
    await later.run(LISTEN.replace("POSITION", f"'{before}'"))
    happen(9, Topic.QUEUE)
    happen(3)
    await sees(later, "window.told.join()", "0,1,2,3")
    await sees(first, "window.told.join()", "3")
    # made before anything that is known here, and by another start of the service
    for position in (f"{before.rpartition('-')[0]}-0", "deadbeef-7"):
        tab = await browser.tab()
        await tab.open(address(desk, "/desk/agent"))
        for _ in range(1100):
            happen(5)
        await sees(later, "window.told.at(-1)", 5)
        await tab.run(LISTEN.replace("POSITION", f"'{position}'"))
        await sees(tab, "window.told[0]", "refresh")


async def test_the_end_of_the_session_is_told_to_each(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.web.live.LOOK_AGAIN", (0.1, 0.2))
    agents, lists = await opened(desk, browser)
    await desk.world.admin.reset(LOGIN)
    for tab in agents:
        await until(tab, "!document.getElementById('out').hidden")
    for tab in lists:
        await until(tab, "!document.querySelector('[data-said=out]').hidden")


async def test_without_shared_workers_it_is_said_in_words_and_mended_by_closing_one(
    desk: Desk, browser: Browser
) -> None:
    desk.live.bus = LiveBus(each=2)
    await desk.make_agent()
    desk.sits()
    tabs = [await browser.tab() for _ in range(3)]
    for tab in tabs:
        await tab.at_first(ALONE)
    await come_in(tabs[0], desk)
    for tab in tabs[1:]:
        await tab.open(address(desk, "/desk/agent"))
    await sees(tabs[2], MANY)
    said = await tabs[2].run("document.getElementById('stream-many').innerText")
    assert "quá nhiều trang" in said and "đóng bớt" in said
    assert not await tabs[0].run(MANY)
    await tabs[0].close()
    await sees(tabs[2], MANY, False, seconds=30)
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(tabs[2], RINGS)


async def test_without_shared_workers_a_page_that_nobody_sees_rests_but_for_that_of_an_agent(
    desk: Desk, browser: Browser
) -> None:
    await desk.make_agent()
    desk.sits()
    agent, watch = await browser.tab(), await browser.tab()
    for tab in (agent, watch):
        await tab.at_first(ALONE)
    await come_in(agent, desk)
    await watch.open(address(desk, "/desk/supervision"))
    await streams(desk, 2)
    for tab in (agent, watch):
        await tab.run(
            "(() => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => true}); document.dispatchEvent(new Event('visibilitychange')); })()"
        )
    await streams(desk, 1)
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    await sees(agent, RINGS)
    await watch.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    await streams(desk, 2)
