"""What goes out of each recording, as a form carries it: from, to, and the stretches that nobody shall hear, a line each. Refuses lines
that are no stretch.
"""

import re
from collections.abc import Mapping, Sequence

from hotline1022.core.errors import Invalid
from hotline1022.evidence.types import MOST, MOST_BLEEPS
from hotline1022.web.desk.forms import Form
from hotline1022.web.disclosure_wire import BleepBody, PartBody, PartView

_APART = re.compile(r"\s*(?:\.\.|–|—|→)\s*")
#: characters of one field
_LONGEST = 10_000
Row = Mapping[str, str]


def rows_of(form: Form) -> list[Row]:
    """By recording, in the order of the form: `recording`, `start`, `end`, `bleeps` as they were typed."""
    names = ("recording", "start", "end", "bleeps")
    columns = [[value.strip()[:_LONGEST] for key, value in form.pairs if key == name][:MOST] for name in names]
    return [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=False)]


def parts_of(rows: Sequence[Row]) -> list[PartBody]:
    """Those of which not everything goes out. Invalid `excerpt-line`, `excerpt-too-many`."""
    made = []
    for row in rows:
        lines = [line.strip() for line in row["bleeps"].splitlines() if line.strip()]
        if len(lines) > MOST_BLEEPS:
            text = (
                f"{len(lines)} stretches are to be bleeped, {MOST_BLEEPS} at most; join those that lie close together"
            )
            raise Invalid(text, error_id="excerpt-too-many")
        if row["start"] or row["end"] or lines:
            bleeps = tuple(map(_bleep, lines))
            made.append(PartBody(recording=row["recording"], start=row["start"], end=row["end"], bleeps=bleeps))
    return made


def as_typed(recordings: Sequence[str], parts: Sequence[PartView]) -> list[Row]:
    """What a form shows of what was asked for."""
    known = {one.recording: one for one in parts}
    return [_row(one, known.get(one)) for one in recordings]


def offset(ms: int) -> str:
    """`1:15.250`, `0:07`: an offset as it is read back."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1000:02d}" + (f".{rest % 1000:03d}" if rest % 1000 else "")
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def _row(recording: str, part: PartView | None) -> Row:
    if part is None:
        return {"recording": recording, "start": "", "end": "", "bleeps": ""}
    lines = [
        f"{offset(one.start_ms)}..{offset(one.end_ms)}" + (f"@{','.join(one.tracks)}" if one.tracks else "")
        for one in part.bleeps
    ]
    start, end = offset(part.start_ms), offset(part.end_ms)
    return {"recording": recording, "start": start, "end": end, "bleeps": "\n".join(lines)}


def _bleep(line: str) -> BleepBody:
    stretch, _, tracks = line.partition("@")
    ends = _APART.split(stretch.strip())
    if len(ends) != 2:
        raise Invalid(f"{line[:60]!r} is no stretch; write FROM..TO", error_id="excerpt-line")
    named = tuple(one.strip() for one in tracks.split(",") if one.strip())
    return BleepBody(start=ends[0], end=ends[1], tracks=named)
