"""What the API needs of cascades. Errors: NotFound `call-unknown`, Refused `cascade-…`, Unavailable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.cascade.types import PickUp
from hotline1022.web.cascade_wire import Begun, CascadeBody, CascadeQuery, CascadeView


class Cascades(Protocol):
    """Hunts for somebody at an agency."""

    async def list(self, wanted: CascadeQuery) -> Sequence[CascadeView]:
        """Newest first."""
        ...

    async def pick_ups(self, since: datetime, until: datetime) -> Sequence[PickUp]:
        """By agency, of those that have ended."""
        ...

    async def begin(self, wanted: CascadeBody, *, by: str) -> Begun:
        """Put a citizen through who talks with an agent; Refused `call-not-talking`, `cascade-running`."""
        ...

    async def take_back(self, call: str, *, by: str) -> None:
        """Cancel; Refused `cascade-none`, `citizen-taken`."""
        ...

    async def connect(self, call: str, *, by: str) -> None:
        """End the introduction; Refused `cascade-none`, `nobody-introduced`."""
        ...
