"""Two agents have one ticket open, each in a browser of the own: who is second is told in one sentence what the other did, keeps every
word that was typed, and takes nothing back that the other wrote.
"""

from hotline1022.tickets.types import Action, State
from tests.browser.steps import barriers, serious
from tests.browser.test_desk_tickets import come_in
from tests.contract.database.handling_world import Handling, page, world
from tests.lab.browser import Browser, Tab

__all__ = ["world"]

CHANGED = "Phiếu vừa được người khác cập nhật"
TEXT = "document.querySelector('main').innerText"


async def two(world: Handling, browser: Browser) -> tuple[Tab, Tab]:
    """Lan and Minh, signed in."""
    lan, minh = await browser.tab(), await browser.somebody()
    for tab, login, width in ((lan, "lan", 1280), (minh, "minh", 360)):
        await tab.size(width, 800)
        await come_in(tab, world, login, "agent")
    return lan, minh


async def value(tab: Tab, field: str) -> str:
    found: str = await tab.run(f"document.getElementById('{field}').value")
    return found


async def test_two_correct_one_request_and_no_word_of_either_is_lost(world: Handling, browser: Browser) -> None:
    ticket = await world.ticket(content="Đường hỏng", address="12 đường Lê Lợi")
    lan, minh = await two(world, browser)
    for tab in (lan, minh):
        await tab.open(str(world.desk.server.make_url(f"{page(ticket)}/edit")))
    await lan.fill("#e-content", "Đường hỏng, có người ngã xe")
    await lan.leave("form.card button[type=submit]")
    assert "done=edit" in await lan.run("location.search")
    # the other has the old text before the eyes
    await minh.fill("#e-content", "Đường hỏng trước trường tiểu học")
    await minh.fill("#e-address", "14 đường Lê Lợi")
    await minh.leave("form.card button[type=submit]")
    told = await minh.run(TEXT)
    assert CHANGED in told and "Đường hỏng, có người ngã xe" in told
    assert await value(minh, "e-content") == "Đường hỏng trước trường tiểu học"
    assert await value(minh, "e-address") == "14 đường Lê Lợi"
    stored = await world.stored(ticket)
    assert (stored.content, stored.address) == ("Đường hỏng, có người ngã xe", "12 đường Lê Lợi"), "not taken back"
    assert await barriers(minh) == []
    assert await minh.run("document.documentElement.scrollWidth <= innerWidth")
    # having read it, the two texts become one
    await minh.fill("#e-content", "Đường hỏng trước trường tiểu học, có người ngã xe")
    await minh.leave("form.card button[type=submit]")
    stored = await world.stored(ticket)
    assert stored.content == "Đường hỏng trước trường tiểu học, có người ngã xe"
    assert stored.address == "14 đường Lê Lợi"
    told = [row.changes.get("content") for row in await world.history(ticket) if row.action is Action.EDIT]
    assert [list(one or ()) for one in told] == [
        ["Đường hỏng", "Đường hỏng, có người ngã xe"],
        ["Đường hỏng, có người ngã xe", "Đường hỏng trước trường tiểu học, có người ngã xe"],
    ], "and the history has both"
    assert serious(lan) == serious(minh) == []


async def test_fields_that_only_one_of_them_touched_are_as_that_one_wrote_them(
    world: Handling, browser: Browser
) -> None:
    ticket = await world.ticket(content="Đường hỏng", address="12 đường Lê Lợi")
    lan, minh = await two(world, browser)
    for tab in (lan, minh):
        await tab.open(str(world.desk.server.make_url(f"{page(ticket)}/edit")))
    await lan.fill("#e-content", "Đường hỏng nặng")
    await lan.leave("form.card button[type=submit]")
    await minh.fill("#e-address", "14 đường Lê Lợi")
    await minh.leave("form.card button[type=submit]")
    assert CHANGED in await minh.run(TEXT)
    assert await value(minh, "e-content") == "Đường hỏng nặng", "hers comes into the form"
    await minh.leave("form.card button[type=submit]")
    stored = await world.stored(ticket)
    assert (stored.content, stored.address) == ("Đường hỏng nặng", "14 đường Lê Lợi")


async def test_what_the_second_one_wrote_stays_when_the_ticket_is_done_already(
    world: Handling, browser: Browser
) -> None:
    ticket = await world.ticket(Action.RETURN)
    lan, minh = await two(world, browser)
    for tab in (lan, minh):
        await tab.open(str(world.desk.server.make_url(page(ticket))))
        await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    await lan.fill("#complete-answer", "Đã gọi lại, người dân đồng ý.")
    await lan.leave("form[action$='/act/complete'] button")
    assert (await world.stored(ticket)).state is State.COMPLETED
    await minh.fill("#refuse-why", "Không có việc này")
    await minh.leave("form[action$='/act/refuse'] button")
    told = await minh.run(TEXT)
    assert "việc này không còn thực hiện được" in told
    assert "Không có việc này" in told, "no field takes it any more: it stands there to be copied"
    assert "Đã gọi lại, người dân đồng ý." in told
    stored = await world.stored(ticket)
    assert (stored.state, stored.answer) == (State.COMPLETED, "Đã gọi lại, người dân đồng ý.")
    assert await barriers(minh) == []
