"""Pages of tickets in a real Chromium that are left open: they say that something has changed, and keep what is typed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.tickets.types import Action, Ticket
from tests.browser.steps import barriers, fill, serious, until
from tests.browser.test_desk_tickets import come_in
from tests.contract.database.handling_world import SPECIALIST, Handling, open_handling, page
from tests.lab.browser import Browser
from tests.unit.live_memory import MemoryLive, streams

__all__ = ["streams"]

BAR = "!document.querySelector('#fresh [data-said=changed]').hidden"


@pytest.fixture
async def world(database: Database, tmp_path: Path, streams: MemoryLive) -> AsyncIterator[Handling]:
    async with open_handling(database, tmp_path, live=streams) as opened:
        yield opened
        streams.close()


async def listened(streams: MemoryLive, count: int) -> None:
    for _ in range(100):
        if len(streams.opened) >= count:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nobody listens")


def told(ticket: Ticket, action: str) -> Event:
    facts = {"ticket": ticket.id, "action": action}
    return Event(topic=Topic.TICKETS, what="ticket", facts=facts, agencies=frozenset({ticket.agency}))


@pytest.mark.parametrize("width", [360, 1920])
async def test_a_page_left_open_says_that_it_is_old_and_keeps_what_is_typed(
    world: Handling, browser: Browser, streams: MemoryLive, tmp_path: Path, width: int
) -> None:
    ticket, other = await world.ticket(Action.ACCEPT), await world.ticket()
    tab = await browser.tab()
    await tab.size(width, 800, mobile=width < 600)
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await tab.run("document.querySelector('details').open = true")
    await fill(tab, **{"answer-answer": "Đã lấp lại vỉa hè."})
    streams.bus.publish(told(other, "accept"))  # of another ticket
    streams.bus.publish(told(ticket, "reveal"))  # somebody looked
    await asyncio.sleep(0.5)
    assert not await tab.run(BAR)
    streams.bus.publish(told(ticket, "extend"))
    await until(tab, BAR)
    assert await tab.run("document.getElementById('answer-answer').value") == "Đã lấp lại vỉa hè."
    assert await barriers(tab) == []
    await tab.picture(tmp_path / f"fresh-{width}.png")
    await tab.open(str(world.desk.server.make_url("/desk/tickets?which=open")))
    await listened(streams, 2)
    assert not await tab.run(BAR)
    streams.bus.publish(told(other, "forward"))
    await until(tab, BAR)
    assert await tab.run("document.getElementById('fresh').innerText.trim()") == "Có thay đổi. Tải lại"
    await tab.leave("#fresh a")
    assert (await tab.run("location.search")) == "?which=open" and not await tab.run(BAR)
    assert serious(tab) == []


async def test_a_deadline_that_passes_is_told_without_an_event(world: Handling, browser: Browser) -> None:
    ticket = await world.ticket()
    assert ticket.accept_by is not None
    world.desk.now = ticket.accept_by - timedelta(seconds=3)
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url("/desk/tickets")))
    assert not await tab.run(BAR)
    await until(tab, BAR)


async def test_a_page_that_nobody_sees_keeps_no_connection_and_misses_nothing(
    world: Handling, browser: Browser, streams: MemoryLive
) -> None:
    ticket = await world.ticket()
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url("/desk/tickets")))
    await listened(streams, 1)

    async def seen(hidden: str) -> None:
        await tab.run(
            f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}});"
            " document.dispatchEvent(new Event('visibilitychange'))"
        )

    await seen("true")
    streams.bus.publish(told(ticket, "accept"))
    await asyncio.sleep(4)  # longer than until a stream that has broken is asked for again
    assert len(streams.opened) == 1 and not await tab.run(BAR)
    await seen("false")
    await until(tab, BAR)
    assert len(streams.opened) == 2
