"""Categories and agencies that only the directory has get their own sound, in the menu's words, and are told by it once it is there."""

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
from hotline1022.ivr.model import Agency, Category, Fixed, MenuTree, about_texts, agency_texts
from hotline1022.ivr.prompt_jobs import SOUNDS, further_jobs
from hotline1022.ivr.prompts import Further, build, build_further
from hotline1022.service.directory import sounds as directory_sounds
from hotline1022.service.directory.sounds import DirectorySounds
from tests.lab.waiting import until
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
OFFICE = {"ubnd-phu-my": "Ủy ban nhân dân phường Phú Mỹ"}
#: the prompts of all of them
MORE = about_texts(MENU.prompts, NAMES) | agency_texts(OFFICE)


def own(folder: Path, key: str) -> Path:
    return folder / SOUNDS / "hl1022" / f"{key}.wav"


def test_its_name_is_said_as_those_of_the_menu_are() -> None:
    found = further_jobs(MENU, MORE, None)
    who = MENU.prompts[Fixed.CASCADE_ABOUT].replace("1022", MENU.pronounce["1022"])
    assert found["about-cap-dien"].spoken.startswith(f"{who} {MENU.prompts[Fixed.CASCADE_FIELD]} Cấp điện. ")
    assert found["about-cap-nuoc"].spoken.startswith(f"{who} lĩnh vực cấp nước. "), "the word is not said twice"
    assert found["about-cap-dien"].name == f"{SOUNDS}/hl1022/about-cap-dien"
    own_name = about_texts(MENU.prompts, {one.id: one.name for one in MENU.categories})
    assert further_jobs(MENU, own_name, None)["about-construction"].spoken == found["about-cap-dien"].spoken.replace(
        "Cấp điện", next(one.name for one in MENU.categories if one.id == "construction")
    )
    assert found["agency-ubnd-phu-my"].spoken == "Ủy ban nhân dân phường Phú Mỹ."
    assert about_texts({}, NAMES) == {}, "a menu without the words for it"


def test_each_gets_a_file_once_and_a_studio_recording_wins(tmp_path: Path) -> None:
    folder, studio = tmp_path / "prompts", tmp_path / "studio"
    first = build_further(WORDS, MORE, folder, None, find_espeak())
    assert first == Further(ready=frozenset(MORE), made=3, failed=())
    before = {key: own(folder, key).read_bytes() for key in MORE}
    assert all(own(folder, key).with_suffix(".alaw").stat().st_size > 8_000 for key in MORE), "more than a second"
    with prompt_files.alone(folder):
        again = build_further(WORDS, MORE, folder, None, None)
    assert again == replace(first, made=0), "nothing is made twice, and nobody is waited for"
    studio.mkdir()
    spoken_in_studio = {"about-cap-dien", "agency-ubnd-phu-my"}
    for key in spoken_in_studio:
        with wave.open(str(studio / f"{key}.wav"), "wb") as file:
            file.setparams((1, 2, 8_000, 0, "NONE", ""))
            file.writeframes(audio.tone(440, 2.0))
    assert build_further(WORDS, MORE, folder, studio, None).made == 2
    after = {key: own(folder, key).read_bytes() for key in MORE}
    assert {key for key in MORE if after[key] != before[key]} == spoken_in_studio
    built = build(WORDS, folder, studio, find_espeak())
    assert (built.removed, built.warnings) == (0, ()), (
        "the menu's own build takes neither files nor recordings for strange"
    )
    assert build_further(WORDS, MORE, folder, studio, None).made == 0
    both = replace(
        WORDS,
        categories=(Category(id="cap-dien", name=NAMES["cap-dien"], agency="", goes_to="agents"),),
        agencies=(Agency(id="ubnd-phu-my", name=OFFICE["ubnd-phu-my"]),),
    )
    assert build(both, folder, studio, None).made == 0, "nor a second time where the menu has them as well"


def test_another_name_is_said_anew_and_one_that_cannot_be_said_stops_no_other(tmp_path: Path) -> None:
    build_further(WORDS, MORE, tmp_path, None, find_espeak())
    before = own(tmp_path, "agency-ubnd-phu-my").read_bytes()
    (tmp_path / "about-cap-dien.wav").write_bytes(b"no sound")
    other = {**MORE, "agency-ubnd-phu-my": "Ủy ban nhân dân phường Phú Lợi."}
    found = build_further(WORDS, other, tmp_path, tmp_path, find_espeak())
    assert (found.ready, found.made) == (frozenset({"about-cap-nuoc", "agency-ubnd-phu-my"}), 1)
    assert own(tmp_path, "agency-ubnd-phu-my").read_bytes() != before
    assert len(found.failed) == 1 and found.failed[0].startswith("about-cap-dien: ")
    assert build_further(WORDS, {"x": "Mới"}, tmp_path, None, None).failed[0].startswith("x: ")


# ---------------------------------------------------------------- in the service


class Voice:
    """Speaks what it is asked for, but for those in `mute`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.mute: set[str] = set()
        self.broken: Exception | None = None

    def __call__(self, menu: MenuTree, more: Mapping[str, str]) -> Further:
        self.asked.append(dict(more))
        if self.broken:
            raise self.broken
        ready = frozenset(more) - self.mute
        return Further(ready=ready, made=len(ready), failed=tuple(f"{key}: mute" for key in sorted(self.mute)))


def with_category(directory: Directory, name: str = "Cấp điện", version: int = 2) -> Directory:
    new = replace(directory.categories["construction"], id="cap-dien", name=name)
    return replace(put(directory, [new]), version=version)


def with_agency(directory: Directory, version: int = 2, **more: object) -> Directory:
    new = replace(directory.agencies["so-xay-dung"], id="so-moi", name="Sở mới", code=None, successor=None, **more)  # type: ignore[arg-type]
    return replace(put(directory, [new]), version=version)


def sounds_of(desk: Desk, voice: Voice) -> DirectorySounds:
    return DirectorySounds(desk, lambda: MENU, voice, lambda: NOW)  # type: ignore[arg-type]


async def test_it_is_announced_in_general_words_until_its_sound_is_there() -> None:
    desk, voice = Desk(shipped()), Voice()
    sounds = sounds_of(desk, voice)
    assert (sounds.about("construction"), sounds.about(""), sounds.about("cap-dien")) == (
        "about-construction",
        "about",
        "about",
    )
    assert await sounds.look()
    (before,) = voice.asked
    assert not {f"about-{one.id}" for one in MENU.categories} & before.keys(), "those of the menu are there already"
    desk.now = with_category(desk.now)
    assert sounds.about("cap-dien") == "about"
    assert await sounds.look() and await sounds.look()
    assert voice.asked[1:] == [before | about_texts(MENU.prompts, {"cap-dien": "Cấp điện"})], "once"
    assert sounds.about("cap-dien") == "about-cap-dien"
    voice.mute = {"about-cap-dien"}
    desk.now = with_category(desk.now, "Cấp điện, nước", 3)
    assert not await sounds.look()
    assert sounds.about("cap-dien") == "about", "rather none than another name"
    voice.mute = set()
    assert await sounds.look() and sounds.about("cap-dien") == "about-cap-dien"
    sounds.again()
    assert await sounds.look() and len(voice.asked) == 5, "after a reload the studio is looked at again"
    desk.now = end(desk.now, What.CATEGORY, "cap-dien", date(2026, 11, 24))
    assert await sounds.look() and sounds.about("cap-dien") == "about"


async def test_every_agency_that_a_ticket_can_have_is_named_also_one_that_has_ended() -> None:
    desk, voice = Desk(shipped()), Voice()
    sounds = sounds_of(desk, voice)
    own = {one.id for one in desk.now.agencies.values()} - {one.id for one in MENU.agencies}
    assert len(own) >= 20
    assert {sounds.agency(id) for id in own} == {"ticket-agency-other"}
    assert sounds.agency("so-xay-dung") == "agency-so-xay-dung", "the menu's are there before the start"
    assert await sounds.look()
    assert {id: sounds.agency(id) for id in own} == {id: f"agency-{id}" for id in own}
    assert sounds.agency("nobody") == sounds.agency("") == "ticket-agency-other"
    desk.now = with_agency(desk.now, valid_to=date(2026, 7, 1))
    assert sounds.agency("so-moi") == "ticket-agency-other"
    assert await sounds.look() and sounds.agency("so-moi") == "agency-so-moi"
    assert voice.asked[-1]["agency-so-moi"] == "Sở mới."
    voice.mute = {"agency-so-moi"}
    desk.now = replace(put(desk.now, [replace(desk.now.agencies["so-moi"], name="Sở khác")]), version=3)
    assert not await sounds.look() and sounds.agency("so-moi") == "ticket-agency-other"


async def test_while_nothing_can_be_spoken_it_goes_on_and_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(directory_sounds, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(directory_sounds, "RETRY_SECONDS", 0.01)
    desk, voice = Desk(with_category(shipped())), Voice()
    sounds = DirectorySounds(desk, lambda: MENU, voice, lambda: NOW + timedelta(days=1))  # type: ignore[arg-type]
    voice.broken = ConfigError("espeak-ng is missing")
    running = asyncio.create_task(sounds.run())
    try:
        await until(lambda: len(voice.asked) >= 3)
        assert sounds.about("cap-dien") == "about" and caplog.text.count("in general words") == 1
        voice.broken = OSError(28, "No space left on device")
        await until(lambda: caplog.text.count("in general words") == 2)
        voice.broken = None
        await until(lambda: sounds.about("cap-dien") == "about-cap-dien")
    finally:
        running.cancel()
        await asyncio.wait([running])
