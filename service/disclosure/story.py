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
from hotline1022.recordings.types import Catalogued, Side, Status
from hotline1022.recordings.wav import PER_MS
from hotline1022.service.disclosure.job import excerpt_names
from hotline1022.web.types import CallDetail, CallEventView, CallLegView

#: as the timeline calls whose telephone it was, and what a track has
_WHO = {
    LegKind.CITIZEN: "Người gọi",
    LegKind.AGENT: "Điện thoại viên",
    LegKind.EMERGENCY: "Cấp cứu 115",
    LegKind.CONTACT: "Đầu mối của cơ quan",
}
_SIDES = {Side.SAID.value: "người này nói", Side.HEARD.value: "người này nghe"}


def page_of(found: Catalogued, detail: CallDetail) -> Page:
    """The timeline of a whole call."""
    call = detail.call
    facts = [
        ("Mã cuộc gọi", call.id),
        ("Số gọi đến", call.caller_e164 or call.caller_raw or "ẩn số"),
        *_times(detail),
        ("Mã phiếu", ", ".join(found.about.codes) or "không có"),
    ]
    legs = [
        [_time(leg.started_at), _time(leg.ended_at), _WHO[leg.kind], leg.person or leg.party] for leg in detail.legs
    ]
    tracks = [
        [
            _time(one.segment_started_at),
            _SIDES[one.side],
            f"{(one.duration_ms or 0) / 1000:.1f} s",
            (one.sha256 or "")[:16] + "…",
        ]
        for one in detail.tracks
        if Status(one.status).promised
    ]
    return _page(
        "Diễn biến cuộc gọi đến Tổng đài 1022",
        f"Cuộc gọi {call.id}, giờ Việt Nam",
        facts,
        Table(title="Các máy tham gia", columns=("Từ", "Đến", "Loại", "Ai"), rows=legs),
        Table(title="Tệp gốc", columns=("Bắt đầu", "Chiều", "Độ dài", "SHA-256"), rows=tracks),
    )


def page_of_part(detail: CallDetail, entered_at: datetime, part: Part, tracks: Sequence[TrackPart], by: str) -> Page:
    """The timeline of an excerpt, which `by` allowed."""
    call = detail.call
    facts = [
        ("Mã cuộc gọi", call.id),
        ("Số gọi đến", mask(call.caller_e164 or call.caller_raw) or "ẩn số"),
        *_times(detail),
        ("Đoạn được cung cấp", _spoken(entered_at, part.start_ms, part.end_ms)),
        ("Người duyệt", by),
        ("Phần còn lại", "không cung cấp; bản gốc lưu tại Tổng đài 1022"),
    ]
    legs = [
        [_or_outside(leg.started_at, entered_at, part), _or_outside(leg.ended_at, entered_at, part), _WHO[leg.kind]]
        for leg in _inside_legs(detail.legs, entered_at, part)
    ]
    names = {one.row.id: f"{_WHO[one.row.kind]}, {_SIDES[one.row.side.value]}" for one in tracks}
    bleeps = [
        [
            _spoken(entered_at, one.start_ms, one.end_ms),
            "; ".join(names.get(track, track) for track in one.tracks) or "mọi tệp",
        ]
        for one in part.bleeps
    ]
    originals = [[_WHO[one.row.kind], _SIDES[one.row.side.value], one.row.sha256] for one in tracks]
    return _page(
        "Trích đoạn diễn biến cuộc gọi đến Tổng đài 1022",
        f"TRÍCH ĐOẠN - cuộc gọi {call.id}, giờ Việt Nam",
        facts,
        Table(title="Đã thay bằng tiếng bíp", columns=("Từ - đến", "Ở tệp"), rows=bleeps),
        Table(title="Các máy tham gia trong đoạn này", columns=("Từ", "Đến", "Loại"), rows=legs),
        Table(title="Cắt từ các tệp gốc", columns=("Ai", "Chiều", "SHA-256 của tệp gốc"), rows=originals),
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
        f"Cung cấp theo văn bản {letter}; người duyệt: {by}.",
        f"Đoạn {_spoken(entered_at, part.start_ms, part.end_ms)}.",
        *(
            f"Tiếng bíp {_spoken(entered_at, one.start_ms, one.end_ms)}: {', '.join(one.tracks) or 'mọi tệp'}."
            for one in part.bleeps
        ),
    )


def _page(title: str, footer: str, facts: Sequence[tuple[str, str]], *parts: Table) -> Page:
    return Page(title=title, footer=footer, facts=facts, parts=[one for one in parts if one.rows])


def _times(detail: CallDetail) -> list[tuple[str, str]]:
    call = detail.call
    return [
        ("Bắt đầu", _time(call.entered_at)),
        ("Được trả lời", _time(call.answered_at)),
        ("Kết thúc", _time(call.ended_at)),
    ]


def _time(at: datetime | None) -> str:
    return written(at, exactly=True) if at else "không rõ"


def _spoken(entered_at: datetime, start_ms: int, end_ms: int) -> str:
    first, after = (clock_time(entered_at, one).strftime("%H:%M:%S.%f")[:-3] for one in (start_ms, end_ms))
    return f"{spoken(start_ms)} - {spoken(end_ms)} (lúc {first} - {after})"


def _inside(at: datetime | None, entered_at: datetime, part: Part) -> datetime | None:
    """The moment where it lies in the part."""
    if at is None or not clock_time(entered_at, part.start_ms) <= at < clock_time(entered_at, part.end_ms):
        return None
    return at


def _or_outside(at: datetime | None, entered_at: datetime, part: Part) -> str:
    return _time(at) if _inside(at, entered_at, part) else "ngoài đoạn này"


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
