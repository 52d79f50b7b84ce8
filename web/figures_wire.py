"""What requests for figures carry, and what answers wrap around the values of figures/types.py. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.figures.types import Figure, Rows
from hotline1022.queue.types import LineView
from hotline1022.web.cascade_wire import CascadeView
from hotline1022.web.rules import Rule
from hotline1022.web.tickets_wire import TicketFilters
from hotline1022.web.types import LOST, QueueView, When
from hotline1022.web.wire import CallFilters

#: ids of figures/formulas.py; a test compares
LEVELS = ("sl-strict", "sl-no-penalty", "sl-no-short", "sl-both", "sl-answered", "sl-offered")
_LEVEL = Rule(doc=f"the service level by which groups are told: {', '.join(LEVELS)}", pattern="|".join(LEVELS))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFiguresQuery(CallFilters):
    """Of which calls; without a time those of today, and of 366 days at most."""

    level: Annotated[str, _LEVEL] = LEVELS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFiguresQuery(TicketFilters):
    """Of which tickets; without a time those made today, and of 366 days at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayQuery:
    """By which formula."""

    level: Annotated[str, _LEVEL] = LEVELS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartQuery:
    """Of which day, week or month."""

    day: Annotated[date | None, Rule(doc="a day, or any day of the week or month; left out, today")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines and who is at them."""

    lines: tuple[LineView, ...]
    #: somebody is logged in
    people: int
    ready: int
    talking: int
    paused: int
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Who waits."""

    queue: QueueView
    longest_wait_ms: Annotated[int | None, Rule(doc="of those who wait now; null = nobody")]
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Hunts for somebody at an agency that have not ended."""

    cascades: tuple[CascadeView, ...]
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What a supervisor sees: now, and since midnight in the province."""

    at: Annotated[When, Rule(doc="when calls, tickets and cascades were counted: 2 seconds ago at most")]
    lost_at: Annotated[When | None, LOST]
    lines: Lines
    queue: Queue
    cascades: UnderWay
    level: Annotated[Figure, Rule(doc="today's service level by the formula that is asked for")]
    calls: Annotated[tuple[Figure, ...], Rule(doc="of calls that came in today")]
    tickets: Annotated[tuple[Figure, ...], Rule(doc="of tickets made today, and all that are open or overdue now")]
