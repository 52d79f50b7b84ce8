"""What pages and API need of reasons for a pause; the composition root hands it in. Errors: Invalid `reason-invalid`, Refused
`reason-exists`, `reason-changed`, `reason-last`, NotFound `reason-unknown`, Unavailable.
"""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.queue.types import PauseKind
from hotline1022.web.pauses_wire import PausePast


class PauseReasons(Protocol):
    """Reasons for a pause. A change is in force at once, at telephones too."""

    async def list(self) -> Sequence[PauseKind]:
        """All, by digit; those that have ended too."""
        ...

    async def changes(self, code: str) -> Sequence[PausePast]:
        """What became of one, latest first."""
        ...

    async def add(self, code: str, name: str, by: str) -> PauseKind:
        """Another one."""
        ...

    async def rename(self, code: str, name: str, seen: int, by: str) -> PauseKind:
        """Another word for it, over the version that was seen."""
        ...

    async def end(self, code: str, seen: int, by: str) -> PauseKind:
        """Nobody chooses it any more."""
        ...

    async def bring_back(self, code: str, seen: int, by: str) -> PauseKind:
        """It may be chosen again."""
        ...
