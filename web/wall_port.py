"""What the API needs of addresses for televisions; the composition root hands it in. Errors: Invalid `name-invalid`, Refused
`wallboard-exists`, NotFound `wallboard-unknown`, Unavailable.
"""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.core.wallboards import Wallboard


class Wallboards(Protocol):
    """Addresses that show figures to whoever has one."""

    async def list(self) -> Sequence[Wallboard]:
        """Those that open first."""
        ...

    async def add(self, name: str, by: str) -> tuple[Wallboard, str]:
        """Another one, and its key, which is never given again."""
        ...

    async def opens(self, key: str) -> bool:
        """Whether this key opens one now."""
        ...

    async def revoke(self, id: str) -> Wallboard:
        """End it; one that has ended stays so."""
        ...
