"""What the short links of messages stand for. Refuses to keep a key: it goes out in a message, and only its SHA-256 is stored."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from hotline1022.db.sql import Repository, build, insert_new
from hotline1022.db.tables_notify import ticket_link
from hotline1022.db.tokens import digest
from hotline1022.notify.types import Link


class TicketLinkRepository(Repository):
    """Links by the hash of their key."""

    async def put(self, links: Mapping[str, Link]) -> None:
        """Keep what each key stands for; one that is there stays."""
        rows = [
            {"sha256": digest(key), "contact": one.contact, "ticket": one.ticket, "expires": one.expires}
            for key, one in links.items()
        ]
        if rows:
            await self._connection.execute(insert_new(self._dialect, ticket_link), rows)

    async def find(self, key: str) -> Link | None:
        """What it stands for, whether expired or not."""
        query = select(ticket_link).where(ticket_link.c.sha256 == digest(key))
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return build(Link, row) if row else None

    async def forget(self, before: datetime) -> int:
        """Those that were good until then are dropped; gives how many."""
        done = await self._connection.execute(delete(ticket_link).where(ticket_link.c.expires < before))
        return done.rowcount
