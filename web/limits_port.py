"""What pages need of the limits at which alarms ring; the composition root hands it in. Errors: NotFound `limit-unknown`, Invalid
`limit-range`, `limit-order`, Refused `limit-changed`, `limit-same`, Unavailable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class LimitSource(StrEnum):
    """Where the value in force comes from."""

    DESK = "desk"
    FILE = "file"
    VARIABLE = "variable"
    #: nobody wrote one
    SHIPPED = "shipped"


class LimitNeeds(StrEnum):
    """What a change takes."""

    #: it is made on the page, and in force at once
    NOTHING = "nothing"
    #: in the file, then `hotline1022 reload`
    RELOAD = "reload"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """A limit as it stands."""

    #: key of the settings' file
    key: str
    value: int
    low: int
    high: int
    source: LimitSource
    #: the file with the line, or the variable; "" = neither
    place: str
    #: what leads when the desk's value is taken back
    of_file: int
    needs: LimitNeeds
    #: kinds of alarms that hang on it
    kinds: tuple[str, ...]
    #: who changed it at the desk last, and when; "" = nobody
    by: str = ""
    at: datetime | None = None
    #: 0 = nobody changed it at the desk
    version: int = 0


class LimitsPort(Protocol):
    """Limits; a change is in force at once."""

    async def list(self) -> Sequence[LimitView]:
        """All, those first that are changed here."""
        ...

    async def change(self, key: str, value: int, *, seen: int, by: str) -> None:
        """Another value, over the version that was seen."""
        ...

    async def back(self, key: str, *, seen: int, by: str) -> None:
        """The settings' file leads again, also when it changes."""
        ...
