"""What the HTTP API takes and gives, as values: their fields are the JSON. Refuses nothing itself: rules.py does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any

from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.core.people import PERSON_DIGITS, PIN_DIGITS, pattern, words
from hotline1022.figures.types import EVERY_CALL, CallNarrow
from hotline1022.queue.types import Waiting
from hotline1022.web.rules import Rule

When = Annotated[datetime, Rule(doc="ISO 8601, on the province's clock (+07:00)")]
Millis = Annotated[int, Rule(doc="milliseconds")]
Limit = Annotated[int, Rule(doc="rows at most", low=1, high=200)]
LineText = Annotated[str, Rule(doc="number of a line, 2 to 6 digits", pattern=r"[0-9]{2,6}")]
PersonText = Annotated[
    str, Rule(doc=f"id of a person as keyed on a phone, {words(PERSON_DIGITS)}", pattern=pattern(PERSON_DIGITS))
]
PinText = Annotated[str, Rule(doc=words(PIN_DIGITS), pattern=pattern(PIN_DIGITS), secret=True)]
NameText = Annotated[
    str, Rule(doc="a small letter, then small letters, digits and -, 20 in all", pattern=r"[a-z][a-z0-9-]{0,19}")
]
WhoText = Annotated[
    str, Rule(doc="id of a crew or of a person", pattern=rf"[a-z][a-z0-9-]{{0,19}}|{pattern(PERSON_DIGITS)}")
]
Number = Annotated[str, Rule(doc="telephone number; masked unless the token has scope agent or admin")]


class Scope(StrEnum):
    """What a token is made for; which permissions these are says asker.py."""

    READ = "read"
    AGENT = "agent"
    ADMIN = "admin"
    METRICS = "metrics"
    LISTEN = "listen"


#: what a token of a contact point may have
OFFICER_SCOPES = frozenset({Scope.READ, Scope.AGENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A valid API token, without its secret."""

    id: str
    name: str
    #: SHA-256 of the token in hexadecimal
    digest: str = field(repr=False)
    scopes: frozenset[Scope]
    #: the contact point that it belongs to, and its agency; "" = nobody's
    contact: str = ""
    agency: str = ""
    #: a contact point's sees tickets of these alone: its agency, and those that this has taken over
    agencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """Of which agency a contact point is, and whose tickets it has: its agency's, and of those that this has taken over."""

    agency: str
    agencies: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last call of a page; the next page begins before it (newest first)."""

    entered_at: datetime
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls are wanted; None means all. Newest first by (entered_at, id)."""

    #: entered at or after
    since: datetime | None = None
    #: entered before
    until: datetime | None = None
    #: caller as sent, or in E.164, is one of these; empty means all
    callers: tuple[str, ...] = ()
    direction: Direction = Direction.IN
    result: Result | None = None
    line: str | None = None
    person: str | None = None
    narrow: CallNarrow = EVERY_CALL
    before: Cursor | None = None
    #: rows at most
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One call."""

    id: str
    entered_at: When
    answered_at: When | None
    ended_at: When | None
    direction: Annotated[Direction, Rule(doc="in: a citizen called; out: 1022 called her")] = Direction.IN
    did: Annotated[str, Rule(doc="our number that was dialled, digits; empty of calls that 1022 made")]
    caller_raw: Annotated[
        str, Rule(doc="the citizen's number, whoever began, digits and +; masked unless scope agent or admin")
    ]
    caller_sent: Annotated[str, Rule(doc="what the carrier sent for it; masked unless scope agent or admin")]
    caller_e164: Annotated[str | None, Rule(doc="caller in E.164; masked unless scope agent or admin")]
    state: CallState
    result: Result | None
    reason: Reason | None
    category: str
    mode: Annotated[str, Rule(doc="who led the caller: service, static, mixed, or empty")]
    backfilled: Annotated[bool, Rule(doc="read later than it happened: the service was away")]
    wait_ms: Millis | None
    talk_ms: Millis | None
    line: str
    person: str
    has_recording: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLegView:
    """One phone in a call."""

    channel: str
    kind: LegKind
    party: Annotated[str, Rule(doc="line or telephone number; a telephone number is masked like the caller's")]
    line: str
    person: str
    started_at: When
    answered_at: When | None
    ended_at: When | None
    cause: Annotated[int | None, Rule(doc="Q.850 cause of this leg's own end")]
    talk_ms: Millis | None
    hold_ms: Annotated[int | None, Rule(doc="milliseconds on hold; null = unknown")]
    rtp_received: Annotated[int | None, Rule(doc="RTP packets that came in; null = unknown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEventView:
    """One fact of a call's history."""

    at: When
    kind: str
    channel: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """One original of a recording: what one person said (r) or heard (t)."""

    id: str
    channel: str
    kind: str
    side: Annotated[str, Rule(doc="r = what this person said, t = what this person heard")]
    segment_started_at: When
    status: Annotated[str, Rule(doc="stored, repaired, torn, empty or missing")]
    sha256: str | None
    bytes: int | None
    duration_ms: Millis | None
    gap_ms: Millis | None
    lost_ms: Millis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """That the citizen was told that the call is recorded."""

    prompt: Annotated[
        str, Rule(doc="greeting, static-menu of the dialplan alone, or callback-notice of a call to a citizen")
    ]
    version: Annotated[str, Rule(doc="SHA-256 of the sound that was in force then; empty = not known")]
    started_at: When
    ended_at: Annotated[datetime | None, Rule(doc="null = its end was not seen")]
    recorded_from: Annotated[datetime | None, Rule(doc="when the citizen's track began; null = not recorded")]
    before_recording: Annotated[bool, Rule(doc="false = it is on the recording itself")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetail:
    """One call with its legs, history and tracks."""

    call: CallView
    legs: tuple[CallLegView, ...]
    events: tuple[CallEventView, ...]
    tracks: tuple[TrackView, ...]
    notice: Annotated[NoticeView | None, Rule(doc="null = no recording notice was played, or its history is gone")] = (
        None
    )


#: beside everything that only the live link knows
LOST = Rule(doc="since when Asterisk has told nothing: lines and queue are as they were then; null = as they are")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Who waits now."""

    waiting: tuple[Waiting, ...]
    ready: Annotated[int, Rule(doc="people who could take a call now")]
    expected_wait_seconds: Annotated[int | None, Rule(doc="of the next caller; null = too few samples")]
    lost_at: Annotated[When | None, LOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedView:
    """A number that hung up while waiting and has not been reached since."""

    caller: Number
    count: Annotated[int, Rule(doc="calls abandoned since it was last reached")]
    last_at: When
    last_call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailView:
    """A message that a citizen left."""

    id: str
    call: str
    caller: Number
    left_at: When
    duration_ms: Millis
    reason: str
    heard_at: When | None
    heard_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """Which alarms are wanted; None or "" = all."""

    seen: bool | None = None
    #: nobody has seen it, and its cause is there
    ringing: bool | None = None
    kind: str = ""
    #: so many of the latest are left out
    skip: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """Something people must know at once; it repeats until it is seen."""

    id: str
    kind: str
    call: str | None
    raised_at: When
    detail: str
    last_repeated_at: When | None
    seen_at: When | None
    seen_by: str | None
    cleared_at: When | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """One person of a shift."""

    person: str
    name: str
    line: Annotated[str | None, Rule(doc="where the person is logged in; null = missing")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """A shift that runs now: who should be on, who is missing, who came unasked."""

    id: str
    name: str
    day: Annotated[date, Rule(doc="day on which it began")]
    starts: time
    ends: time
    needed: int
    expected: tuple[DutyView, ...]
    missing: tuple[DutyView, ...]
    extra: tuple[DutyView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTimes:
    """A shift on the province's clock; an end before the start lies on the next day."""

    id: NameText
    name: Annotated[str, Rule(doc="1 to 80 characters", low=1, high=80)]
    starts: time
    ends: time
    needed: Annotated[int, Rule(doc="people who must be on", low=0, high=1000)]
    ended_on: Annotated[date | None, Rule(doc="from this day on there is none; null: it goes on")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewView:
    """People who work together (kíp)."""

    id: NameText
    name: Annotated[str, Rule(doc="1 to 80 characters", low=1, high=80)]
    people: tuple[PersonText, ...]
    ended_on: Annotated[date | None, Rule(doc="from this day on it cannot be planned; null: it can")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedView:
    """Who has one shift of one day."""

    day: date
    shift: NameText
    who: Annotated[tuple[WhoText, ...], Rule(doc="crews and people by their ids; none empties the shift")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Someone who answers."""

    id: str
    name: str
    #: answers; false: was ended
    active: bool
    shut_out: Annotated[
        bool,
        Rule(doc="has accounts at the desk, and each of them is shut out: no PIN lets in until one is let in again"),
    ] = False


class WorkState(StrEnum):
    """How far something is that runs in the background."""

    RUNNING = "running"
    #: it was done to the end; what was not as it should be is told beside it
    DONE = "done"
    #: somebody stopped it, or the service ended
    STOPPED = "stopped"
    #: something was away; `error` names it
    FAILED = "failed"
