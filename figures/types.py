"""Values of the figures room: what calls are counted by, a figure with the list behind it, charts, the lists that leave as sheets.

Refuses nothing itself. A figure never goes without the filter that lists exactly its rows: `rows` is a path of the API and its
query. Shares are in thousandths, times in milliseconds: no figure is a float.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from hotline1022.core.outcomes import CallState, Reason
from hotline1022.tickets.types import State

#: see tickets
NONE = "-"
#: answered within so many milliseconds is answered soon; given up within so many was no wait
WITHIN_MS, SHORT_MS = 20_000, 5_000
#: no figure is counted over more days at once
MOST_DAYS = 366


def permille(part: int, whole: int) -> int | None:
    """Thousandths, rounded half up; None of nothing."""
    return (part * 2000 + whole) // (2 * whole) if whole > 0 else None


class CallPart(StrEnum):
    """Parts of the calls. Of those that were offered to the queue each is in exactly one of the next four."""

    OFFERED = "offered"
    ANSWERED = "answered"
    GIVEN_UP = "given-up"
    #: to a message, to 115, or cut off with the call
    LEFT = "left"
    WAITING = "waiting"
    ANSWERED_SOON = "answered-soon"
    GIVEN_UP_SOON = "given-up-soon"
    #: the two before: what `sl-both` counts
    SOON = "soon"
    #: hung up at once: hardly a wait
    GIVEN_UP_SHORT = "given-up-short"
    #: they have not ended
    GOING_ON = "going-on"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNarrow:
    """What calls are narrowed down by beside time, caller, line and person; "" and None = all, NONE of tickets/ = those without.

    Unit, service, content and state of a ticket are those of the tickets that hang on a call: one ticket must fit all of them.
    """

    category: str = ""
    agency: str = ""
    service: str = ""
    #: all of these, anywhere in that ticket
    words: str = ""
    #: in what tells nobody who the citizen is
    open_words: bool = False
    ticket_state: State | None = None
    state: CallState | None = None
    reason: Reason | None = None
    #: on the province's clock; `from_time` after `to_time` goes past midnight, both the same is the whole day
    from_time: time | None = None
    to_time: time | None = None
    part: CallPart | None = None
    within_ms: int = WITHIN_MS
    short_ms: int = SHORT_MS
    #: waited so long at least
    waited_ms: int | None = None


#: not narrowed down at all
EVERY_CALL = CallNarrow()


class Unit(StrEnum):
    """What a figure counts."""

    CALLS = "calls"
    TICKETS = "tickets"
    MS = "ms"
    PERMILLE = "permille"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list of the API that holds exactly the rows behind a figure."""

    path: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure."""

    id: str
    #: as people read it
    name: str
    #: None: of nothing there is no share and no mean
    value: int | None
    unit: Unit
    #: what was computed, in signs of docs/figures.md; "" = counted
    formula: str
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Those of one key: an hour, a category, a state."""

    key: str
    name: str
    count: int
    #: part → how many of them; the list of a part is that of `rows` with the part in its query
    parts: Mapping[str, int]
    #: thousandths: the service level of calls by the formula that is asked for, tickets closed in time of those closed
    level: int | None
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All buckets of one kind, the largest first where they have no order of their own."""

    id: str
    name: str
    #: the key of the query that tells a part of a bucket
    part: str
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Calls of a time."""

    since: datetime
    until: datetime
    within_ms: int
    short_ms: int
    #: id of the figure that is the service level here
    level: str
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFigures:
    """Tickets that were made in a time, as they stood at `at`."""

    since: datetime
    until: datetime
    at: datetime
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]


class ChartName(StrEnum):
    """The charts of decision 2376/QĐ-UBND; the third has a week and a month."""

    CALLS_TODAY = "calls-today"
    AREAS_TODAY = "areas-today"
    STATES_WEEK = "states-week"
    STATES_MONTH = "states-month"
    CATEGORIES_TODAY = "categories-today"
    RECEIVED_BY_WEEK = "received-by-week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a pie and a bar chart are drawn from: the slices add up to `total`."""

    id: ChartName
    name: str
    day: date
    since: datetime
    until: datetime
    unit: Unit
    total: int
    slices: tuple[Bucket, ...]
    rows: Rows


# ---------------------------------------------------------------------------------------------------- as counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCell:
    """Calls that are alike: as the database counts them in one pass."""

    #: OFFERED's four, or None: not offered to the queue
    part: CallPart | None
    #: "" = going on
    result: str
    category: str
    #: minute of the province's day at which their slot begins
    minute: int
    calls: int
    #: of them waited `within_ms` at most, `short_ms` at most
    soon: int
    short: int
    wait_ms: int
    talk_ms: int
    #: None: none of them has ceased to wait
    longest_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCell:
    """Tickets of one key of one group."""

    group: str
    key: str
    name: str
    standing: str
    tickets: int
    #: closed by the time that was set first
    first: int
    #: from being made to being closed, added up
    closed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A part of the day with a name, such as a shift."""

    id: str
    name: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """A list as an Excel file."""

    name: str
    content: bytes
    rows: int
