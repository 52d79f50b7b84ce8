"""The settings of the desk: how long somebody stays signed in. Refuses nothing itself."""

from dataclasses import dataclass, field
from typing import Any


def _whole(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Sessions of the pages."""

    #: minutes without a request after which somebody is signed out; 60
    idle_minutes: int = _whole(60, 5, 1440)
    #: hours after which somebody signs in again, whatever was done: longer than a shift; 12
    session_hours: int = _whole(12, 1, 24)
