"""What is asked of the tickets room, and what it needs from others. Refuses nothing itself: acts.py does.

`Reservations` is the cascade's door; `Names` is answered by whoever knows agencies, categories, areas and contacts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from hotline1022.tickets.types import (
    CLOSED,
    HANDLING,
    OF_AGENCIES,
    Action,
    Channel,
    Clock,
    Deadline,
    Kind,
    Named,
    Requester,
    State,
    Ticket,
    Urgency,
)

#: what an officer does by the link of a message, in the order in which it is offered
BY_LINK = (
    Action.ACCEPT,
    Action.ANSWER,
    Action.COMPLETE,
    Action.PASS_TO_LEADER,
    Action.EXTEND,
    Action.WAIT,
    Action.RESUME,
    Action.RETURN,
)


def agency_does(action: Action, state: State) -> bool:
    """Whether it is the agency's alone: completing too, while somebody of it works on the ticket."""
    return action in OF_AGENCIES or (action is Action.COMPLETE and state in HANDLING)


def both_do(action: Action, state: State) -> bool:
    """Whether the agency and 1022 may: what the agency has answered is completed by whoever of them is first; who is second is told."""
    return action is Action.COMPLETE and (state is State.ANSWERED or state in CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request as it is written down."""

    channel: Channel
    urgency: Urgency = Urgency.ORDINARY
    kind: Kind = Kind.REPORT
    requester: Requester = Requester.PERSON
    name: str = ""
    #: any way of writing
    phone: str = ""
    email: str = ""
    address: str = ""
    area: str = ""
    area_name: str = ""
    category: str = ""
    category_name: str = ""
    service_group: str = ""
    #: "" = the one that answers for the category
    agency: str = ""
    agency_name: str = ""
    content: str = ""
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who asks for what, and about which place, as far as it is written down before there is a ticket."""

    name: str = ""
    #: any way of writing; "" = the one that calls
    phone: str = ""
    email: str = ""
    address: str = ""
    #: id of an area
    area: str = ""
    #: None = nobody has said
    kind: Kind | None = None
    requester: Requester | None = None
    urgent: bool = False


#: nothing of it is known
NOBODY_KNOWN = Reporter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants done."""

    action: Action
    #: the version that was seen; None = whatever it is now
    version: int | None = None
    why: str = ""
    #: content of handling
    answer: str = ""
    #: new last day
    until: date | None = None
    agency: Named | None = None
    #: contact point who has it from now on
    owner: Named | None = None
    #: field of Draft → new value
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: a call that belongs to it
    call: str = ""
    #: what the row of history has beside what became other: its name → text
    beside: Mapping[str, str] = field(default_factory=dict)


class Settled(StrEnum):
    """How a cascade ended."""

    TAKEN = "taken"
    NOBODY = "nobody"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a cascade ended, and for `taken` who took the citizen."""

    how: Settled
    owner: Named | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left until the next deadline of a ticket, or how long ago it was."""

    deadline: Deadline
    by: datetime
    #: it has passed
    over: bool
    #: hours of its clock alone
    time: timedelta
    clock: Clock
    #: hours of a whole day of that clock
    day: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryNames:
    """A category, and the agency that answers for it; "" = none does any more."""

    name: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """Deadlines and days off as they were at some time."""

    #: 1 for the first, without gaps; the greatest is in force
    number: int
    #: of its text
    sha256: str
    note: str
    #: who, as the audit names them; `settings` = the settings' file
    by: str
    at: datetime
    #: the version that it repeats; 0 = none
    again: int = 0
    from_file: bool = False


class DayWord(StrEnum):
    """What the province has decided of a day."""

    #: nothing: as the state and the week have it
    NONE = "none"
    CLOSED = "closed"
    WORKED = "worked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMove:
    """What became of a day."""

    day: date
    before: DayWord
    after: DayWord


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """Days that were changed together."""

    version: PolicyVersion
    moves: tuple[DayMove, ...]
    #: all of them are still as this change made them
    stands: bool


class Names(Protocol):
    """Names as they are now; None for an id that nobody has."""

    async def agency(self, agency: str, at: datetime) -> Named | None:
        """The agency, or who has taken over from it by then."""
        ...

    async def category(self, category: str, area: str, at: datetime) -> CategoryNames | None:
        """The category's name, and who answers for it in that area then; "" or an unknown area = anywhere."""
        ...

    async def area(self, area: str) -> str | None:
        """The area's name."""
        ...

    async def contact(self, contact: str) -> str | None:
        """The contact point's name."""
        ...


class Reservations(Protocol):
    """Tickets for a cascade: the code is there before it starts, so that it can be spoken whatever dies meanwhile."""

    async def reserve(
        self,
        call: str,
        agency: str,
        category: str,
        at: datetime,
        *,
        phone: str = "",
        content: str = "",
        reporter: Reporter = NOBODY_KNOWN,
        urgent: bool = False,
    ) -> Ticket:
        """A ticket of this call that nobody sees yet; asked again, the same one. What is known of the citizen goes in."""
        ...

    async def settle(self, ticket: str, outcome: Outcome, at: datetime) -> Ticket:
        """The cascade ended so; told again, or too late to matter, nothing changes. NotFound `ticket-unknown`."""
        ...
