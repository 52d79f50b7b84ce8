"""What the page of an agent needs of drafts; the composition root hands it in. Refuses nothing itself.

`call` is the id of a call, "" = none; `owner` says whose it is: Asker.owner.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.core.drafts import Drafted, TakenIn, Writing
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import Ticket


class Drafts(Protocol):
    """What agents have typed and made no ticket of yet."""

    async def list(self, owner: str, limit: int) -> Sequence[Drafted]:
        """Of one person, latest change first."""
        ...

    async def get(self, owner: str, call: str) -> Drafted | None:
        """One; None where nothing is kept."""
        ...

    async def write(self, owner: str, call: str, writing: Writing, at: datetime) -> TakenIn:
        """Keep what was typed; Refused `draft-gone`."""
        ...

    async def drop(self, owner: str, call: str, seen: int) -> None:
        """Throw away the version that was seen; Refused `draft-gone`, `draft-changed`."""
        ...

    async def ticket(
        self,
        owner: str,
        call: str,
        seen: int,
        draft: Draft,
        *,
        answer: str,
        beside: Mapping[str, str],
        by: str,
        at: datetime,
    ) -> Ticket:
        """Make a ticket of it, and with an `answer` complete it; the draft ends in the same transaction. `beside`: what its history has
        beside what became other, as tickets.ports.Act.

        Refused `draft-gone`, `draft-changed`; Invalid `category-unknown`, `agency-unknown`.
        """
        ...
