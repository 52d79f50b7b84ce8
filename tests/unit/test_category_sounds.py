"""Categories that only the directory has get their own sound, in the menu's words, and are announced by it once it is there."""

import asyncio
import wave
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.directory.edit import end, put
from hotline1022.directory.types import Directory, What
from hotline1022.ivr import audio, prompt_files
from hotline1022.ivr.espeak import find_espeak
from hotline1022.ivr.load import shipped as shipped_menu
from hotline1022.ivr.model import Category, Fixed, MenuTree
from hotline1022.ivr.prompt_jobs import SOUNDS, category_jobs
from hotline1022.ivr.prompts import Categories, build, build_categories
from hotline1022.service import category_sounds
from hotline1022.service.category_sounds import CategorySounds
from tests.lab.scripted import until
from tests.unit.cascade_house import NOW
from tests.unit.directory_memory import shipped
from tests.unit.test_plan_keeper import Desk

MENU = shipped_menu()
#: nothing but what a category's sound is put together from
WORDS = replace(
    MENU,
    menus={},
    information={},
    agencies=(),
    categories=(),
    sounds={},
    prompts={key: MENU.prompts[key] for key in (Fixed.CASCADE_ABOUT, Fixed.CASCADE_FIELD, Fixed.CASCADE_PRESS)},
)
NAMES = {"cap-dien": "Cấp điện", "cap-nuoc": "lĩnh vực cấp nước"}


def own(folder: Path, id: str) -> Path:
    return folder / SOUNDS / "hl1022" / f"about-{id}.wav"


def test_its_name_is_said_as_those_of_the_menu_are() -> None:
    found = category_jobs(MENU, NAMES, None)
    who = MENU.prompts[Fixed.CASCADE_ABOUT].replace("1022", MENU.pronounce["1022"])
    assert found["cap-dien"].spoken.startswith(f"{who} {MENU.prompts[Fixed.CASCADE_FIELD]} Cấp điện. ")
    assert found["cap-nuoc"].spoken.startswith(f"{who} lĩnh vực cấp nước. "), "the word is not said twice"
    assert found["cap-dien"].name == f"{SOUNDS}/hl1022/about-cap-dien"
    own_name = {one.id: one.name for one in MENU.categories}
    assert category_jobs(MENU, own_name, None)["construction"].spoken == found["cap-dien"].spoken.replace(
        "Cấp điện", own_name["construction"]
    )
    assert category_jobs(replace(MENU, prompts={}), NAMES, None) == {}, "a menu without the words for it"


def test_each_gets_a_file_once_and_a_studio_recording_wins(tmp_path: Path) -> None:
    folder, studio = tmp_path / "prompts", tmp_path / "studio"
    first = build_categories(WORDS, NAMES, folder, None, find_espeak())
    assert first == Categories(ready=frozenset(NAMES), made=2, failed=())
    before = {id: own(folder, id).read_bytes() for id in NAMES}
    assert all(own(folder, id).with_suffix(".alaw").stat().st_size > 8_000 for id in NAMES), "more than a second"
    with prompt_files.alone(folder):
        again = build_categories(WORDS, NAMES, folder, None, None)
    assert again == replace(first, made=0), "nothing is made twice, and nobody is waited for"
    studio.mkdir()
    with wave.open(str(studio / "about-cap-dien.wav"), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(audio.tone(440, 2.0))
    assert build_categories(WORDS, NAMES, folder, studio, None).made == 1
    after = {id: own(folder, id).read_bytes() for id in NAMES}
    assert after["cap-dien"] != before["cap-dien"] and after["cap-nuoc"] == before["cap-nuoc"]
    built = build(WORDS, folder, studio, find_espeak())
    assert (built.removed, built.warnings) == (0, ()), (
        "the menu's own build takes neither files nor recordings for strange"
    )
    assert build_categories(WORDS, NAMES, folder, studio, None).made == 0
    assert build(replace(WORDS, categories=(in_menu("cap-dien"),)), folder, studio, None).made == 0, "nor a second time"


def in_menu(id: str) -> Category:
    """The category, in the menu as well."""
    return Category(id=id, name=NAMES[id], agency="", goes_to="agents")


def test_another_name_is_said_anew_and_one_that_cannot_be_said_stops_no_other(tmp_path: Path) -> None:
    build_categories(WORDS, NAMES, tmp_path, None, find_espeak())
    before = own(tmp_path, "cap-nuoc").read_bytes()
    (tmp_path / "about-cap-dien.wav").write_bytes(b"no sound")
    other = {**NAMES, "cap-nuoc": "Cấp nước sạch"}
    found = build_categories(WORDS, other, tmp_path, tmp_path, find_espeak())
    assert (found.ready, found.made) == (frozenset({"cap-nuoc"}), 1) and own(
        tmp_path, "cap-nuoc"
    ).read_bytes() != before
    assert len(found.failed) == 1 and found.failed[0].startswith("cap-dien: ")
    assert build_categories(WORDS, {"x": "Mới"}, tmp_path, None, None).failed[0].startswith("x: ")


# ---------------------------------------------------------------- in the service


class Voice:
    """Speaks what it is asked for, but for those in `mute`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.mute: set[str] = set()
        self.broken: Exception | None = None

    def __call__(self, menu: MenuTree, names: Mapping[str, str]) -> Categories:
        self.asked.append(dict(names))
        if self.broken:
            raise self.broken
        ready = frozenset(names) - self.mute
        return Categories(ready=ready, made=len(ready), failed=tuple(f"{id}: mute" for id in sorted(self.mute)))


def with_category(directory: Directory, name: str = "Cấp điện", version: int = 2) -> Directory:
    new = replace(directory.categories["construction"], id="cap-dien", name=name)
    return replace(put(directory, [new]), version=version)


async def test_it_is_announced_in_general_words_until_its_sound_is_there() -> None:
    desk, voice = Desk(shipped()), Voice()
    only_here = {one.id: one.name for one in desk.now.categories.values()}
    only_here = {id: name for id, name in only_here.items() if id not in {one.id for one in MENU.categories}}
    sounds = CategorySounds(desk, lambda: MENU, voice, lambda: NOW)  # type: ignore[arg-type]
    assert (sounds.prompt("construction"), sounds.prompt(""), sounds.prompt("cap-dien")) == (
        "about-construction",
        "about",
        "about",
    )
    desk.now = with_category(desk.now)
    assert sounds.prompt("cap-dien") == "about"
    assert await sounds.look() and await sounds.look()
    assert voice.asked == [{**only_here, "cap-dien": "Cấp điện"}], "once; those of the menu are there already"
    assert sounds.prompt("cap-dien") == "about-cap-dien"
    voice.mute = {"cap-dien"}
    desk.now = with_category(desk.now, "Cấp điện, nước", 3)
    assert not await sounds.look()
    assert sounds.prompt("cap-dien") == "about", "rather none than another name"
    voice.mute = set()
    assert await sounds.look() and sounds.prompt("cap-dien") == "about-cap-dien"
    sounds.again()
    assert await sounds.look() and len(voice.asked) == 4, "after a reload the studio is looked at again"
    desk.now = end(desk.now, What.CATEGORY, "cap-dien", date(2026, 11, 24))
    assert await sounds.look() and sounds.prompt("cap-dien") == "about"


async def test_while_nothing_can_be_spoken_it_goes_on_and_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(category_sounds, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(category_sounds, "RETRY_SECONDS", 0.01)
    desk, voice = Desk(with_category(shipped())), Voice()
    sounds = CategorySounds(desk, lambda: MENU, voice, lambda: NOW + timedelta(days=1))  # type: ignore[arg-type]
    voice.broken = ConfigError("espeak-ng is missing")
    running = asyncio.create_task(sounds.run())
    try:
        await until(lambda: len(voice.asked) >= 3)
        assert sounds.prompt("cap-dien") == "about" and caplog.text.count("in general words") == 1
        voice.broken = OSError(28, "No space left on device")
        await until(lambda: caplog.text.count("in general words") == 2)
        voice.broken = None
        await until(lambda: sounds.prompt("cap-dien") == "about-cap-dien")
    finally:
        running.cancel()
        await asyncio.wait([running])
