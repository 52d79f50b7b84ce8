"""What follows from what a gateway said: the next step of a message. Pure; never makes a second request of a silence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.notify.answers import (
    Accepted,
    Arrived,
    Asked,
    NoAnswer,
    NotTaken,
    RefusedForGood,
    Sent,
    StillOpen,
    Undeliverable,
)
from hotline1022.notify.retry import again_at, ask_at, given_up
from hotline1022.notify.states import Trigger
from hotline1022.notify.types import Message, MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move, and what is written with it."""

    #: None: it stays where it is
    trigger: Trigger | None
    #: when to try again
    due_at: datetime | None = None
    #: when to ask the gateway; None = not
    ask_at: datetime | None = None
    #: whether the request counts among the message's tries
    counts: bool = True
    ids: tuple[str, ...] = ()
    error_id: str = ""
    error: str = ""


def after_send(
    message: Message,
    said: Sent,
    at: datetime,
    *,
    chance: float,
    patience: timedelta,
    can_ask: bool = False,
    can_follow: bool = False,
) -> Step:
    """After a request; `message` as it was before it. A fault of the gateway does not count against the message."""
    match said:
        case Accepted(ids=ids):
            return Step(trigger=Trigger.ACCEPTED, ids=ids, ask_at=ask_at(0, at) if can_follow and ids else None)
        case NoAnswer(reason=reason):
            asks = ask_at(0, at) if can_ask else None
            return Step(trigger=Trigger.NO_ANSWER, ask_at=asks, error_id="no-answer", error=reason)
        case RefusedForGood(error_id=error_id, reason=reason):
            return Step(trigger=Trigger.REFUSED, error_id=error_id, error=reason)
        case NotTaken(error_id=error_id, reason=reason, away=away, seconds=seconds):
            counts = not away and seconds is None
            tries = message.tries + counts
            if given_up(tries, message.ready_at, at, patience):
                return Step(trigger=Trigger.TOO_LATE, error_id=error_id, error=reason)
            due = again_at(max(1, tries), at, chance, seconds)
            return Step(trigger=Trigger.NOT_TAKEN, due_at=due, counts=counts, error_id=error_id, error=reason)


def after_ask(message: Message, said: Asked, at: datetime, *, can_follow: bool = False) -> Step:
    """After the gateway was asked what became of a message that is sent or unknown."""
    unknown = message.state is MessageState.UNKNOWN
    asked = message.asked + 1
    later = Step(trigger=None, ask_at=ask_at(asked, at))
    match said:
        case Accepted(ids=ids) if unknown:
            return Step(trigger=Trigger.ACCEPTED, ids=ids, ask_at=ask_at(asked, at) if can_follow and ids else None)
        case Arrived():
            return Step(trigger=Trigger.ARRIVED)
        case Undeliverable(reason=reason):
            return Step(trigger=Trigger.UNDELIVERABLE, error_id="undeliverable", error=reason)
        case NotTaken(error_id=error_id, reason=reason) if unknown:
            return Step(trigger=Trigger.NOT_TAKEN, due_at=at, error_id=error_id, error=reason)
        case Accepted() | NotTaken() | StillOpen():
            return later
