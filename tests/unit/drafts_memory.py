"""Drafts in memory behind the API's port: the same pure rule, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline1022.core.drafts import Drafted, TakenIn, Writing, take_in
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import Ticket
from tests.unit.tickets_memory import MemoryTickets


@dataclass
class MemoryDrafts:
    tickets: MemoryTickets
    drafts: dict[tuple[str, str], Drafted] = field(default_factory=dict)

    async def list(self, owner: str, limit: int) -> Sequence[Drafted]:
        return [one for (of, _), one in self.drafts.items() if of == owner][:limit]

    async def get(self, owner: str, call: str) -> Drafted | None:
        return self.drafts.get((owner, call))

    async def write(self, owner: str, call: str, writing: Writing, at: datetime) -> TakenIn:
        taken = take_in(self.drafts.get((owner, call)), writing, owner=owner, call=call, at=at)
        if taken.changed:
            self.drafts[owner, call] = taken.draft
        return taken

    async def drop(self, owner: str, call: str, seen: int) -> None:
        self.drafts.pop((owner, call), None)

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
        self.drafts.pop((owner, call), None)
        return await self.tickets.create(draft, answer=answer, beside=beside, by=by, at=at)
