"""What pages and API need of those who answer at the lines; the composition root hands it in. Errors: Invalid `person-invalid`,
`name-invalid`, `pin-weak`, NotFound `person-not-found`, Refused `person-exists`, `person-changed`, Unavailable.
"""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.web.types import PersonView


class People(Protocol):
    """Those who answer."""

    async def list(self) -> Sequence[PersonView]:
        """All, by id; who has ended too."""
        ...

    async def create(self, person: str, name: str, pin: str) -> PersonView:
        """Add one; hashes the PIN."""
        ...

    async def new_pin(self, person: str, pin: str) -> PersonView:
        """Another PIN, by which one who was locked out by wrong ones comes in at once."""
        ...

    async def rename(self, person: str, name: str, before: str | None = None) -> PersonView:
        """Another name; `before` is the one that was read, None = whatever it is."""
        ...

    async def end(self, person: str) -> PersonView:
        """Answers no more: no PIN lets in, and a line is left within a moment."""
        ...

    async def take_back(self, person: str) -> PersonView:
        """Answers again."""
        ...
