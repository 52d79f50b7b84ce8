"""Requests to erase one citizen's data: who asked, who confirmed, what has gone so far, and whether its alarm rings. Refuses to know the
number: a request has a proof of it alone, until it is carried out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from hotline1022.core.errors import NotFound
from hotline1022.db.sql import Repository
from hotline1022.db.tables_citizen import citizen_erasure

#: of one part how many have gone, or their ids: what hangs on a call is found again as long as the call is there
Gone = Mapping[str, int | Sequence[str]]


def counts_of(gone: Gone) -> dict[str, int]:
    """How many of each part have gone."""
    return {part: many if isinstance(many, int) else len(many) for part, many in gone.items()}


class ErasureRequests(Repository):
    """The rows of requests, within one transaction."""

    async def add(self, **values: Any) -> None:
        """Write down a request: id, pseudonym, proof, reason, requested_at, requested_by."""
        empty = {"confirmed_by": "", "files": [], "gone": {}, "alarm": ""}
        await self._connection.execute(citizen_erasure.insert(), [{**values, **empty}])

    async def asked(self, request: str) -> Mapping[str, Any]:
        """The row of a request; NotFound `erasure-unknown`."""
        return await self._row(request, lock=False)

    async def locked(self, request: str) -> Mapping[str, Any]:
        """The same, which nobody else changes until the transaction ends: for what is changed by what it says."""
        return await self._row(request, lock=True)

    async def latest(self, limit: int) -> list[Mapping[str, Any]]:
        """The rows of the latest requests: those that nobody has carried out first, then the newest."""
        c = citizen_erasure.c
        query = select(citizen_erasure).order_by(c.done_at.is_not(None), c.requested_at.desc(), c.id).limit(limit)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]

    async def standing(self, before: datetime) -> list[Mapping[str, Any]]:
        """The rows of those that were confirmed, are not done, have not moved since then, and for which nothing rings or rang."""
        c = citizen_erasure.c
        moved = func.coalesce(c.moved_at, c.confirmed_at)
        query = select(citizen_erasure).where(
            c.confirmed_at.is_not(None), c.done_at.is_(None), c.alarm == "", moved <= before
        )
        return [dict(row) for row in (await self._connection.execute(query.order_by(moved, c.id))).mappings()]

    async def note(self, request: str, **values: Any) -> None:
        """Change the row of a request."""
        await self._connection.execute(update(citizen_erasure).where(citizen_erasure.c.id == request).values(**values))

    async def went(self, request: str, at: datetime, files: Sequence[Sequence[str]] = (), **parts: Any) -> None:
        """What this transaction erases, each part as a number, or as ids where the same may be met again; `files` go later."""
        row = await self.locked(request)
        gone = dict(row["gone"])
        for part, what in parts.items():
            if isinstance(what, int):
                gone[part] = gone.get(part, 0) + what
            else:
                gone[part] = sorted({*gone.get(part, ()), *what})
        more = {"files": [*row["files"], *files]} if files else {}
        await self.note(request, gone=gone, moved_at=at, **more)

    async def _row(self, request: str, *, lock: bool) -> Mapping[str, Any]:
        query = select(citizen_erasure).where(citizen_erasure.c.id == request)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
        if row is None:
            text = f"there is no request {request}; `hotline1022 citizen erase` makes one"
            raise NotFound(text, error_id="erasure-unknown")
        return dict(row)
