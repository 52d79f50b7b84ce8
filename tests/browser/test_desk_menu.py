"""The pages of the menu and of the directory in a real Chromium: without barriers that axe finds, on a telephone and on a wide
screen; a menu is tried and published by keys alone.
"""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from tests.browser.test_desk import barriers, fill, go_to, press, serious, settle
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.menu_world import OTHER, WRONG
from tests.lab.browser import Browser
from tests.lab.migrated import migrated

PAGES = (
    "/desk/menu",
    "/desk/menu/draft",
    "/desk/menu/versions/1",
    "/desk/menu/try",
    "/desk/menu/try?keys=8.none.7&press=1&at=2026-12-01T22:00&holiday=1",
    "/desk/menu/try?of=99",
    "/desk/directory",
    "/desk/directory/agencies/so-xay-dung",
    "/desk/directory/agencies/new",
    "/desk/directory/contacts?all=1",
    "/desk/directory/contacts/so-y-te-ld",
    "/desk/directory/contacts/new?agency=so-y-te",
    "/desk/directory/categories/traffic",
    "/desk/directory/areas",
    "/desk/directory/areas/di-an",
    "/desk/directory/gaps",
    "/desk/directory/hunt",
    "/desk/directory/hunt?category=traffic&at=2026-12-01T22:00",
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    file = tmp_path / "hotline.sqlite"
    await migrated(file)
    async with Database(file) as database, open_desk(database, tmp_path) as opened:
        yield opened


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    wrong: dict[str, Any] = {}
    names = count()

    async def look(name: str) -> None:
        if found := await barriers(tab):
            wrong[name] = found
        sideways = await tab.run("document.documentElement.scrollWidth")
        if sideways > width:
            wrong[f"{name} sideways"] = sideways
        await tab.picture(tmp_path / f"{next(names):02}-{width}.png")

    for page in PAGES:
        await tab.open(str(world.server.make_url(page)))
        await look(page)
    await tab.open(str(world.server.make_url("/desk/menu/draft")))
    await tab.fill("#text", WRONG)
    await tab.run("document.querySelector('button[value=check]').focus()")
    await press(tab)
    assert "Lỗi phải sửa" in await tab.run("document.body.innerText")
    await look("draft with faults")
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
    assert serious(tab) == []


async def test_by_keys_alone_a_menu_is_tried_and_published(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, world)
    await tab.open(str(world.server.make_url("/desk/menu")))
    await go_to(tab, "/desk/menu/try")
    await press(tab)
    await go_to(tab, "8")
    await press(tab)
    await go_to(tab, "1")
    await press(tab)
    text = await tab.run("document.body.innerText")
    assert "Bấm 8" in text and "Lĩnh vực: Buôn lậu" in text
    assert await tab.run("document.querySelector('button[value=\"5\"]').matches(':disabled')"), "it is over"
    await tab.open(str(world.server.make_url("/desk/menu/draft")))
    await tab.fill("#text", OTHER)
    await go_to(tab, "text")
    await fill(tab, note="Phím 4: để lại lời nhắn")
    await go_to(tab, "Ban hành")
    await press(tab)
    assert "Đã ban hành bản 2" in await tab.run("document.body.innerText")
    assert world.menu.leads("4") == "Voicemail"
    assert serious(tab) == []
