"""Forms that come too late in a real Chromium: what it says of where a form was, and how the page looks when one is back."""

from pathlib import Path

import pytest

from hotline1022.service.accounts.desk import Terms
from hotline1022.web.users import GOOD
from tests.browser.steps import barriers, enter, fill, press, serious, settle
from tests.browser.test_agent import sees
from tests.contract.database.desk_world import OWN, World, world
from tests.lab.browser import Browser, Tab

__all__ = ["world"]

NAME = 'Trần "Bình" <b>'


async def typed_in(tab: Tab, world: World) -> None:
    """The form of a new user, filled in."""
    await tab.open(str(world.server.make_url("/desk/users/new")))
    await fill(tab, name=NAME, login="binh")
    await tab.click("input[value=auditor]")


async def back(tab: Tab, width: int, picture: Path) -> None:
    """The form with what was typed, and nothing wrong with the page."""
    told = await tab.run(
        "[location.pathname, document.getElementById('name').value, document.getElementById('login').value,"
        " document.querySelector('input[value=auditor]').checked, document.querySelector('input[value=agent]').checked]"
    )
    assert told == ["/desk/users/new", NAME, "binh", True, False]
    assert "đã được điền lại" in await tab.run("document.getElementById('kept').innerText")
    assert await barriers(tab) == [] and await tab.run("document.documentElement.scrollWidth") <= width
    await tab.picture(picture)


async def send(tab: Tab) -> None:
    await tab.run("document.getElementById('login').focus()")
    await press(tab)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
async def test_a_form_that_comes_too_late_is_back(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await typed_in(tab, world)
    world.now += GOOD
    await send(tab)
    assert "Nhập lại mật khẩu" in await tab.run("document.body.innerText")
    await sees(tab, "document.activeElement.id", "password")  # one may type at once
    assert await barriers(tab) == []
    await tab.picture(tmp_path / f"confirm-{width}.png")
    await tab.type(OWN)
    await press(tab)
    await back(tab, width, tmp_path / f"confirmed-{width}.png")
    world.now += Terms().idle
    await send(tab)
    assert "Phiên làm việc đã hết" in await tab.run("document.body.innerText")
    await fill(tab, login="admin", password=OWN)
    await press(tab)
    await back(tab, width, tmp_path / f"late-{width}.png")
    other = await browser.tab()
    await other.size(1280, 800)
    world.now += Terms().idle
    await enter(other, world, "admin", OWN)
    await send(tab)
    await back(tab, width, tmp_path / f"elsewhere-{width}.png")
    await send(tab)
    assert "Mật khẩu tạm thời" in await tab.run("document.body.innerText")
    assert "binh" in {one.login for one in await world.admin.users()}
    assert serious(tab) == []
