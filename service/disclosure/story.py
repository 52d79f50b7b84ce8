"""What a package tells of a call: all of it where the whole recording goes out, of an excerpt the frame and what happened inside
it. Pure; refuses nothing.

Why an excerpt's timeline leaves out so much: docs/decisions/017-excerpts.md.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.core.clock import written
from hotline1022.core.events import LegKind
from hotline1022.core.masking import mask
from hotline1022.evidence.excerpt import clock_time, spoken
from hotline1022.evidence.timeline import Page, Table
from hotline1022.evidence.types import Part
from hotline1022.recordings.cut import TrackPart
from hotline1022.recordings.types import Catalogued, Status
from hotline1022.recordings.wav import PER_MS
from hotline1022.service.disclosure.job import excerpt_names
from hotline1022.web.page_words import words
from hotline1022.web.types import CallDetail, CallEventView, CallLegView


def page_of(found: Catalogued, detail: CallDetail) -> Page:
    """The timeline of a whole call."""
    call, say = detail.call, _say
    facts = [
        (say("call"), call.id),
        (say("caller"), call.caller_e164 or call.caller_raw or words()("audit.withheld")),
        *_times(detail),
        (say("codes"), ", ".join(found.about.codes) or say("no-codes")),
    ]
    legs = [
        [_time(leg.started_at), _time(leg.ended_at), _who(leg.kind), leg.person or leg.party] for leg in detail.legs
    ]
    tracks = [
        [
            _time(one.segment_started_at),
            _side(one.side),
            f"{(one.duration_ms or 0) / 1000:.1f} s",
            (one.sha256 or "")[:16] + "…",
        ]
        for one in detail.tracks
        if Status(one.status).promised
    ]
    return _page(
        say("title"),
        say("footer", call=call.id),
        facts,
        _table("legs", ("from", "to", "kind", "who"), legs),
        _table("tracks", ("begun", "side", "length", "sha256"), tracks),
    )


def page_of_part(detail: CallDetail, entered_at: datetime, part: Part, tracks: Sequence[TrackPart], by: str) -> Page:
    """The timeline of an excerpt, which `by` allowed."""
    call, say = detail.call, _say
    facts = [
        (say("call"), call.id),
        (say("caller"), mask(call.caller_e164 or call.caller_raw) or words()("audit.withheld")),
        *_times(detail),
        (say("part"), _spoken(entered_at, part.start_ms, part.end_ms)),
        (say("by"), by),
        (say("rest"), say("rest-said")),
    ]
    legs = [
        [_or_outside(leg.started_at, entered_at, part), _or_outside(leg.ended_at, entered_at, part), _who(leg.kind)]
        for leg in _inside_legs(detail.legs, entered_at, part)
    ]
    names = {one.row.id: f"{_who(one.row.kind)}, {_side(one.row.side)}" for one in tracks}
    bleeps = [
        [
            _spoken(entered_at, one.start_ms, one.end_ms),
            "; ".join(names.get(track, track) for track in one.tracks) or say("all-files"),
        ]
        for one in part.bleeps
    ]
    originals = [[_who(one.row.kind), _side(one.row.side), one.row.sha256] for one in tracks]
    return _page(
        say("part-title"),
        say("part-footer", call=call.id),
        facts,
        _table("bleeps", ("from-to", "in-file"), bleeps),
        _table("legs-inside", ("from", "to", "kind"), legs),
        _table("cut-from", ("who", "side", "sha256-of"), originals),
    )


def story_of_part(detail: CallDetail, entered_at: datetime, part: Part) -> dict[str, object]:
    """The same for machines: the frame, and the events of the part that are in no bleep, without what they say."""
    call = detail.call
    return {
        "excerpt": True,
        "call": {
            "id": call.id,
            "entered_at": call.entered_at,
            "answered_at": call.answered_at,
            "ended_at": call.ended_at,
            "caller": mask(call.caller_e164 or call.caller_raw),
        },
        "part": cut_of(entered_at, part, ()),
        "legs": [
            {
                "kind": leg.kind,
                "started_at": _inside(leg.started_at, entered_at, part),
                "ended_at": _inside(leg.ended_at, entered_at, part),
            }
            for leg in _inside_legs(detail.legs, entered_at, part)
        ],
        "events": [{"at": one.at, "kind": one.kind} for one in _events(detail.events, entered_at, part)],
    }


def cut_of(entered_at: datetime, part: Part, tracks: Sequence[TrackPart]) -> dict[str, object]:
    """What was cut out of which original: frames are 1/8000 s."""
    made: dict[str, object] = {
        "recording": part.recording,
        "start_ms": part.start_ms,
        "end_ms": part.end_ms,
        "start_at": clock_time(entered_at, part.start_ms).isoformat(),
        "end_at": clock_time(entered_at, part.end_ms).isoformat(),
        "bleeps": [
            {
                "start_ms": one.start_ms,
                "end_ms": one.end_ms,
                "start_at": clock_time(entered_at, one.start_ms).isoformat(),
                "end_at": clock_time(entered_at, one.end_ms).isoformat(),
                "tracks": list(one.tracks) or "all",
            }
            for one in part.bleeps
        ],
    }
    if tracks:
        made["originals"] = [
            {
                "id": one.row.id,
                "sha256": one.row.sha256,
                "files": excerpt_names(one),
                "first_frame": one.first,
                "frames": one.frames,
                "at_ms": one.at // PER_MS - part.start_ms,
                "bleeped_frames": [list(span) for span in one.bleeps],
            }
            for one in tracks
        ]
    return made


def notes_of(entered_at: datetime, part: Part, letter: str, by: str) -> tuple[str, ...]:
    """What stands in the tags of an excerpt's files."""
    return (
        _say("tag-letter", letter=letter, by=by),
        _say("tag-part", span=_spoken(entered_at, part.start_ms, part.end_ms)),
        *(
            _say(
                "tag-bleep",
                span=_spoken(entered_at, one.start_ms, one.end_ms),
                tracks=", ".join(one.tracks) or _say("all-files"),
            )
            for one in part.bleeps
        ),
    )


def _say(key: str, **values: object) -> str:
    return words()(f"timeline.{key}", **values)


def _who(kind: LegKind) -> str:
    return words()(f"timeline-who.{kind}")


def _side(side: str) -> str:
    return words()(f"timeline-side.{side}")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return Table(title=_say(title), columns=tuple(map(_say, columns)), rows=rows)


def _page(title: str, footer: str, facts: Sequence[tuple[str, str]], *parts: Table) -> Page:
    say = words()
    return Page(
        language=say("page.language").partition("-")[0],
        author=say("page.service"),
        page=say("timeline.page"),
        title=title,
        footer=footer,
        facts=facts,
        parts=[one for one in parts if one.rows],
    )


def _times(detail: CallDetail) -> list[tuple[str, str]]:
    call = detail.call
    return [
        (_say("begun"), _time(call.entered_at)),
        (_say("answered"), _time(call.answered_at)),
        (_say("ended"), _time(call.ended_at)),
    ]


def _time(at: datetime | None) -> str:
    return written(at, exactly=True) if at else _say("unknown")


def _spoken(entered_at: datetime, start_ms: int, end_ms: int) -> str:
    first, after = (clock_time(entered_at, one).strftime("%H:%M:%S.%f")[:-3] for one in (start_ms, end_ms))
    return _say("span", first=spoken(start_ms), after=spoken(end_ms), from_clock=first, to_clock=after)


def _inside(at: datetime | None, entered_at: datetime, part: Part) -> datetime | None:
    """The moment where it lies in the part."""
    if at is None or not clock_time(entered_at, part.start_ms) <= at < clock_time(entered_at, part.end_ms):
        return None
    return at


def _or_outside(at: datetime | None, entered_at: datetime, part: Part) -> str:
    return _time(at) if _inside(at, entered_at, part) else _say("outside")


def _inside_legs(legs: Sequence[CallLegView], entered_at: datetime, part: Part) -> list[CallLegView]:
    """Those that were there in the part."""
    start, end = clock_time(entered_at, part.start_ms), clock_time(entered_at, part.end_ms)
    return [leg for leg in legs if leg.started_at < end and (leg.ended_at is None or leg.ended_at > start)]


def _events(events: Sequence[CallEventView], entered_at: datetime, part: Part) -> list[CallEventView]:
    bleeps = [(clock_time(entered_at, one.start_ms), clock_time(entered_at, one.end_ms)) for one in part.bleeps]
    return [
        one
        for one in events
        if _inside(one.at, entered_at, part) and not any(start <= one.at < end for start, end in bleeps)
    ]
