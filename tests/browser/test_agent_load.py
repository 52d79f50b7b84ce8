"""Two hundred of these pages stand open: they load for what they show, five times a second at most and less often where the service is slow,
however much happens at other lines.
"""

import asyncio
from dataclasses import replace
from typing import Any

from hotline1022.core.live import Event, Topic
from hotline1022.queue.types import AgentState
from tests.browser.test_agent import come_in, desk, sees
from tests.browser.test_agent_pieces import COUNT, talks
from tests.contract.database.agent_world import AGENT, Desk
from tests.lab.browser import Browser
from tests.unit.calls_memory import NOW

__all__ = ["desk"]

STATE, QUEUE, TRANSFER, LISTS = (f"loaded.{piece} || 0" for piece in ("state", "queue", "transfer", "lists"))


def at_line(desk: Desk, line: str, state: AgentState, person: str = "") -> None:
    """As LiveNews tells of a line."""
    facts: dict[str, Any] = {"line": line, "reachable": True, "person": person, "name": person, "state": state}
    more = {"since": NOW, "reason": "2" if state is AgentState.PAUSED else ""}
    people = frozenset({person} - {""})
    desk.live.bus.publish(Event(topic=Topic.LINES, what="line", facts=facts | more, line=line, people=people))


async def test_what_happens_at_other_lines_loads_next_to_nothing(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    begun = asyncio.get_running_loop().time()
    for turn in range(60):
        state = AgentState.READY if turn % 2 else AgentState.RINGING
        at_line(desk, f"2{turn % 10:02}", state, person=f"20{turn % 10:02}")
        await asyncio.sleep(0.02)
    desk.happens(Topic.CALL, "over")
    await sees(tab, "(loaded.call || 0) > 0")
    await sees(tab, f"({QUEUE}) > 0")
    assert await tab.run(STATE) == 0, "the own line has not changed"
    most = 2 + 5 * (asyncio.get_running_loop().time() - begun)
    assert await tab.run(QUEUE) <= most
    # and the last one is told too, a moment later at most
    loaded = await tab.run(QUEUE)
    at_line(desk, "299", AgentState.READY, person="2999")
    await sees(tab, f"({QUEUE}) > {loaded}", seconds=5)
    # rings and talks of somebody who was not ready before change nothing here
    await asyncio.sleep(1.1)
    loaded = await tab.run(QUEUE)
    at_line(desk, "201", AgentState.TALKING, person="2001")
    await asyncio.sleep(0.2)
    loaded = max(loaded, await tab.run(QUEUE))
    at_line(desk, "201", AgentState.WRAP_UP, person="2001")
    await asyncio.sleep(1.3)
    assert await tab.run(QUEUE) <= loaded + 1 and await tab.run(STATE) == 0


async def test_the_own_line_is_shown_at_once_and_what_comes_at_its_heels_together(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    desk.sits(AgentState.WRAP_UP)
    at_line(desk, "101", AgentState.WRAP_UP, person=AGENT)
    await sees(tab, STATE, 1, seconds=0.9)
    for _ in range(10):
        at_line(desk, "101", AgentState.TALKING, person=AGENT)
    desk.sits(AgentState.READY)
    at_line(desk, "101", AgentState.READY, person=AGENT)
    await sees(tab, "document.getElementById('state').dataset.state", "ready")
    await asyncio.sleep(1.2)
    assert await tab.run(STATE) <= 3
    # somebody else took it
    desk.lines.lines["101"] = replace(desk.lines.lines["101"], person="", name="")
    at_line(desk, "101", AgentState.LOGGED_OUT)
    await sees(tab, "document.getElementById('state').dataset.state", "logged-out")


async def test_who_sits_at_no_line_sees_which_are_free(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.run(COUNT)
    lines = "[...document.querySelectorAll('#line option')].map(one => one.value).join()"
    assert await tab.run(lines) == "101,102"
    desk.lines.lines["102"] = replace(desk.lines.lines["102"], person="1002")
    at_line(desk, "102", AgentState.READY, person="1002")
    await sees(tab, lines, "101")
    await asyncio.sleep(1.1)
    loaded = await tab.run(STATE)
    at_line(desk, "102", AgentState.RINGING, person="1002")
    await asyncio.sleep(1.3)
    assert await tab.run(STATE) == loaded, "it is as free as before"


async def test_hunts_of_others_and_bursts_of_calls_load_little(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    begun = asyncio.get_running_loop().time()
    for number in range(40):
        desk.happens(Topic.FIGURES, "calls", ended=1)
        facts = {"call": f"hl1-1795479999.{number}", "state": "hunting", "line": "202"}
        desk.live.bus.publish(Event(topic=Topic.CASCADES, what="cascade", facts=facts, line="202"))
        await asyncio.sleep(0.02)
    desk.happens(Topic.CALL, "over")
    await sees(tab, "(loaded.call || 0) > 0")
    await sees(tab, f"({LISTS}) > 0")
    assert await tab.run(LISTS) <= 2 + 5 * (asyncio.get_running_loop().time() - begun)
    # the call event makes it load once or twice, the hunts do not
    assert await tab.run(TRANSFER) <= 2


async def test_who_has_just_come_is_in_no_list_and_loads_none(desk: Desk, browser: Browser) -> None:
    tab = await talks(desk, browser)
    loaded = await tab.run(LISTS)
    for number in range(3):
        desk.happens(Topic.FIGURES, "calls", going_on=number, entered=1, ended=0, made=0)
    desk.happens(Topic.CALL, "over")
    await sees(tab, "(loaded.call || 0) > 0")
    await asyncio.sleep(0.5)
    assert await tab.run(LISTS) == loaded
    for entered, ended, made in ((0, 1, 0), (1, 0, 1)):
        desk.happens(Topic.FIGURES, "calls", going_on=1, entered=entered, ended=ended, made=made)
        await sees(tab, f"({LISTS}) > {loaded}")
        loaded = await tab.run(LISTS)
