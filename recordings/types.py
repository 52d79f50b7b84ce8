"""The values of the recordings room: what a spool name says, what the call says, what was found. No I/O, no naive times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.catalogue import (
    About,
    CallKind,
    Catalogued,
    CatalogueFilter,
    CataloguePage,
    Judged,
    Shown,
    Verdict,
    about_keys,
    asked_duration,
    asked_keys,
    asked_number,
    duration_keys,
    kind_keys,
    number_keys,
    significant,
    state_keys,
    word_keys,
)
from hotline1022.recordings.copy_types import (
    CopyKind,
    DerivedRow,
    Speaker,
    SpeakerPeaks,
    SpeakerSurvey,
    Stretch,
    Survey,
    Voice,
)
from hotline1022.recordings.retention import Due, DueDay, DueView, Hold, Terms, TermsVersion
from hotline1022.recordings.states import Move, State, follow

#: catalogue, states and what is made of a call have files of their own; this is where other rooms find them
__all__ = [
    "NO_FILE", "About", "CallFacts", "CallKind", "CatalogueFilter", "CataloguePage", "Catalogued", "CopyKind", "CopyRow",
    "DerivedRow", "Due", "DueDay", "DueView", "FiledCall", "Hold", "Judged", "Leg", "Move", "Notice", "Reason", "Shown",
    "Side", "Span", "Speaker", "SpeakerPeaks", "SpeakerSurvey", "SpoolFile", "State", "Status", "StoredFile", "Stretch",
    "Survey", "Terms", "TermsVersion", "TrackFacts", "TrackRow", "Verdict", "Voice", "VoicemailFacts", "VoicemailRow",
    "Why", "about_keys", "asked_duration", "asked_keys", "asked_number", "duration_keys", "follow", "kind_keys",
    "number_keys", "significant", "state_keys", "word_keys",
]  # fmt: skip


class Side(StrEnum):
    """Which of the two files of a track."""

    #: what that person said: the original
    SAID = "r"
    #: what that person heard: the cross-check, and on the citizen's leg the only trace of menu and music
    HEARD = "t"


class Status(StrEnum):
    """What was found where a track should be. The database repeats this list."""

    #: a whole file
    STORED = "stored"
    #: the header was wrong; a copy with a right one lies beside the original
    REPAIRED = "repaired"
    #: no audio can be read from it; kept as it is
    TORN = "torn"
    #: a file without audio: neither side sent any
    EMPTY = "empty"
    #: no file
    MISSING = "missing"
    #: retention took the file; the row and its hash stay
    EXPIRED = "expired"

    @property
    def promised(self) -> bool:
        """Whether there must be a file."""
        return self not in NO_FILE


#: states of a row to which no file belongs
NO_FILE = frozenset({Status.MISSING, Status.EXPIRED})


class Why(StrEnum):
    """The closed list of things that can be said about a track, a call or a file."""

    # timeline
    SHORTER_THAN_LEG = "shorter-than-leg"
    LONGER_THAN_LEG = "longer-than-leg"
    STARTED_LATE = "started-late"
    LEG_UNKNOWN = "leg-unknown"
    END_UNKNOWN = "end-unknown"
    LEG_WITHOUT_TRACK = "leg-without-track"
    # audio
    SAID_BUT_NOT_WRITTEN = "said-but-not-written"
    HEARD_BUT_NOT_WRITTEN = "heard-but-not-written"
    RTP_BUT_NOT_WRITTEN = "rtp-but-not-written"
    RTP_UNKNOWN = "rtp-unknown"
    NOT_COMPARED = "not-compared"
    # file
    FILE_MISSING = "file-missing"
    FILE_EMPTY = "file-empty"
    FILE_TORN = "file-torn"
    HEADER_REPAIRED = "header-repaired"
    # listening copy
    PIECE_CLAMPED = "piece-clamped"
    PIECE_LEFT_OUT = "piece-left-out"
    COPY_CHANGED = "copy-changed"
    # spool
    QUARANTINED = "quarantined"
    CONFLICT = "conflict"
    CALL_UNKNOWN = "call-unknown"
    UNSETTLED = "unsettled"
    FAILED = "failed"
    OVERFLOW = "overflow"
    DISK_LOW = "disk-low"
    DISK_FULL = "disk-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding: kind for machines, text for people, `ms` where it has a length."""

    why: Why
    text: str
    ms: int = 0

    def as_json(self) -> dict[str, object]:
        """The form that goes into `detail` and `notes`."""
        return {"why": self.why.value, "ms": self.ms, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolFile:
    """A spool name that was understood."""

    call: CallId
    channel: ChannelId
    #: None for a voicemail
    kind: LegKind | None
    #: start on Asterisk's clock, milliseconds since 1970 UTC
    started_ms: int
    #: None for a voicemail
    side: Side | None
    #: of the name; another one than wav only for files of another PBX
    ending: str = "wav"

    @property
    def voicemail(self) -> bool:
        """Whether this is a message that the citizen left."""
        return self.kind is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time on the call's clock; `end` None = never seen to end; `bridge` tells rooms apart where known."""

    start: datetime
    end: datetime | None
    bridge: str = ""

    def __post_init__(self) -> None:
        aware(self.start)
        if self.end is not None:
            aware(self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What the call's log knows of one leg: the clock that the tracks are held against."""

    kind: LegKind
    channel: ChannelId
    answered_at: datetime | None
    ended_at: datetime | None
    #: when it exchanged audio with others
    joined: tuple[Span, ...] = ()
    #: when this phone had put the other side on hold
    held: tuple[Span, ...] = ()
    #: time on hold where only the sum is known
    held_ms: int = 0
    #: packets of 20 ms that came in over the leg's whole life; None = unknown
    rtp_received: int | None = None
    #: keys it pressed; a key replaces audio packets
    keys: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """A recording that the dialplan said it started; `file` is the stem without -r.wav and -t.wav."""

    channel: ChannelId
    kind: LegKind
    file: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailFacts:
    """A message that the dialplan said it took; `file` is the stem without .wav."""

    file: str
    left_at: datetime
    #: key, timeout, no-agents, full
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """All that this room needs to know of a call."""

    call: CallId
    entered_at: datetime
    #: None = the end was never seen
    ended_at: datetime | None
    legs: tuple[Leg, ...]
    tracks: tuple[TrackFacts, ...] = ()
    voicemails: tuple[VoicemailFacts, ...] = ()

    def __post_init__(self) -> None:
        aware(self.entered_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What an original of another PBX is: everybody in one file, in a format that may have to be decoded."""

    #: ffmpeg's word: gsm, mp3 …; "" = as Asterisk writes ours
    codec: str
    #: samples a second
    rate: int
    channels: int
    #: which channel has the citizen, where there are two
    citizen: int = 0

    def paths(self, path: str) -> tuple[str, str]:
        """What stands for the citizen and for everybody else: the file itself, or a channel of it (see layout.path_of)."""
        if not self.codec:
            return path, path
        other = 1 - self.citizen if self.channels > 1 else 0
        return f"{path}#{self.citizen if self.channels > 1 else 0}", f"{path}#{other}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRow:
    """One file of one track, as the database keeps it. The same facts and file always give the same row."""

    #: `<stem>-r` or `<stem>-t`
    id: str
    call: CallId
    channel: ChannelId
    kind: LegKind
    segment_started_at: datetime
    side: Side
    status: Status
    #: relative to the recordings folder; "" when missing
    path: str
    #: of the original bytes, hexadecimal; "" when missing
    sha256: str
    bytes: int
    duration_ms: int
    #: time on the call's clock that the file does not have
    gap_ms: int
    #: audio that was there and is not in the file
    lost_ms: int
    #: reasons, share of padding, repaired copy: JSON
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def foreign(self) -> Foreign | None:
        """What it is where it came from another PBX; None for our own."""
        found = self.detail.get("foreign")
        return Foreign(**found) if isinstance(found, Mapping) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailRow:
    """One message, as the database keeps it."""

    id: str
    call: CallId
    path: str
    sha256: str
    duration_ms: int
    left_at: datetime
    reason: str
    #: for the report; an empty message has duration 0
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """The stereo listening copy, as the database keeps it."""

    call: CallId
    path: str
    sha256: str
    duration_ms: int
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCall:
    """All that was filed of one call; `reasons` speak of the call as a whole."""

    call: CallId
    tracks: tuple[TrackRow, ...]
    voicemails: tuple[VoicemailRow, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def lost_ms(self) -> int:
        """Audio that people said and that is in no original."""
        return sum(row.lost_ms for row in self.tracks if row.side is Side.SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that a row of the database promises."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something an operator should be able to see: goes to log, metric and alarm."""

    why: Why
    #: call id or file name
    subject: str
    text: str
