"""Very many rows into a migrated database: COPY into PostgreSQL with the indexes made afterwards, or one transaction of SQLite.

Values are those that the tables' own column types take. Refuses nothing: what is not as the tables want it, they refuse.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Table

from hotline1022.db.columns import UtcTime, Word, plain
from hotline1022.db.engine import parse, sqlite_file

Row = tuple[Any, ...]


class Bulk(Protocol):
    """Takes rows, table by table; what others refer to comes first."""

    async def put(self, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Rows whose values stand in the order of these columns."""
        ...

    async def run(self, sql: str) -> None:
        """Statements that make rows out of others."""
        ...


@asynccontextmanager
async def filling(address: str, tables: Sequence[Table], *, many: bool = True) -> AsyncIterator[Bulk]:
    """Everything is there when the block ends. `many`: indexes of these tables are dropped meanwhile."""
    file = sqlite_file(parse(address))
    if file is None:
        async with _postgres(address, [table.name for table in tables] if many else []) as bulk:
            yield bulk
        return
    link = await asyncio.to_thread(sqlite3.connect, file, check_same_thread=False)
    try:
        yield _Sqlite(link)
        await asyncio.to_thread(_finish, link)
    finally:
        await asyncio.to_thread(link.close)


def _finish(link: sqlite3.Connection) -> None:
    link.commit()
    link.execute("ANALYZE")
    link.commit()


@asynccontextmanager
async def _postgres(address: str, tables: Sequence[str]) -> AsyncIterator["_Postgres"]:
    link = await asyncpg.connect(address, timeout=10)
    try:
        with suppress(asyncpg.InsufficientPrivilegeError):  # then they are looked at row by row: it takes longer
            await link.execute("SET session_replication_role = replica")  # neither foreign keys nor triggers
        indexes = await link.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY($1) AND indexname NOT LIKE '%_pkey'",
            tables,
        )
        for name, _ in indexes:
            await link.execute(f"DROP INDEX {name}")
        yield _Postgres(link)
        await link.execute("SET maintenance_work_mem = '512MB'")
        for _, sql in indexes:
            await link.execute(sql)
        await link.execute("VACUUM ANALYZE")
    finally:
        await link.close()


class _Postgres:
    def __init__(self, link: Any) -> None:
        self._link = link

    async def put(self, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
        """By COPY."""
        # times and words are taken as they are
        changes = [
            (place, change)
            for place, name in enumerate(names)
            if not isinstance(table.c[name].type, UtcTime | Word)
            and (change := plain(table.c[name].type, "postgresql")) is not None
        ]
        await self._link.copy_records_to_table(table.name, records=_changed(rows, changes), columns=list(names))

    async def run(self, sql: str) -> None:
        """As they are written."""
        await self._link.execute(sql)


class _Sqlite:
    def __init__(self, link: sqlite3.Connection) -> None:
        self._link = link

    async def put(self, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
        """In the one transaction."""
        changes = [
            (place, change)
            for place, name in enumerate(names)
            if (change := plain(table.c[name].type, "sqlite")) is not None
        ]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
        await asyncio.to_thread(self._link.executemany, sql, _changed(rows, changes))

    async def run(self, sql: str) -> None:
        """As they are written."""
        await asyncio.to_thread(self._link.executescript, sql)


def _changed(rows: Iterable[Row], changes: Sequence[tuple[int, Callable[[Any], Any]]]) -> Iterable[Row]:
    if not changes:
        return rows
    return [_one(row, changes) for row in rows]


def _one(row: Row, changes: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, change in changes:
        if values[place] is not None:
            values[place] = change(values[place])
    return tuple(values)
