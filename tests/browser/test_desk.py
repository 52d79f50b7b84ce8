"""The desk in a real Chromium: every page by keys alone, on a telephone and on a wide screen, light and dark, without barriers that
axe finds, and nothing that its own policy refuses.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.faq.types import Asked, Move
from tests.browser.looked import Looks
from tests.browser.steps import enter, fill, go_to, press, serious, settle
from tests.contract.database.desk_world import OWN, World, open_desk
from tests.contract.database.faq_made import AGENCY, ANYBODY, BIRTH, Desk, a_desk
from tests.lab.browser import Browser

LONG = "Nguyễn Thị Hoàng Ngân Phương Thảo " * 2


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    desk = await a_desk(database)
    async with open_desk(database, tmp_path, faq=desk.faq) as opened:
        yield opened


async def test_by_keys_alone_an_admin_comes_in_and_adds_somebody(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await tab.open(str(world.server.make_url("/desk")))
    assert await tab.run("document.activeElement.id") == "login", "one may type at once"
    await tab.type("admin")
    await go_to(tab, "password")
    await tab.type(world.once)
    await press(tab)
    for field, text in (("old", world.once), ("new", OWN), ("again", OWN)):
        if await tab.run("document.activeElement.id") != field:
            await go_to(tab, field)
        await tab.type(text)
    await press(tab)
    assert "Đã đổi mật khẩu." in await tab.run("document.body.innerText")
    await go_to(tab, "menu-users")
    await tab.press("Enter")  # opens a group of the menu
    await go_to(tab, "/desk/users")
    await press(tab)
    await go_to(tab, "/desk/users/new")
    await press(tab)
    for field, text in (("name", "Nguyễn Thị Lan"), ("login", "lan")):
        await go_to(tab, field)
        await tab.type(text)
    await tab.click("input[value=agent]")
    await go_to(tab, "Lưu")
    await press(tab)
    text = await tab.run("document.body.innerText")
    assert "Mật khẩu tạm thời" in text and "Nguyễn Thị Lan" in text
    assert {one.login for one in await world.admin.users()} == {"admin", "lan"}
    assert serious(tab) == []


async def test_by_keys_alone_a_question_is_written_and_proposed(world: World, browser: Browser, tmp_path: Path) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, world)
    await tab.open(str(world.server.make_url("/desk/faq")))
    await go_to(tab, "/desk/faq/new")
    await press(tab)
    await tab.choose("#agency", AGENCY)
    for field, text in (("question", BIRTH.question), ("answer", BIRTH.answer), ("legal_source", "Luật Hộ tịch 2014")):
        await go_to(tab, field)
        await tab.type(text)
    await go_to(tab, "Lưu bản thảo")
    await press(tab)
    assert "Đã lưu bản thảo." in await tab.run("document.body.innerText")
    await go_to(tab, "Đề nghị duyệt")
    await press(tab)
    text = await tab.run("document.body.innerText")
    assert "Chờ duyệt" in text and "người khác phải duyệt đăng" in text
    assert serious(tab) == []


async def questions(world: World) -> list[str]:
    """The pages of questions with long texts in every state, out of date too, and of searches without an answer."""
    desk = Desk(world.database)
    long = replace(BIRTH, question=("Đăngkýkhaisinh" * 30)[:300], answer=LONG * 20, legal_source=LONG, keywords=LONG)
    one = await desk.publish(replace(long, valid_to=local_day(desk.now)))
    one = await desk.faq.edit(one.id, one.revision, long, ANYBODY, desk.now)
    await desk.faq.move(one.id, one.revision, Move.PROPOSE, "", ANYBODY, desk.now)
    gone = await desk.publish(BIRTH)
    await desk.faq.move(gone.id, gone.revision, Move.WITHDRAW, LONG, ANYBODY, desk.now)
    draft = await desk.faq.add(AGENCY, replace(BIRTH, question="Bản thảo?"), ANYBODY, desk.now)
    await desk.faq.search(Asked(words=LONG))
    return [
        "/desk/faq",
        "/desk/faq?words=khongco",
        "/desk/faq/new",
        f"/desk/faq/{one.id}",
        f"/desk/faq/{gone.id}",
        f"/desk/faq/{draft.id}",
        f"/desk/faq/{draft.id}/edit",
        "/desk/faq/import",
        "/desk/faq/misses",
    ]


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (360, 740, "dark"), (1920, 1080, "light"), (1920, 1080, "dark")]
)
async def test_every_page_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    given = await world.admin.add(Wanted(login="x" * 40, name=LONG[:80], roles=frozenset({"agent", "auditor"})))
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await tab.open(str(world.server.make_url("/desk/sign-in")))
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    pages = ["/desk/sign-in", "/desk/sign-in?again=1"]
    look = Looks(tab, width, tmp_path, theme)

    for page in pages:
        await tab.open(str(world.server.make_url(page)))
        await look(page.partition("?")[0] + page.partition("?")[2])
    await fill(tab, login="admin", password="wrong")
    await press(tab)
    await look("sign-in-wrong")
    await enter(tab, world, "admin", world.once)
    await look("/desk/password")
    await fill(tab, old=world.once, new=OWN, again=OWN + "x")
    await press(tab)
    await look("password-wrong")
    await fill(tab, old=world.once, new=OWN, again=OWN)
    await press(tab)
    await look("account")
    await fill(tab, password=OWN)
    await press(tab)
    await look("second-begun")
    for page in (
        "/desk",
        "/desk/users",
        "/desk/users/new",
        f"/desk/users/{given.user.id}",
        "/desk/roles",
        "/desk/roles/new",
        "/desk/roles/agent",
        "/desk/users/ffffffffffffffff",
        "/desk/confirm?next=%2Fdesk%2Fusers",
        "/desk/directory/contacts",
        "/desk/directory/contacts?words=so%20y%20te",
        "/desk/directory/areas?words=khongco",
        *await questions(world),
    ):
        await tab.open(str(world.server.make_url(page)))
        await look(page)
    look.nothing_wrong()
