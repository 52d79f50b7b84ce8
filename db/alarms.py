"""Alarms. The same kind for the same call is one alarm until it is seen; a fact that is read again raises nothing.

Without a call the detail tells what it is about, such as the line: another detail is another alarm.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new
from hotline1022.db.tables import alarm
from hotline1022.db.types import AlarmRow

_RINGING = condition("alarm.seen_at IS NULL AND alarm.cleared_at IS NULL")
_OVER = condition("(alarm.seen_at IS NOT NULL OR alarm.cleared_at IS NOT NULL)")


def raised_on(connection: AsyncConnection) -> list[AlarmRow]:
    """The alarms that this connection's transaction raised, whichever part did; whoever begins one empties it."""
    found: list[AlarmRow] = connection.info.setdefault("alarms", [])
    return found


class AlarmRepository(Repository):
    """Raised, repeated, seen, cleared."""

    async def raise_alarm(
        self, kind: str, detail: str, at: datetime, call_id: str | None = None
    ) -> tuple[AlarmRow, bool]:
        """Raise; gives the alarm and whether it is new. Refused for nothing."""
        same = (alarm.c.kind == kind, func.coalesce(alarm.c.call_id, alarm.c.detail) == (call_id or detail))
        for known in await self._all(*same, limit=1):
            again = known.call_id is not None and known.raised_at >= at
            if again or (known.seen_at is None and known.cleared_at is None):
                return known, False
        values = {
            "id": token_hex(8),
            "kind": kind,
            "call_id": call_id,
            "raised_at": at,
            "detail": detail,
            "seen_by": "",
        }
        done = await self._connection.execute(insert_new(self._dialect, alarm), values)
        raised, new = (await self._all(*same, limit=1))[0], bool(done.rowcount)
        if new:
            raised_on(self._connection).append(raised)
        return raised, new

    async def due(self, before: datetime) -> Sequence[AlarmRow]:
        """Alarms that nobody has seen and that were last told at that time or earlier, oldest first."""
        told = func.coalesce(alarm.c.last_repeated_at, alarm.c.raised_at)
        return list(reversed(await self._all(_RINGING, told <= before, limit=1000)))

    async def repeated(self, alarm_id: str, at: datetime) -> None:
        """Note that it was told again."""
        await self._connection.execute(update(alarm).where(alarm.c.id == alarm_id).values(last_repeated_at=at))

    async def mark_seen(self, alarm_id: str, by: str, at: datetime) -> AlarmRow | None:
        """Note who saw it, which ends the repeating; the first mark stays. None when there is no such alarm."""
        await self._connection.execute(
            update(alarm).where(alarm.c.id == alarm_id, alarm.c.seen_at.is_(None)).values(seen_at=at, seen_by=by)
        )
        found = await self._all(alarm.c.id == alarm_id, limit=1)
        return found[0] if found else None

    async def clear(self, kind: str, at: datetime, call_id: str | None = None, *, begins: str = "") -> int:
        """The cause is gone: end all alarms of the kind (and call, and whose detail begins so) that are not cleared; gives how many."""
        wanted = [alarm.c.kind == kind, alarm.c.cleared_at.is_(None)]
        if call_id is not None:
            wanted.append(alarm.c.call_id == call_id)
        if begins:
            wanted.append(alarm.c.detail.startswith(begins, autoescape=True))
        done = await self._connection.execute(update(alarm).where(*wanted).values(cleared_at=at))
        return done.rowcount

    async def end(self, alarm_id: str, at: datetime) -> None:
        """The cause of this one is gone."""
        one = (alarm.c.id == alarm_id, alarm.c.cleared_at.is_(None))
        await self._connection.execute(update(alarm).where(*one).values(cleared_at=at))

    async def list(
        self,
        *,
        seen: bool | None = None,
        ringing: bool | None = None,
        kind: str = "",
        skip: int = 0,
        limit: int = 100,
    ) -> Sequence[AlarmRow]:
        """Latest first. `ringing`: nobody has seen it, and its cause is there."""
        wanted: list[Any] = [alarm.c.kind == kind] if kind else []
        if seen is not None:
            wanted.append(alarm.c.seen_at.is_not(None) if seen else alarm.c.seen_at.is_(None))
        if ringing is not None:
            wanted.append(_RINGING if ringing else _OVER)
        return await self._all(*wanted, skip=skip, limit=limit)

    async def kinds(self) -> Sequence[str]:
        """Kinds that were ever raised, by name."""
        query = select(alarm.c.kind).distinct().order_by(alarm.c.kind)
        return list((await self._connection.execute(query)).scalars())

    async def _all(self, *wanted: Any, limit: int, skip: int = 0) -> Sequence[AlarmRow]:
        query = select(alarm).where(*wanted).order_by(alarm.c.raised_at.desc(), alarm.c.id).offset(skip).limit(limit)
        return [build(AlarmRow, row) for row in (await self._connection.execute(query)).mappings()]
