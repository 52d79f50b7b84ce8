"""Answers about a transfer that come in another order than they were read in: the page never goes back to an older step."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from hotline1022.core.cascade import Outcome
from hotline1022.core.live import Topic
from hotline1022.web.cascade_wire import CascadeQuery, CascadeView
from tests.browser.test_agent import desk, sees
from tests.browser.test_agent_pieces import talks
from tests.contract.database.agent_world import CALL, Desk, Hunts
from tests.lab.browser import Browser, Tab

__all__ = ["desk"]

RUNNING = "!!document.getElementById('take-back')"
#: how many answers about the transfer the page has got; the element that asked may be gone by then
COUNT = (
    "window.answers = 0; document.body.addEventListener('htmx:beforeSwap', e =>"
    " { if (e.detail.target.id === 'transfer') answers += 1; })"
)


@dataclass
class Held:
    """Where a look at the hunts waits."""

    there: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self) -> None:
        self.there.set()
        await self.go.wait()


def hold(monkeypatch: pytest.MonkeyPatch, *, looked: bool) -> Held:
    """The next look of a page waits: once it has looked, or before it does."""
    held, look, first = Held(), Hunts.list, [True]

    async def slow(self: Hunts, wanted: CascadeQuery) -> Sequence[CascadeView]:
        shows = wanted.limit > 1  # whose line the hunt is of is asked for one
        waits = shows and bool(first) and first.pop()
        if waits and not looked:
            await held.come()
        found = await look(self, wanted)
        if waits and looked:
            await held.come()
        return found

    monkeypatch.setattr(Hunts, "list", slow)
    return held


async def hunts(desk: Desk, browser: Browser) -> Tab:
    """Somebody is being called for her."""
    tab = await talks(desk, browser)
    await tab.run("document.getElementById('begin').click()")
    await sees(tab, RUNNING)
    await tab.run(COUNT)
    return tab


async def arrives(tab: Tab, held: Held) -> None:
    """What was held is answered, and the page has it."""
    before = await tab.run("answers")
    held.go.set()
    await sees(tab, f"answers > {before}")


async def test_what_was_read_before_she_was_taken_back_does_not_come_back(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await hunts(desk, browser)
    held = hold(monkeypatch, looked=True)
    desk.happens(Topic.CASCADES, "cascade", call=CALL)
    await asyncio.wait_for(held.there.wait(), 20)
    await tab.run("document.getElementById('take-back').click()")
    await sees(tab, RUNNING, False)
    await arrives(tab, held)
    assert not await tab.run(RUNNING) and await tab.run("!!document.getElementById('begin')")
    # what is asked for from here on is shown
    desk.hunts.cascades.clear()
    desk.happens(Topic.CASCADES, "cascade", call=CALL)
    await sees(tab, "document.querySelectorAll('.agent-hunt').length", 0)


async def test_what_was_asked_for_sooner_and_read_later_is_shown(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await hunts(desk, browser)
    held = hold(monkeypatch, looked=False)
    desk.happens(Topic.CASCADES, "cascade", call=CALL)
    await asyncio.wait_for(held.there.wait(), 20)
    # another address: for the same one a browser waits
    await tab.run(
        "(() => { const by = document.createElement('span'); document.getElementById('agent').append(by);"
        f" return htmx.ajax('GET', '/desk/agent/transfer?call={CALL}&category=construction&area=',"
        " {source: by, target: '#transfer', swap: 'morph:outerHTML'}); })()"
    )
    assert await tab.run(RUNNING)
    desk.hunts.end(Outcome.NOBODY)  # and nobody tells the page
    await arrives(tab, held)
    assert not await tab.run(RUNNING)


async def test_why_she_was_not_taken_back_is_told_beside_what_has_become_of_her_since(
    desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await hunts(desk, browser)
    desk.hunts.refuses = "citizen-taken"
    held = hold(monkeypatch, looked=True)
    await tab.run("document.getElementById('take-back').click()")
    await asyncio.wait_for(held.there.wait(), 20)
    desk.hunts.end(Outcome.CONNECTED)
    desk.happens(Topic.CASCADES, "cascade", call=CALL)
    await sees(tab, RUNNING, False)
    await arrives(tab, held)
    assert await tab.run("document.querySelectorAll('#transfer [role=alert]').length") == 1
    assert not await tab.run(RUNNING)
