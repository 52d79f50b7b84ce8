"""Limits of alarms that were changed at the desk. Refuses to write over what somebody else changed meanwhile."""

from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import select, update

from hotline1022.core.errors import Refused
from hotline1022.core.watching import LimitRow
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_limits import alarm_limit

_values = picker(LimitRow)
_COLUMNS = [alarm_limit.c[one.name] for one in fields(LimitRow)]


class LimitRepository(Repository):
    """Rows by key."""

    async def all(self) -> Mapping[str, LimitRow]:
        """Of a key without a row the settings' file leads."""
        rows = (await self._connection.execute(select(*_COLUMNS))).mappings()
        return {row["key"]: build(LimitRow, row) for row in rows}

    async def put(self, row: LimitRow, seen: int) -> None:
        """Write it over the version that was seen; 0 = there was none. Refused `limit-changed`."""
        if seen:
            mine = alarm_limit.c.key == row.key, alarm_limit.c.version == seen
            done = await self._connection.execute(update(alarm_limit).where(*mine).values(_values(row)))
        else:
            done = await self._connection.execute(insert_new(self._dialect, alarm_limit), _values(row))
        if not done.rowcount:
            raise Refused("somebody else changed this limit meanwhile; look at it again", error_id="limit-changed")
