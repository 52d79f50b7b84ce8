"""The values that the database takes and gives. Refuses naive times; knows nothing of tables.

Tracks, voicemails and listening copies are those of recordings/types.py, people, sessions and shifts those of
queue/types.py: the same value on both sides of the door.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hotline1022.core.clock import aware
from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.figures.types import EVERY_CALL, CallNarrow
from hotline1022.recordings.types import CopyRow, TrackRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One citizen's call as it stands."""

    id: str
    entered_at: datetime
    direction: Direction = Direction.IN
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    #: our number that was dialled, digits
    did: str
    #: the citizen's, whoever began: digits and +; "" when withheld
    caller_raw: str
    #: what the carrier sent for it: at most 64 harmless characters
    caller_sent: str = ""
    #: None where no telephone number can be made of it
    caller_e164: str | None = None
    state: CallState
    #: both together, at the latest when the call has ended
    result: Result | None = None
    reason: Reason | None = None
    category: str = ""
    #: service, static, mixed; "" before the first step
    mode: str = ""
    #: read later than it happened; once true it stays
    backfilled: bool = False
    #: None: never waited
    wait_ms: int | None = None
    talk_ms: int = 0
    #: first agent's line and person that the citizen talked with; "" for nobody
    line: str = ""
    person: str = ""
    #: grows with every change; a row with a smaller version than the stored one is not written
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """One phone of a call."""

    call_id: str
    channel: str
    kind: LegKind
    #: line number or telephone number
    party: str
    line: str = ""
    person: str = ""
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    #: Q.850 cause of its own hangup
    cause: int | None = None
    talk_ms: int = 0
    #: None = unknown
    hold_ms: int | None = None
    rtp_received: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One fact of a call's history. The same key is the same fact: the second one is not written."""

    call_id: str
    key: str
    at: datetime
    kind: str
    channel: str
    data: Mapping[str, Any] = field(default_factory=dict)
    #: order in which the facts of a call were taken in; folding them in this order gives the call
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPosition:
    """How far a journal was read; `name` tells journals apart."""

    name: str
    inode: int
    offset: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is written in one transaction: rows, and how far the journals were read for them."""

    calls: tuple[CallRow, ...] = ()
    legs: tuple[LegRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    positions: tuple[JournalPosition, ...] = ()
    #: its calls are filed when they are complete, and that makes their rows of the catalogue
    filed_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call that goes on, with its history in the order of `seq`."""

    call: CallRow
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailView:
    """A message and whether somebody heard it."""

    id: str
    call_id: str
    #: who left it, as in the call's row; "" when withheld or the call is not in the log
    caller: str
    path: str
    sha256: str
    duration_ms: int
    left_at: datetime
    reason: str
    heard_at: datetime | None
    heard_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetail:
    """One call with all that is known of it."""

    call: CallRow
    legs: tuple[LegRow, ...]
    events: tuple[EventRow, ...]
    tracks: tuple[TrackRow, ...]
    voicemails: tuple[VoicemailView, ...]
    #: the listening copy, if one was made
    recording: CopyRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last call of a page; the next page begins below it."""

    entered_at: datetime
    call: str

    def __post_init__(self) -> None:
        aware(self.entered_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls are wanted; None or empty means all. Newest first by (entered_at, id)."""

    #: entered at or after
    since: datetime | None = None
    #: entered before
    until: datetime | None = None
    #: caller in E.164, or as sent, is one of these
    callers: tuple[str, ...] = ()
    result: Result | None = None
    #: None: both
    direction: Direction | None = Direction.IN
    line: str = ""
    person: str = ""
    narrow: CallNarrow = EVERY_CALL
    before: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCall:
    """A call in a list."""

    call: CallRow
    has_recording: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """Calls, newest first; `next` is None on the last page."""

    calls: tuple[ListedCall, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """A number that hung up while waiting and was not reached since."""

    caller: str
    #: calls given up since it was last reached
    count: int
    last_at: datetime
    last_call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """What an agent was doing from `at` on."""

    person: str
    line: str
    state: str
    reason: str
    at: datetime
    #: False while talking and writing down: figures do not count the call as one that was answered in the queue
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A person at a line, from login to logout."""

    id: str
    person: str
    line: str
    logged_in_at: datetime
    logged_out_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An API token without its secret, of which only the SHA-256 is kept."""

    id: str
    name: str
    sha256: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    #: "" = by hand, or not at all
    revoked_why: str
    #: contact point that it belongs to; "" = nobody's
    contact: str
    #: who made it, as the audit names them; "" = not known
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftMessage:
    """A message that nobody has heard and that no ticket speaks of."""

    call_id: str
    #: as in the call's row; "" when withheld or the call is not in the log
    caller: str
    category: str
    left_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """Something people must know at once; it repeats until somebody has seen it."""

    id: str
    kind: str
    call_id: str | None
    raised_at: datetime
    detail: str
    last_repeated_at: datetime | None
    seen_at: datetime | None
    seen_by: str
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who work together (kíp)."""

    id: str
    name: str
    people: tuple[str, ...]
    #: from this day on it cannot be planned
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """Who is planned for one shift of one day: a crew or one person, never both."""

    day: date
    shift: str
    crew: str | None = None
    person: str | None = None
