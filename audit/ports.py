"""What the audit needs from others."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from hotline1022.audit.types import Entry, Head


class Chain(Protocol):
    """The entries, as they are kept."""

    async def head(self) -> Head:
        """The last entry; audit.types.EMPTY when there is none."""
        ...

    def entries(self, after: int = 0) -> AsyncIterator[Sequence[Entry]]:
        """All entries with a greater number, in portions, in their order."""
        ...
