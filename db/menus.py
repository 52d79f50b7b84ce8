"""Versions of the menu and the draft. Refuses to change a version, and a draft that somebody else changed meanwhile."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import delete, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_menu import menu_draft, menu_version
from hotline1022.ivr.types import MenuDraft, MenuVersion

_VALUES = picker(MenuVersion)
_COLUMNS = [menu_version.c[one.name] for one in fields(MenuVersion)]
_DRAFT_COLUMNS = [menu_draft.c[one.name] for one in fields(MenuDraft)]


class MenuRepository(Repository):
    """What was in force, and what is worked on."""

    async def newest(self) -> MenuVersion | None:
        """The one in force; None: nothing was ever written."""
        found = await self.versions(1)
        return found[0] if found else None

    async def versions(self, limit: int) -> Sequence[MenuVersion]:
        """Latest first, without their texts."""
        query = select(*_COLUMNS).order_by(menu_version.c.number.desc()).limit(limit)
        return [build(MenuVersion, row) for row in (await self._connection.execute(query)).mappings()]

    async def version(self, number: int) -> tuple[MenuVersion, str]:
        """One, and its text; NotFound `menu-version-unknown`."""
        query = select(menu_version).where(menu_version.c.number == number)
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound(
                f"there is no version {number} of the menu; the list has them", error_id="menu-version-unknown"
            )
        return build(MenuVersion, row), row["text"]

    async def add(self, version: MenuVersion, text: str) -> None:
        """The next one. Refused `menu-changed` when another process was first."""
        values = _VALUES(version) | {"text": text}
        done = await self._connection.execute(insert_new(self._dialect, menu_version), values)
        if not done.rowcount:
            raise Refused(
                f"version {version.number} of the menu was published meanwhile; look at it first",
                error_id="menu-changed",
            )

    async def draft(self) -> MenuDraft | None:
        """The one there is."""
        row = (await self._connection.execute(select(*_DRAFT_COLUMNS))).mappings().first()
        return build(MenuDraft, row) if row else None

    async def save_draft(self, draft: MenuDraft, seen: int) -> None:
        """Write it over the revision that was seen, 0 = none. Refused `menu-draft-changed`, `menu-draft-gone`."""
        values: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(MenuDraft)}
        if seen:
            mine = update(menu_draft).where(menu_draft.c.revision == seen).values(values)
            done = await self._connection.execute(mine)
        else:
            done = await self._connection.execute(insert_new(self._dialect, menu_draft), values | {"id": 1})
        if not done.rowcount:
            raise draft_changed(await self.draft())

    async def drop_draft(self, seen: int) -> None:
        """Take it away; none, and 0 for none, is no error. Refused `menu-draft-changed`, `menu-draft-gone`."""
        there = await self.draft()
        if (there.revision if there else 0) != seen:
            raise draft_changed(there)
        await self._connection.execute(delete(menu_draft).where(menu_draft.c.revision == seen))


def draft_changed(there: MenuDraft | None) -> Refused:
    """What is said to whoever saw another draft than there is."""
    if there is None:
        text = "the draft was published or thrown away meanwhile; look at the version in force"
        return Refused(text, error_id="menu-draft-gone")
    return Refused("somebody else changed the draft meanwhile; look at it again", error_id="menu-draft-changed")
