"""The settings of webhooks: which addresses beside public ones may be told, when one is given up, how long rows are kept. Refuses
nothing itself.
"""

from dataclasses import dataclass, field
from typing import Any


def _whole(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Programs of others that are told."""

    #: networks that are not public and may be told, such as "10.20.0.0/16" or "127.0.0.1"; empty = none
    networks: tuple[str, ...] = ()
    #: days after which a receiver that fails is paused, and an event that it refuses given up; 3
    give_up_days: int = _whole(3, 1, 30)
    #: days that events are kept, told or not; 30
    keep_days: int = _whole(30, 1, 365)
