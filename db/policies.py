"""Versions of the deadlines of tickets and of the days off. Refuses to change one, and to be written by two at once."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import select

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_house import ticket_policy
from hotline1022.tickets.ports import PolicyVersion

_values = picker(PolicyVersion)
_COLUMNS = [ticket_policy.c[one.name] for one in fields(PolicyVersion)]


class PolicyRepository(Repository):
    """What was in force, and since when."""

    async def newest(self) -> PolicyVersion | None:
        """The one in force; None: nothing was ever written."""
        found = await self.versions(1)
        return found[0] if found else None

    async def versions(self, limit: int) -> Sequence[PolicyVersion]:
        """Latest first, without their texts."""
        query = select(*_COLUMNS).order_by(ticket_policy.c.number.desc()).limit(limit)
        return [build(PolicyVersion, row) for row in (await self._connection.execute(query)).mappings()]

    async def texts(self, limit: int) -> Sequence[tuple[PolicyVersion, str]]:
        """Latest first, with their texts."""
        query = select(ticket_policy).order_by(ticket_policy.c.number.desc()).limit(limit)
        rows = (await self._connection.execute(query)).mappings()
        return [(build(PolicyVersion, row), row["text"]) for row in rows]

    async def version(self, number: int) -> tuple[PolicyVersion, str]:
        """One, and its text; NotFound `deadlines-version-unknown`."""
        query = select(ticket_policy).where(ticket_policy.c.number == number)
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound(
                f"there is no version {number} of the deadlines; the list has them",
                error_id="deadlines-version-unknown",
            )
        return build(PolicyVersion, row), row["text"]

    async def add(self, version: PolicyVersion, text: str) -> None:
        """The next one. Refused `deadlines-changed` when somebody else was first."""
        values = _values(version) | {"text": text}
        done = await self._connection.execute(insert_new(self._dialect, ticket_policy), values)
        if not done.rowcount:
            raise changed()


def changed() -> Refused:
    """Somebody else was first."""
    return Refused(
        "somebody else changed deadlines or days off meanwhile; look at them, then change them again",
        error_id="deadlines-changed",
    )
