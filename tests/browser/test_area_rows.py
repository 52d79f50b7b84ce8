"""Who answers by area, in a real Chromium: a row comes by a key, its agency is found by words without marks, nothing stands in the way."""

from pathlib import Path

import pytest

from tests.browser.steps import barriers, go_to, serious, settle
from tests.browser.test_agent import sees
from tests.browser.test_desk_map import go, sideways
from tests.contract.database.desk_world import World, world
from tests.lab.browser import Browser

__all__ = ["world"]


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
async def test_rows_are_chosen_by_keys(world: World, browser: Browser, tmp_path: Path, width: int, height: int) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await go(tab, world, "/desk/directory/categories/traffic")
    await tab.choose("#by_area-0-area", "di-an")
    await go_to(tab, "by_area-add")
    await tab.press("Enter")
    await sees(tab, "!!document.getElementById('by_area-1-area')")
    await sees(tab, "document.activeElement.id", "by_area-add")
    assert await tab.run("document.getElementById('by_area-0-area').value") == "di-an", "what was chosen stays"
    await go_to(tab, "by_area-0-agency-words")
    await tab.type("noi vu")
    await sees(tab, "document.getElementById('by_area-0-agency-words-left').innerText", "Còn 1 cơ quan")
    await tab.press("Enter")
    await sees(tab, "document.activeElement.id", "by_area-0-agency")
    assert await tab.run("document.activeElement.value") == "so-noi-vu"
    await tab.choose("#by_area-1-area", "thuan-an")
    assert await barriers(tab) == []
    assert not await sideways(tab, width)
    tab.expect_load()
    await tab.run("document.getElementById('name').focus()")
    await tab.press("Enter")
    await tab.loaded()
    await sees(tab, "document.getElementById('by_area-1-fault').innerText", "Chưa chọn cơ quan trả lời.")
    assert await barriers(tab) == []
    assert not await sideways(tab, width)
    await tab.picture(tmp_path / f"fault-{width}.png")
    await tab.choose("#by_area-1-agency", "ubnd-thuan-an")
    tab.expect_load()
    await tab.run("document.getElementById('name').focus()")
    await tab.press("Enter")
    await tab.loaded()
    rules = world.directory.now.categories["traffic"].by_area
    assert [(one.area, one.agency) for one in rules] == [("di-an", "so-noi-vu"), ("thuan-an", "ubnd-thuan-an")]
    await tab.picture(tmp_path / f"rows-{width}.png")
    assert [one for one in serious(tab) if "400" not in str(one)] == []
