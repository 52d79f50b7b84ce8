"""Who can be chosen of a call, and the lay-out of those who were: everybody else is left out of it, at the same place on the clock.

Pure. A choice that is not of the call's speakers, or of none of them, is refused.
"""

from collections.abc import Sequence
from dataclasses import replace

from hotline1022.core.errors import Invalid
from hotline1022.core.events import LegKind
from hotline1022.recordings.layout import ALL, CITIZEN, MACHINE, Layout, Piece, path_of
from hotline1022.recordings.types import Speaker, TrackRow, Voice
from hotline1022.recordings.wav import PER_MS

#: the citizen before all others, the machine behind them
_ORDER = {CITIZEN: 0, MACHINE: 2}


def speakers_of(layout: Layout, rows: Sequence[TrackRow]) -> tuple[Speaker, ...]:
    """Everybody who is heard in the lay-out: the citizen, then others as they come in, then the machine."""
    ids = {row.path: row.id for row in rows}
    found: dict[str, list[Piece]] = {}
    voices: dict[str, Voice] = {}
    for voice, side in ((Voice.CITIZEN, layout.left), (Voice.OTHER, layout.right)):
        for piece in side:
            found.setdefault(piece.speaker, []).append(piece)
            voices.setdefault(piece.speaker, voice)
    order = sorted(found, key=lambda key: (_ORDER.get(key, 1), min(one.start for one in found[key]), key))
    return tuple(
        Speaker(
            key=key,
            kind=_kind(key),
            voice=voices[key],
            tracks=tuple(sorted({ids[path_of(one.path)[0]] for one in found[key]})),
            spans=tuple(sorted({span for one in found[key] for span in _spans(one)})),
        )
        for key in order
    )


def _kind(key: str) -> LegKind | None:
    word = key.partition(":")[0]
    return LegKind(word) if word in set(LegKind) else None


def _spans(piece: Piece) -> tuple[tuple[int, int], ...]:
    stretches = ((piece.start, piece.end),) if piece.only is None else piece.only
    return tuple((start // PER_MS, end // PER_MS) for start, end in stretches)


def choice(speakers: Sequence[Speaker], wanted: Sequence[str]) -> str:
    """The chosen ones as rows and entries name them: keys in the call's own order, with blanks between; "" = all.

    Invalid `speakers-none`, `speaker-unknown`.
    """
    known = [one.key for one in speakers]
    if not wanted:
        raise Invalid("nobody is chosen; choose one at least", error_id="speakers-none")
    if unknown := sorted(set(wanted) - set(known)):
        text = f"{unknown[0]} is not heard in this recording; choose from {', '.join(known)}"
        raise Invalid(text, error_id="speaker-unknown")
    kept = [key for key in known if key in wanted]
    return "" if kept == known else " ".join(kept)


def chosen(layout: Layout, keys: Sequence[str]) -> Layout:
    """The lay-out of these alone: as long as the whole, so that a moment stays where it is; one side alone is for both ears.

    Invalid `speaker-unknown`: nobody of them is heard any more.
    """
    left = tuple(one for one in layout.left if one.speaker in keys)
    right = tuple(one for one in layout.right if one.speaker in keys)
    if {one.speaker for one in (*left, *right)} != set(keys):
        text = "not all who were chosen are heard in this recording any more; choose again"
        raise Invalid(text, error_id="speaker-unknown")
    if list(keys) == [ALL]:
        right = ()  # it is the same file
    return replace(layout, left=left, right=right, alone=not left or not right)
