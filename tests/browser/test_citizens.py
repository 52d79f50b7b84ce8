"""One citizen's data in a real Chromium: empty, full and after a mistake, without barriers that axe finds, on a telephone and on a wide
screen; by keys alone from the number to the end of an erasure; pressed twice it is done once.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.core.outcomes import Reason, Result
from tests.browser.looked import Looks
from tests.browser.steps import enter, fill, go_to, press, serious, until
from tests.contract.database.catalogue_made import a_ticket, add_ticket, ended
from tests.contract.database.citizen_world import NAME, NUMBER
from tests.contract.database.desk_world import OWN
from tests.lab.browser import Browser, Tab
from tests.lab.citizen_desk import HERE, Cared, open_citizens
from tests.lab.migrated import migrated

LONG = "Đơn của bà Nguyễn Thị Hoàng Ngân Phương Thảo ngày 12/11/2026 gửi Ủy ban nhân dân thành phố Thuận An "


@pytest.fixture
async def cared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cared]:
    address = f"sqlite:///{await migrated(tmp_path / 'hotline.sqlite')}"
    async with open_citizens(address, tmp_path, monkeypatch) as made:
        yield made


async def sign_in(tab: Tab, cared: Cared) -> None:
    """An admin, and a password of the own choice."""
    given = await cared.desk.admin.add(Wanted(login="lan", name="Nguyễn Thị Lan", roles=frozenset({"admin"})))
    await enter(tab, cared.desk, "lan", given.password)
    await fill(tab, old=given.password, new=OWN, again=OWN)
    await press(tab)


async def submit(tab: Tab, button: str) -> None:
    await tab.run(f"document.getElementById('{button}').focus()")
    await press(tab)


async def said(tab: Tab) -> str:
    return str(await tab.run("document.body.innerText"))


async def search(tab: Tab, cared: Cared, number: str) -> None:
    await tab.open(str(cared.desk.server.make_url(HERE)))
    await fill(tab, number=number)
    await submit(tab, "find")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    cared: Cared, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await sign_in(tab, cared)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    database = cared.house.world.database
    await ended(database, "hl1-1795470001.1", 60, result=Result.EMERGENCY, reason=Reason.EMERGENCY_ANSWERED)
    await ended(database, "hl1-1795470002.1", 70)
    await add_ticket(database, a_ticket("10000002", "hl1-1795470002.1", name=NAME, phone=NUMBER))
    for number in range(12):
        await ended(database, f"hl1-17954701{number:02}.1", 80 + number)
    look = Looks(tab, width, tmp_path)

    await tab.open(str(cared.desk.server.make_url(HERE)))
    assert "Chưa có đề nghị xoá nào" in await said(tab)
    await look("nothing was done before")
    await search(tab, cared, "0987 000 111")
    assert "Không có dữ liệu nào" in await said(tab)
    await look("nothing under this number")
    await search(tab, cared, "115")
    assert await tab.run("document.getElementById('number').value") == "115"
    await look("no number of a citizen")
    await search(tab, cared, NUMBER)
    assert "Cuộc gọi cấp cứu 115" in await said(tab)
    await look("all there is")
    await submit(tab, "download")
    assert "Xin ghi số đơn" in await said(tab)
    await look("no reason to give it out")
    await fill(tab, erase_letter="12/ĐN-2026")
    await submit(tab, "prepare")
    assert await tab.run("document.getElementById('erase_letter').value") == "12/ĐN-2026"
    await look("no reason to erase it")
    await fill(tab, why=LONG * 3)
    await submit(tab, "prepare")
    assert "không khôi phục được" in await said(tab)
    await look("what will go")
    await fill(tab, typed="0901")
    await submit(tab, "begin")
    assert "Số gõ lại không khớp" in await said(tab)
    await look("another number")
    asked = await cared.house.citizens().request(NUMBER, LONG)
    await tab.open(str(cared.desk.server.make_url(f"{HERE}/erasures/{asked.request}")))
    assert "Chưa thực hiện" in await said(tab)
    await look("nobody has carried it out")
    await fill(tab, number=NUMBER)
    await submit(tab, "prepare")
    await fill(tab, typed=NUMBER)
    await submit(tab, "begin")
    await until(tab, "document.body.innerText.includes('Bí danh trong thống kê')")
    await look("done")
    await tab.open(str(cared.desk.server.make_url(HERE)))
    await look("what was done before")
    look.nothing_wrong()


async def test_by_keys_alone_from_the_number_to_the_end(cared: Cared, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await sign_in(tab, cared)
    await tab.open(str(cared.desk.server.make_url("/desk")))
    await go_to(tab, HERE)
    await press(tab)
    await go_to(tab, "number")
    await tab.type(NUMBER)
    await press(tab)
    await go_to(tab, "erase_letter")
    await tab.type("12/ĐN-2026")
    await go_to(tab, "why")
    await tab.type("người dân đề nghị")
    await press(tab)
    await go_to(tab, "typed")
    await tab.type("0901.234.567")
    await press(tab)
    await until(tab, "document.body.innerText.includes('Bí danh trong thống kê')")
    assert await tab.run("document.getElementById('erasure-box').hasAttribute('hx-get')") is False
    assert await cared.house.traces() == [] and serious(tab) == []


async def test_pressed_twice_it_is_done_once(cared: Cared, browser: Browser) -> None:
    tab = await browser.tab()
    await sign_in(tab, cared)
    await search(tab, cared, NUMBER)
    await fill(tab, erase_letter="12/ĐN-2026", why="người dân đề nghị")
    await submit(tab, "prepare")
    await fill(tab, typed=NUMBER)
    tab.expect_load()
    await tab.click("#begin", times=2)
    await tab.loaded()
    await until(tab, "document.body.innerText.includes('Bí danh trong thống kê')")
    assert len(await cared.requests()) == 1 and await cared.house.traces() == [] and serious(tab) == []
