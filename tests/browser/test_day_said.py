"""A day that is chosen in a real Chromium is said in words beside its field, at once."""

from pathlib import Path

import pytest

from tests.browser.steps import barriers
from tests.browser.test_desk_tickets import come_in
from tests.contract.database.handling_world import Handling, world
from tests.lab.browser import Browser, Tab

__all__ = ["world"]


async def choose(tab: Tab, value: str) -> str:
    """Choose it, and what is said then."""
    await tab.fill("#first", value)
    return str(await tab.run("document.getElementById('first-day').textContent"))


@pytest.mark.parametrize("width", [360, 1920])
async def test_the_chosen_day_is_said_in_words(world: Handling, browser: Browser, tmp_path: Path, width: int) -> None:
    tab = await browser.tab()
    await tab.size(width, 900, mobile=width < 600)
    await come_in(tab, world, "qt", "admin")
    await tab.open(str(world.desk.server.make_url("/desk/deadlines/days")))
    described = "document.getElementById(document.getElementById('first').getAttribute('aria-describedby')).id"
    assert await tab.run(described) == "first-day"
    assert await choose(tab, "2026-04-03") == "Thứ Sáu, ngày 3 tháng 4 năm 2026"
    assert await choose(tab, "2026-03-04") == "Thứ Tư, ngày 4 tháng 3 năm 2026"
    assert await choose(tab, "2026-11-29") == "Chủ nhật, ngày 29 tháng 11 năm 2026"
    assert await barriers(tab) == []
    assert await tab.run("document.documentElement.scrollWidth") <= width
    await tab.picture(tmp_path / f"days-{width}.png")
    assert await choose(tab, "") == ""
