"""Every sound of the shipped menu, really spoken and measured; and what is made anew when something changes."""

import audioop
import json
import math
import os
import shutil
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.ivr import audio, music, prompt_files, prompt_jobs, prompts
from hotline1022.ivr.espeak import Espeak, find_espeak, private_root, speak
from hotline1022.ivr.load import shipped
from hotline1022.ivr.model import Fixed, MenuTree, texts
from hotline1022.ivr.numbers import number_sounds
from hotline1022.ivr.prompt_jobs import MUSIC, SOUNDS, jobs, of_the_directory, spoken
from hotline1022.ivr.prompts import Built, build, missing, progress_text
from hotline1022.ivr.sounds import BEEP, QUEUE_SOUNDS, TRANSFER_SOUNDS
from tests.lab.prompts import kept_prompts

TREE = shipped()


@pytest.fixture(scope="module")
def built() -> Path:
    """The shipped menu, spoken once for all tests."""
    return kept_prompts()


def pcm_of(file: Path) -> bytes:
    with wave.open(str(file)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, 8_000)
        return bytes(reader.readframes(reader.getnframes()))


def in_a_word(tree: MenuTree) -> MenuTree:
    """The same prompts, each of one word."""
    return replace(
        tree,
        menus={name: replace(menu, text="Một.") for name, menu in tree.menus.items()},
        information=dict.fromkeys(tree.information, "Hai."),
        agencies=tuple(replace(agency, name="Ba") for agency in tree.agencies),
        sounds=dict.fromkeys(tree.sounds, "Bốn."),
        prompts=dict.fromkeys(tree.prompts, "Năm."),
    )


@pytest.mark.slow
def test_everything_is_made_and_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    folder, tree = tmp_path, in_a_word(TREE)
    result = build(tree, folder, None, find_espeak(), lambda done, total: said.append(progress_text(done, total)))
    names = set(jobs(TREE, None))
    assert set(jobs(tree, None)) == names
    assert {f"sounds/vi/hl1022/{key}" for key in Fixed} < names
    assert {f"sounds/vi/{name}" for name in (*number_sounds(), *QUEUE_SOUNDS, *TRANSFER_SOUNDS, BEEP)} < names
    assert {MUSIC, "sounds/vi/hl1022/menu-root", "sounds/vi/hl1022/info-office-hours"} < names
    assert missing(tree, folder) == ()
    assert result == Built(total=len(names), made=len(names), removed=0, warnings=())
    assert said == [f"Prompts {n}/{len(names)}" for n in range(len(names) + 1)]
    assert not list(folder.rglob("*.tmp"))


def test_while_calls_hear_them_prompts_change_all_or_none_and_none_is_deleted(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(built, folder)
    own = folder / SOUNDS / "hl1022"
    before = {file: file.read_bytes() for file in folder.rglob("*.alaw")}
    root = replace(TREE.menus[TREE.root], text="Xin bấm phím không để gặp người trực.")
    silent = replace(TREE, menus={**TREE.menus, TREE.root: root}, prompts={**TREE.prompts, Fixed.NO_INPUT: "..."})
    with pytest.raises(ConfigError):
        build(silent, folder, None, find_espeak(), while_running=True)
    assert {file: file.read_bytes() for file in folder.rglob("*.alaw")} == before
    assert not list(folder.glob(".new-*"))
    assert build(TREE, folder, None, None).made == 0, "what was there is still known"

    fewer = replace(TREE, menus={TREE.root: root})
    gone = {file for file in before if file.parent == own and not belongs(fewer, file)}
    assert gone, "the smaller menu leaves prompts over"
    result = build(fewer, folder, None, find_espeak(), while_running=True)
    assert (result.made, result.removed) == (1, 0)
    changed = {file for file, body in before.items() if file.read_bytes() != body}
    assert changed == {own / "menu-root.alaw"}
    after = build(fewer, folder, None, None)
    assert after.made == 0 and after.removed >= 2 * len(gone) and not any(file.exists() for file in gone)


def belongs(tree: MenuTree, file: Path) -> bool:
    """Whether this prompt belongs to the menu, or tells of what a directory has: other tests' hotlines speak here too."""
    name = f"{SOUNDS}/hl1022/{file.stem}"
    return name in jobs(tree, None) or of_the_directory(name)


@pytest.mark.parametrize("name", sorted(set(jobs(TREE, None)) - {MUSIC}))
def test_every_prompt_is_fit_for_the_telephone(built: Path, name: str) -> None:
    pcm = pcm_of(built / f"{name}.wav")
    assert (built / f"{name}.alaw").read_bytes() == audioop.lin2alaw(pcm, 2)
    measures = audio.measure(pcm)
    assert 0.15 < measures.seconds <= 30
    assert measures.first_sound_ms <= 100
    assert measures.peak_dbfs < -3
    assert measures.speech_dbfs == pytest.approx(-20, abs=2)
    assert -26 < measures.rms_dbfs < -19
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    assert abs(samples.mean()) < 60, "a constant offset clicks at both ends"
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / 8_000)
    assert power[(frequencies > 200) & (frequencies < 3_600)].sum() > 0.6 * power.sum()
    assert power[frequencies > 3_900].sum() < 0.01 * power.sum()
    loud = np.abs(samples) > 32_768 * 10 ** (-3 / 20)
    assert not loud.any()


def test_no_prompt_has_a_hole(built: Path) -> None:
    """Two seconds of silence within a prompt would sound like the end of it."""
    for name in jobs(TREE, None):
        if name == MUSIC:
            continue
        pcm = pcm_of(built / f"{name}.wav")
        quiet = longest = 0
        for at in range(0, len(pcm), 160):
            quiet = quiet + 1 if audio.dbfs(audioop.rms(pcm[at : at + 160], 2)) < -45 else 0
            longest = max(longest, quiet)
        assert longest * 10 < 1_500, name


def test_the_greeting_is_short_and_begins_at_once(built: Path) -> None:
    measures = audio.measure(pcm_of(built / "sounds/vi/hl1022/greeting.wav"))
    assert measures.seconds <= 9
    assert measures.first_sound_ms <= 100


def test_the_music_is_for_the_telephone(built: Path) -> None:
    raw = (built / "moh/hl1022.alaw").read_bytes()
    assert len(raw) == 60 * 8_000
    level = audio.dbfs(audioop.rms(audioop.alaw2lin(raw, 2), 2))
    assert level == pytest.approx(-24, abs=0.5)
    assert not (built / "moh/hl1022.wav").exists()


def test_digits_differ_from_each_other(built: Path) -> None:
    sounds = {(built / f"sounds/vi/digits/{n}.alaw").read_bytes() for n in range(20)}
    assert len(sounds) == 20


def test_a_second_build_makes_nothing(built: Path) -> None:
    folder = built
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.wav")}
    again = build(TREE, folder, None, None)
    assert again == Built(total=len(jobs(TREE, None)), made=0, removed=0, warnings=())
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.wav")} == before


SMALL = replace(
    TREE,
    menus={},
    information={},
    agencies=(),
    sounds={},
    prompts={"greeting": "Xin chào 1022.", "invalid": "Phím 12 sai.", "connecting": "Xin chờ."},
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> MenuTree:
    """A menu of three prompts, without numbers and music, so that each test may build it several times."""
    monkeypatch.setattr(prompt_jobs, "number_sounds", dict)
    monkeypatch.setattr(music, "music", lambda: audio.tone(440, 0.2))
    return SMALL


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix in (".wav", ".alaw")
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def both(key: str) -> set[str]:
    return {f"sounds/vi/hl1022/{key}.wav", f"sounds/vi/hl1022/{key}.alaw"}


def test_a_changed_text_makes_only_that_file_anew(few: MenuTree, tmp_path: Path) -> None:
    assert build(few, tmp_path, None, find_espeak()).made == 5
    before = files_of(tmp_path)
    other = replace(few, prompts={**few.prompts, "invalid": "Phím 13 sai."})
    assert build(other, tmp_path, None, find_espeak()).made == 1
    assert changed(before, files_of(tmp_path)) == both("invalid")


def test_a_changed_pronunciation_makes_only_those_that_speak_it_anew(few: MenuTree, tmp_path: Path) -> None:
    build(few, tmp_path, None, find_espeak())
    before = files_of(tmp_path)
    build(replace(few, pronounce={"1022": "mười hai mươi hai"}), tmp_path, None, find_espeak())
    assert changed(before, files_of(tmp_path)) == both("greeting")


def test_another_voice_speaks_everything_anew(few: MenuTree, tmp_path: Path) -> None:
    build(few, tmp_path, None, find_espeak())
    slower = replace(few, voice=replace(few.voice, speed=120))
    assert build(slower, tmp_path, None, find_espeak()).made == 3


def test_a_removed_prompt_is_deleted_and_so_are_strangers(few: MenuTree, tmp_path: Path) -> None:
    build(few, tmp_path, None, find_espeak())
    (tmp_path / "sounds/vi/hl1022/old.wav").write_bytes(b"x")
    (tmp_path / "sounds/vi/mine.wav").write_bytes(b"x")
    before = files_of(tmp_path)
    less = replace(few, prompts={key: text for key, text in few.prompts.items() if key != "invalid"})
    assert build(less, tmp_path, None, None).removed == 3
    assert changed(before, files_of(tmp_path)) == both("invalid") | {"sounds/vi/hl1022/old.wav"}


def test_a_lost_or_empty_file_is_named_and_made_again(few: MenuTree, tmp_path: Path) -> None:
    build(few, tmp_path, None, find_espeak())
    (tmp_path / "sounds/vi/hl1022/greeting.alaw").unlink()
    (tmp_path / "sounds/vi/hl1022/invalid.wav").write_bytes(b"")
    assert missing(few, tmp_path) == ("sounds/vi/hl1022/greeting.alaw", "sounds/vi/hl1022/invalid.wav")
    assert build(few, tmp_path, None, find_espeak()).made == 2
    assert missing(few, tmp_path) == ()


def test_a_studio_recording_wins_and_a_new_one_too(few: MenuTree, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    studio.mkdir()
    folder = tmp_path / "out"
    build(few, folder, studio, find_espeak())
    before = files_of(folder)

    def record(hertz: float) -> None:
        """One second, stereo, 24 bit, 48 kHz, after a second of silence."""
        samples = [round(2_000_000 * math.sin(2 * math.pi * hertz * n / 48_000)) for n in range(48_000)]
        frames = b"".join(sample.to_bytes(3, "little", signed=True) * 2 for sample in samples)
        with wave.open(str(studio / "greeting.wav"), "wb") as writer:
            writer.setnchannels(2)
            writer.setsampwidth(3)
            writer.setframerate(48_000)
            writer.writeframes(bytes(6 * 48_000) + frames)

    for hertz in (600, 900):
        record(hertz)
        assert build(few, folder, studio, None).made == 1
        assert changed(before, files_of(folder)) == both("greeting")
        pcm = pcm_of(folder / "sounds/vi/hl1022/greeting.wav")
        measures = audio.measure(pcm)
        assert measures.first_sound_ms <= 100 and measures.seconds < 1.4
        assert measures.speech_dbfs == pytest.approx(-20, abs=0.5)
        power = np.abs(np.fft.rfft(np.frombuffer(pcm, dtype="<i2").astype(float)))
        assert power.argmax() / measures.seconds == pytest.approx(hertz, abs=5)
    (studio / "greeting.wav").unlink()
    assert build(few, folder, studio, find_espeak()).made == 1
    assert files_of(folder) == before


def test_a_recording_without_a_prompt_is_warned_of(few: MenuTree, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    studio.mkdir()
    (studio / "greting.wav").write_bytes(audio.wav(audio.tone(500, 0.5)))
    warnings = build(few, tmp_path / "out", studio, find_espeak()).warnings
    assert len(warnings) == 1 and "greting.wav has no prompt of its name" in warnings[0]


def test_a_silent_recording_is_refused(few: MenuTree, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    studio.mkdir()
    (studio / "greeting.wav").write_bytes(audio.wav(bytes(16_000)))
    with pytest.raises(ConfigError, match=r"greeting\.wav is silent; record it again"):
        build(few, tmp_path / "out", studio, find_espeak())
    with pytest.raises(ConfigError, match="is no folder; create it"):
        build(few, tmp_path / "out", tmp_path / "nowhere", find_espeak())


def test_a_prompt_of_more_than_half_a_minute_is_warned_of(few: MenuTree, tmp_path: Path) -> None:
    long = replace(few, prompts={"greeting": "Xin kính chào quý vị và các bạn. " * 20})
    warnings = build(long, tmp_path, None, find_espeak()).warnings
    assert len(warnings) == 1 and warnings[0].startswith("the prompt greeting lasts ")


def test_a_build_that_was_cut_off_is_finished_by_the_next(
    few: MenuTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the new file is there and before the manifest says so; then the old text comes back."""
    build(few, tmp_path, None, find_espeak())
    before = files_of(tmp_path)
    other = replace(few, prompts={**few.prompts, "invalid": "Phím khác."})
    real = prompt_files.write_manifest
    calls: list[int] = []

    def dies(folder: Path, made: dict[str, prompt_files.Made]) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        real(folder, made)

    monkeypatch.setattr(prompts, "write_manifest", dies)
    with pytest.raises(KeyboardInterrupt):
        build(other, tmp_path, None, find_espeak())
    monkeypatch.setattr(prompts, "write_manifest", real)
    assert changed(before, files_of(tmp_path)) == both("invalid")
    assert build(few, tmp_path, None, find_espeak()).made == 1
    assert files_of(tmp_path) == before


def test_a_torn_manifest_means_to_make_all_anew(few: MenuTree, tmp_path: Path) -> None:
    build(few, tmp_path, None, find_espeak())
    for torn in ('{"a": ', '{"sounds/vi/hl1022/invalid": {"x": 1}}'):
        (tmp_path / "manifest.json").write_text(torn, encoding="utf-8")
        assert build(few, tmp_path, None, find_espeak()).made == 5
    assert len(json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))) == 5


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        prompt_files.write(tmp_path / "greeting.wav", b"x")
    assert list(tmp_path.iterdir()) == []


def test_only_one_build_at_a_time(few: MenuTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_files, "PATIENCE", 0.3)
    with prompt_files.alone(tmp_path), pytest.raises(ConfigError, match="being made by another process") as caught:
        build(few, tmp_path, None, find_espeak())
    assert caught.value.error_id == "prompts-busy"


def test_a_build_waits_for_the_one_before(few: MenuTree, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as other:
        with prompt_files.alone(tmp_path):
            later = other.submit(build, few, tmp_path, None, find_espeak())
            with pytest.raises(TimeoutError):
                later.result(0.3)
        assert later.result(60).made


def test_without_espeak_the_cure_is_named(few: MenuTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOTLINE1022_ROOT", str(tmp_path / "root"))
    with pytest.raises(ConfigError, match=r"scripts/private-root espeak-ng") as caught:
        find_espeak()
    assert caught.value.error_id == "espeak-missing"
    nowhere = Espeak(command=(str(tmp_path / "espeak-ng"),))
    for espeak, tree in ((None, few), (nowhere, few), (nowhere, TREE)):  # the last one in processes of their own
        with pytest.raises(ConfigError, match=r"scripts/private-root espeak-ng") as caught:
            build(tree, tmp_path / "out", None, espeak)
        assert caught.value.error_id == "espeak-missing"


def test_an_espeak_that_fails_is_told_of() -> None:
    with pytest.raises(ConfigError, match="espeak-ng could not speak"):
        speak(Espeak(command=("false",)), TREE.voice, "xin chào")


def test_where_the_private_root_is(tmp_path: Path) -> None:
    assert private_root({"HOTLINE1022_ROOT": "/a"}) == Path("/a")
    assert private_root({"XDG_CACHE_HOME": "/c"}) == Path("/c/hotline1022/root")


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("Tổng đài 1022.", "Tổng đài một không hai hai."),
        ("Cấp cứu 115, phím 9.", "Cấp cứu một một năm, phím chín."),
        ("từ 7 giờ 30", "từ bảy giờ ba mươi"),
        ("số 10225", "số mười nghìn hai trăm hai mươi lăm"),
        ("số 1234567", "số 1234567"),
    ],
)
def test_figures_are_spoken_as_people_say_them(text: str, speech: str) -> None:
    assert spoken(text, TREE.pronounce) == speech


def test_every_text_can_be_spoken_without_figures() -> None:
    for text in (*texts(TREE).values(), *TREE.sounds.values()):
        assert not any(sign.isdigit() for sign in spoken(text, TREE.pronounce))
