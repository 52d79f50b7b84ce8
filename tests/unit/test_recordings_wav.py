"""WAV headers, right and wrong, and the copy with a right one."""

import io
import os
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.recordings import wav
from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.wav import Condition
from tests.unit.recordings_world import tone

PCM = tone(400, 500)
WHOLE = wav.header(len(PCM) // 2) + PCM


def with_length(promised: int, there: bytes, riff: int | None = None) -> bytes:
    head = bytearray(wav.header(0))
    head[40:44] = promised.to_bytes(4, "little")
    head[4:8] = (36 + promised if riff is None else riff).to_bytes(4, "little")
    return bytes(head) + there


CASES = {
    "whole": (WHOLE, Condition.WHOLE, 4000),
    "closed and empty": (wav.header(0), Condition.EMPTY, 0),
    "never closed, empty": (with_length(0, b"", riff=0), Condition.NEVER_WRITTEN, 0),
    "no bytes": (b"", Condition.NO_BYTES, 0),
    "killed recorder": (with_length(0, PCM, riff=0), Condition.LENGTH_ZERO, 4000),
    "killed after an earlier close": (with_length(1600, PCM), Condition.LENGTH_WRONG, 4000),
    "outer length wrong": (with_length(len(PCM), PCM, riff=7), Condition.LENGTH_WRONG, 4000),
    "cut": (WHOLE[:-2000], Condition.TRUNCATED, 3000),
    "odd byte, never closed": (with_length(0, PCM + b"\1", riff=0), Condition.LENGTH_ZERO, 4000),
    "odd byte, closed": (with_length(len(PCM) + 1, PCM + b"\1"), Condition.ODD_BYTE, 4000),
    "odd byte, padded": (with_length(len(PCM) + 1, PCM + b"\1\0"), Condition.ODD_BYTE, 4001),
    "blank header": (bytes(44) + PCM, Condition.HEADER_BLANK, 4000),
    "half a header": (WHOLE[:30], Condition.HEADER_TORN, 0),
    "only zeros": (bytes(44), Condition.HEADER_TORN, 0),
    "text": (b"hello" * 100, Condition.FOREIGN, 0),
    "stereo": (wav.header(10, channels=2) + bytes(40), Condition.OTHER_FORMAT, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_judged_by_its_header_and_size(case: str) -> None:
    data, condition, frames = CASES[case]
    facts = wav.inspect(data[: wav.HEAD_BYTES], len(data))
    assert (facts.condition, facts.frames) == (condition, frames)
    assert facts.closed is (condition in (Condition.WHOLE, Condition.EMPTY))
    assert facts.readable is (frames > 0)


@pytest.mark.parametrize("case", [case for case, (_, _, frames) in CASES.items() if frames])
def test_the_copy_plays_and_the_original_is_untouched(case: str, tmp_path: Path) -> None:
    data, _, frames = CASES[case]
    original = tmp_path / "original.wav"
    original.write_bytes(data)
    fd = os.open(original, os.O_RDONLY)
    try:
        facts = wav.inspect_file(PlainFile(fd))
        once, again = (b"".join(wav.repaired(PlainFile(fd), facts)) for _ in range(2))
    finally:
        os.close(fd)
    assert once == again and original.read_bytes() == data
    with wave.open(io.BytesIO(once)) as player:
        assert (player.getnchannels(), player.getsampwidth(), player.getframerate()) == (1, 2, 8000)
        assert player.readframes(frames + 10) == data[44:][: frames * 2]
    assert wav.inspect(once[:100], len(once)).condition is Condition.WHOLE


def test_further_chunks_before_the_audio_are_stepped_over() -> None:
    extra = b"LIST" + (5).to_bytes(4, "little") + b"abcde\0"
    data = WHOLE[:36] + extra + WHOLE[36:]
    data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    facts = wav.inspect(data, len(data))
    assert (facts.condition, facts.offset, facts.frames) == (Condition.WHOLE, 44 + len(extra), 4000)


def test_a_file_of_the_standard_library_is_whole() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(PCM)
    assert out.getvalue() == WHOLE


@given(st.binary(max_size=200), st.integers(0, 1000))
def test_no_bytes_whatsoever_make_it_stumble(head: bytes, more: int) -> None:
    for data in (head, b"RIFF\0\0\0\0WAVE" + head, WHOLE[:36] + head, WHOLE[:12] + head):
        facts = wav.inspect(data, len(data) + more)
        assert 0 <= facts.frames * 2 <= facts.size - facts.offset or not facts.readable
        assert facts.readable or not facts.needs_repair


@pytest.mark.parametrize("block", [2, 1600, 1 << 18])
def test_audio_comes_in_blocks_that_join_to_the_whole(block: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(WHOLE)
    fd = os.open(path, os.O_RDONLY)
    try:
        pieces = list(wav.audio(PlainFile(fd), wav.inspect_file(PlainFile(fd)), block=block))
    finally:
        os.close(fd)
    assert b"".join(pieces) == PCM and max(map(len, pieces)) <= block


def test_a_length_that_no_header_can_say_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        wav.header(1 << 32)
