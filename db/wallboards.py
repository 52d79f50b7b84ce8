"""Addresses for televisions. Refuses to keep a key: it is given once, and only its SHA-256 is stored."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex, token_urlsafe
from typing import Any

from sqlalchemy import select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.wallboards import Wallboard
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new
from hotline1022.db.tables_wall import wallboard
from hotline1022.db.tokens import digest

_OPEN = condition("wallboard.revoked_at IS NULL")


class WallboardRepository(Repository):
    """Addresses by the hash of their key."""

    async def add(self, name: str, by: str, at: datetime) -> tuple[Wallboard, str]:
        """Another one, and its key, which is not kept. Refused `wallboard-exists` for a name in use."""
        key, id = token_urlsafe(32), token_hex(8)
        values = {"id": id, "name": name, "sha256": digest(key), "made_at": at, "made_by": by}
        done = await self._connection.execute(insert_new(self._dialect, wallboard), values)
        if not done.rowcount:
            text = f"there is an address {name!r} already; revoke it, or choose another name"
            raise Refused(text, error_id="wallboard-exists")
        return (await self._all(wallboard.c.id == id))[0], key

    async def opens(self, key: str) -> bool:
        """Whether this key opens an address now."""
        return bool(await self._all(wallboard.c.sha256 == digest(key), _OPEN))

    async def revoke(self, id: str, at: datetime) -> Wallboard:
        """End it; one that has ended stays so. NotFound `wallboard-unknown`."""
        await self._connection.execute(update(wallboard).where(wallboard.c.id == id, _OPEN).values(revoked_at=at))
        found = await self._all(wallboard.c.id == id)
        if not found:
            raise NotFound("there is no such address; look in the list", error_id="wallboard-unknown")
        return found[0]

    async def all(self) -> Sequence[Wallboard]:
        """Those that open first, then the latest."""
        found = await self._all()
        return sorted(found, key=lambda one: (one.revoked_at is not None, -one.made_at.timestamp()))

    async def _all(self, *wanted: Any) -> list[Wallboard]:
        rows = await self._connection.execute(select(wallboard).where(*wanted))
        return [build(Wallboard, row) for row in rows.mappings()]
