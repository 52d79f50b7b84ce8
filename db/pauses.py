"""Reasons for a pause. Refuses to write over what somebody else changed meanwhile; none is ever deleted, as the past names it."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from sqlalchemy import select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.sql import Repository, build, insert_new, picker, run_many
from hotline1022.db.tables_house import pause_reason
from hotline1022.queue.types import PauseKind

_values = picker(PauseKind)
_COLUMNS = [pause_reason.c[one.name] for one in fields(PauseKind)]


class PauseRepository(Repository):
    """Reasons by their digit."""

    async def all(self) -> Sequence[PauseKind]:
        """All, by digit; none: the settings' list is in force."""
        rows = await self._connection.execute(select(*_COLUMNS).order_by(pause_reason.c.code))
        return [build(PauseKind, row) for row in rows.mappings()]

    async def begin(self, reasons: Iterable[PauseKind]) -> None:
        """The settings' list becomes rows; one that is there stays as it is."""
        await run_many(self._connection, insert_new(self._dialect, pause_reason), map(_values, reasons))

    async def add(self, reason: PauseKind) -> None:
        """Another one. Refused `reason-exists` where the digit is taken, also by one that has ended."""
        done = await self._connection.execute(insert_new(self._dialect, pause_reason), _values(reason))
        if not done.rowcount:
            raise Refused(
                f"the digit {reason.code} is taken, perhaps by a reason that has ended; choose another one, or bring that back",
                error_id="reason-exists",
            )

    async def change(self, reason: PauseKind, seen: int) -> None:
        """Write it over the version that was seen. NotFound `reason-unknown`, Refused `reason-changed`."""
        mine = pause_reason.c.code == reason.code, pause_reason.c.version == seen
        done = await self._connection.execute(update(pause_reason).where(*mine).values(_values(reason)))
        if done.rowcount:
            return
        if not any(one.code == reason.code for one in await self.all()):
            raise NotFound(f"there is no pause reason {reason.code}; the list has them", error_id="reason-unknown")
        raise Refused("somebody else changed this reason meanwhile; look at it again", error_id="reason-changed")
