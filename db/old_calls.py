"""Calls whose time is over: numbers and history go, the row stays, so that every figure of those days is still right.

Refuses calls whose recording is still there, or whose ticket is open. Decision 15.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Result
from hotline1022.db.audit import AuditRepository
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.catalogue_facts import EMERGENCIES
from hotline1022.db.originals import OriginalRepository
from hotline1022.db.retention import HAS_FILES, keeps
from hotline1022.db.sql import Repository
from hotline1022.db.tables import call, call_event, leg
from hotline1022.db.tables_cascade import cascade_step
from hotline1022.db.tables_catalogue import catalogue
from hotline1022.db.tables_retention import call_expired
from hotline1022.recordings.types import CallKind, State

#: calls in one transaction
PORTION = 50


class OldCallRepository(Repository):
    """Old calls, within one transaction."""

    def __init__(
        self,
        connection: AsyncConnection,
        rows: CatalogueRepository,
        originals: OriginalRepository,
        audit: AuditRepository,
    ) -> None:
        super().__init__(connection)
        self._rows, self._originals, self._audit = rows, originals, audit

    async def due(self, kind: CallKind, before: datetime, *, after: str = "", limit: int = PORTION) -> Sequence[str]:
        """Calls of the kind from before this moment, by id, behind `after`."""
        query = select(call.c.id).where(*_over(kind, before), call.c.id > after).order_by(call.c.id).limit(limit)
        return list((await self._connection.execute(query)).scalars())

    async def count(self, kind: CallKind, before: datetime) -> int:
        """How many there are."""
        query = select(func.count()).select_from(call).where(*_over(kind, before))
        return int((await self._connection.execute(query)).scalar_one())

    async def lately(self, since: datetime) -> int:
        """How many were emptied since then."""
        query = select(func.count()).select_from(call_expired).where(call_expired.c.at >= since)
        return int((await self._connection.execute(query)).scalar_one())

    async def empty(self, wanted: Sequence[str], kind: CallKind, before: datetime, at: datetime) -> int:
        """Take numbers and history of those that are due still; how many. One entry of the audit tells of all, and one of each
        that had a recording: its history is no more what the older entry says.
        """
        query = select(call.c.id).where(*_over(kind, before), call.c.id.in_(wanted)).order_by(call.c.id)
        calls = list((await self._connection.execute(query)).scalars())
        if not calls:
            return 0
        nobody = {"caller_raw": "", "caller_sent": "", "caller_e164": None}
        await self._connection.execute(update(call).where(call.c.id.in_(calls)).values(**nobody))
        others = (leg.c.call_id.in_(calls), leg.c.kind != LegKind.AGENT)
        await self._connection.execute(update(leg).where(*others).values(party=""))
        await self._connection.execute(update(cascade_step).where(cascade_step.c.call_id.in_(calls)).values(dialled=""))
        await self._connection.execute(delete(call_event).where(call_event.c.call_id.in_(calls)))
        await self._connection.execute(call_expired.insert(), [{"call_id": one, "at": at} for one in calls])
        # what the older entry says of the history is over: the new one tells of an empty one
        told = await self._originals.last(calls)
        await self._originals.tell(sorted(told), at, kind=Kind.CALL_EXPIRED)
        detail = {"calls": list(calls), "kept_as": kind.value}
        self._audit.add(Fact(at=at, kind=Kind.CALL_EXPIRED, actor="service", subject="", detail=detail))
        self._rows.touch(calls)
        return len(calls)


def _over(kind: CallKind, before: datetime) -> tuple[ColumnElement[bool], ...]:
    emergency = or_(call.c.result == Result.EMERGENCY, call.c.reason.in_(EMERGENCIES))
    recorded = and_(
        catalogue.c.call_id == call.c.id, or_(catalogue.c.held, catalogue.c.state == State.EXPIRING, HAS_FILES)
    )
    return (
        call.c.state == CallState.ENDED,
        call.c.entered_at < before,
        emergency if kind is CallKind.EMERGENCY else ~emergency,
        ~exists().where(call_expired.c.call_id == call.c.id),
        ~select(catalogue.c.id).where(recorded).exists(),
        ~keeps(call.c.id, before),
    )
