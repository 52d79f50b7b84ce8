"""How many SMS may leave in a time, through a gateway and to one phone. Pure; over the cap a message waits, it is not lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.notify.types import Begun

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The bounds; 0 = none."""

    #: requests to the gateway in any minute
    per_minute: int
    #: messages to one phone in any hour
    per_number: int


def may_send(history: Sequence[Begun], recipient: str, at: datetime, caps: Caps) -> datetime:
    """When the next message to this phone may leave: `at` or later. `history`: what left in the
    minute before, and to the phone in the hour before, oldest first.
    """
    to_phone = [one.at for one in history if one.recipient == recipient]
    free = [
        _free([one.at for one in history], at, MINUTE, caps.per_minute),
        _free(to_phone, at, HOUR, caps.per_number),
    ]
    return max(at, *free)


def _free(times: Sequence[datetime], at: datetime, span: timedelta, cap: int) -> datetime:
    """When fewer than `cap` of these lie in the span before."""
    recent = [one for one in times if one > at - span]
    if not cap or len(recent) < cap:
        return at
    return sorted(recent)[-cap] + span
