"""Searches in the audit by day, kind and actor, the latest first. Refuses nothing; changes nothing.

Each kind is asked for by itself, so that both databases find its newest entries at the end of one range of an index, however many there
are; what they find is put together afterwards.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, union_all

from hotline1022.audit.types import Entry, EntryFilter, Kind
from hotline1022.db.sql import Repository, build
from hotline1022.db.tables_audit import audit_entry

_row = audit_entry.c


class AuditSearch(Repository):
    """Questions to the chain."""

    async def page(self, wanted: EntryFilter) -> Sequence[Entry]:
        """The latest first; by the clock, and of one moment by their number."""
        if not wanted.kinds:
            return []
        at = await self._at(wanted.after) if wanted.after else None
        found = (await self._connection.execute(numbers(wanted, at))).all()
        query = select(audit_entry).where(_row.seq.in_([one.seq for one in found]))
        query = query.order_by(_row.at.desc(), _row.seq.desc())
        return [build(Entry, row) for row in (await self._connection.execute(query)).mappings()]

    async def _at(self, seq: int) -> datetime | None:
        found: datetime | None = (await self._connection.execute(select(_row.at).where(_row.seq == seq))).scalar()
        return found


def numbers(wanted: EntryFilter, at: datetime | None) -> Select[Any]:
    """The numbers of a page; `at`: when the entry `wanted.after` was written, None = from the beginning."""
    chosen = list[Any]()
    if wanted.actor:
        chosen.append(_row.actor == wanted.actor)
    if wanted.since is not None:
        chosen.append(_row.at >= wanted.since)
    if wanted.until is not None:
        chosen.append(_row.at < wanted.until)
    if at is not None:
        chosen.append(and_(_row.at <= at, or_(_row.at < at, _row.seq < wanted.after)))
    parts = [_of_kind(kind, chosen, wanted.limit) for kind in sorted(wanted.kinds)]
    found = union_all(*parts).subquery()
    return select(found.c.seq).order_by(found.c.at.desc(), found.c.seq.desc()).limit(wanted.limit)


def _of_kind(kind: Kind, chosen: Sequence[Any], limit: int) -> Select[Any]:
    newest = (
        select(_row.seq, _row.at)
        .where(_row.kind == kind.value, *chosen)
        .order_by(_row.at.desc(), _row.seq.desc())
        .limit(limit)
        .subquery()
    )
    return select(newest.c.seq, newest.c.at)
