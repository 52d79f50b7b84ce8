"""The pages of the menu and of the directory in a real Chromium: without barriers that axe finds, on a telephone and on a wide
screen; a menu is tried and published by keys alone.
"""

from pathlib import Path

import pytest

from tests.browser.looked import Looks
from tests.browser.steps import fill, go_to, press, serious, settle
from tests.contract.database.desk_world import World, world
from tests.contract.database.menu_world import OTHER, WRONG
from tests.lab.browser import Browser

__all__ = ["world"]

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


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    look = Looks(tab, width, tmp_path)

    for page in PAGES:
        await tab.open(str(world.server.make_url(page)))
        await look(page)
    await tab.open(str(world.server.make_url("/desk/menu/draft")))
    await tab.fill("#text", WRONG)
    await tab.run("document.querySelector('button[value=check]').focus()")
    await press(tab)
    assert "Lỗi phải sửa" in await tab.run("document.body.innerText")
    await look("draft with faults")
    look.nothing_wrong()


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
