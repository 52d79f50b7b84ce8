"""Excerpts: a stretch of a call out of its tracks and its stereo lay-out, some of it bleeped. Refuses nothing; reads originals
only, never writes.

A millisecond is eight frames and one period of the tone, so every border is a border of frames, the frames outside a bleep are
the original's, and a bleep is a whole number of periods whatever is cut.
"""

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hotline1022.evidence.types import Bleep, Part
from hotline1022.recordings import wav
from hotline1022.recordings.layout import Layout, Piece, path_of, plan, sides, start_of
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.types import CallFacts, Status, TrackRow
from hotline1022.recordings.wav import PER_MS, RATE, WIDTH, WavFacts

#: of the tone: 1 kHz at a quarter of full scale, well heard and not startling
HERTZ, LOUDNESS = 1000, 8192
#: frames that are read at once
BLOCK = 4 * RATE
_PERIOD = RATE // HERTZ
_TONE = struct.pack(
    f"<{_PERIOD}h", *(round(LOUDNESS * math.sin(2 * math.pi * step / _PERIOD)) for step in range(_PERIOD))
)
_USABLE = frozenset({Status.STORED, Status.REPAIRED})
#: first frame and the one after the last
Frames = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPart:
    """What an excerpt takes of one original."""

    row: TrackRow
    #: of the original's audio, and of the call's clock: where it begins
    first: int
    at: int
    frames: int
    #: stretches of the original's audio that are bleeped
    bleeps: tuple[Frames, ...]


def tracks_in(facts: CallFacts, rows: Sequence[TrackRow], part: Part) -> tuple[TrackPart, ...]:
    """What the part takes of each original, by id; what has no audio in it is left out."""
    found = []
    for row in sorted(rows, key=lambda row: row.id):
        start = start_of(facts, row)
        first = max(part.start_ms * PER_MS, start)
        after = min(part.end_ms * PER_MS, start + row.duration_ms * PER_MS)
        if row.status not in _USABLE or after <= first:
            continue
        bleeps = tuple(_of_track(row, start, part.bleeps))
        found.append(TrackPart(row=row, first=first - start, at=first, frames=after - first, bleeps=bleeps))
    return tuple(found)


def _of_track(row: TrackRow, start: int, bleeps: Sequence[Bleep]) -> Iterator[Frames]:
    """The bleeps of a track, in frames of its audio."""
    for one in bleeps:
        if one.tracks and row.id not in one.tracks:
            continue
        first, after = (one.start_ms * PER_MS - start, one.end_ms * PER_MS - start)
        if after > 0:
            yield max(0, first), after


class Bleeped:
    """An open original whose audio is a tone in some stretches: recordings.ports.Readable. Closing it closes the original."""

    __slots__ = ("_file", "_spans")

    def __init__(self, file: Readable, facts: WavFacts, bleeps: Sequence[Frames]) -> None:
        self._file = file
        self._spans = [(facts.offset + first * WIDTH, facts.offset + after * WIDTH) for first, after in bleeps]

    @property
    def size(self) -> int:
        """Bytes, as of the original."""
        return self._file.size

    def pread(self, count: int, at: int) -> bytes:
        """Up to so many bytes from there on."""
        data = self._file.pread(count, at)
        for start, end in self._spans:
            first, after = max(start, at), min(end, at + len(data))
            if first < after:
                data = data[: first - at] + _tone(first - start, after - first) + data[after - at :]
        return data

    def close(self) -> None:
        """Close the original."""
        self._file.close()


def _tone(at: int, count: int) -> bytes:
    """So many bytes of the tone, from that byte of it on."""
    skip = at % len(_TONE)
    return (_TONE * ((skip + count) // len(_TONE) + 1))[skip : skip + count]


def track_excerpt(one: TrackPart, opened: Callable[[], Readable], marks: bytes) -> Iterator[bytes]:
    """An excerpt of one track as a WAV, `marks` (wav.marks) behind the audio. Closes what `opened` gives.

    Shorter where the original has less audio than its row says, as one of another PBX may have once it is decoded.
    """
    file = opened()
    try:
        facts = wav.inspect_file(file)
        after = max(one.first, min(one.first + one.frames, facts.frames))
        yield wav.header(after - one.first, after=len(marks))
        bleeped = Bleeped(file, facts, one.bleeps)
        for at in range(one.first, after, BLOCK):
            yield bleeped.pread(min(BLOCK, after - at) * WIDTH, facts.offset + at * WIDTH)
        yield marks
    finally:
        file.close()


def stereo_excerpt(
    facts: CallFacts, rows: Sequence[TrackRow], part: Part, opened: Callable[[str], Readable], marks: bytes
) -> Iterator[bytes]:
    """The same part of the stereo copy; `opened` opens an original by its path (see layout.path_of), this closes it."""
    from hotline1022.recordings.door import stereo  # pydub takes 50 ms to load: only where it is needed

    bleeps = {one.row.path: one.bleeps for one in tracks_in(facts, rows, part)}
    first, after = part.start_ms * PER_MS, part.end_ms * PER_MS

    def bleeped(path: str) -> Readable:
        file = opened(path)
        return Bleeped(file, wav.inspect_file(file), bleeps.get(path_of(path)[0], ()))

    whole = [(one.start_ms * PER_MS - first, one.end_ms * PER_MS - first) for one in part.bleeps if not one.tracks]
    yield wav.header(after - first, channels=2, after=len(marks))
    at = 0
    for pair in sides(cut_layout(plan(facts, rows), first, after), bleeped):
        yield stereo(*(_over(pcm, at, whole) for pcm in pair))
        at += len(pair[0]) // WIDTH
    yield marks


def cut_layout(layout: Layout, first: int, after: int) -> Layout:
    """The frames from `first` to before `after` of a lay-out, as one that begins there."""

    def moved(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        return tuple(
            replace(
                one,
                start=one.start - first,
                only=None if one.only is None else tuple((begin - first, end - first) for begin, end in one.only),
            )
            for one in pieces
            if one.start < after and one.end > first
        )

    return Layout(left=moved(layout.left), right=moved(layout.right), frames=after - first)


def _over(pcm: bytes, at: int, spans: Sequence[Frames]) -> bytes:
    """One side of a block that begins at frame `at`, with the tone in place of whatever is in the stretches."""
    for start, end in spans:
        first, after = max(start - at, 0) * WIDTH, min((end - at) * WIDTH, len(pcm))
        if first < after:
            pcm = pcm[:first] + _tone(first - (start - at) * WIDTH, after - first) + pcm[after:]
    return pcm
