"""Some speakers of a call alone: who can be chosen, and a copy in which nobody else is, not even a sample."""

from array import array
from base64 import b64decode
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.recordings.derive import Derived, derive
from hotline1022.recordings.layout import Layout, Piece, plan
from hotline1022.recordings.speaker_survey import read_speaker_survey
from hotline1022.recordings.speakers import choice, chosen, speakers_of
from hotline1022.recordings.types import CopyKind, DerivedRow, Speaker, Status, TrackRow, Voice
from tests.lab.ffmpeg import ffmpeg, run, samples
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    MUSIC_TONE,
    SECOND,
    SECOND_TONE,
    power,
)
from tests.unit.test_recordings_derive import World, world

__all__ = ["world"]
FIRST_AGENT, SECOND_AGENT = f"agent:{AGENT}", f"agent:{SECOND}"
TONES = {"citizen": CITIZEN_TONE, FIRST_AGENT: AGENT_TONE, SECOND_AGENT: SECOND_TONE, "machine": MUSIC_TONE}


def speakers(world: World) -> tuple[Speaker, ...]:
    return speakers_of(plan(world.call, world.filed.tracks), world.filed.tracks)


def make(world: World, kind: CopyKind, keys: str, known: DerivedRow | None = None) -> Derived:
    tool = ffmpeg() if kind is not CopyKind.WAV else None
    return derive(world.spool, world.root, world.cache, tool, world.call, world.filed.tracks, kind, known, keys)


def heard(pcm: bytes) -> set[str]:
    """Whose tone is in there."""
    return {key for key, hertz in TONES.items() if power(pcm, hertz) > 0.01}


def test_a_call_has_its_citizen_each_agent_and_the_machine(world: World) -> None:
    found = speakers(world)
    assert [(one.key, one.voice) for one in found] == [
        ("citizen", Voice.CITIZEN), (FIRST_AGENT, Voice.OTHER), (SECOND_AGENT, Voice.OTHER), ("machine", Voice.OTHER),
    ]  # fmt: skip
    assert [one.spans for one in found] == [((0, 6000),), ((1000, 3000),), ((4000, 6000),), ((0, 1000), (3000, 4000))]
    ids = {row.id for row in world.filed.tracks}
    assert all(len(one.tracks) == 1 and set(one.tracks) < ids for one in found)
    assert found[0].tracks[0].endswith("-r") and found[3].tracks[0].endswith("-t"), (
        "the machine is what the citizen heard"
    )


def test_a_choice_is_written_in_one_way_and_all_of_them_are_no_choice(world: World) -> None:
    found = speakers(world)
    assert choice(found, [SECOND_AGENT, "citizen", "citizen"]) == f"citizen {SECOND_AGENT}"
    assert choice(found, [one.key for one in reversed(found)]) == ""
    for wanted, error_id in (([], "speakers-none"), (["citizen", "contact:x"], "speaker-unknown")):
        with pytest.raises(HotlineError) as caught:
            choice(found, wanted)
        assert caught.value.error_id == error_id


@pytest.mark.parametrize(
    "keys",
    ["citizen", FIRST_AGENT, "machine", f"{FIRST_AGENT} {SECOND_AGENT}", f"citizen {SECOND_AGENT}", f"citizen {FIRST_AGENT} machine"],
)  # fmt: skip
def test_whoever_is_not_chosen_is_not_in_the_copy(world: World, keys: str) -> None:
    made = make(world, CopyKind.WAV, keys)
    data = made.path.read_bytes()
    channels = int.from_bytes(data[22:24], "little")
    pcm = array("h", data[44 : 44 + 6000 * 16 * channels])
    assert len(pcm) == 6000 * 8 * channels and made.duration_ms == 6000, "as long as the call, whoever is in it"
    sides = [pcm[n::channels].tobytes() for n in range(channels)]
    assert {key for side in sides for key in heard(side)} == set(keys.split())
    assert channels == (2 if "citizen " in keys else 1), "one side alone is for both ears"
    if channels == 2:
        assert heard(sides[0]) == {"citizen"} and "citizen" not in heard(sides[1])
    if keys == FIRST_AGENT:
        before, after = sides[0][: 1000 * 16], sides[0][3000 * 16 :]
        assert not any(before) and not any(after), "nothing at all where this one is not"
    said = run("-i", str(made.path), "-f", "null", "-")
    assert f"Chỉ có tiếng của: {keys}" in said and "Bản sao, không phải bản gốc" in said
    rows = {row.id: row for row in world.filed.tracks}
    assert set(made.tracks) == {one for each in speakers(world) if each.key in keys.split() for one in each.tracks}
    assert all((rows[one].sha256 in said) is (one in made.tracks) for one in rows)


@pytest.mark.parametrize("kind", [CopyKind.OPUS, CopyKind.WAV_LEVELLED])
def test_in_other_forms_too(world: World, kind: CopyKind, tmp_path: Path) -> None:
    left, right = samples(make(world, kind, f"{FIRST_AGENT} {SECOND_AGENT}").path, tmp_path)
    second, fifth = slice(1200 * 16, 2800 * 16), slice(4200 * 16, 5800 * 16)
    for side in (left, right):
        assert power(side[second], AGENT_TONE) > 0.95 and power(side[fifth], SECOND_TONE) > 0.95
        assert power(side[second], CITIZEN_TONE) < 0.001


def test_made_again_it_has_the_same_bytes_and_another_choice_another_name(world: World) -> None:
    first = make(world, CopyKind.WAV, "citizen")
    assert first.row.speakers == "citizen" and not make(world, CopyKind.WAV, "citizen", first.row).made
    data = first.path.read_bytes()
    first.path.write_bytes(data[:-1] + b"x")
    mended = make(world, CopyKind.WAV, "citizen", first.row)
    assert mended.made and mended.fault and mended.path.read_bytes() == data and mended.row == first.row
    names = {make(world, CopyKind.WAV, keys).row.name for keys in ("citizen", "machine", f"citizen {FIRST_AGENT}")}
    assert len(names) == 3 and all("ban-sao" in one for one in names)
    with pytest.raises(HotlineError) as caught:
        make(world, CopyKind.WAV, "citizen contact:gone")
    assert caught.value.error_id == "speaker-unknown"


def test_an_original_that_is_not_chosen_is_not_even_opened(world: World) -> None:
    agent = next(row for row in world.filed.tracks if row.channel == SECOND and row.id.endswith("-r"))
    path = world.root / agent.path
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    assert make(world, CopyKind.WAV, "citizen").made
    with pytest.raises(HotlineError) as caught:
        make(world, CopyKind.WAV, f"citizen {SECOND_AGENT}")
    assert caught.value.error_id == "recording-damaged"


def test_each_speaker_has_peaks_of_its_own(world: World) -> None:
    made = derive(world.spool, world.root, world.cache, None, world.call, world.filed.tracks, CopyKind.SPEAKERS, None)
    with closing(world.cache.open(made.row.name)) as file:
        found = read_speaker_survey(file)
    assert (found.duration_ms, found.step_ms) == (6000, 20)
    by = {one.key: one for one in found.speakers}
    assert list(by) == ["citizen", FIRST_AGENT, SECOND_AGENT, "machine"]
    assert [(one.from_ms, one.sound_ms) for one in found.speakers] == [(0, 6000), (1000, 2000), (4000, 2000), (0, 2000)]
    machine = b64decode(by["machine"].peaks)
    assert len(machine) == 4000 // 20 and not any(machine[50:150]) and all(machine[:50]) and all(machine[150:])


def test_the_names_of_copies_are_those_from_before_there_were_speakers(world: World) -> None:
    layout = plan(world.call, world.filed.tracks)
    assert "speaker" not in repr(layout.left + layout.right), "else every copy would be made anew"
    assert repr(Piece(path="a", start=0, frames=8)) == "Piece(path='a', start=0, frames=8, only=None)"


def of_another_pbx(row: TrackRow, channels: int) -> TrackRow:
    foreign = {"codec": "pcm_mulaw", "rate": 8000, "channels": channels}
    return replace(row, status=Status.STORED, detail={"foreign": foreign})


def test_files_of_another_pbx_have_the_two_sides_that_they_have(world: World) -> None:
    (row,) = [one for one in world.filed.tracks if one.channel == CALL and one.id.endswith("-r")]

    def keys(channels: int) -> list[str]:
        rows = [of_another_pbx(row, channels)]
        layout: Layout = plan(world.call, rows)
        found = speakers_of(layout, rows)
        for one in found:
            assert chosen(layout, [one.key]).alone
        return [one.key for one in found]

    assert keys(2) == ["citizen", "others"] and keys(1) == ["all"]


def test_without_ffmpeg_a_wav_of_some_is_made_all_the_same(world: World) -> None:
    assert make(world, CopyKind.WAV, "citizen").made
    with pytest.raises(Unavailable) as caught:
        derive(
            world.spool, world.root, world.cache, None, world.call, world.filed.tracks, CopyKind.MP3, None, "citizen"
        )
    assert caught.value.error_id == "ffmpeg-missing"
