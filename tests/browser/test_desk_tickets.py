"""Pages of tickets in a real Chromium: on a telephone and on a wide screen without barriers that axe finds; what was typed stays while
somebody looks at who the citizen is; a photo comes from the phone.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.tickets.types import Action, State, Urgency
from tests.browser.looked import Looks
from tests.browser.steps import enter, fill, press, serious
from tests.contract.database.desk_world import OWN
from tests.contract.database.handling_world import SPECIALIST, WHO, Handling, page, world
from tests.lab.browser import Browser, Tab

__all__ = ["world"]

A = Action
LONG = "Đường Lê Lợi đoạn trước trường tiểu học bị đào lên đã ba tuần, không có rào chắn. " * 6 + "đ" * 200


async def come_in(tab: Tab, world: Handling, login: str, role: str, contact: str = "") -> None:
    """Somebody new signs in and chooses a password."""
    await tab.forget()
    wanted = Wanted(login=login, name=f"Người {login}", roles=frozenset({role}), contact=contact)
    given = await world.desk.admin.add(wanted)
    await enter(tab, world.desk, login, given.password)
    await fill(tab, old=given.password, new=OWN, again=OWN)
    await press(tab)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
async def test_pages_of_tickets_are_readable_and_without_barriers(
    world: Handling, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    ticket = await world.ticket(A.ACCEPT, content=LONG, area_name="Thuận An", urgency=Urgency.URGENT)
    name = "Ảnh chụp vỉa hè trước trường tiểu học ngày 24 tháng 11.png"
    await world.tickets.attach(
        ticket.id, name=name, media_type="image/png", data=b"x", by="Người cv", at=world.desk.now
    )
    for more in ((), (A.ACCEPT,), (A.ACCEPT, A.WAIT), (A.ACCEPT, A.PASS_TO_LEADER)):
        await world.ticket(*more)
    back = await world.ticket(A.RETURN)
    world.desk.now += timedelta(hours=5)
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    look = Looks(tab, width, tmp_path)

    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    for name, path in (
        ("list", "/desk/tickets?which=open"),
        ("none", "/desk/tickets?which=refused"),
        ("one", page(ticket)),
    ):
        await tab.open(str(world.desk.server.make_url(path)))
        await look(name)
    await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    await look("forms")
    await tab.fill("#return-why", "Không thuộc thẩm quyền")
    await world.act(await world.stored(ticket), A.EXTEND)
    await tab.leave("form[action$='/act/return'] button")
    assert "vừa được người khác cập nhật" in await tab.run("document.body.innerText")
    assert await tab.run("document.getElementById('return-why').value") == "Không thuộc thẩm quyền"
    await look("second")
    await come_in(tab, world, "dtv", "agent")
    for name, path in (("all", "/desk/tickets?which=open"), ("agent", page(back))):
        await tab.open(str(world.desk.server.make_url(path)))
        await look(name)
    look.nothing_wrong()


async def test_looking_at_who_it_is_loses_no_text_and_a_photo_comes_with_the_answer(
    world: Handling, browser: Browser, tmp_path: Path
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    tab = await browser.tab()
    await tab.size(360, 740, mobile=True)
    await come_in(tab, world, "cv", "specialist", SPECIALIST)
    await tab.open(str(world.desk.server.make_url(page(ticket))))
    assert WHO[0] not in await tab.run("document.documentElement.outerHTML")
    await tab.run("document.querySelector('details').open = true")
    await fill(tab, **{"answer-answer": "Đã lấp lại vỉa hè."})
    await tab.click("#reporter button")
    shown = f"document.getElementById('reporter').innerText.includes('{WHO[0]}')"
    await tab.run(
        f"new Promise(done => {{ const look = () => {shown} ? done(true) : requestAnimationFrame(look); look(); }})"
    )
    assert await tab.run("document.getElementById('answer-answer').value") == "Đã lấp lại vỉa hè."
    await tab.attach("#answer-file", 'Ảnh "sau".jpg', "image/jpeg", bytes(3_000_000))
    await tab.leave("form[action$='/act/answer'] button")
    text = await tab.run("document.body.innerText")
    await tab.picture(tmp_path / "answered-360.png")
    assert "Đã gửi trả lời" in text and "sau" in text and "3000 kB" in text
    assert WHO[0] not in text
    assert (await world.stored(ticket)).state is State.ANSWERED
    assert serious(tab) == []
