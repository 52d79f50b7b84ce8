"""The hunt for somebody who takes the citizen, as values: what is to be called, and what was. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.cascade import Outcome, State, StepOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeRow:
    """One hunt of one call as it is kept. Times are aware UTC."""

    call_id: str
    #: the how-manieth of the call, from 1
    hunt: int
    agency: str
    category: str
    #: id and code of its ticket; "" when none was reserved
    ticket: str
    code: str
    #: line of the agent who transferred
    line: str
    #: `phone` or `service`
    origin: str
    started_at: datetime
    state: State
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    #: contact who took the citizen last, and when
    taken_by: str = ""
    taken_at: datetime | None = None
    #: to whom it was passed on last: `leader`, `back`
    passed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One try of a hunt as it is kept. Times are aware UTC."""

    call_id: str
    hunt: int
    #: counted from 1
    number: int
    role: str
    contact: str
    #: `office` or `mobile`
    which: str
    #: as dialled, "" when missing
    dialled: str
    started_at: datetime
    answered_at: datetime | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: StepOutcome | None = None
    #: Q.850 cause of the called leg's own end
    cause: int | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCascade:
    """A hunt with its steps in order, and whether its ticket and messages have been seen to."""

    row: CascadeRow
    steps: tuple[StepRow, ...]
    settled_at: datetime | None
    #: of its call as it was read here: it grows with each fact, so that of two answers it tells which is the newer one
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp:
    """How an agency picked up in a time: from cascades that ended."""

    agency: str
    #: cascades that ended, and those in which somebody took the citizen
    cascades: int
    taken: int
    #: milliseconds from the beginning of the hunt until somebody took the citizen, mean over those taken; None without any
    taken_after_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One number to be called."""

    #: national form as the carrier takes it, digits; "" when it is missing
    number: str
    seconds: int
    #: `specialist` or `leader`
    role: str
    #: id of the contact point
    contact: str
    #: `office` or `mobile`
    which: str
    #: why it is not called now: `outside-hours` or "" (a plan for now)
    skip: str = ""
    #: hours in which it is called, for a plan that Asterisk judges by itself; "" = always (see plan.py)
    hours: str = ""
