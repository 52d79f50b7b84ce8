"""The menu by forms in a real Chromium: a key's target is changed, tried and published by keys alone; without barriers that axe finds, on
a telephone and on a wide screen, empty of faults and full of them.
"""

from pathlib import Path

import pytest

from tests.browser.looked import Looks
from tests.browser.steps import fill, go_to, press, serious, settle
from tests.contract.database.desk_world import World, world
from tests.contract.database.menu_world import OTHER, WRONG
from tests.lab.browser import Browser

__all__ = ["world"]

STEPS = "/desk/menu/steps"
PAGES = (
    STEPS,
    f"{STEPS}/root",
    f"{STEPS}/more",
    "/desk/menu/step-new",
    "/desk/menu/text-new",
    "/desk/menu/spoken",
    "/desk/menu/spoken/prompts.greeting",
    "/desk/menu/spoken/information.look-up",
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1280, 900, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    look = Looks(tab, width, tmp_path)

    async def submit(button: str) -> None:
        await tab.run(f"document.getElementById('{button}').focus()")
        await press(tab)

    for page in PAGES:
        await tab.open(str(world.server.make_url(page)))
        await look(page)
    await tab.open(str(world.server.make_url(f"{STEPS}/more")))
    await fill(tab, text=" ", tries="0", wait_seconds="x")
    await tab.choose("#keys-0-to", "")
    await tab.choose("#keys-1-key", "9")
    await submit("save")
    assert await tab.run("document.querySelectorAll('[aria-invalid=true]').length") >= 5
    await look("a step with faults")
    await world.menu.desk.save_draft(WRONG, 0, "user:minh")
    await tab.open(str(world.server.make_url(STEPS)))
    assert "Bước root, phím 8:" in await tab.run("document.body.innerText")
    await look("steps with faults")
    await tab.open(str(world.server.make_url(f"{STEPS}/root")))
    kept = await world.menu.view(lambda: world.directory.now).draft()
    assert kept is not None
    await world.menu.desk.save_draft(OTHER.replace("tries = 2", "tries = 4"), kept.revision, "user:minh")
    await fill(tab, tries="5")
    await submit("save")
    assert "Người khác đã sửa trong lúc này" in await tab.run("document.body.innerText")
    await look("a step that another changed")
    look.nothing_wrong()


async def test_by_keys_alone_a_key_leads_elsewhere_is_tried_and_published(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 900)
    await settle(tab, world)
    await tab.open(str(world.server.make_url("/desk/menu")))
    await go_to(tab, STEPS)
    await press(tab)
    await go_to(tab, f"{STEPS}/root")
    await press(tab)
    await go_to(tab, "keys-3-to")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        await tab.press(key)
    assert await tab.run("document.activeElement.value") == "voicemail"
    await go_to(tab, "keys-down-6")
    await tab.press("Enter")
    for _ in range(100):
        if await tab.run("document.getElementById('keys-6-key').value") == "8":
            break
        await tab.run("new Promise(done => setTimeout(done, 50))")
    assert await tab.run("document.getElementById('keys-7-key').value") == "7", "moved in place, nothing is loaded anew"
    assert await tab.run("document.getElementById('keys-3-to').value") == "voicemail"
    await go_to(tab, "save")
    await press(tab)
    assert "Đã lưu bước root" in await tab.run("document.body.innerText")
    assert world.menu.leads("4") == "Agents"
    await go_to(tab, "/desk/menu/try?of=draft")
    await press(tab)
    await go_to(tab, "4")
    await press(tab)
    assert "để lại lời nhắn" in await tab.run("document.getElementById('way').parentElement.innerText")
    await go_to(tab, STEPS)
    await press(tab)
    await tab.run("document.getElementById('note').focus()")
    await tab.type("Phím 4: để lại lời nhắn")
    await go_to(tab, "publish")
    await press(tab)
    assert "Đã ban hành bản 2" in await tab.run("document.body.innerText")
    assert world.menu.leads("4") == "Voicemail"
    assert serious(tab) == []
