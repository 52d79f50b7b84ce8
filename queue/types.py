"""Values of the queue room: a line as people see it, who waits, sessions, shifts. Refuses naive times."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from hotline1022.core.ids import CallId, LineId, PersonId


class AgentState(StrEnum):
    """What the person at a line is doing. The table in agent_state.py says what leads where."""

    LOGGED_OUT = "logged-out"
    READY = "ready"
    PAUSED = "paused"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    UNREACHABLE = "unreachable"


class Phone(StrEnum):
    """What a line's phone does, as Asterisk's queue sees it; what it means for the person is in agent_state.py."""

    #: not registered, or does not answer
    GONE = "gone"
    IDLE = "idle"
    RINGING = "ringing"
    #: in use, and not by a call of the queue that was asked
    BUSY = "busy"
    #: in use by a call of the queue
    IN_CALL = "in-call"


#: pause reason that the service sets itself when a phone was not answered
NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person logged in at a line."""

    id: str
    person: PersonId
    line: LineId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line now."""

    line: LineId
    #: the phone is registered and answers
    reachable: bool
    person: str
    name: str
    state: AgentState
    since: datetime
    #: why paused: a code of the settings, or `no-answer`; "" when not paused
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A citizen in the queue."""

    call: CallId
    queue: str
    position: int
    since: datetime
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who answers."""

    id: PersonId
    name: str
    pin_hash: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A shift on the province's clock; `ends` before `starts` means past midnight."""

    id: str
    name: str
    starts: time
    ends: time
    #: how many people must be on
    needed: int
    #: from this day on there is none
    ended_on: date | None = None

    def on(self, day: date) -> bool:
        """Whether there is one that begins on this day."""
        return self.ended_on is None or day < self.ended_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """People who should be on in one shift that begins on one day."""

    day: date
    shift: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """Fewer people than the shift needs."""

    day: date
    shift: str
    planned: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """Somebody who is planned for two shifts at once, or twice for one (then `other_shift` is the same)."""

    day: date
    shift: str
    person: str
    other_day: date
    other_shift: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseKind:
    """A reason for a pause, under the digit that is keyed."""

    code: str
    name: str
    #: who changed it last, as the audit names them; `settings` = it is one of the settings' list
    by: str
    #: None: it is one of the settings' list
    at: datetime | None
    #: 0 = of the settings' list
    version: int
    #: None: it may be chosen
    ended_at: datetime | None = None
