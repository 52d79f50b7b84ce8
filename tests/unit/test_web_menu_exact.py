"""The menu's text over the API is the same for whoever may change it: a number that is spoken stays, and a tab, so that nothing is lost when
it is sent back.
"""

from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.core.texts import tidy
from hotline1022.ivr.load import shipped
from hotline1022.ivr.menu_edit import steps_of
from hotline1022.service.menu.file import read
from hotline1022.web.menu_wire import MenuDraftBody
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.menu_memory import TEXT, MemoryMenu
from tests.unit.test_web_sessions import ask
from tests.unit.web_memory import open_house

SAID = "Văn phòng: 02363881888."
SPOKEN = TEXT.replace("Cấp cứu 115, bấm phím 9.", f"{SAID} Cấp cứu 115, bấm phím 9.", 1)
GREETING = {"kind": "prompts", "id": "no-input", "text": "Quý vị chưa bấm phím."}


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/api/menu", None),
        ("GET", "/api/menu/versions/1", None),
        ("POST", "/api/menu/draft", {"text": SPOKEN, "revision": 0}),
        ("POST", "/api/menu/check", {"text": SPOKEN}),
        ("POST", "/api/menu/steps", {"text": SPOKEN}),
        ("POST", "/api/menu/change", {"text": SPOKEN, "spoken": GREETING}),
        ("POST", "/api/menu/try", {"keys": []}),
    ],
)
async def test_who_may_not_see_numbers_of_citizens_reads_the_text_as_it_is(
    tmp_path: Path, method: str, path: str, sent: dict[str, Any] | None
) -> None:
    assert SAID in SPOKEN
    async with open_house(tmp_path) as house:
        menu = house.ports.menu
        assert isinstance(menu, MemoryMenu) and isinstance(house.ports.door, MemoryDoor)
        menu.texts[1] = SPOKEN
        menu.tree = read(SPOKEN)
        if method == "GET":
            await menu.save_draft(MenuDraftBody(text=SPOKEN, revision=0, base=1, note=""), "user:lan")
        cookie = house.ports.door.let_in("writer", frozenset({Permission.MENU, Permission.LOOK}), NOW)
        given: Any = {"json": sent} if sent else {}
        status, told = await ask(house, method, path, cookie, **given)
        assert status == 200 and SAID in str(told), told


#: a menu as an editor with tabs writes it: between values and remarks, in what is spoken, in a word that is spoken otherwise
TABBED = (
    SPOKEN.replace('root = "root"\n', 'root = "root"\t# the first\n', 1)
    .replace('"389/BD" =', '"389\tBD"\t=', 1)
    .replace("Giao thông, bấm phím 4.", "Giao thông,\tbấm phím 4.", 1)
)
TOLD = '[information.tabbed]\ntext = "Giờ làm việc:\\tsáng và chiều."\n'


async def test_what_was_read_is_the_same_when_it_is_sent_back_tabs_too(tmp_path: Path) -> None:
    assert TABBED.count("\t") == 4 and "389\tBD" in read(TABBED).pronounce
    async with open_house(tmp_path) as house:
        menu = house.ports.menu
        assert isinstance(menu, MemoryMenu) and isinstance(house.ports.door, MemoryDoor)
        text = menu.texts[1] = f"{TABBED}\n{TOLD}"
        cookie = house.ports.door.let_in("writer", frozenset({Permission.MENU, Permission.LOOK}), NOW)
        _, told = await ask(house, "GET", "/api/menu/versions/1", cookie)
        assert told["text"] == text
        status, kept = await ask(house, "POST", "/api/menu/draft", cookie, json={"text": told["text"], "revision": 0})
        assert (status, kept["text"]) == (200, text)
        sent = {"text": told["text"], "seen": 1}
        status, _ = await ask(house, "POST", "/api/menu", cookie, json=sent)
        assert status == 200 and menu.texts[2] == text and menu.tree == read(text)
        _, walked = await ask(house, "POST", "/api/menu/try", cookie, json={"text": told["text"], "keys": []})
        assert walked["open"]


async def test_a_part_that_was_read_changes_nothing_when_it_is_sent_back_tabs_too(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.door, MemoryDoor)
        cookie = house.ports.door.let_in("writer", frozenset({Permission.MENU, Permission.LOOK}), NOW)
        text = f"{TABBED}\n{TOLD}"
        _, parts = await ask(house, "POST", "/api/menu/steps", cookie, json={"text": text})
        step = next(one for one in parts["steps"] if one["id"] == "root")
        (tabbed,) = [one for one in parts["information"] if one["id"] == "tabbed"]
        spoken = {"kind": "information", "id": "tabbed", "text": tabbed["text"]}
        assert "\t" in step["text"] and "\t" in spoken["text"]
        for change in ({"step": step}, {"spoken": spoken}):
            status, changed = await ask(house, "POST", "/api/menu/change", cookie, json={"text": text} | change)
            assert (status, changed["text"]) == (200, text)
        other = spoken | {"text": "Buổi sáng:\t7 giờ."}
        _, changed = await ask(house, "POST", "/api/menu/change", cookie, json={"text": text, "spoken": other})
        assert read(changed["text"]).information["tabbed"] == "Buổi sáng: 7 giờ." and not changed["problems"]
        assert steps_of(changed["text"], shipped()).information[-1].text == other["text"]


def test_elsewhere_a_tab_is_a_blank_and_on_one_line_none_is_taken() -> None:
    assert tidy("một\thai\nba", lines=True) == "một hai\nba"
    assert tidy("một\thai\r\nba", lines=True, tabs=True) == "một\thai\nba"
    assert tidy("một\thai") is None and tidy("một\x00hai", lines=True, tabs=True) is None
