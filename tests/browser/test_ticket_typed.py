"""What is typed on the page of a ticket in a real Chromium: it stays when the ticket is loaded again and while one signs in again, and
nobody else gets it.
"""

from pathlib import Path
from typing import Any

import pytest

from hotline1022.service.accounts.desk import Terms
from hotline1022.tickets.types import Action, Named, State
from tests.browser.steps import barriers, fill, press, serious, until
from tests.browser.test_desk_tickets import come_in
from tests.browser.test_tickets_fresh import BAR, listened, streams, told, world
from tests.contract.database.desk_world import OWN
from tests.contract.database.handling_world import LEADER, SPECIALIST, Handling, page
from tests.lab.browser import Browser, Tab
from tests.unit.live_memory import MemoryLive

__all__ = ["streams", "world"]

A = Action
ANSWER, WHY = 'Đã lấp lại "vỉa hè" <b>', "Chờ vật tư về"
VALUES = "['answer-answer', 'extend-until', 'extend-why', 'return-why'].map(id => document.getElementById(id)?.value)"


def shown(what: str) -> str:
    """The bar says it."""
    return f"!document.querySelector('#fresh [data-said={what}]').hidden"


async def seen(tab: Tab, hidden: str) -> None:
    """The page is looked at, or is not."""
    await tab.run(
        f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}});"
        " document.dispatchEvent(new Event('visibilitychange'))"
    )


async def click(tab: Tab, what: str) -> None:
    await tab.click(f"#fresh [data-said={what}] a")


@pytest.mark.parametrize("width", [360, 1920])
async def test_a_ticket_is_loaded_again_beneath_what_is_typed(
    world: Handling, browser: Browser, streams: MemoryLive, tmp_path: Path, width: int
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await tab.size(width, 800, mobile=width < 600)
    await come_in(tab, world, "ld", "leader", LEADER)
    await tab.open(str(world.desk.server.make_url(page(ticket) + "?done=accept")))
    await listened(streams, 1)
    await tab.run("document.querySelectorAll('details').forEach(one => one.open = true); window.same = 1")
    await fill(tab, **{"answer-answer": ANSWER, "extend-why": WHY})
    await tab.fill("#extend-until", "2026-12-20")
    await tab.attach("#answer-file", "sau.jpg", "image/jpeg", b"x")
    await world.act(await world.stored(ticket), A.EXTEND, why="Mưa bão kéo dài")
    streams.bus.publish(told(ticket, "extend"))
    await until(tab, BAR)
    await click(tab, "changed")
    await until(tab, shown("loaded"))
    assert not await tab.run(BAR) and await tab.run("document.activeElement.id") == "fresh"
    assert await tab.run(VALUES) == [ANSWER, "2026-12-20", WHY, ""]
    assert await tab.run("document.getElementById('answer-file').files[0].name") == "sau.jpg"
    assert "20 tháng 12" in await tab.run("document.getElementById('extend-until-day').innerText")
    assert await tab.run("[same, document.getElementById('act-extend').open, location.search]") == [1, True, ""]
    assert "Mưa bão kéo dài" in await tab.run("document.getElementById('history').innerText")
    assert await barriers(tab) == [] and await tab.run("document.documentElement.scrollWidth") <= width
    await tab.picture(tmp_path / f"typed-{width}.png")
    await tab.leave("form[action$='/act/answer'] button")  # of the version that was read
    after = await world.stored(ticket)
    assert (after.state, after.answer) == (State.ANSWERED, ANSWER)
    assert serious(tab) == []


async def test_what_has_no_field_any_more_is_given_back(
    world: Handling, browser: Browser, streams: MemoryLive, tmp_path: Path
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await tab.size(360, 800, mobile=True)
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await fill(tab, **{"answer-answer": ANSWER})
    await world.act(await world.stored(ticket), A.PASS_TO_LEADER)
    streams.bus.publish(told(ticket, "pass-to-leader"))
    for _ in range(2):  # twice, and it is still there
        await until(tab, BAR)
        await click(tab, "changed")
        await until(tab, shown("loaded"))
        assert await tab.run(VALUES) == [None, None, None, None]
        assert (await tab.run("document.getElementById('left').innerText")).count(ANSWER) == 1
        streams.bus.publish(told(ticket, "attach"))
    assert await barriers(tab) == []
    await world.act(await world.stored(ticket), A.RETURN)
    await world.act(await world.stored(ticket), A.FORWARD, agency=Named(id="so-y-te", name="Sở Y tế"))
    streams.bus.publish(told(ticket, "forward"))
    await until(tab, BAR)
    await click(tab, "changed")
    await until(tab, shown("gone"))
    text = await tab.run("document.body.innerText")
    assert ANSWER in text and "Phiếu không còn ở cơ quan" in text and "vỉa hè bị đào" not in text
    assert not await tab.run("document.getElementById('content')")
    await tab.picture(tmp_path / "gone-360.png")
    assert await barriers(tab) == []


@pytest.mark.parametrize("login", ["cv", "khac"])
async def test_a_page_that_was_hidden_says_that_the_session_has_ended(
    world: Handling, browser: Browser, streams: MemoryLive, tmp_path: Path, login: str
) -> None:
    ticket, other = await world.ticket(A.ACCEPT), await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await tab.size(360, 800, mobile=True)
    await come_in(tab, world, "khac", "leader", LEADER)
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    await fill(tab, **{"answer-answer": ANSWER, "return-why": WHY})
    await seen(tab, "true")
    world.desk.now += Terms().idle
    assert not await tab.run(shown("out"))
    await seen(tab, "false")
    await until(tab, shown("out"))
    assert (await tab.run(VALUES))[0] == ANSWER and await barriers(tab) == []
    await tab.picture(tmp_path / "out-360.png")
    tab.expect_load()
    await click(tab, "out")
    await tab.loaded()
    assert await tab.run("location.pathname") == "/desk/sign-in"
    laid = await tab.run("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "vỉa hè" not in laid and WHY not in laid, "others use this telephone too"
    await fill(tab, login=login, password=OWN)
    await press(tab)
    assert await tab.run("location.pathname") == page(ticket)
    mine: Any = [ANSWER, None, "", WHY] if login == "cv" else ["", None, "", ""]
    got = await tab.run(VALUES)
    assert [got[0], got[3]] == [mine[0], mine[3]]
    assert await tab.run("document.getElementById('act-return').open") == (login == "cv")
    await tab.open(str(world.desk.server.make_url(page(other))))
    assert ANSWER not in await tab.run("document.documentElement.outerHTML") and (await tab.run(VALUES))[0] == ""
    assert (await world.stored(ticket)).version == ticket.version


async def test_somebody_else_who_signed_in_at_this_browser_gets_nothing_of_it(
    world: Handling, browser: Browser, streams: MemoryLive
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await fill(tab, **{"answer-answer": ANSWER})
    await seen(tab, "true")
    second = await browser.tab()
    await come_in(second, world, "khac", "leader", LEADER)
    await seen(tab, "false")
    await listened(streams, 2)
    streams.bus.publish(told(ticket, "extend"))
    await until(tab, BAR)
    tab.expect_load()
    await click(tab, "changed")
    await tab.loaded()
    assert "Người khac" in await tab.run("document.body.innerText")
    assert (await tab.run(VALUES))[0] == "" and ANSWER not in await tab.run("document.documentElement.outerHTML")


async def test_a_page_that_cannot_be_loaded_says_so_and_keeps_what_is_typed(
    world: Handling, browser: Browser, streams: MemoryLive
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await fill(tab, **{"answer-answer": ANSWER})
    streams.bus.publish(told(ticket, "extend"))
    await until(tab, BAR)
    await tab.run("window.real = fetch; window.fetch = () => Promise.reject(new TypeError('away'))")
    await click(tab, "changed")
    await until(tab, shown("failed"))
    assert (await tab.run(VALUES))[0] == ANSWER and await tab.run(BAR)
    await tab.run("window.fetch = real")
    world.desk.now += Terms().idle
    await click(tab, "changed")
    await until(tab, shown("out"))
    assert (await tab.run(VALUES))[0] == ANSWER


@pytest.mark.parametrize("where", ["sent", "kept"])
@pytest.mark.parametrize("away", [False, True])
async def test_what_was_given_back_by_the_service_is_there_still(
    world: Handling, browser: Browser, streams: MemoryLive, where: str, away: bool
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await fill(tab, **{"answer-answer": ANSWER})
    if where == "kept":
        world.desk.now += Terms().idle
        await seen(tab, "true")
        await seen(tab, "false")
        await until(tab, shown("out"))
    await world.act(await world.stored(ticket), A.PASS_TO_LEADER)
    tab.expect_load()
    if where == "kept":
        await click(tab, "out")
        await tab.loaded()
        await fill(tab, login="cv", password=OWN)
        await press(tab)
    else:
        await tab.click("form[action$='/act/answer'] button")
        await tab.loaded()
    assert ANSWER in await tab.run(f"document.getElementById('{where}').innerText")
    if away:
        await world.act(await world.stored(ticket), A.RETURN)
        await world.act(await world.stored(ticket), A.FORWARD, agency=Named(id="so-y-te", name="Sở Y tế"))
    for _ in range(2):
        # by a script: nothing has told this page yet that something changed, and its bar is hidden
        await tab.run("document.querySelector('#fresh [data-said=changed] a').click()")
        await until(tab, shown("gone" if away else "loaded"))
        assert (await tab.run("document.getElementById('left').innerText")).count(ANSWER) == 1
        assert not await tab.run(f"document.getElementById('{where}')")
    assert await barriers(tab) == []


async def test_a_page_that_was_loaded_in_another_session_listens_and_hands_over_again(
    world: Handling, browser: Browser, streams: MemoryLive
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    await listened(streams, 1)
    await fill(tab, **{"answer-answer": ANSWER})
    await seen(tab, "true")
    world.desk.now += Terms().idle
    await seen(tab, "false")
    await until(tab, shown("out"))
    await tab.run("window.real = fetch; window.fetch = async () => new Response('')")
    await click(tab, "out")
    await until(tab, shown("lost"))
    await tab.run("window.fetch = real")
    await seen(tab, "true")
    second = await browser.tab()
    await second.open(str(world.desk.server.make_url("/desk/sign-in")))
    await fill(second, login="cv", password=OWN)
    await press(second)
    before = len(streams.opened)
    await seen(tab, "false")
    # by a script: whether the bar is seen just then is another matter
    await tab.run("document.querySelector('#fresh [data-said=changed] a').click()")
    await until(tab, shown("loaded"))
    assert not await tab.run(shown("out"))
    await listened(streams, before + 1)
    streams.bus.publish(told(ticket, "extend"))
    await until(tab, BAR)
    world.desk.now += Terms().idle
    tab.expect_load()
    await click(tab, "out")
    await tab.loaded()
    await fill(tab, login="cv", password=OWN)
    await press(tab)
    assert (await tab.run(VALUES))[0] == ANSWER
