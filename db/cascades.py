"""Cascades in the database: written with the call log's own transaction, read by the API and by what settles them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Integer, case, cast, func, select, tuple_, update

from hotline1022.cascade.types import CascadeRow, KeptCascade, PickUp, StepRow
from hotline1022.core.cascade import Outcome, State
from hotline1022.db.columns import condition
from hotline1022.db.sql import Bulk, Repository, build, run_bulks, upsert
from hotline1022.db.tables import call
from hotline1022.db.tables_cascade import cascade, cascade_step

_UNDER_WAY = condition("cascade.state <> 'ended'")
_UNSETTLED = condition("state = 'ended' AND settled_at IS NULL")


class CascadeRepository(Repository):
    """Hunts and their steps."""

    async def save(self, rows: Sequence[CascadeRow], steps: Sequence[StepRow]) -> None:
        """Write hunts and steps, new or in place of what is there; what has been settled stays so."""
        bulks = _compiled(self._connection.dialect)
        await run_bulks(self._connection, (bulks[0], rows), (bulks[1], steps))

    async def of_call(self, call: str) -> Sequence[KeptCascade]:
        """The hunts of a call, oldest first."""
        return await self._kept(cascade.c.call_id == call, first=cascade.c.hunt)

    async def get(self, call: str, hunt: int) -> KeptCascade | None:
        """One hunt."""
        found = await self._kept(cascade.c.call_id == call, cascade.c.hunt == hunt)
        return found[0] if found else None

    async def list(
        self,
        *,
        agency: str | None = None,
        call: str | None = None,
        state: State | None = None,
        outcome: Outcome | None = None,
        under_way: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[KeptCascade]:
        """Newest first; `until` is not included. `under_way`: those that have not ended."""
        columns = {"agency": agency, "call_id": call, "state": state, "outcome": outcome}
        wanted = [cascade.c[name] == value for name, value in columns.items() if value is not None]
        wanted += [_UNDER_WAY] if under_way else []
        wanted += [cascade.c.started_at >= since] if since is not None else []
        wanted += [cascade.c.started_at < until] if until is not None else []
        return await self._kept(*wanted, limit=limit)

    async def unsettled(self, limit: int = 100, *, after: CascadeRow | None = None) -> Sequence[KeptCascade]:
        """Ended hunts whose ticket and messages have not been seen to, oldest first; `after`: those that follow this one."""
        place = tuple_(cascade.c.started_at, cascade.c.call_id, cascade.c.hunt)
        later = [] if after is None else [place > (after.started_at, after.call_id, after.hunt)]
        return await self._kept(_UNSETTLED, *later, limit=limit, first=cascade.c.started_at)

    async def settle(self, call: str, hunt: int, at: datetime) -> bool:
        """Note that it has been seen to; False when it had been before."""
        done = await self._connection.execute(
            update(cascade)
            .where(cascade.c.call_id == call, cascade.c.hunt == hunt, cascade.c.settled_at.is_(None))
            .values(settled_at=at)
        )
        return bool(done.rowcount)

    async def pick_ups(self, since: datetime, until: datetime) -> Sequence[PickUp]:
        """By agency: cascades that began in [since, until) and have ended, how many were taken, and how soon."""
        if self._dialect == "sqlite":  # microseconds since 1970
            after: Any = (cast(cascade.c.taken_at, Integer) - cast(cascade.c.started_at, Integer)) / 1000
        else:
            after = func.extract("epoch", cascade.c.taken_at - cascade.c.started_at) * 1000
        taken = case((cascade.c.taken_at.is_not(None), 1), else_=0)
        query = (
            select(
                cascade.c.agency,
                func.count().label("cascades"),
                func.sum(taken).label("taken"),
                func.avg(after).label("taken_after_ms"),
            )
            .where(cascade.c.started_at >= since, cascade.c.started_at < until, cascade.c.ended_at.is_not(None))
            .group_by(cascade.c.agency)
            .order_by(cascade.c.agency)
        )
        return [
            PickUp(
                agency=row["agency"],
                cascades=row["cascades"],
                taken=int(row["taken"]),
                taken_after_ms=None if row["taken_after_ms"] is None else round(float(row["taken_after_ms"])),
            )
            for row in (await self._connection.execute(query)).mappings()
        ]

    async def _kept(self, *wanted: Any, limit: int = 1000, first: Any = None) -> Sequence[KeptCascade]:
        first = cascade.c.started_at.desc() if first is None else first
        version = select(call.c.version).where(call.c.id == cascade.c.call_id).correlate(cascade).scalar_subquery()
        query = select(cascade, version.label("version")).where(*wanted)
        query = query.order_by(first, cascade.c.call_id, cascade.c.hunt)
        rows = (await self._connection.execute(query.limit(limit))).mappings().all()
        ids = {row["call_id"] for row in rows}
        found = await self._connection.execute(
            select(cascade_step).where(cascade_step.c.call_id.in_(ids)).order_by(cascade_step.c.number)
        )
        steps = [build(StepRow, row) for row in found.mappings()]
        return [
            KeptCascade(
                row=build(CascadeRow, row),
                steps=tuple(s for s in steps if (s.call_id, s.hunt) == (row["call_id"], row["hunt"])),
                settled_at=row["settled_at"],
                version=row["version"],
            )
            for row in rows
        ]


_bulks: dict[str, tuple[Bulk, Bulk]] = {}


def _compiled(dialect: Dialect) -> tuple[Bulk, Bulk]:
    """The statements of a save; made once for each kind of database."""
    if dialect.name not in _bulks:
        _bulks[dialect.name] = (
            Bulk(upsert(dialect.name, cascade, "settled_at"), cascade, CascadeRow, dialect),
            Bulk(upsert(dialect.name, cascade_step), cascade_step, StepRow, dialect),
        )
    return _bulks[dialect.name]
