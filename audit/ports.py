"""What the audit needs from others."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from hotline1022.audit.types import Entry, Finding, Head


class Chain(Protocol):
    """The entries, as they are kept."""

    async def head(self) -> Head:
        """The last entry; audit.types.EMPTY when there is none."""
        ...

    def entries(self, after: int = 0) -> AsyncIterator[Sequence[Entry]]:
        """All entries with a greater number, in portions, in their order."""
        ...


class Originals(Protocol):
    """The originals of a call, looked at whenever somebody plays or downloads them."""

    async def check_now(self, call: str, *, fresh: bool = False) -> Sequence[Finding]:
        """Hash its files and compare rows and files with the chain; what is wrong is written down and rung. Nothing: whole.

        Without `fresh` files that were hashed a moment ago, and that nobody wrote to since, are not hashed again.
        """
        ...
