"""Versions of how long recordings and calls are kept. Refuses to change one, and a number that another was given meanwhile."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import select

from hotline1022.core.errors import Refused
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_settings import terms_version
from hotline1022.recordings.types import TermsVersion

_values = picker(TermsVersion)
_COLUMNS = [terms_version.c[one.name] for one in fields(TermsVersion)]


class TermsRepository(Repository):
    """What the house decided."""

    async def versions(self, limit: int = 100) -> Sequence[TermsVersion]:
        """Latest first; the first of them is in force."""
        query = select(*_COLUMNS).order_by(terms_version.c.number.desc()).limit(limit)
        return [build(TermsVersion, row) for row in (await self._connection.execute(query)).mappings()]

    async def newest(self) -> TermsVersion | None:
        """The one in force; None: nothing was ever decided here."""
        found = await self.versions(1)
        return found[0] if found else None

    async def add(self, version: TermsVersion) -> None:
        """The next one. Refused `retention-changed` when somebody else was first."""
        done = await self._connection.execute(insert_new(self._dialect, terms_version), _values(version))
        if not done.rowcount:
            raise Refused(
                "somebody else changed the terms meanwhile; look at them, then decide again",
                error_id="retention-changed",
            )
