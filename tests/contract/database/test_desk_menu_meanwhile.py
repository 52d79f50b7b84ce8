"""The forms of the menu while something else happens: another saves between reading and writing, rewrites what is to be taken away, keeps
what is no TOML; and texts that nobody hears because a recording is there.
"""

import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from hotline1022.service.menu.view import MenuView
from hotline1022.web.menu_wire import MenuDraftBody
from tests.contract.database.desk_world import Shown, World, world
from tests.contract.database.menu_world import SHIPPED
from tests.contract.database.test_desk_menu_steps import GREETING, MORE, ROOT, STEPS, again, draft, save, typed

__all__ = ["world"]

NEW_STEP, NEW_TEXT = "/desk/menu/step-new", "/desk/menu/text-new"
SAID = "Cấp cứu 115, bấm phím 9. Điện thoại viên, phím 0."


@dataclass
class Between:
    """Another keeps a draft between the reading of it and the next keeping, as often as `times` says."""

    view: MenuView
    change: Callable[[str], str]
    times: int = 1

    def __post_init__(self) -> None:
        self.keep: Callable[..., Awaitable[Any]] = self.view.save_draft

    async def __call__(self, wanted: MenuDraftBody, by: str) -> Any:
        if self.times:
            self.times -= 1
            there = await self.view.draft()
            text = self.change(there.text if there else SHIPPED)
            await self.keep(MenuDraftBody(text=text, revision=there.revision if there else 0, base=1, note=""), "minh")
        return await self.keep(wanted, by)


def keys(shown: Shown) -> list[str]:
    return [name for name in typed(shown) if name.endswith("-key")]


def between(world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str], times: int = 1) -> None:
    view = world.ports.menu
    assert isinstance(view, MenuView)
    monkeypatch.setattr(view, "save_draft", Between(view, change, times))


async def test_another_step_saved_in_the_same_moment_is_kept_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.signed_in("admin") as browser:
        between(world, monkeypatch, lambda text: text.replace('4 = "agents:traffic"', '4 = "voicemail"'))
        assert (await save(browser, MORE, tries="6")).goes_to == f"{STEPS}?done=saved&count=more"
        between(world, monkeypatch, lambda text: f"# một\n{text}")
        assert (await save(browser, GREETING, text="Xin kính chào quý vị.")).status == 303
        between(world, monkeypatch, lambda text: f"# hai\n{text}")
        assert (await save(browser, NEW_STEP, name="moi", text=SAID)).goes_to == f"{STEPS}?done=added&count=moi"
        between(world, monkeypatch, lambda text: f"# ba\n{text}")
        assert (await save(browser, NEW_TEXT, name="lich", text="Thứ Năm.")).status == 303
        text = await draft(world)
        now = tomllib.loads(text)
        assert now["menus"]["root"]["keys"]["4"] == "voicemail" and now["menus"]["more"]["tries"] == 6
        assert now["prompts"]["greeting"] == "Xin kính chào quý vị." and text.startswith("# ba\n# hai\n# một\n")
        assert now["menus"]["moi"] and now["information"]["lich"]


async def test_the_same_step_saved_in_the_same_moment_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.signed_in("admin") as browser:
        between(world, monkeypatch, lambda text: text.replace("[menus.more]\n", '[menus.more]\nafter = "voicemail"\n'))
        late = await save(browser, MORE, tries="6")
        assert late.status == 409 and "Người khác vừa sửa chỗ này" in late.text
        assert "nay là “Để lại lời nhắn”" in late.text and typed(late)["tries"] == "6"
        between(world, monkeypatch, lambda text: f"# x\n{text}", times=5)
        late = await again(browser, MORE, late)
        assert late.status == 409 and "vừa lưu bản nháp" in late.text, "once more, not for ever"


async def test_what_another_rewrote_is_not_taken_away(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        step, text = f"{STEPS}/moi", "/desk/menu/spoken/information.lich"
        await save(one, NEW_STEP, name="moi", text=SAID)
        await save(one, NEW_TEXT, name="lich", text="Thứ Năm.")
        for page, said in ((step, f"{SAID} Nghe lại, phím thăng."), (text, "Thứ Sáu.")):
            mine = await one.get(page)
            assert (await save(two, page, text=said)).status == 303
            late = await one.post(f"{page}/remove", mine.forms.fields[f"{page}/remove"])
            assert late.status == 409 and "Người khác vừa sửa chỗ này" in late.text
            assert typed(late)["text"] == said and said in await draft(world)
            seen = await one.post(f"{page}/remove", late.forms.fields[f"{page}/remove"])
            assert seen.status == 303, "who has seen it may"
        assert await draft(world) == SHIPPED


async def test_buttons_of_rows_work_while_the_draft_is_no_toml(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = await browser.get(ROOT)
        for odd in ("root =", "x = " + "1" * 5000, "x = " + "[" * 3000 + "]" * 3000):
            kept = await browser.send("/desk/menu/draft", "/desk/menu/draft", text=odd, act="save")
            assert kept.status < 400, kept.text
            shown = await browser.post(f"{ROOT}/rows", {**typed(page), "do": "keys-drop-0"})
            assert shown.status == 200 and len(keys(shown)) == len(keys(page)) - 1
            assert (await browser.get("/desk/menu/draft")).status == 200
            assert (await browser.get(ROOT)).status == 400
            late = await again(browser, ROOT, page, text="Đã viết")
            assert late.status == 400 and typed(late)["text"] == "Đã viết"


async def test_a_text_that_a_recording_hides_is_told(world: World, tmp_path: Path) -> None:
    studio = world.menu.studio = tmp_path / "studio"
    studio.mkdir()
    for key in ("menu-more", "greeting", "queue-thankyou"):
        (studio / f"{key}.wav").write_bytes(b"x")
    async with world.signed_in("admin") as browser:
        for page, there in ((MORE, "menu-more.wav"), (GREETING, "greeting.wav"), (ROOT, "")):
            shown = unescape((await browser.get(page)).text)
            assert (f"có bản thu âm riêng ({there})" in shown) == bool(there)
            assert ("có bản thu âm riêng" in shown) == bool(there)
        await save(browser, ROOT, tries="4")
        assert "có bản thu âm" not in (await browser.get(STEPS)).text, "its text is the one that was recorded"
        await save(browser, MORE, text=SAID)
        await save(browser, ROOT, text=SAID)
        await save(browser, GREETING, text="Kính chào.")
        await save(browser, "/desk/menu/spoken/sounds.queue-thankyou", text="Cảm ơn.")
        told = unescape((await browser.get(STEPS)).text)
        for key in ("menu-more", "greeting", "queue-thankyou"):
            assert f"Lời thoại {key} có bản thu âm riêng: người gọi vẫn nghe bản thu âm đó" in told
        assert told.count("có bản thu âm riêng") == 3
        view = world.ports.menu
        found = [one for one in (await view.check(await draft(world))).warnings if "has a recording" in one.text]
        assert {one.at for one in found} == {"menus.more.text", "prompts.greeting", "sounds.queue-thankyou"}
        lines = (await draft(world)).splitlines()
        assert all(one.line and lines[one.line - 1].startswith(one.at.rpartition(".")[2]) for one in found)
