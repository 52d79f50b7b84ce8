"""Programs read a menu's text as its steps and change one of them, over the API: what comes back is the text, nothing is kept."""

from pathlib import Path
from typing import Any

import pytest

from hotline1022.service.menu.desk import written
from hotline1022.web.menu_edit_wire import MenuChangeBody
from tests.unit.menu_memory import TEXT, MemoryMenu
from tests.unit.web_memory import open_house

GREETING = {"kind": "prompts", "id": "greeting", "text": "Kính chào quý vị."}
KEYS = [{"key": "9", "target": "emergency"}]
STEP = {"id": "moi", "text": "Cấp cứu 115, phím 9.", "keys": KEYS}


async def test_a_text_is_read_as_its_steps_and_comes_back_changed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, parts = await house.ask("POST", "/api/menu/steps", "admin", json={"text": TEXT})
        assert status == 200 and parts["root"] == "root"
        root = next(one for one in parts["steps"] if one["id"] == "root")
        assert root["tries"] == 2 and root["keys"][3] == {"key": "4", "target": "agents:traffic"}
        assert {"id": "traffic", "name": "Giao thông"} in parts["categories"]
        assert {"id": "other", "text": "x", "own": True}.keys() == parts["prompts"][0].keys()
        root["keys"][3]["target"] = "voicemail"
        status, changed = await house.ask("POST", "/api/menu/change", "admin", json={"text": TEXT, "step": root})
        assert status == 200 and changed["problems"] == []
        assert changed["text"] == TEXT.replace('4 = "agents:traffic"', '4 = "voicemail"')
        status, now = await house.ask("GET", "/api/menu", "admin")
        assert now["draft"] is None and now["version"]["number"] == 1


async def test_what_is_wrong_then_is_told_with_its_place(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, changed = await house.ask("POST", "/api/menu/change", "admin", json={"text": TEXT, "step": STEP})
        assert status == 200 and [one["at"] for one in changed["problems"]] == ["menus.moi"]
        assert "no way out to an agent" in changed["problems"][0]["text"]
        line = changed["problems"][0]["line"]
        assert changed["text"].splitlines()[line - 1] == "[menus.moi]"


@pytest.mark.parametrize(
    ("sent", "status", "error_id"),
    [
        ({}, 400, "menu-change-which"),
        ({"spoken": GREETING, "root": "more"}, 400, "menu-change-which"),
        ({"drop_step": "more"}, 409, "menu-step-used"),
        ({"drop_step": "root"}, 409, "menu-step-first"),
        ({"drop_step": "none"}, 404, "menu-step-unknown"),
        ({"drop_information": "look-up"}, 409, "menu-step-used"),
        ({"root": "none"}, 404, "menu-step-unknown"),
        ({"text": "root =", "root": "more"}, 400, "menu-not-toml"),
        ({"text": 'root = "a"\nmenus = {a = {text = "x"}}', "step": STEP | {"id": "a"}}, 400, "menu-form-unfit"),
        ({"step": STEP | {"keys": KEYS * 2}}, 400, "menu-key-twice"),
        ({"text": TEXT + "#" * (24_990 - len(TEXT)), "step": STEP}, 400, "menu-long"),
    ],
)
async def test_what_cannot_be_done_is_said(tmp_path: Path, sent: dict[str, Any], status: int, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        told = await house.ask("POST", "/api/menu/change", "admin", json={"text": TEXT} | sent)
        assert (told[0], told[1]["error_id"]) == (status, error_id), told


@pytest.mark.parametrize("odd", ["tries = " + "1" * 5000, "x = " + "[" * 3000 + "]" * 3000])
async def test_an_odd_draft_is_no_toml_and_breaks_nothing(tmp_path: Path, odd: str) -> None:
    async with open_house(tmp_path) as house:
        for path in ("/api/menu/steps", "/api/menu/change"):
            sent = {"text": f"{odd}\n{TEXT}"} | ({"root": "more"} if path.endswith("change") else {})
            status, told = await house.ask("POST", path, "admin", json=sent)
            assert (status, told["error_id"]) == (400, "menu-not-toml"), told
        status, told = await house.ask("POST", "/api/menu/check", "admin", json={"text": f"{odd}\n{TEXT}"})
        assert status == 200 and "this is not TOML" in told["problems"][0]["text"], told


async def test_a_mark_of_the_order_of_bytes_is_dropped(tmp_path: Path) -> None:
    assert written(f"\ufeff{TEXT}") == written(f"\ufeff\r\n{TEXT}") == TEXT
    async with open_house(tmp_path) as house:
        assert isinstance(house.ports.menu, MemoryMenu)
        house.ports.menu.texts[1] = f"\ufeff{TEXT}"  # a settings' file that an editor saved so
        text = (await house.ports.menu.version(1)).text
        assert (await house.ports.menu.steps(text)).root == "root"
        assert (await house.ports.menu.change(MenuChangeBody(text=text, root="more"))).text.startswith(TEXT[:40])
