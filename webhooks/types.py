"""Values of the webhooks room: who is told of what, what happened, how telling went. Refuses nothing itself: rules.py does.

No value here holds a number, a name or a word of a citizen: what a webhook may know of that is read when it is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What a webhook may be told of."""

    CALL_ENDED = "call.ended"
    CALL_MISSED = "call.missed"
    TICKET_MADE = "ticket.made"
    TICKET_CHANGED = "ticket.changed"
    TICKET_CLOSED = "ticket.closed"


#: the event of the button that tries a webhook
TEST = "webhook.test"


class DeliveryState(StrEnum):
    """How far telling one event is."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class PausedWhy(StrEnum):
    """Why a webhook is told nothing now."""

    BY_HAND = "by-hand"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A webhook as somebody wants it; None: as it is."""

    name: str | None = None
    url: str | None = None
    kinds: frozenset[EventKind] | None = None
    #: whether it is told telephone numbers
    numbers: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One address that is told. Times are aware UTC."""

    id: str
    name: str
    url: str
    kinds: frozenset[EventKind]
    numbers: bool
    created_at: datetime
    created_by: str
    #: grows by one with each change of a person: who changes must have seen this one
    version: int = 1
    paused_at: datetime | None = None
    paused_why: PausedWhy | None = None
    #: tries in a row that failed, since when, and when the next one is
    failures: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    succeeded_at: datetime | None = None
    #: what was wrong the last time; "" = nothing
    error_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that webhooks are told of, once each."""

    #: the most telling first: a webhook is told the first one that it wants
    kinds: tuple[EventKind, ...]
    #: `call:ID` or `ticket:ID`: events of one thing are told in their order
    thing: str
    #: the same again is the same event
    key: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook."""

    #: grows: the order in which they were written
    place: int
    #: the same in each try
    id: str
    webhook_id: str
    kind: EventKind
    thing: str
    at: datetime
    data: Mapping[str, Any]
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    tries: int = 0
    #: of the present round of tries
    first_try_at: datetime | None = None
    ended_at: datetime | None = None
    #: of the last answer; 0 = none came
    status: int = 0
    error_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that a worker has taken, with all that sending needs."""

    delivery: Delivery
    url: str = field(repr=False)
    numbers: bool
    #: sealed
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one request."""

    #: of the answer; 0 = none came
    status: int = 0
    #: "" = it was taken
    error_id: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return not self.error_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A webhook and its secret, which is shown once."""

    webhook: Webhook
    secret: str = field(repr=False)
