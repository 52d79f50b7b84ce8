"""How much louder each person must be, so that a quiet citizen is heard as well as the agent. EBU R 128, in two passes.

First each person's loudness is measured, over that person's own tracks; then each gets one gain for the whole call. What
is louder than the limit after that is turned down by ffmpeg's limiter. Nothing is done to a silent track.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline1022.recordings.ffmpeg import Ffmpeg, loudness
from hotline1022.recordings.layout import HEADROOM, Layout, Piece, alone
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.types import TrackRow

#: integrated loudness of every person, LUFS: the programme level of EBU R 128
TARGET_LUFS = -23.0
#: no sample is louder, dBFS
PEAK_DBFS = -1.0
#: a track below this is silence or a noisy line: made louder it would only hiss
SILENT_LUFS = -55.0
#: nobody is made louder or softer by more, dB
MOST_DB = 30.0
#: what brings samples of layout.sides back to their loudness, and holds the peaks
FILTER = f"volume={HEADROOM}:precision=float,alimiter=limit={10 ** (PEAK_DBFS / 20):.6f}:level=0:latency=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What is done to whom."""

    #: factor by path of a piece
    factors: Mapping[str, float]
    #: a line for people by channel and side: measured loudness, gain
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class _Voice:
    pieces: list[Piece] = field(default_factory=list)


def gains(ffmpeg: Ffmpeg, layout: Layout, rows: Sequence[TrackRow], open_file: Callable[[str], Readable]) -> Gains:
    """Measure every person of the layout and say what each needs."""
    whose = {row.path: f"{row.channel} {row.side.value}" for row in rows}
    voices: defaultdict[str, _Voice] = defaultdict(_Voice)
    for piece in dict.fromkeys((*layout.left, *layout.right)):
        path, mark, channel = piece.path.partition("#")
        voices[whose[path] + mark + channel].pieces.append(piece)
    factors: dict[str, float] = {}
    lines: list[str] = []
    for name, voice in sorted(voices.items()):
        measured = loudness(ffmpeg, _audio(voice.pieces, open_file))
        gain = gain_db(measured)
        factors.update((piece.path, 10 ** (gain / 20)) for piece in voice.pieces)
        lines.append(f"{name}: {measured:.1f} LUFS, {gain:+.1f} dB")
    return Gains(factors=factors, lines=tuple(lines))


def gain_db(measured: float) -> float:
    """Decibels that bring this loudness to the target, within bounds; 0 for what is no speech."""
    return 0.0 if measured <= SILENT_LUFS else max(-MOST_DB, min(MOST_DB, TARGET_LUFS - measured))


def _audio(pieces: Sequence[Piece], open_file: Callable[[str], Readable]) -> Iterator[bytes]:
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.path)):
        yield from alone(piece, open_file)
