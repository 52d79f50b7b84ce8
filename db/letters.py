"""Scans of the letters that justify changes of the directory, each with its change. Refuses to delete: they are its proof."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_directory import directory_change, directory_letter
from hotline1022.directory.types import Letter, What

_values = picker(Letter)


class LetterRepository(Repository):
    """Scans by their changes; the files themselves are on the disk."""

    async def changed(self, change: int, *, lock: bool = False) -> bool:
        """Whether there is such a change; `lock`: whoever asks the same waits until this transaction has ended."""
        found = select(directory_change.c.id).where(directory_change.c.id == change)
        return (await self._connection.execute(found.with_for_update() if lock else found)).scalar() is not None

    async def count(self, change: int) -> int:
        """How many a change has."""
        found = select(func.count()).where(directory_letter.c.change == change)
        return int((await self._connection.execute(found)).scalar_one())

    async def add(self, new: Letter) -> None:
        """Write the row of a file that is on the disk."""
        await self._connection.execute(insert(directory_letter), _values(new))

    async def of(self, what: What, thing: str) -> Sequence[Letter]:
        """Those of all changes of a thing, oldest first."""
        return await self._all(directory_change.c.what == what, directory_change.c.thing == thing)

    async def one(self, id: str) -> Letter | None:
        """By id."""
        found = await self._all(directory_letter.c.id == id)
        return found[0] if found else None

    async def _all(self, *wanted: Any) -> Sequence[Letter]:
        joined = directory_letter.join(directory_change, directory_letter.c.change == directory_change.c.id)
        order = (directory_letter.c.stored_at, directory_letter.c.id)
        rows = await self._connection.execute(
            select(directory_letter).select_from(joined).where(*wanted).order_by(*order)
        )
        return [build(Letter, row) for row in rows.mappings()]
