"""What part of a recording goes out and which stretches of it are bleeped: read, checked against the call. Pure; refuses ranges
that are not what somebody can have meant, each with one sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.core.clock import PROVINCE, local
from hotline1022.core.errors import Invalid
from hotline1022.evidence.types import MOST_BLEEPS, Bleep, Part

#: how a moment is written
HOW = "write an offset from the call's beginning such as 1:15 or 75.250, or a time of day such as 2026-11-24T04:43:30"
_OFFSET = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6})(?:\.(\d{1,3}))?", re.ASCII)
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:[+-]\d\d:\d\d|Z)?", re.ASCII)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A stretch as somebody wrote it; "" = from the beginning, to the end."""

    start: str
    end: str
    #: a bleep's: ids of tracks; none = all
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """A part as somebody wrote it."""

    #: id of the recording, or of its call
    recording: str
    start: str = ""
    end: str = ""
    bleeps: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What ranges of a call are held against."""

    #: of the recording
    recording: str
    #: the call's beginning: offset 0
    entered_at: datetime
    duration_ms: int
    #: ids of the tracks that have audio
    tracks: frozenset[str]


def moment(text: str, entered_at: datetime) -> int:
    """Milliseconds from the call's beginning. Invalid `excerpt-moment`."""
    if found := _OFFSET.fullmatch(text):
        hours, minutes, seconds, part = found.groups()
        if minutes is None or (int(seconds) < 60 and (hours is None or int(minutes) < 60)):
            whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)
            return whole * 1000 + int((part or "0").ljust(3, "0"))
    elif _CLOCK.fullmatch(text):
        try:
            at = datetime.fromisoformat(text)
            return ((at if at.tzinfo else at.replace(tzinfo=PROVINCE)) - entered_at) // _MS
        except (ValueError, OverflowError) as error:
            raise Invalid(f"{text[:40]!r} is no moment; {HOW}", error_id="excerpt-moment") from error
    raise Invalid(f"{text[:40]!r} is no moment; {HOW}", error_id="excerpt-moment")


def parts_of(asked: Sequence[AskedPart], clocks: Mapping[str, Clock]) -> tuple[Part, ...]:
    """The parts, sorted. `clocks` by whatever `asked` calls the recordings.

    Invalid `excerpt-…`: `of-other` (not among the recordings), `twice`, `too-many`, `moment`, `empty`, `reversed`,
    `outside`, `overlapping`, `track-unknown`, `without-tracks`.
    """
    if (count := sum(len(one.bleeps) for one in asked)) > MOST_BLEEPS:
        text = f"{count} stretches are to be bleeped, {MOST_BLEEPS} at most; join those that lie close together"
        raise Invalid(text, error_id="excerpt-too-many")
    made = []
    for one in asked:
        clock = clocks.get(one.recording)
        if clock is None:
            text = f"a part is asked of {one.recording}, which is not among the recordings; name it there too"
            raise Invalid(text, error_id="excerpt-of-other")
        made.append(_part(one, clock))
    if len({part.recording for part in made}) != len(made):
        text = "two parts of one recording are asked for; ask for one part and bleep what lies between"
        raise Invalid(text, error_id="excerpt-twice")
    return tuple(sorted(made, key=lambda part: part.recording))


def _part(asked: AskedPart, clock: Clock) -> Part:
    if not clock.tracks:
        text = f"recording {clock.recording} has no track on the call's clock, so it has no parts; disclose it whole"
        raise Invalid(text, error_id="excerpt-without-tracks")
    start, end = _range(asked.start, asked.end, clock, (0, clock.duration_ms), "the recording")
    bleeps = []
    for one in asked.bleeps:
        first, after = _range(one.start, one.end, clock, (start, end), "the part")
        if unknown := sorted(set(one.tracks) - clock.tracks):
            text = f"{unknown[0][:80]!r} is no track of recording {clock.recording}; hotline1022 recordings show lists them"
            raise Invalid(text, error_id="excerpt-track-unknown")
        bleeps.append(Bleep(start_ms=first, end_ms=after, tracks=tuple(sorted(set(one.tracks)))))
    bleeps.sort(key=lambda one: (one.start_ms, one.end_ms, one.tracks))
    for number, later in enumerate(bleeps):
        for before in bleeps[:number]:
            common = not before.tracks or not later.tracks or set(before.tracks) & set(later.tracks)
            if later.start_ms < before.end_ms and common:
                text = (
                    f"{spoken(before.start_ms)}-{spoken(before.end_ms)} and {spoken(later.start_ms)}-"
                    f"{spoken(later.end_ms)} overlap; write them as one stretch"
                )
                raise Invalid(text, error_id="excerpt-overlapping")
    return Part(recording=clock.recording, start_ms=start, end_ms=end, bleeps=tuple(bleeps))


def _range(start: str, end: str, clock: Clock, within: tuple[int, int], what: str) -> tuple[int, int]:
    """A stretch that lies within another one."""
    first = moment(start, clock.entered_at) if start else within[0]
    after = moment(end, clock.entered_at) if end else within[1]
    written = f"{start or 'the beginning'} to {end or 'the end'}"
    if first == after:
        raise Invalid(f"{written} is empty; give an end behind the beginning", error_id="excerpt-empty")
    if first > after:
        raise Invalid(f"{written} ends before it begins; exchange the two", error_id="excerpt-reversed")
    if first < within[0] or after > within[1]:
        text = f"{written} lies outside {what}, which goes from {spoken(within[0])} to {spoken(within[1])}; stay inside"
        raise Invalid(text, error_id="excerpt-outside")
    return first, after


def spoken(ms: int) -> str:
    """An offset as people read it and `moment` reads it back: 1:15.250."""
    minutes, rest = divmod(abs(ms), 60_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest // 1000:02d}.{rest % 1000:03d}"
    return ("-" if ms < 0 else "") + (f"{hours}:{minutes:02d}:{text}" if hours else f"{minutes}:{text}")


def clock_time(entered_at: datetime, ms: int) -> datetime:
    """The moment on the province's clock."""
    return local(entered_at + timedelta(milliseconds=ms))


def as_told(parts: Sequence[Part]) -> list[dict[str, object]]:
    """Parts as the audit, the manifest and the database write them."""
    return [
        {
            "recording": part.recording,
            "start_ms": part.start_ms,
            "end_ms": part.end_ms,
            "bleeps": [
                {"start_ms": one.start_ms, "end_ms": one.end_ms, "tracks": list(one.tracks)} for one in part.bleeps
            ],
        }
        for part in parts
    ]
