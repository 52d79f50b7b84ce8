"""Drafts of agents over the database: kept as they are typed, gone with the ticket that is made of them or after thirty days.
Refuses a window that shows one that is no more.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hotline1022.core.drafts import Drafted, TakenIn, Writing, gone, take_in
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.db.unit import Database, Work
from hotline1022.service.retention.work import doubt_of
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.tickets.acts import NOTHING
from hotline1022.tickets.citizen import phone_of
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import Ticket

log = logging.getLogger(__name__)

#: how long one is kept that nobody touches
KEPT = timedelta(days=30)
#: between two looks for those
EVERY_SECONDS = 3600.0
#: windows of one person that write at the same moment are let in one after the other: each round one gets on
ROUNDS = 5


class AgentDrafts:
    """web.drafts_port.Drafts."""

    def __init__(self, database: Database, tickets: TicketDesk) -> None:
        self._database, self._tickets = database, tickets

    async def list(self, owner: str, limit: int) -> Sequence[Drafted]:
        """Latest change first."""
        async with self._database.reading() as tx:
            return await tx.drafts.of(owner, limit)

    async def get(self, owner: str, call: str) -> Drafted | None:
        """One."""
        async with self._database.reading() as tx:
            return await tx.drafts.get(owner, call)

    async def write(self, owner: str, call: str, writing: Writing, at: datetime) -> TakenIn:
        """Keep what was typed."""
        for _ in range(ROUNDS):
            async with self._database.transaction() as tx:
                before = await tx.drafts.get(owner, call)
                taken = take_in(before, writing, owner=owner, call=call, at=at)
                if not taken.changed:
                    return taken
                phone = phone_of(taken.draft.text("phone"))
                if await tx.drafts.put(taken.draft, phone, before=before.version if before else 0):
                    return taken
        raise Unavailable("too many windows write at this moment; what was typed is sent again", error_id="draft-busy")

    async def drop(self, owner: str, call: str, seen: int) -> None:
        """Throw it away."""
        async with self._database.transaction() as tx:
            await _end(tx, owner, call, seen)

    async def ticket(
        self,
        owner: str,
        call: str,
        seen: int,
        draft: Draft,
        *,
        answer: str,
        beside: Mapping[str, str] = NOTHING,
        by: str,
        at: datetime,
    ) -> Ticket:
        """Make a ticket of it, or fill in the one that a transfer of this call has kept. Where nothing was kept yet there is nothing
        to end.
        """

        async def end(tx: Work) -> None:
            if seen or await tx.drafts.get(owner, call) is not None:
                await _end(tx, owner, call, seen)

        return await self._tickets.write_down(call, draft, answer=answer, beside=beside, by=by, at=at, within=end)


async def _end(tx: Work, owner: str, call: str, seen: int) -> None:
    if await tx.drafts.remove(owner, call, seen):
        return
    there = await tx.drafts.get(owner, call)
    if there is None or 0 < seen < there.first:
        raise gone()
    text = "something was typed in another window meanwhile; look at it, then do it again"
    raise Refused(text, error_id="draft-changed")


class DraftClock:
    """Forgets what nobody touched for long; `run` in the service's TaskGroup. Refuses to end with a database that is away, and to forget
    anything by a clock that jumped.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                at = datetime.now(UTC)
                if not await doubt_of(self._database, at):
                    await self.sweep(at)
            except HotlineError as error:
                log.warning("drafts whose time is over are not forgotten yet: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self, at: datetime) -> int:
        """Once; says how many."""
        async with self._database.transaction() as tx:
            return await tx.drafts.forget(at - KEPT)
