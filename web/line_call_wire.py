"""Who calls at a line, as values: their fields are the JSON. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.queue.types import LineView
from hotline1022.tickets.types import State, Urgency
from hotline1022.web.rules import Rule
from hotline1022.web.types import Millis, Number, When


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTicketView:
    """A ticket that hangs on an earlier call."""

    id: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCallView:
    """An earlier call from the same number."""

    id: str
    entered_at: When
    result: Result | None
    reason: Reason | None
    category: str
    person: Annotated[str, Rule(doc="id of who answered; empty = nobody")]
    talk_ms: Millis
    person_name: Annotated[str, Rule(doc="the name; empty = nobody, or there is no such person any more")] = ""
    tickets: Annotated[tuple[PastTicketView, ...], Rule(doc="those of this call, oldest first")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicketView:
    """A ticket of the same number that is not closed."""

    id: str
    code: str
    created_at: When
    state: State
    urgency: Urgency
    category_name: str
    agency_name: str
    answer_by: When | None
    overdue: Annotated[bool, Rule(doc="a deadline that counts has passed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerView:
    """The citizen whose call rings or talks at a line."""

    call: str
    since: Annotated[datetime, Rule(doc="when it began to ring here")]
    answered_at: Annotated[datetime | None, Rule(doc="null = it rings, or 1022 has not reached her yet")]
    caller: Annotated[Number, Rule(doc="empty = withheld, or not known yet: an event `known` follows")]
    name: Annotated[str, Rule(doc="as in the latest ticket of this number; empty = not known")]
    category: str
    keys: Annotated[tuple[str, ...], Rule(doc="what was pressed in the menu, in order")]
    entered_at: When | None
    waiting_since: Annotated[datetime | None, Rule(doc="null = never waited")]
    waited_ms: Annotated[int | None, Rule(doc="milliseconds waited so far, until the answer")]
    past: Annotated[tuple[PastCallView, ...], Rule(doc="the last five, newest first")]
    open_tickets: Annotated[tuple[OpenTicketView, ...], Rule(doc="newest first, 20 at most")]
    direction: Annotated[Direction, Rule(doc="in: she called; out: 1022 calls her back, or has")] = Direction.IN
    state: Annotated[CallState | None, Rule(doc="of the call; null = the log knows nothing of it yet")] = None
    called_by: Annotated[str, Rule(doc="out: id of the person who calls her back, or has; empty = she called")] = ""
    called_by_name: Annotated[str, Rule(doc="the name; empty = she called, or there is no such person any more")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCallView:
    """A line, and who calls there."""

    line: LineView
    call: Annotated[CallerView | None, Rule(doc="null = nobody calls")]
