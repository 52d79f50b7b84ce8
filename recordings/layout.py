"""The stereo listening copy: left the citizen, right everybody and everything else, on the call's clock.

Planning is pure; rendering streams in blocks. The same originals and facts give the same bytes. Originals are only read.
"""

import audioop
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from hotline1022.core.events import LegKind
from hotline1022.recordings import wav
from hotline1022.recordings.names import to_ms
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.types import CallFacts, Reason, Side, Span, Status, TrackRow, Why
from hotline1022.recordings.wav import PER_MS, RATE, WIDTH

#: frames that are laid out at once
BLOCK = 4 * RATE
#: width of samples that are made louder, and how much softer they are until the very end: 48 dB, so that nothing clips
WIDE, HEADROOM = 4, 256
#: a piece may lie this far outside its call before its place is doubted
_SLACK_MS = 5_000
#: silence of the call's clock that is kept after the last audio: a lost call may have been seen to end days later
_TAIL_MS = 2_000
_USABLE = frozenset({Status.STORED, Status.REPAIRED})
#: who is heard in a piece: the citizen, what the machine gave to hear; of another PBX everybody else, or everybody in one file
CITIZEN, MACHINE, OTHERS, ALL = "citizen", "machine", "others", "all"
Frames = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file at its place on the call's clock, in frames from the call's beginning."""

    path: str
    start: int
    frames: int
    #: only these stretches (frames on the call's clock, sorted, apart) are taken; None = all
    only: tuple[Frames, ...] | None = None
    #: who is heard in it; no part of its writing, over which the names of copies are hashed
    speaker: str = field(default="", repr=False)

    @property
    def end(self) -> int:
        """First frame after it."""
        return self.start + self.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which file goes where."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    frames: int
    notes: tuple[Reason, ...] = ()
    #: one side is all there is, and is for both ears
    alone: bool = False

    @property
    def duration_ms(self) -> int:
        """Length of the copy."""
        return self.frames // PER_MS


def path_of(path: str) -> tuple[str, int | None]:
    """A piece's path as that of its original, and which channel of it where it is one of another make (`…#1`)."""
    name, mark, channel = path.partition("#")
    return name, int(channel) if mark else None


def plan(facts: CallFacts, tracks: Sequence[TrackRow]) -> Layout:
    """Lay the tracks of a call out. What cannot be used or is not where the clock wants it is noted."""
    notes: list[Reason] = []
    usable = [row for row in sorted(tracks, key=lambda row: row.id) if _usable(row, notes)]
    origin = to_ms(facts.entered_at)
    last = to_ms(facts.ended_at) if facts.ended_at else None
    waiting = _alone(facts)
    left: list[Piece] = []
    right: list[Piece] = []
    for row in usable:
        start = _place(row, origin, last, notes)
        piece = Piece(path=row.path, start=start, frames=row.duration_ms * PER_MS)
        if row.foreign is not None:
            paths = row.foreign.paths(row.path)
            whose = (CITIZEN, OTHERS) if paths[0] != paths[1] else (ALL, ALL)
            for side, path, speaker in zip((left, right), paths, whose, strict=True):
                side.append(replace(piece, path=path, speaker=speaker))
        elif row.side is Side.SAID and row.kind is LegKind.CITIZEN:
            left.append(replace(piece, speaker=CITIZEN))
        elif row.side is Side.SAID:
            right.append(replace(piece, speaker=f"{row.kind.value}:{row.channel}"))
        elif row.kind is LegKind.CITIZEN:
            only = tuple(_cut(waiting, origin, piece))
            if only:
                right.append(replace(piece, only=only, speaker=MACHINE))
        if row.gap_ms and row.side is Side.SAID:
            text = (
                f"{row.id} is {row.gap_ms / 1000:.1f} s shorter than the clock: later words in it may sound too early"
            )
            notes.append(Reason(why=Why.SHORTER_THAN_LEG, text=text, ms=row.gap_ms))
    end = max((piece.end for piece in (*left, *right)), default=0)
    if last is not None:
        end = max(end, min((last - origin) * PER_MS, end + _TAIL_MS * PER_MS))
    return Layout(left=tuple(left), right=tuple(right), frames=max(0, end), notes=tuple(notes))


def start_of(facts: CallFacts, row: TrackRow) -> int:
    """Where a track begins, in frames from the call's beginning: as `plan` lays it."""
    return _place(row, to_ms(facts.entered_at), to_ms(facts.ended_at) if facts.ended_at else None, [])


def _usable(row: TrackRow, notes: list[Reason]) -> bool:
    if row.status in _USABLE:
        return row.duration_ms > 0
    if row.side is Side.SAID:
        notes.append(Reason(why=Why.PIECE_LEFT_OUT, text=f"{row.id} is {row.status.value}"))
    return False


def _place(row: TrackRow, origin: int, last: int | None, notes: list[Reason]) -> int:
    """Where the file begins, in frames; a start far outside the call is pulled to its edge, and said."""
    wanted = to_ms(row.segment_started_at) - origin
    latest = None if last is None else max(0, last - origin)
    start = max(0, wanted)
    if latest is not None and start > latest + _SLACK_MS:
        start = latest
    elif latest is None and start > 24 * 3_600_000:
        start = 0
    if abs(start - wanted) > _SLACK_MS:
        text = f"{row.id} says it began {wanted / 1000:.1f} s after the call did: laid at {start / 1000:.1f} s"
        notes.append(Reason(why=Why.PIECE_CLAMPED, text=text, ms=abs(start - wanted)))
    return start * PER_MS


def _alone(facts: CallFacts) -> list[tuple[int, int | None]]:
    """When the citizen was with nobody, or on hold: stretches in ms since 1970, sorted; end None = for ever."""
    joined = _merge(span for leg in facts.legs if leg.kind is LegKind.CITIZEN for span in leg.joined)
    free: list[tuple[int, int | None]] = []
    at: int | None = 0
    for start, end in joined:
        if at is not None and start > at:
            free.append((at, start))
        at = end
    if at is not None:
        free.append((at, None))
    held = [_ms(span) for leg in facts.legs if leg.kind is not LegKind.CITIZEN for span in leg.held]
    return _merge_ms([*free, *held])


def _ms(span: Span) -> tuple[int, int | None]:
    return to_ms(span.start), None if span.end is None else to_ms(span.end)


def _merge(spans: Iterator[Span]) -> list[tuple[int, int | None]]:
    return _merge_ms([_ms(span) for span in spans])


def _merge_ms(spans: Sequence[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    merged: list[tuple[int, int | None]] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        if end is not None and end <= start:
            continue
        if merged:
            before, until = merged[-1]
            if until is None:
                break
            if start <= until:
                merged[-1] = (before, None if end is None else max(until, end))
                continue
        merged.append((start, end))
    return merged


def _cut(stretches: Sequence[tuple[int, int | None]], origin: int, piece: Piece) -> Iterator[Frames]:
    """The stretches that fall into a piece, in frames on the call's clock."""
    for start, end in stretches:
        first = max(piece.start, (start - origin) * PER_MS)
        after = piece.end if end is None else min(piece.end, (end - origin) * PER_MS)
        if first < after:
            yield first, after


def render(layout: Layout, open_file: Callable[[str], Readable], *, marks: bytes = b"") -> Iterator[bytes]:
    """The bytes of the listening copy, with `marks` (see wav.marks) behind the audio. Closes what `open_file` opens."""
    from hotline1022.recordings.door import stereo  # pydub takes 50 ms to load: only where it is needed

    yield wav.header(layout.frames, channels=1 if layout.alone else 2, after=len(marks))
    for left, right in sides(layout, open_file):
        yield left if layout.alone else stereo(left, right)
    if marks:
        yield marks


def sides(
    layout: Layout, open_file: Callable[[str], Readable], gains: Mapping[str, float] | None = None
) -> Iterator[tuple[bytes, bytes]]:
    """Left and right in blocks of BLOCK frames: 16 bit; with `gains` (factors by path) 32 bit, 1/HEADROOM as loud. One that is
    alone is on both sides.

    `open_file` opens an original by its path; this closes it.
    """
    with ExitStack() as stack:
        both = [[_Reader(piece, open_file, stack, gains) for piece in side] for side in (layout.left, layout.right)]
        width = WIDTH if gains is None else WIDE
        for at in range(0, layout.frames, BLOCK):
            count = min(BLOCK, layout.frames - at)
            if layout.alone:
                one = _mix(both[0] or both[1], at, count, width)
                yield one, one
            else:
                left, right = (_mix(side, at, count, width) for side in both)
                yield left, right


def alone(piece: Piece, open_file: Callable[[str], Readable]) -> Iterator[bytes]:
    """The audio of one piece, what is not taken left out, in blocks."""
    with ExitStack() as stack:
        reader = _Reader(piece, open_file, stack)
        for at in range(piece.start, piece.end, BLOCK):
            for _, pcm in reader.parts(at, min(BLOCK, piece.end - at)):
                yield pcm


class _Reader:
    """Reads one piece wherever the clock is; the file is open only while it is needed."""

    def __init__(
        self,
        piece: Piece,
        open_file: Callable[[str], Readable],
        stack: ExitStack,
        gains: Mapping[str, float] | None = None,
    ) -> None:
        self._piece = piece
        self._factor = None if gains is None else gains.get(piece.path, 1.0) / HEADROOM
        self._open = open_file
        self._stack = stack
        self._file: Readable | None = None
        self._offset = 0
        self._there = 0

    def parts(self, at: int, count: int) -> Iterator[tuple[int, bytes]]:
        """(first frame within the block, audio) for each stretch that falls into the block."""
        piece = self._piece
        stretches = ((piece.start, piece.end),) if piece.only is None else piece.only
        for start, end in stretches:
            first, after = max(at, start, piece.start), min(at + count, end, piece.end)
            if first < after and (pcm := self._read(first - piece.start, after - first)):
                yield first - at, self._loud(pcm)
        if piece.end <= at + count:
            self._close()

    def _loud(self, pcm: bytes) -> bytes:
        return pcm if self._factor is None else audioop.mul(audioop.lin2lin(pcm, WIDTH, WIDE), WIDE, self._factor)

    def _read(self, frame: int, count: int) -> bytes:
        if self._file is None:
            self._file = self._open(self._piece.path)
            self._stack.callback(self._close)
            facts = wav.inspect_file(self._file)
            self._offset, self._there = facts.offset, facts.frames
        count = min(count, self._there - frame)
        if count <= 0:
            return b""
        pcm = self._file.pread(count * WIDTH, self._offset + frame * WIDTH)
        return pcm[: len(pcm) & ~1]

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _mix(readers: Sequence[_Reader], at: int, count: int, width: int) -> bytes:
    """One block of one side: every piece at its place, silence elsewhere."""
    out: bytes | None = None
    for reader in readers:
        for first, pcm in reader.parts(at, count):
            layer = bytes(first * width) + pcm + bytes((count - first) * width - len(pcm))
            out = layer if out is None else audioop.add(out, layer, width)
    return bytes(count * width) if out is None else out
