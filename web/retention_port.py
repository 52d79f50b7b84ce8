"""What the API needs of retention; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.recordings.types import DueView, Hold


class RetentionPort(Protocol):
    """Holds on recordings, and what would go."""

    async def hold(self, recording: str, *, letter: str, why: str) -> Hold:
        """Keep it whatever its age; NotFound `recording-unknown`, Refused `recording-expired`."""
        ...

    async def release(self, hold: str, *, why: str) -> tuple[Hold, bool]:
        """End this hold, and whether another one keeps the recording; NotFound `hold-unknown`, Refused `hold-released`."""
        ...

    async def holds_of(self, recording: str) -> Sequence[Hold]:
        """All of a recording, oldest first; NotFound `recording-unknown`."""
        ...

    async def open_holds(self) -> Sequence[Hold]:
        """All that are not released, oldest first."""
        ...

    async def due(self) -> DueView:
        """What would go now."""
        ...
