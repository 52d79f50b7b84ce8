"""How long she waits is read on the page and goes on by itself, in a real Chromium; and a call is shown where it rings, and nowhere else:
what the other page is asked for is looked at once it has shown what happened later.
"""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta

from hotline1022.core.live import Event, Topic
from hotline1022.queue.types import AgentState
from tests.browser.steps import enter, serious
from tests.browser.test_agent import come_in, desk, sees
from tests.contract.database.agent_world import CALL, Desk
from tests.contract.database.desk_world import OWN
from tests.lab.browser import Browser, Tab
from tests.unit.calls_memory import CALLER, CALLER_SAID
from tests.unit.staff_memory import a_line

__all__ = ["desk"]
CALLED = "document.getElementById('call').innerText"


async def waits(tab: Tab) -> int:
    """Seconds that the page says she waits by now."""
    found = re.search(r"đang chờ (\d+):(\d\d)", await tab.run(CALLED))
    assert found is not None, await tab.run(CALLED)
    return 60 * int(found[1]) + int(found[2])


async def test_how_long_she_waits_is_read_and_goes_on(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits(AgentState.RINGING)
    now = desk.world.now  # of the service: the page goes on from there
    await desk.caller.rings(since=now, waiting_since=now - timedelta(seconds=95), waited_ms=95_000)
    tab = await browser.tab()
    await come_in(tab, desk)
    begun = time.monotonic()
    first = await waits(tab)
    assert 95 <= first <= 105
    async with asyncio.timeout(20):
        while (later := await waits(tab)) == first:  # noqa: ASYNC110 - what is awaited has no event on this side
            await asyncio.sleep(0.05)
    assert first < later <= first + 2 + time.monotonic() - begun
    await desk.caller.rings(answered_at=datetime.now(UTC), waited_ms=130_400)
    desk.happens(Topic.CALL, "talk", line="101", call=CALL)
    await sees(tab, f"{CALLED}.includes('đã chờ 2:10')")
    assert "đang chờ" not in await tab.run(CALLED)
    assert serious(tab) == []


async def test_a_call_rings_on_its_own_page_alone(desk: Desk, browser: Browser) -> None:
    await desk.make_agent("binh", "1002")
    desk.sits()
    desk.lines.lines["102"] = a_line("102", person="1002", name="Bình", state=AgentState.READY)
    other = await browser.tab()
    await enter(other, desk.world, "binh", OWN)
    await other.open(str(desk.world.server.make_url("/desk/agent")))
    title = await other.run("document.title")
    await sees(
        other, "document.getElementById('stream').hidden && document.getElementById('state').dataset.line === '102'"
    )
    await desk.caller.rings()
    desk.happens(Topic.CALL, "ring", line="101", call=CALL, number=CALLER)
    # later, and for the other one
    desk.lines.lines["102"] = a_line("102", person="1002", name="Bình", state=AgentState.PAUSED, reason="2")
    told = {"line": "102", "person": "1002", "state": "paused", "reachable": True, "reason": "2"}
    desk.live.bus.publish(Event(topic=Topic.LINES, what="line", facts=told, line="102", people=frozenset({"1002"})))
    await sees(other, "document.getElementById('state').dataset.state", "paused")
    shown = await other.run(
        "[document.getElementById('call').innerText, document.title, document.getElementById('form').dataset.draft,"
        " document.getElementById('f-phone').value, document.getElementById('transfer').dataset.call]"
    )
    assert CALLER_SAID not in shown[0] and "Không có cuộc gọi" in shown[0], shown
    assert shown[1:] == [title, "", "", ""], shown
    assert serious(other) == []
