"""The audit's chain in the database. Refuses to change or take away an entry, and to write one outside the chain.

What a transaction wants to have written down is collected and linked at its very end, under a lock that is held until the
commit: entries have no gaps, one writer at a time links, and a transaction that is rolled back leaves none.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import insert, select, text

from hotline1022.audit.types import EMPTY, Entry, Fact, Head, link
from hotline1022.db.sql import Repository, build
from hotline1022.db.tables_audit import audit_entry

#: the number of the lock in PostgreSQL under which entries are linked: "1022" and "audit" as one would key them
_LOCK = 1022_28348
#: entries read at a time
PORTION = 2000


class AuditRepository(Repository):
    """The chain, within one transaction."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._facts: list[Fact] = []

    def add(self, fact: Fact) -> None:
        """Have this written down together with what else this transaction changes."""
        self._facts.append(fact)

    async def flush(self) -> None:
        """Link what was added; the transaction calls it as its last step before the commit."""
        if not self._facts:
            return
        facts, self._facts = self._facts, []
        if self._dialect == "postgresql":
            await self._connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        head = await self.head()
        rows = []
        for fact in facts:
            entry = link(fact, head)
            head = Head(seq=entry.seq, sha256=entry.sha256)
            rows.append({name: getattr(entry, name) for name in Entry.__slots__})
        await self._connection.execute(insert(audit_entry), rows)

    async def head(self) -> Head:
        """The last entry; EMPTY when there is none."""
        query = select(audit_entry.c.seq, audit_entry.c.sha256).order_by(audit_entry.c.seq.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return EMPTY if row is None else Head(seq=row.seq, sha256=row.sha256)

    async def entries(self, after: int = 0, *, portion: int = PORTION) -> AsyncIterator[Sequence[Entry]]:
        """All entries with a greater number, in portions, in their order."""
        while True:
            found = await self._some(audit_entry.c.seq > after, limit=portion)
            if not found:
                return
            yield found
            after = found[-1].seq

    async def about(self, subject: str, *, limit: int = 200) -> Sequence[Entry]:
        """The last entries about one thing, oldest first."""
        newest = (
            select(audit_entry.c.seq)
            .where(audit_entry.c.subject == subject, text("subject <> ''"))
            .order_by(audit_entry.c.seq.desc())
            .limit(limit)
        )
        return await self._some(audit_entry.c.seq.in_(newest), limit=limit)

    async def _some(self, *wanted: Any, limit: int) -> list[Entry]:
        query = select(audit_entry).where(*wanted).order_by(audit_entry.c.seq).limit(limit)
        return [build(Entry, row) for row in (await self._connection.execute(query)).mappings()]
