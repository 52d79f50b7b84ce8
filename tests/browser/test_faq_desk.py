"""Questions and answers of an agency in a real Chromium, on a telephone and on a wide screen: what ends soon is told, a sheet that was
tried is written by keys without being chosen again; nowhere is there a barrier.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.faq.types import EntryFilter, Text
from tests.browser.steps import barriers, enter, go_to, press, serious
from tests.contract.database.desk_world import OWN, World, open_desk
from tests.contract.database.faq_made import AGENCY, Desk, a_desk
from tests.lab.browser import Browser, Tab
from tests.lab.xlsx import MEDIA_TYPE, a_book

SHEET = a_book(
    [["Câu hỏi", "Trả lời"], ["Xin nhập tịch ở đâu?", "Sở Tư pháp"], ["Câu thiếu trả lời " + "rất dài " * 30, ""]]
)


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await a_desk(database)


@pytest.fixture
async def world(desk: Desk, database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path, faq=desk.faq) as made:
        made.now = desk.now
        yield made


async def fits(tab: Tab, width: int) -> None:
    assert await tab.run("document.documentElement.scrollWidth") <= width
    assert await barriers(tab) == [] and serious(tab) == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
async def test_what_ends_is_told_and_a_tried_sheet_is_written_by_keys(
    desk: Desk, world: World, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    today = local_day(desk.now)
    for number, days in enumerate((0, 9, 40)):
        last = today + timedelta(days=days)
        await desk.publish(Text(question=f"Câu hỏi số {number} có hạn?", answer="Đáp.", valid_to=last))
    desk.now = world.now = desk.now + timedelta(days=1)
    async with world.database.reading() as tx:
        found = (await tx.directory.load()).contacts.values()
    contact = next(one.id for one in found if one.agency == AGENCY)
    async with world.signed_in("leader", login="lan", contact=contact):
        pass  # an account with a password of its own
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await enter(tab, world, "lan", OWN)
    said = await tab.run("document.querySelector('main .alert').innerText")
    assert "sắp hết hạn trong 30 ngày tới: 1" in said and "đã quá hạn: 1" in said
    await fits(tab, width)
    await tab.picture(tmp_path / f"home-{width}.png")
    await tab.leave("a[href='/desk/faq?soon=1']")
    rows = await tab.run("[...document.querySelectorAll('tbody tr')].map(e => e.innerText).join('|')")
    assert "số 1" in rows and "số 0" not in rows and "Sắp hết hạn" in rows
    await fits(tab, width)
    await tab.picture(tmp_path / f"faq-{width}.png")
    await tab.leave("tbody a")
    assert "xin xem lại và soạn bản mới" in await tab.run("document.body.innerText")
    await fits(tab, width)
    await tab.open(str(world.server.make_url("/desk/faq/import")))
    await tab.attach("#sheet", "hoi-dap.xlsx", MEDIA_TYPE, SHEET)
    await tab.leave("button[value=try]")
    assert "được giữ lại 30 phút" in await tab.run("document.getElementById('report').closest('section').innerText")
    await fits(tab, width)
    await tab.picture(tmp_path / f"tried-{width}.png")
    await go_to(tab, "Ghi tệp này vào hệ thống")
    await press(tab)
    assert await tab.run("document.getElementById('report').innerText") == "Đã ghi vào hệ thống"
    await fits(tab, width)
    assert len(await desk.faq.list(EntryFilter(words="nhập tịch"))) == 1
