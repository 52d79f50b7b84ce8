"""The menu of who has many parts, and rows of hours and steps, in a real Chromium: by keys, without barriers, narrow and wide."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.steps import barriers, go_to, serious, settle
from tests.browser.test_agent import sees
from tests.contract.database.desk_world import World, world
from tests.lab.browser import Browser, Tab

__all__ = ["world"]

AGENCY = "/desk/directory/agencies/so-xay-dung"
SHOWN = "getComputedStyle(document.querySelector('#menu-running + .dropdown-menu')).display !== 'none'"
EXPANDED = "document.getElementById('menu-running').getAttribute('aria-expanded')"


async def go(tab: Tab, world: World, path: str) -> None:
    await tab.open(str(world.server.make_url(path)))


async def sideways(tab: Tab, width: int) -> bool:
    return bool(await tab.run("document.documentElement.scrollWidth") > width)


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (1280, 800, "dark"), (1920, 1080, "light")]
)
async def test_the_menu_of_an_admin_opens_by_keys_and_stands_in_one_line(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    await go(tab, world, "/desk/webhooks")
    if width < 992:
        assert await tab.run("document.getElementById('menu').offsetHeight") == 0
        await tab.run("document.querySelector('.navbar-toggler').focus()")
        await tab.press("Enter")
        await sees(tab, "document.getElementById('menu').classList.contains('show')")
    else:
        tops = "new Set([...document.querySelectorAll('#menu > ul > li')].map(e => Math.round(e.getBoundingClientRect().top)))"
        assert await tab.run(f"{tops}.size") == 1, "one line"
        assert await tab.run("document.querySelector('header').offsetHeight") < 80
    assert await tab.run(EXPANDED) == "false" and not await tab.run(SHOWN)
    await tab.run("document.getElementById('menu-running').focus()")
    await tab.press("Enter")
    await sees(tab, EXPANDED, "true")
    assert await tab.run(SHOWN)
    await tab.picture(tmp_path / f"menu-{width}.png")
    assert await barriers(tab) == []
    assert not await sideways(tab, width)
    here = "document.querySelector('#menu-running + .dropdown-menu [aria-current=page]')"
    assert await tab.run(f"{here}.innerText") == "Webhook"
    await tab.press("Tab")
    assert await tab.run("document.activeElement.getAttribute('href')") == "/desk/roster"
    tab.expect_load()
    await tab.press("Enter")
    await tab.loaded()
    assert await tab.run("location.pathname") == "/desk/roster"
    await go(tab, world, "/desk")
    heads = await tab.run("[...document.querySelectorAll('main h2')].map(e => e.innerText)")
    assert heads[0] == "Việc hằng ngày" and "Vận hành" in heads
    assert await barriers(tab) == []
    await tab.picture(tmp_path / f"home-{width}.png")
    assert serious(tab) == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
async def test_rows_come_and_go_in_place_and_enter_saves(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await go(tab, world, AGENCY)
    await tab.run("window.stays = 1")
    await tab.fill("#name", "Sở Xây dựng và Nhà ở")
    await tab.click("[name=h0-day][value='5']")
    for name, text in {"a-from": "7h30", "a-to": "11:30"}.items():
        await tab.fill(f"#hours-0-{name}", text)
    await tab.run("document.getElementById('hours-add').focus()")
    await tab.press("Enter")
    await sees(tab, "!!document.getElementById('hours-1-a-from')")
    # in place: what was typed stays, here as it is understood, and so does the focus
    assert await tab.run("window.stays") == 1
    assert await tab.run("document.getElementById('hours-0-a-from').value") == "07:30"
    assert await tab.run("document.getElementById('name').value") == "Sở Xây dựng và Nhà ở"
    await sees(tab, "document.activeElement.id", "hours-add")
    await go_to(tab, "hunt-add")
    await tab.press("Enter")
    await sees(tab, "!!document.getElementById('hunt-1-role')")
    for number, role in enumerate(("specialist", "leader")):
        await tab.choose(f"#hunt-{number}-role", role)
        await tab.fill(f"#hunt-{number}-seconds", f"{20 + number}")
    await tab.click("#hunt-up-1")
    await sees(tab, "document.getElementById('hunt-0-role').value", "leader")
    assert await tab.run("document.getElementById('hunt-0-seconds').value") == "21"
    wrong: dict[str, Any] = {}
    if found := await barriers(tab):
        wrong["rows"] = found
    if await sideways(tab, width):
        wrong["sideways"] = True
    await tab.run("document.getElementById('hours-rows').scrollIntoView()")
    await tab.picture(tmp_path / f"rows-{width}.png")
    await tab.click("#hours-drop-1")
    await sees(tab, "!document.getElementById('hours-1-a-from')")
    assert world.directory.now.agencies["so-xay-dung"].hours == "", "nothing is saved yet"
    tab.expect_load()
    await tab.run("document.getElementById('hours-0-a-to').focus()")
    await tab.press("Enter")
    await tab.loaded()
    await sees(tab, "document.body.innerText.includes('Đang áp dụng: T7 07:30–11:30')")
    agency = world.directory.now.agencies["so-xay-dung"]
    assert (agency.hours, agency.name) == ("sat 07:30-11:30", "Sở Xây dựng và Nhà ở")
    assert [str(one) for one in agency.hunt] == ["leader.office 21", "specialist.office 20"]
    await tab.picture(tmp_path / f"saved-{width}.png")
    assert wrong == {} and serious(tab) == []
