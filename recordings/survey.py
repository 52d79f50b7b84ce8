"""Who speaks when, and how loud: the map and the peaks of a call, from its tracks on the call's clock, in pieces."""

import audioop
import base64
import json
from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from hotline1022.core.errors import Refused
from hotline1022.recordings.layout import Layout, sides
from hotline1022.recordings.levels import BLOCK_MS, SOUND_RMS, Levels, Meter
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.reader import BLOCK, pieces
from hotline1022.recordings.types import Stretch, Survey, Voice
from hotline1022.recordings.wav import HEAD_BYTES, PER_MS, WIDTH, inspect

#: a pause shorter than this belongs to what is said around it, blocks
_PAUSE_BLOCKS = 300 // BLOCK_MS
#: milliseconds of a peak: the finest of these that keeps a side below MOST_POINTS
STEPS_MS = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
#: both sides in base64 stay below 60 KB
MOST_POINTS = 20_000
_WORDS: Mapping[tuple[bool, bool], Voice] = {
    (False, False): Voice.SILENCE,
    (True, False): Voice.CITIZEN,
    (False, True): Voice.OTHER,
    (True, True): Voice.BOTH,
}


def survey(layout: Layout, open_file: Callable[[str], Readable]) -> Survey:
    """Map and peaks in one pass over the audio."""
    step = step_of(layout.duration_ms)
    meters, peaks = (Meter(), Meter()), (Peaks(step), Peaks(step))
    for both in sides(layout, open_file):
        for meter, peak, pcm in zip(meters, peaks, both, strict=True):
            meter.feed(pcm)
            peak.feed(pcm)
    left, right = (meter.done() for meter in meters)
    return Survey(
        duration_ms=layout.duration_ms,
        stretches=tuple(stretches(left, right, layout.duration_ms)),
        step_ms=step,
        citizen=peaks[0].done(),
        other=peaks[1].done(),
    )


def survey_of_one(file: Readable, voice: Voice) -> Survey:
    """The same of one original, of which `voice` is heard; the other side is empty. Refused `recording-unreadable`."""
    facts = inspect(file.pread(HEAD_BYTES, 0), file.size)
    if not facts.readable:
        raise Refused("there is no sound in the file that can be read", error_id="recording-unreadable")
    meter, peak = Meter(), Peaks(step_of(facts.duration_ms))
    at, end = facts.offset, facts.offset + facts.frames * WIDTH
    while at < end and (pcm := file.pread(min(BLOCK, end - at), at)):
        meter.feed(pcm)
        peak.feed(pcm)
        at += len(pcm)
    heard = meter.done()
    silent = Levels(rms=array("H", bytes(2 * len(heard.rms))), zero=bytes(len(heard.zero)))
    both = (heard, silent) if voice is Voice.CITIZEN else (silent, heard)
    points = peak.done()
    return Survey(
        duration_ms=facts.duration_ms,
        stretches=tuple(stretches(*both, facts.duration_ms)),
        step_ms=step_of(facts.duration_ms),
        citizen=points if voice is Voice.CITIZEN else "",
        other="" if voice is Voice.CITIZEN else points,
    )


def step_of(duration_ms: int) -> int:
    """Milliseconds of a peak of a call of this length."""
    return next((ms for ms in STEPS_MS if duration_ms <= ms * MOST_POINTS), STEPS_MS[-1])


def read_survey(file: Readable) -> Survey:
    """What `derive` wrote."""
    found = json.loads(b"".join(pieces(file)))
    stretches = tuple(
        Stretch(from_ms=one["from_ms"], to_ms=one["to_ms"], kind=Voice(one["kind"])) for one in found["stretches"]
    )
    return Survey(
        duration_ms=found["duration_ms"],
        stretches=stretches,
        step_ms=found["step_ms"],
        citizen=found["citizen"],
        other=found["other"],
    )


def stretches(left: Levels, right: Levels, duration_ms: int) -> Iterator[Stretch]:
    """The whole call cut into stretches of one kind, by blocks that are sound (levels.SOUND_RMS)."""
    talks = zip(talk(left), talk(right), strict=True)
    at = 0
    for kind, blocks in groupby(talks, key=lambda both: _WORDS[both]):
        first = at
        at += sum(1 for _ in blocks)
        yield Stretch(from_ms=first * BLOCK_MS, to_ms=min(at * BLOCK_MS, duration_ms), kind=kind)


def talk(levels: Levels) -> list[bool]:
    """Sound by block, with short pauses filled."""
    sound = [rms >= SOUND_RMS for rms in levels.rms]
    at = 0
    for is_sound, blocks in groupby(list(sound)):
        count = sum(1 for _ in blocks)
        if not is_sound and count < _PAUSE_BLOCKS and at > 0 and at + count < len(sound):
            sound[at : at + count] = [True] * count
        at += count
    return sound


class Peaks:
    """Takes audio in pieces of any even size; the cutting does not change the points."""

    def __init__(self, step_ms: int) -> None:
        self._size = step_ms * PER_MS * WIDTH
        self._points = bytearray()
        self._rest = b""

    def feed(self, pcm: bytes) -> None:
        """Take the next piece."""
        data = self._rest + pcm if self._rest else pcm
        whole = len(data) - len(data) % self._size
        view = memoryview(data)
        for at in range(0, whole, self._size):
            self._add(view[at : at + self._size])
        self._rest = data[whole:]

    def done(self) -> str:
        """The points, each 0..255, as base64."""
        if self._rest:
            self._add(memoryview(self._rest))
        return base64.b64encode(self._points).decode()

    def _add(self, pcm: memoryview) -> None:
        self._points.append(min(255, audioop.max(pcm, WIDTH) >> 7))
