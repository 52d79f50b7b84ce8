"""The audit's chain in the database. Refuses to change or take away an entry, and to write one outside the chain.

What a transaction wants to have written down is collected and linked at its very end, under a lock that is held until the
commit: entries have no gaps, one writer at a time links, and a transaction that is rolled back leaves none.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, exists, func, insert, select, text

from hotline1022.audit.types import EMPTY, Entry, Fact, Head, Kind, Stamp, in_place_of, is_hash, link
from hotline1022.core.said import said
from hotline1022.db.alarms import AlarmRepository
from hotline1022.db.ask import per_dialect
from hotline1022.db.sql import Bulk, Repository, build, picker, run_bulks
from hotline1022.db.tables_audit import audit_entry, audit_stamp

#: the number of the lock in PostgreSQL under which entries are linked: "1022" and "audit" as one would key them
_LOCK = 1022_28348
#: entries read at a time
PORTION = 2000
_stamp_values = picker(Stamp)
#: the alarm of a chain that is not whole
DAMAGED_ALARM = "evidence-damaged"


@per_dialect
def _entries(dialect: Dialect) -> Bulk:
    return Bulk(insert(audit_entry), audit_entry, Entry, dialect)


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
        head, spoilt = await self._last()
        if spoilt:
            text_ = said("alarm-said.spoilt", seq=head.seq)
            await AlarmRepository(self._connection).raise_alarm(DAMAGED_ALARM, text_, datetime.now(UTC))
        entries = []
        for fact in facts:
            entry = link(fact, head)
            head = Head(seq=entry.seq, sha256=entry.sha256)
            entries.append(entry)
        await run_bulks(self._connection, (_entries(self._connection.dialect), entries))

    async def head(self) -> Head:
        """The last entry; EMPTY when there is none. Of one that was spoilt: with what the next one follows."""
        return (await self._last())[0]

    async def _last(self) -> tuple[Head, bool]:
        """The last entry, and whether its hash was spoilt so that nothing could follow: then what stands in its place."""
        newest = select(audit_entry.c.seq, audit_entry.c.sha256).order_by(audit_entry.c.seq.desc()).limit(1)
        last = newest.subquery()  # by itself, so that no plan asks of each entry whether it is followed
        query = select(last, exists().where(audit_entry.c.prev == last.c.sha256).label("followed"))
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return EMPTY, False
        head = _head(row.seq, row.sha256, followed=row.followed)
        return head, head.sha256 != row.sha256

    async def last_number(self) -> int:
        """The last entry's number; 0 when there is none."""
        found: int | None = (await self._connection.execute(select(func.max(audit_entry.c.seq)))).scalar()
        return found or 0

    async def entries(self, after: int = 0, *, portion: int = PORTION) -> AsyncIterator[Sequence[Entry]]:
        """All entries with a greater number, in portions, in their order."""
        while True:
            found = await self._some(audit_entry.c.seq > after, limit=portion)
            if not found:
                return
            yield found
            after = found[-1].seq

    async def about(self, *subjects: str, limit: int = 200) -> Sequence[Entry]:
        """The last entries about these, oldest first."""
        found: list[Entry] = []
        for subject in subjects:  # one by one, as the index has them
            newest = (
                select(audit_entry.c.seq)
                .where(audit_entry.c.subject == subject, text("subject <> ''"))
                .order_by(audit_entry.c.seq.desc())
                .limit(limit)
            )
            found += await self._some(audit_entry.c.seq.in_(newest), limit=limit)
        return sorted(found, key=lambda one: one.seq)[-limit:]

    async def told_about(self, subject: str, kinds: Collection[Kind]) -> Sequence[Entry]:
        """All entries of these kinds about one thing, oldest first."""
        wanted = (audit_entry.c.subject == subject, text("subject <> ''"))
        query = select(audit_entry).where(*wanted, audit_entry.c.kind.in_([one.value for one in kinds]))
        rows = (await self._connection.execute(query.order_by(audit_entry.c.seq))).mappings()
        return [build(Entry, row) for row in rows]

    async def last_about(self, subjects: Collection[str], kind: Kind) -> Mapping[str, Entry]:
        """The last entry of this kind about each of these, by subject."""
        newest = (
            select(func.max(audit_entry.c.seq))
            .where(audit_entry.c.subject.in_(subjects), text("subject <> ''"), audit_entry.c.kind == kind.value)
            .group_by(audit_entry.c.subject)
        )
        return {one.subject: one for one in await self._some(audit_entry.c.seq.in_(newest), limit=len(subjects))}

    async def hash_at(self, seq: int) -> str | None:
        """The hash of one entry as it is written down; None when it is not there."""
        query = select(audit_entry.c.sha256).where(audit_entry.c.seq == seq)
        found: str | None = (await self._connection.execute(query)).scalar()
        return found

    async def last(self, kind: Kind) -> Entry | None:
        """The last entry of a kind; None when there is none."""
        newest = select(audit_entry.c.seq).where(audit_entry.c.kind == kind.value)
        found = await self._some(audit_entry.c.seq.in_(newest.order_by(audit_entry.c.seq.desc()).limit(1)), limit=1)
        return found[0] if found else None

    async def latest(self, kind: Kind, limit: int) -> Sequence[Entry]:
        """The last entries of a kind, in the order of the chain."""
        newest = select(audit_entry.c.seq).where(audit_entry.c.kind == kind.value)
        return await self._some(
            audit_entry.c.seq.in_(newest.order_by(audit_entry.c.seq.desc()).limit(limit)), limit=limit
        )

    async def last_moments(self, kind: Kind, limit: int) -> Sequence[datetime]:
        """When the last entries of a kind were written, in the order of the chain."""
        query = select(audit_entry.c.at).where(audit_entry.c.kind == kind.value)
        query = query.order_by(audit_entry.c.seq.desc()).limit(limit)
        return list((await self._connection.execute(query)).scalars())[::-1]

    async def newest(self) -> datetime | None:
        """When the last entry was written; None when there is none."""
        query = select(audit_entry.c.at).order_by(audit_entry.c.seq.desc()).limit(1)
        found: datetime | None = (await self._connection.execute(query)).scalar()
        return found

    async def oldest(self) -> datetime | None:
        """When the first entry was written; None when there is none."""
        query = select(audit_entry.c.at).order_by(audit_entry.c.seq).limit(1)
        found: datetime | None = (await self._connection.execute(query)).scalar()
        return found

    async def of_kind(self, kind: Kind, after: int = 0) -> AsyncIterator[Entry]:
        """All entries of a kind with a greater number, in their order."""
        while found := await self._some(audit_entry.c.kind == kind.value, audit_entry.c.seq > after, limit=PORTION):
            for entry in found:
                yield entry
            after = found[-1].seq

    async def before(self, at: datetime) -> Head:
        """The last entry that was written before this moment."""
        query = select(audit_entry.c.seq, audit_entry.c.sha256).where(audit_entry.c.at < at)
        row = (await self._connection.execute(query.order_by(audit_entry.c.seq.desc()).limit(1))).one_or_none()
        return EMPTY if row is None else _head(row.seq, row.sha256)

    async def knows(self, fact: Fact) -> bool:
        """Whether this very fact stands in the chain: by who, when, and what about."""
        wanted = (audit_entry.c.actor == fact.actor, audit_entry.c.at == fact.at)
        found = await self._some(*wanted, audit_entry.c.kind == fact.kind.value, limit=PORTION)
        return any(one.subject == fact.subject and one.detail == fact.detail for one in found)

    async def put_stamp(self, stamp: Stamp) -> None:
        """Keep a stamp."""
        values = _stamp_values(stamp)
        values["sent_to"] = list(stamp.sent_to)
        await self._connection.execute(insert(audit_stamp), [values])

    async def stamps(self, after: str = "") -> AsyncIterator[Stamp]:
        """All stamps, by name, which is their order."""
        while True:
            query = select(audit_stamp).where(audit_stamp.c.name > after).order_by(audit_stamp.c.name).limit(PORTION)
            rows = (await self._connection.execute(query)).mappings().all()
            for row in rows:
                yield _stamp(row)
            if len(rows) < PORTION:
                return
            after = rows[-1]["name"]

    async def last_stamp(self) -> Stamp | None:
        """The latest one, as the chain counts: of the greatest entry, whatever the clock said."""
        query = select(audit_stamp).order_by(audit_stamp.c.name.desc()).limit(1)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else _stamp(row)

    async def _some(self, *wanted: Any, limit: int) -> list[Entry]:
        query = select(audit_entry).where(*wanted).order_by(audit_entry.c.seq).limit(limit)
        return [build(Entry, row) for row in (await self._connection.execute(query)).mappings()]


def _stamp(row: Mapping[Any, Any]) -> Stamp:
    """Where it was sent to vouches for nothing: where somebody spoilt that, the stamp is still one."""
    there = row["sent_to"]
    sent_to = tuple(map(str, there)) if isinstance(there, list) else ()
    return build(Stamp, row, sent_to=sent_to)


def _head(seq: int, sha256: str, *, followed: bool = False) -> Head:
    """What follows this entry's hash, or what stands in place of one that cannot be followed."""
    return Head(seq=seq, sha256=sha256 if is_hash(sha256) and not followed else in_place_of(seq, sha256))
