"""Holds on recordings: each has a letter and a reason and is released by itself. Refuses to hold what is gone."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_catalogue import catalogue
from hotline1022.db.tables_retention import recording_hold
from hotline1022.recordings.types import Hold, State

_values = picker(Hold)


class HoldRepository(Repository):
    """Holds, within one transaction."""

    def __init__(self, connection: AsyncConnection, rows: CatalogueRepository) -> None:
        super().__init__(connection)
        self._rows = rows

    async def hold(self, name: str, *, letter: str, why: str, by: str, at: datetime) -> Hold:
        """Keep this recording, by its id or its call's, until the hold is released.

        NotFound `recording-unknown`; Refused `recording-expired` when its files are gone, or going.
        """
        await self._rows.lock()
        found = await self._rows.get(name)
        if found.state in (State.EXPIRED, State.EXPIRING):
            text = f"the recording {found.id} has expired: its files are gone and cannot be held; row and hashes stay"
            raise Refused(text, error_id="recording-expired")
        new = Hold(id=token_hex(8), recording=found.id, letter=letter, why=why, since=at, by=by)
        await self._connection.execute(recording_hold.insert(), [_values(new)])
        await self._mark(found.id, held=True)
        return new

    async def release(self, hold: str, *, why: str, by: str, at: datetime) -> tuple[Hold, bool]:
        """End this hold; and whether another one still keeps the recording.

        NotFound `hold-unknown`; Refused `hold-released` when it was released before.
        """
        await self._rows.lock()
        rows = await self._some(recording_hold.c.id == hold)
        if not rows:
            text = f"there is no hold {hold}; `hotline1022 recordings holds` shows them"
            raise NotFound(text, error_id="hold-unknown")
        if rows[0].released_at is not None:
            raise Refused(f"the hold {hold} was released by {rows[0].released_by}", error_id="hold-released")
        done = {"released_at": at, "released_by": by, "release_why": why}
        await self._connection.execute(update(recording_hold).where(recording_hold.c.id == hold).values(**done))
        another = exists().where(
            recording_hold.c.recording == rows[0].recording, recording_hold.c.released_at.is_(None)
        )
        kept = bool((await self._connection.execute(select(another))).scalar())
        await self._mark(rows[0].recording, held=kept)
        (released,) = await self._some(recording_hold.c.id == hold)
        return released, kept

    async def of(self, recording: str) -> Sequence[Hold]:
        """All holds of a recording, oldest first, released ones too."""
        return await self._some(recording_hold.c.recording == recording)

    async def open(self, *, limit: int = 1000) -> Sequence[Hold]:
        """All that are not released, oldest first."""
        return await self._some(recording_hold.c.released_at.is_(None), limit=limit)

    async def _mark(self, recording: str, *, held: bool) -> None:
        await self._connection.execute(update(catalogue).where(catalogue.c.id == recording).values(held=held))

    async def _some(self, *wanted: object, limit: int = 1000) -> list[Hold]:
        query = select(recording_hold).where(*wanted)  # type: ignore[arg-type]
        query = query.order_by(recording_hold.c.since, recording_hold.c.id).limit(limit)
        return [build(Hold, row) for row in (await self._connection.execute(query)).mappings()]
