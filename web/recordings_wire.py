"""What requests about recordings carry, and what the answers are. Refuses nothing itself: rules.py does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from hotline1022.core.events import LegKind
from hotline1022.recordings.types import CallKind, Shown
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, LineText, Millis, Number, PersonText, When

Name = Annotated[str | None, Rule(doc="small letters, digits and -", pattern=r"[a-z0-9][a-z0-9-]{0,39}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingQuery:
    """Filters of the catalogue; all that are given must fit."""

    number: Annotated[
        str | None,
        Rule(
            doc="number in any way of writing, or its last digits, 4 at least; needs scope agent or admin, and of scope listen besides "
            "read the whole number, which is an act in the audit",
            pattern=r"[0-9+() ./-]{4,30}",
        ),
    ] = None
    since: Annotated[datetime | None, Rule(doc="began at or after; a day alone means from its beginning")] = None
    until: Annotated[datetime | None, Rule(doc="began before; a day alone means through its end", until=True)] = None
    person: PersonText | None = None
    line: LineText | None = None
    agency: Name = None
    category: Name = None
    ticket: Annotated[str | None, Rule(doc="code of a ticket, 8 digits", pattern=r"[0-9]{8}")] = None
    words: Annotated[
        str | None,
        Rule(
            doc="whole words of a ticket, with marks or without, in any order; needs scope agent, admin or listen, and numbers "
            "among them agent or admin"
        ),
    ] = None
    longer_ms: Annotated[int | None, Rule(doc="at least so long, milliseconds")] = None
    shorter_ms: Annotated[int | None, Rule(doc="at most so long, milliseconds")] = None
    state: Shown | None = None
    kind: CallKind | None = None
    cursor: Annotated[str | None, Rule(doc="the cursor that the page before gave", pattern=r"[A-Za-z0-9_-]{2,40}")] = (
        None
    )
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingView:
    """One recording of the catalogue."""

    id: Annotated[str, Rule(doc="random: it cannot be guessed")]
    call: str
    started_at: When
    ended_at: When | None
    duration_ms: Annotated[int, Rule(doc="milliseconds of the longest original; until it is filed, the call's length")]
    bytes: Annotated[int, Rule(doc="of all originals")]
    track_count: Annotated[int, Rule(doc="originals with audio, both sides of each person")]
    codec: str
    gap_ms: Millis
    lost_ms: Annotated[int, Rule(doc="milliseconds that people said and that no original has")]
    state: Shown
    why: Annotated[str, Rule(doc="why it was not recorded, a kebab-case word; empty else")]
    kind: CallKind
    caller: Number
    persons: Annotated[tuple[str, ...], Rule(doc="who talked with the citizen")]
    lines: tuple[str, ...]
    agencies: tuple[str, ...]
    categories: tuple[str, ...]
    tickets: Annotated[tuple[str, ...], Rule(doc="codes")]
    verified_at: Annotated[datetime | None, Rule(doc="when all originals were last found as they were stored")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPage:
    """Recordings, newest first."""

    recordings: tuple[RecordingView, ...]
    next: Annotated[str | None, Rule(doc="cursor of the next page; null = this is the last")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackEntry:
    """One original: what one person said (r) or heard (t), or a message that was left."""

    id: str
    kind: Annotated[LegKind | None, Rule(doc="whose track it is; null = a message that the citizen left")]
    side: Annotated[str, Rule(doc="r = what this person said, t = what this person heard")]
    person: str
    line: str
    number: Number
    started_at: When
    ended_at: Annotated[datetime | None, Rule(doc="start and duration together; null = nothing was recorded")]
    duration_ms: Millis
    codec: str
    bytes: Annotated[int | None, Rule(doc="null = not noted, as with messages")]
    sha256: Annotated[str | None, Rule(doc="of the original's bytes; null = there is no file")]
    gap_ms: Millis
    lost_ms: Millis
    status: Annotated[str, Rule(doc="stored, repaired, torn, empty or missing")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntryView:
    """One entry of the audit's chain about the recording or its call."""

    seq: int
    at: When
    kind: str
    actor: str
    origin: str
    subject: str
    detail: Mapping[str, Any]
    prev: Annotated[str, Rule(doc="hash of the entry before")]
    sha256: Annotated[
        str, Rule(doc="of canonical JSON of the other fields, with written_at as at; see docs/evidence.md")
    ]
    written_at: Annotated[str, Rule(doc="the moment exactly as it is hashed: UTC, microseconds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDetail:
    """One recording with all that is known of it."""

    recording: RecordingView
    tracks: tuple[TrackEntry, ...]
    entries: Annotated[tuple[AuditEntryView, ...], Rule(doc="oldest first")]
