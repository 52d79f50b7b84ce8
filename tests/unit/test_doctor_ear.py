"""Doctor's ear: it hears each person's tone, finds what is missing in which second, and takes no silence for speech."""

import math
import random
from array import array
from pathlib import Path

import pytest

from hotline1022.recordings.wav import RATE, header
from hotline1022.service.doctor.call import track_context
from hotline1022.service.doctor.ear import CITIZEN, PEOPLE, TALK_SECONDS, TONES, closed, listen, missing, presence

LEVEL = 7219


def sound(who: str | None, seconds: float, *, level: int = LEVEL) -> bytes:
    """A person's tone; None: silence."""
    frames = round(seconds * RATE)
    turn = 2 * math.pi * TONES[who] / RATE if who else 0.0
    return array("h", (round(level * math.sin(turn * n + 0.7)) for n in range(frames))).tobytes()


def write(folder: Path, call: str, who: str, side: str, pcm: bytes) -> Path:
    file = folder / f"{call}~doctor-{who}~{who}~1795470208000-{side}.wav"
    file.write_bytes(header(len(pcm) // 2) + pcm)
    return file


def call(folder: Path, name: str = "doctor-1") -> None:
    """One call in which nothing is lost."""
    write(folder, name, CITIZEN, "r", sound(None, 0.03) + sound(CITIZEN, 0.2 + len(PEOPLE) * (TALK_SECONDS + 0.1)))
    write(folder, name, CITIZEN, "t", b"".join(sound(None, 0.1) + sound(who, TALK_SECONDS - 0.1) for who in PEOPLE))
    for who in PEOPLE:
        write(folder, name, who, "r", sound(None, 0.05) + sound(who, TALK_SECONDS - 0.05))
        write(folder, name, who, "t", sound(CITIZEN, TALK_SECONDS))


@pytest.mark.parametrize("who", TONES)
def test_each_tone_is_heard_as_its_own_and_as_nobody_elses(who: str) -> None:
    pcm = sound(who, 1.0)
    for other in TONES:
        assert presence(pcm, other) == [other == who] * 10


def test_silence_noise_and_a_whisper_are_nobody() -> None:
    noise = array("h", (random.Random(1).randrange(-8000, 8000) for _ in range(RATE))).tobytes()
    for pcm in (sound(None, 1.0), noise, sound("second", 1.0, level=LEVEL // 4)):
        assert not any(presence(pcm, "second"))


def test_missing_names_the_seconds() -> None:
    assert missing([False] * 3 + [True] * 28 + [False], 24) == []
    assert missing([True] * 10 + [False] * 10 + [True] * 10, 24) == [1]
    assert missing([True] * 12, 24) == [1, 2]
    assert missing([True] * 8 + [False] * 2 + [True] * 20, 24) == []
    assert missing([], 24) == [0, 1, 2]
    assert missing([False] * 30, 24) == [0, 1, 2]


def test_a_complete_call(tmp_path: Path) -> None:
    call(tmp_path)
    found = listen(tmp_path)
    assert (found.calls, found.holes, found.people, found.lost, found.tracks) == (1, (), 3, 0, 4)


@pytest.mark.parametrize("gone", PEOPLE)
def test_who_is_lost_in_the_callers_ear_is_counted_and_no_hole(tmp_path: Path, gone: str) -> None:
    call(tmp_path)
    pcm = b"".join(sound(None if who == gone else who, TALK_SECONDS) for who in PEOPLE)
    write(tmp_path, "doctor-1", CITIZEN, "t", pcm)
    found = listen(tmp_path)
    assert (found.holes, found.lost) == ((), 1)


def test_who_comes_back_after_a_while_was_lost_too(tmp_path: Path) -> None:
    call(tmp_path)
    pcm = sound("first", 3) + sound(None, 1.5) + sound("second", 1.5) + sound("third", 3)
    write(tmp_path, "doctor-1", CITIZEN, "t", pcm)
    assert listen(tmp_path).lost == 1


def test_a_hole_in_an_own_track_is_named(tmp_path: Path) -> None:
    call(tmp_path, "doctor-1")
    call(tmp_path, "doctor-2")
    write(tmp_path, "doctor-2", "second", "r", sound("second", 1.0) + sound(None, 1.0) + sound("second", 1.0))
    write(tmp_path, "doctor-2", CITIZEN, "r", sound(CITIZEN, 6.0))
    found = listen(tmp_path)
    assert found.holes == ("call 2, citizen: second 6, 7, 8", "call 2, second: second 1")
    assert found.lost == 0


def test_another_persons_voice_in_an_own_track_does_not_count(tmp_path: Path) -> None:
    call(tmp_path)
    write(tmp_path, "doctor-1", "second", "r", sound("first", TALK_SECONDS))
    assert listen(tmp_path).holes == ("call 1, second: second 0, 1, 2",)


def test_a_call_without_all_tracks_did_not_come_about(tmp_path: Path) -> None:
    call(tmp_path)
    write(tmp_path, "doctor-2", CITIZEN, "r", sound(CITIZEN, 9))
    assert listen(tmp_path).calls == 1


def test_closed_waits_for_every_header(tmp_path: Path) -> None:
    file = write(tmp_path, "doctor-1", CITIZEN, "r", sound(CITIZEN, 1))
    assert closed(tmp_path, 1)
    assert not closed(tmp_path, 2)
    pcm = file.read_bytes()[44:]
    file.write_bytes(header(0) + pcm)
    assert not closed(tmp_path, 1)
    assert presence(pcm, CITIZEN) == [True] * 10


def test_what_is_proved_is_the_shipped_track() -> None:
    text = track_context()
    assert text.startswith("[hl1022-track]\nexten => s,1,")
    assert "MixMonitor(,r(" in text
    assert text.count("\n[") == 0
