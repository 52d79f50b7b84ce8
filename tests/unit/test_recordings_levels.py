"""Levels: loudness and exact zeros per tenth of a second, however the audio is cut."""

import math

from hypothesis import given
from hypothesis import strategies as st

from hotline1022.recordings.levels import SOUND_RMS, Meter, measure
from tests.unit.recordings_world import idle, padding, tone


def test_a_tone_is_sound_and_has_no_exact_zero() -> None:
    levels = measure([tone(400, 1000)])
    assert len(levels.rms) == 10 and levels.zero_ms == 0
    assert all(abs(rms - 6000 / math.sqrt(2)) < 250 for rms in levels.rms)


def test_a_silent_phone_is_neither_sound_nor_padding() -> None:
    levels = measure([idle(1000)])
    assert levels.zero_ms == 0 and 0 < levels.peak_rms < SOUND_RMS


def test_padding_is_counted_exactly_and_where_it_is() -> None:
    levels = measure([tone(400, 230) + padding(340) + tone(700, 30)])
    assert list(levels.zero) == [0, 0, 70, 100, 100, 70]
    assert levels.rms[3] == 0 and levels.rms[5] > SOUND_RMS


def test_the_last_piece_may_be_short() -> None:
    levels = measure([tone(400, 130)])
    assert len(levels.rms) == 2
    assert len(measure([]).rms) == 0 and measure([]).peak_rms == 0


def test_single_zeros_of_another_codec_are_not_padding() -> None:
    assert measure([b"\0\0\1\1" * 4000]).zero_ms == 0


@given(st.lists(st.integers(1, 3000), max_size=30))
def test_the_cutting_changes_nothing(cuts: list[int]) -> None:
    pcm = tone(400, 350) + padding(300) + tone(700, 77)
    meter, at = Meter(), 0
    for cut in cuts:
        meter.feed(pcm[at : at + 2 * cut])
        at += 2 * cut
    meter.feed(pcm[at:])
    assert meter.done() == measure([pcm])
