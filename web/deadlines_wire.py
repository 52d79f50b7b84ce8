"""What requests about deadlines and days off carry, and what is told of them. Refuses nothing itself: rules.py does, and the
policy's own rules behind the port.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.tickets.ports import DayChange, PolicyVersion
from hotline1022.tickets.types import Clock, Urgency
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, When

REMARK_LIMIT = 200
#: days of one's own, off or worked, at most
DAYS_LIMIT = 200
#: categories with deadlines of their own, at most
CATEGORIES_LIMIT = 100

Length = Annotated[str, Rule(doc="30 minutes, 4 hours or 5 days", pattern=r"[0-9]{1,4} (minute|hour|day)s?", high=20)]
Stretch = Annotated[str, Rule(doc="07:30-11:30", pattern=r"[0-9:]{5,8}-[0-9:]{5,8}")]
CategoryId = Annotated[str, Rule(doc="id of a category", pattern=r"[a-z0-9][a-z0-9-]{0,39}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """Deadlines; in a category, what is null is as in general."""

    clock: Annotated[Clock | None, Rule(doc="in which hours accept and answer run")] = None
    forward: Annotated[Length | None, Rule(doc="day and night")] = None
    accept: Length | None = None
    answer: Length | None = None
    #: how long before a deadline whoever has the ticket is reminded
    remind_accept: Length | None = None
    remind_answer: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryTerms:
    """What is otherwise in one category at one urgency."""

    category: CategoryId
    urgency: Urgency
    terms: TermsView


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficesView:
    """When offices work."""

    hours: Annotated[tuple[Stretch, ...], Rule(doc="stretches of a working day, in order", high=10)]
    weekdays: Annotated[tuple[int, ...], Rule(doc="1 is Monday", high=7)]
    closed: Annotated[tuple[date, ...], Rule(doc="days off beside those of the state", high=DAYS_LIMIT)] = ()
    worked: Annotated[tuple[date, ...], Rule(doc="days worked, whatever else is said of them", high=DAYS_LIMIT)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesDocument:
    """All deadlines, and the hours in which they run."""

    offices: OfficesView
    ordinary: TermsView
    urgent: TermsView
    categories: Annotated[tuple[CategoryTerms, ...], Rule(high=CATEGORIES_LIMIT)] = ()
    longest_extension_days: Annotated[
        int, Rule(doc="to how many days ahead a deadline may be put off at once", low=1, high=366)
    ] = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """When a ticket of that kind that is written down and forwarded now is due."""

    category: Annotated[str, Rule(doc="empty: in general")]
    urgency: Urgency
    accept_by: When
    answer_by: When


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesNow:
    """What is in force for what becomes due from now on; tickets keep the dates that they have."""

    version: PolicyVersion | None
    document: DeadlinesDocument
    due: tuple[DueView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesHistory:
    """Every version, latest first."""

    versions: tuple[PolicyVersion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesDetail:
    """One version."""

    version: PolicyVersion
    document: DeadlinesDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesBody:
    """Other deadlines, or an earlier version again."""

    seen: Annotated[int, Rule(doc="number of the version in force, as it was read; 0 = none")]
    document: Annotated[DeadlinesDocument | None, Rule(doc="all of it; null with `again`")] = None
    again: Annotated[int, Rule(doc="number of the version that comes back, with the days off of today; 0 = none")] = 0
    note: Annotated[str, Rule(doc="why", high=REMARK_LIMIT)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesQuery:
    """How many versions."""

    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOffQuery:
    """Which days."""

    since: Annotated[date | None, Rule(doc="first day; left out, today")] = None
    days: Annotated[int, Rule(doc="how many days", low=1, high=800)] = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """A day that is not as the week has it."""

    day: date
    #: offices are shut; else they work in exchange
    off: bool
    #: decreed by the province, not by the state
    own: bool
    #: as people call it; empty for days of one's own
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """Days off and days worked in exchange, in order."""

    days: tuple[DayOff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChanges:
    """What became of the province's own days off and days worked in exchange, latest first."""

    changes: tuple[DayChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoDaysBody:
    """The days of one change as they were before it."""

    seen: Annotated[int, Rule(doc="number of the version in force, as it was read")]
    note: Annotated[str, Rule(doc="why", high=REMARK_LIMIT)] = ""
