"""A menu that an earlier release let pass and this one refuses: callers keep it after the upgrade, its page says what to change, and what is
checked or published from then on may not have it.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.db.unit import Database
from hotline1022.ivr.load import load
from hotline1022.ivr.numbers import number_sounds
from hotline1022.ivr.prompt_jobs import SOUNDS, jobs
from hotline1022.service.menu.desk import MenuDesk
from hotline1022.service.menu.file import COPY, file_text, in_force
from hotline1022.web.menu_wire import TryBody
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.made import T0
from tests.contract.database.menu_world import OTHER, SHIPPED, THIRD, MenuHouse, begun

SOUND = '"hl1022/greeting" = "Xin chào quý vị."'
#: sounds that would take the place of a prompt's and of a number's; key 4 leads to the voicemail
OLD = OTHER.replace("[sounds]\n", f'[sounds]\n{SOUND}\n"digits/1" = "một mình"\n', 1)
LINE = OLD[: OLD.index(SOUND)].count("\n") + 1
#: nobody asks the directory here
NOWHERE: Any = None
SAID = "hl1022/greeting may be the name of a text that the menu makes itself; choose another name"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> MenuHouse:
    made = MenuHouse(database, tmp_path, lambda: T0)
    await begun(made.desk)
    return made


async def published(desk: MenuDesk, text: str) -> None:
    """As an earlier release put it in force."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotline1022.ivr.check._OWN_FOLDERS", ())
        newest = desk.version.number if desk.version else 0
        await desk.publish(text, seen=newest, by="user:lan")


@pytest.mark.parametrize("copy", [True, False], ids=["with its copy", "without"])
async def test_what_was_published_is_in_force_after_the_upgrade(house: MenuHouse, copy: bool) -> None:
    await published(house.desk, OLD)
    if not copy:
        (house.folder / COPY).unlink()
    desk = house.again()
    assert house.leads("4") == ("Voicemail" if copy else "Agents")
    await begun(desk)
    assert house.leads("4") == "Voicemail" and desk.trouble == "" and house.bell.rung == []
    assert (house.folder / COPY).read_text(encoding="utf-8") == OLD
    now = await house.view(NOWHERE).now()
    first, _ = now.outdated
    assert (first.line, first.text) == (LINE, SAID)
    assert now.trouble == ""
    spoken = jobs(house.tree, None)
    assert spoken[f"{SOUNDS}/hl1022/greeting"].spoken == "Xin chào quý vị.", "what they heard before"
    assert spoken[f"{SOUNDS}/digits/1"].spoken == number_sounds()["digits/1"]


async def test_what_another_process_published_before_is_taken_over(house: MenuHouse, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = MenuHouse(house.database, tmp_path / "other", lambda: T0)
    await begun(other.desk)
    await published(other.desk, OLD)
    await house.desk.look()
    assert house.leads("4") == "Voicemail" and house.desk.trouble == ""


async def test_the_next_one_may_not_have_it(house: MenuHouse) -> None:
    await published(house.desk, OLD)
    desk = house.again()
    await begun(desk)
    view = house.view(NOWHERE)
    found = await view.check(OLD)
    assert (found.problems[0].line, found.problems[0].text) == (LINE, SAID)
    for text in (OLD.replace("bấm phím 8", "xin bấm phím 8"), OLD.replace('"digits/1"', '"digits/2"')):
        with pytest.raises(Invalid) as caught:
            await desk.publish(text, seen=2, by="user:lan")
        assert caught.value.error_id == "menu-invalid" and f"menu:{LINE}: {SAID}" in str(caught.value)
    walked = await view.walk(TryBody(version=2, keys=("4",)))
    assert walked.steps[-1].place == "voicemail", "what callers hear can be tried"
    with pytest.raises(Invalid):
        await view.walk(TryBody(text=OLD, keys=("4",)))
    await desk.publish(THIRD, seen=2, by="user:lan")
    assert (await view.now()).outdated == ()
    with pytest.raises(Invalid):
        await desk.publish(OLD, seen=3, by="user:lan", again=2)


async def test_the_settings_file_is_in_force_after_the_upgrade(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "menu.toml"
    file.write_text(OLD, encoding="utf-8")
    house = MenuHouse(database, tmp_path, lambda: T0, file=file)
    assert house.leads("4") == "Voicemail"
    await begun(house.desk)
    assert house.leads("4") == "Voicemail" and house.desk.trouble == "" and house.desk.file_leads
    (first, second) = (await house.view(NOWHERE).now()).outdated
    assert (first.line, first.text) == (LINE, SAID) and "digits/1" in second.text
    with pytest.raises(ConfigError) as caught:  # as a reload and `config check` read it
        load(file)
    assert caught.value.error_id == "menu-invalid" and f"{file}:{LINE}: {SAID}" in str(caught.value)
    assert file_text(house.settings) == OLD


async def test_what_is_no_menu_at_all_is_none_in_force_either(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "menu.toml"
    file.write_text(OLD.replace('8 = "menu:more"', '8 = "menu:mor"'), encoding="utf-8")
    house = MenuHouse(database, tmp_path, lambda: T0)
    with pytest.raises(ConfigError, match="there is no menu mor"):
        in_force(replace(house.settings, paths=replace(house.settings.paths, menu=file)))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path) as made:
        yield made


async def test_the_page_of_the_menu_says_what_to_change(world: World) -> None:
    async with world.signed_in("admin") as browser:
        assert "alert-warning" not in (await browser.get("/desk/menu")).text
        await published(world.menu.desk, OLD)
        world.menu.tree = in_force(world.menu.settings)  # the upgrade: it is read anew
        shown = await browser.get("/desk/menu")
        assert "lần ban hành sau không nhận" in shown.text and f"Dòng {LINE}:" in shown.text
        assert "hl1022/greeting có thể trùng tên lời thoại" in shown.text
        draft = await browser.get("/desk/menu/draft")
        assert f"Dòng {LINE}:" in draft.text and "hl1022/greeting có thể trùng tên" in draft.text
        hidden = draft.forms.fields["/desk/menu/draft"]
        refused = await browser.post("/desk/menu/publish", {**hidden, "text": OLD + "# mới\n", "note": ""})
        assert refused.status == 400 and f"Dòng {LINE}:" in refused.text
        assert world.menu.leads("4") == "Voicemail"
        done = await browser.post("/desk/menu/publish", {**hidden, "text": THIRD, "note": ""})
        assert done.status == 303
        assert "alert-warning" not in (await browser.get("/desk/menu")).text
    assert SHIPPED.count("[sounds]") == 1
