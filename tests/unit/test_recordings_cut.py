"""Excerpts to the sample: cut and bleeped at any place, the rest bit for bit, and a tone of 1 kHz where nobody shall hear."""

import os
import random
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline1022.core.events import LegKind
from hotline1022.evidence.types import Bleep, Part
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.cut import LOUDNESS, Bleeped, stereo_excerpt, track_excerpt, tracks_in
from hotline1022.recordings.layout import plan, render, start_of
from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.types import CallFacts, Side, Status, TrackRow
from hotline1022.recordings.wav import HEADER, PER_MS, WIDTH
from tests.unit.recordings_world import AGENT, SECOND, facts, file, leg, power, span, two_agents

MARKS = wav.marks("Trích đoạn", "để thử")


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CallFacts, tuple[TrackRow, ...], Path]]:
    folder = tmp_path_factory.mktemp("cut")
    spool, root = folder / "spool", folder / "recordings"
    spool.mkdir()
    call = two_agents(spool)
    (outcome,) = jobs.file_calls(spool, root, [call])
    assert isinstance(outcome, jobs.Filed)
    yield call, outcome.filed.tracks, root


def opened(root: Path, path: str) -> PlainFile:
    return PlainFile(os.open(root / path, os.O_RDONLY))


def samples(data: bytes, *, channels: int = 1) -> list["array[int]"]:
    """Of each channel, by the header's own length."""
    assert data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") == len(data) - 8
    length = int.from_bytes(data[40:44], "little")
    assert data[HEADER + length :] == MARKS
    pcm = array("h", data[HEADER : HEADER + length])
    return [pcm[channel::channels] for channel in range(channels)]


PLACES = st.integers(0, 5_999)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(PLACES, PLACES, PLACES, PLACES))
def test_any_part_and_bleep_of_every_track(
    filed: tuple[CallFacts, tuple[TrackRow, ...], Path], places: tuple[int, int, int, int]
) -> None:
    start, first, after, end = sorted(places)
    if start == end:
        return
    call, rows, root = filed
    bleeps = (Bleep(start_ms=first, end_ms=after),) if first < after else ()
    part = Part(recording="r", start_ms=start, end_ms=end, bleeps=bleeps)
    taken = {one.row.id: one for one in tracks_in(call, rows, part)}
    for row in rows:
        begins = start_of(call, row) // PER_MS
        inside = max(start, begins), min(end, begins + row.duration_ms)
        assert (row.id in taken) == (inside[0] < inside[1])
        if row.id not in taken:
            continue
        cut = b"".join(track_excerpt(taken[row.id], lambda row=row: opened(root, row.path), MARKS))  # type: ignore[misc]
        (got,) = samples(cut)
        original = array("h", (root / row.path).read_bytes()[HEADER:])
        assert len(got) == (inside[1] - inside[0]) * PER_MS
        for ms in range(inside[0], inside[1]):
            here = got[(ms - inside[0]) * PER_MS :][:PER_MS]
            there = original[(ms - begins) * PER_MS :][:PER_MS]
            assert here == (TONE if first <= ms < after else there)


#: one period, from the first sample of a bleep on
TONE = array("h", [0, 5793, 8192, 5793, 0, -5793, -8192, -5793])


def test_the_tone_is_one_kilohertz_and_moderate() -> None:
    assert power(TONE.tobytes() * 100, 1000) > 0.9999
    assert max(TONE) == LOUDNESS <= 32767 // 3


@pytest.mark.parametrize("part", [(0, 6000), (500, 5500), (1234, 4321), (2999, 3001), (3000, 4000)])
def test_the_stereo_excerpt_is_the_copy_but_for_the_bleeps(
    filed: tuple[CallFacts, tuple[TrackRow, ...], Path], part: tuple[int, int]
) -> None:
    call, rows, root = filed
    copy = b"".join(render(plan(call, rows), lambda path: opened(root, path)))
    whole = [array("h", copy[HEADER:])[channel::2] for channel in (0, 1)]
    middle = (part[0] + part[1]) // 2
    bleep = Bleep(start_ms=part[0], end_ms=middle) if middle > part[0] else Bleep(start_ms=part[0], end_ms=part[1])
    asked = Part(recording="r", start_ms=part[0], end_ms=part[1], bleeps=(bleep,))
    cut = b"".join(stereo_excerpt(call, rows, asked, lambda path: opened(root, path), MARKS))
    for got, original in zip(samples(cut, channels=2), whole, strict=True):
        assert len(got) == (part[1] - part[0]) * PER_MS
        tone = (bleep.end_ms - bleep.start_ms) * PER_MS
        assert got[:tone] == TONE * (bleep.end_ms - bleep.start_ms)
        assert got[tone:] == original[bleep.end_ms * PER_MS : part[1] * PER_MS]


def test_a_bleep_of_one_track_leaves_the_others(filed: tuple[CallFacts, tuple[TrackRow, ...], Path]) -> None:
    call, rows, root = filed
    said = next(row for row in rows if row.channel == AGENT and row.side is Side.SAID)
    asked = Part(recording="r", start_ms=0, end_ms=6000, bleeps=(Bleep(start_ms=1500, end_ms=2000, tracks=(said.id,)),))
    for one in tracks_in(call, rows, asked):
        assert one.bleeps == (((500 * PER_MS, 1000 * PER_MS),) if one.row.id == said.id else ())
    left, right = samples(
        b"".join(stereo_excerpt(call, rows, asked, lambda path: opened(root, path), MARKS)), channels=2
    )
    inside = slice(1500 * PER_MS, 2000 * PER_MS)
    assert right[inside] == TONE * 500 and power(left[inside].tobytes(), 400) > 0.9


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=4),
    st.integers(0, 6100),
    st.integers(0, 6100),
)
def test_a_bleeped_original_may_be_read_from_any_byte(
    tmp_path: Path, spans: list[tuple[int, int]], at: int, count: int
) -> None:
    pcm = random.Random(1).randbytes(3000 * WIDTH)
    path = tmp_path / "a.wav"
    path.write_bytes(file(pcm))
    bleeped = Bleeped(
        opened(tmp_path, "a.wav"), wav.inspect(file(pcm), len(pcm) + HEADER), [s for s in spans if s[0] < s[1]]
    )
    try:
        whole = bleeped.pread(bleeped.size, 0)
        assert len(whole) == bleeped.size == len(pcm) + HEADER
        assert bleeped.pread(count, at) == whole[at : at + count]
        assert whole[:HEADER] == file(pcm)[:HEADER]
    finally:
        bleeped.close()


def test_torn_and_missing_tracks_are_left_out(filed: tuple[CallFacts, tuple[TrackRow, ...], Path]) -> None:
    call, rows, _ = filed

    part = Part(recording="r", start_ms=0, end_ms=6000)
    torn = [replace(row, status=Status.TORN) if row.channel == SECOND else row for row in rows]
    assert {one.row.channel for one in tracks_in(call, torn, part)} == {call.call, AGENT}
    alone = facts(leg(AGENT, LegKind.AGENT, 0, 1, span(0, 1)), ended=1)
    assert tracks_in(alone, [], part) == ()
