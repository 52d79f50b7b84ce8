"""Which contact point was told of the tickets that its agency has from one that ended. Refuses to note the same twice."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime

from sqlalchemy import select

from hotline1022.db.sql import Repository, insert_new
from hotline1022.db.tables_tickets import take_over


class TakeOverRepository(Repository):
    """Contact points by the agency that ended, and since when it is no more."""

    async def told(self) -> AbstractSet[tuple[str, date, str]]:
        """All of them: agency that ended, first day without it, contact point."""
        query = select(take_over.c.agency, take_over.c.since, take_over.c.contact)
        return {(row.agency, row.since, row.contact) for row in await self._connection.execute(query)}

    async def note(self, agency: str, since: date, contact: str, at: datetime) -> bool:
        """Note that it is told; False when it was before."""
        values = {"agency": agency, "since": since, "contact": contact, "at": at}
        done = await self._connection.execute(insert_new(self._dialect, take_over), values)
        return bool(done.rowcount)
