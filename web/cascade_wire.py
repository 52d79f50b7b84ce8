"""What requests about cascades carry, and their answers. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from hotline1022.cascade.types import PickUp
from hotline1022.core.cascade import Outcome, State, StepOutcome
from hotline1022.tickets.types import Kind, Requester, Urgency
from hotline1022.web.rules import Rule
from hotline1022.web.tickets_wire import EMAIL
from hotline1022.web.types import Limit

_ID = r"[a-z0-9][a-z0-9-]{0,39}"
#: id of an area, as tickets have it
AREA = r"[a-z0-9-]{1,64}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeQuery:
    """Filters of the list of cascades."""

    agency: Annotated[str | None, Rule(doc="id of an agency", pattern=_ID)] = None
    call: Annotated[str | None, Rule(doc="id of the call", pattern=r"[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}")] = (
        None
    )
    state: State | None = None
    outcome: Outcome | None = None
    under_way: Annotated[bool, Rule(doc="only those that have not ended")] = False
    since: Annotated[datetime | None, Rule(doc="begun at or after; a day alone means from its beginning")] = None
    until: Annotated[datetime | None, Rule(doc="begun before; a day alone means through its end", until=True)] = None
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpQuery:
    """Of which time."""

    since: Annotated[
        datetime | None, Rule(doc="begun at or after; a day alone means from its beginning; else 30 days before until")
    ] = None
    until: Annotated[
        datetime | None, Rule(doc="begun before; a day alone means through its end; else now", until=True)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeBody:
    """Put the citizen of a call through."""

    call: Annotated[str, Rule(doc="id of the call", pattern=r"[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}")]
    agency: Annotated[
        str, Rule(doc="id of the agency; empty = the one that answers for the category", pattern=f"|{_ID}")
    ] = ""
    category: Annotated[str, Rule(doc="id of the category; empty = the one of the call", pattern=f"|{_ID}")] = ""
    note: Annotated[str, Rule(doc="what it is about: the content of the ticket", high=4000, lines=True)] = ""
    name: Annotated[str, Rule(doc="of the citizen or the business, for the ticket as what follows is", high=120)] = ""
    phone: Annotated[str, Rule(doc="in any way of writing; empty = the number that calls", high=32)] = ""
    email: Annotated[str, Rule(doc="an address such as an@example.vn", pattern=EMAIL, high=254)] = ""
    address: Annotated[str, Rule(high=300)] = ""
    area: Annotated[str, Rule(doc="id of an area", pattern=f"|{AREA}")] = ""
    kind: Kind | None = None
    requester: Requester | None = None
    urgency: Annotated[Urgency | None, Rule(doc="ordinary leaves what the category says")] = None
    introduce: Annotated[
        bool, Rule(doc="the agent stays, and talks in private with whoever presses 1; else the agent is free at once")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One try."""

    number: int
    role: str
    contact: str
    #: the contact point's name as it is now; "" when there is none
    name: str
    which: str
    dialled: str
    started_at: datetime
    answered_at: datetime | None
    taken_at: datetime | None
    ended_at: datetime | None
    outcome: StepOutcome | None
    cause: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeView:
    """A cascade with its steps."""

    call: str
    hunt: int
    agency: str
    category: str
    ticket: str
    code: str
    line: str
    origin: str
    started_at: datetime
    state: State
    outcome: Outcome | None
    ended_at: datetime | None
    taken_by: str
    taken_at: datetime | None
    passed: str
    steps: tuple[StepView, ...]
    version: Annotated[int, Rule(doc="of the call: grows with each fact; the answer with the higher one is the newer")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeList:
    """Cascades, newest first."""

    cascades: tuple[CascadeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpList:
    """How agencies picked up."""

    agencies: tuple[PickUp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The citizen is being put through; the cascade appears in the list with its first step."""

    call: str
    agency: str
    category: str
    #: id and code of the ticket; "" when none could be reserved in time
    ticket: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was told to Asterisk."""

    call: str
