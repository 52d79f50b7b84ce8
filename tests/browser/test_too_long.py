"""Somebody pastes more than a field takes, in a real Chromium: nothing is cut, and what is wrong is said, by the pages of tickets after
they are sent and by the page of an agent while one types.
"""

import json
from datetime import UTC, datetime

from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import Action
from tests.browser.test_agent import CONTENT, SAVED, come_in, desk, sees, until_kept
from tests.browser.test_desk_tickets import come_in as come_in_to_tickets
from tests.contract.database.agent_world import Desk
from tests.contract.database.handling_world import SPECIALIST, Handling, page, world
from tests.lab.browser import Browser, Tab

__all__ = ["desk", "world"]

LONG = "Đường bị đào lên ba tuần. " * 160
assert len(LONG) > 4100


async def test_what_was_pasted_into_the_answer_of_a_ticket_is_there_whole(world: Handling, browser: Browser) -> None:
    ticket = await world.ticket(Action.ACCEPT)
    tab = await browser.tab()
    await tab.size(360, 740, mobile=True)
    await come_in_to_tickets(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await tab.run("document.getElementById('act-answer').open = true")
    await tab.click("#answer-answer")
    await tab.type(LONG)
    assert await tab.run("document.getElementById('answer-answer').value.length") == len(LONG)
    await tab.leave("form[action$='/act/answer'] button")
    assert await tab.run("document.getElementById('answer-answer').value") == LONG
    assert f"{len(LONG) - 4000} ký tự (tối đa 4000 ký tự)" in await tab.run("document.body.innerText")
    assert (await world.stored(ticket)).answer == ""


async def test_the_page_of_an_agent_says_so_and_makes_no_ticket_of_a_part(desk: Desk, browser: Browser) -> None:
    await desk.make_agent()
    desk.sits(AgentState.TALKING)
    await desk.caller.rings(answered_at=datetime.now(UTC))
    tab = await browser.tab()
    await come_in(tab, desk)
    await tab.click("#f-content")
    await tab.type(LONG)
    await until_kept(desk, "content", LONG.strip())
    await tab.click("#make-new")
    await sees(
        tab, f"document.getElementById('form').innerText.includes('{len(LONG.strip()) - 4000} ký tự (tối đa 4000')"
    )
    assert (await tab.run(CONTENT)).strip() == LONG.strip()
    # more than a draft takes, and than a request may have: said while one types
    for text in (LONG * 2, "ế" * 60_000):
        await put(tab, text)
        await sees(tab, f"{SAVED}.startsWith('Chưa lưu được: nội dung quá dài')")
        await tab.click("#make-new")
        await sees(
            tab,
            "!document.getElementById('oops').hidden && document.getElementById('oops').innerText.includes('nội dung quá dài')",
        )
        assert await tab.run(CONTENT) == text
        await tab.run("document.getElementById('oops').hidden = true")
    assert await desk.tickets() == []
    short = LONG[:200].strip()
    await put(tab, short)
    await until_kept(desk, "content", short)


async def put(tab: Tab, text: str) -> None:
    """In place of what stands in the form, as somebody who pastes."""
    await tab.run(
        f"(() => {{ const one = document.getElementById('f-content'); one.value = {json.dumps(text)}; one.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    )
