"""The menu's text over the API is the same for whoever may change it: a number that is spoken stays, so that nothing is lost when it is
sent back.
"""

from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
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
