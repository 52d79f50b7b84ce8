"""Small helpers over SQLAlchemy Core: upserts in both dialects, dataclass ↔ row, many rows at once. Refuses naive times."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.errors import Invalid
from hotline1022.db.columns import plain

T = TypeVar("T")
#: takes the ids of calls whose row in the catalogue must be made anew
Told = Callable[[Iterable[str]], None]
Values = dict[str, Any]
Row = tuple[Any, ...]


class Repository:
    """A part of the database within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name


def nobody(_: Iterable[str]) -> None:
    """Told by who only reads."""


def insert(dialect: str, table: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def insert_new(dialect: str, table: Table) -> Any:
    """INSERT that leaves a row that is there as it is."""
    return insert(dialect, table).on_conflict_do_nothing()


@cache
def upsert(dialect: str, table: Table, *keep: str, stays: str = "") -> Any:
    """INSERT that replaces the row of the same primary key, but for the columns in `keep`; one of status `stays` stays."""
    statement = insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in {*keys, *keep}}
    where = table.c.status != stays if stays else None
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=where)


def picker(cls: type[Any]) -> Callable[[Any], Values]:
    """Makes a function from a dataclass value to a dict of its fields, without the deep copies of `asdict`."""
    names = tuple(f.name for f in fields(cls))
    take = attrgetter(*names)
    return lambda value: dict(zip(names, take(value), strict=True))


def build(cls: type[T], row: Mapping[Any, Any], **more: Any) -> T:
    """The dataclass value of a row whose columns are named as its fields; `more` wins."""
    names = (f.name for f in fields(cls))  # type: ignore[arg-type]
    given = {name: row[name] for name in names if name not in more}
    return cls(**given, **more)


class Bulk:
    """A statement that takes the fields of one dataclass, or `some` of them by its own bindparams, compiled once: many rows go to
    the driver as they are.
    """

    def __init__(
        self, statement: Any, table: Table, cls: type[Any], dialect: Dialect, *, some: Sequence[str] = ()
    ) -> None:
        names = list(some) or [f.name for f in fields(cls)]
        compiled = statement.compile(dialect=dialect, column_keys=None if some else names)
        order = compiled.positiontup
        if order is None or sorted(order) != sorted(names):
            raise AssertionError(f"{table.name}: the statement takes {order}, the rows have {names}")
        self.sql = str(compiled)
        take: Any = attrgetter(*order)
        self._take = take if len(order) > 1 else lambda value: (take(value),)
        columns = ((place, plain(table.c[name].type, dialect.name)) for place, name in enumerate(order))
        self._plain = tuple((place, change) for place, change in columns if change is not None)

    def rows(self, values: Iterable[Any]) -> list[Row]:
        """The values as the driver takes them. Invalid for a naive time."""
        try:
            return [self._row(value) for value in values]
        except ValueError as error:
            raise Invalid(f"not a value for the database: {error}") from error

    def _row(self, value: Any) -> Row:
        row = list(self._take(value))
        for place, change in self._plain:
            if row[place] is not None:
                row[place] = change(row[place])
        return tuple(row)


async def run_bulks(connection: AsyncConnection, *jobs: tuple[Bulk, Iterable[Any]]) -> None:
    """Execute each statement once for each of its values, in order.

    SQLite works in a thread, and each visit there costs more than the work itself; SQLAlchemy makes three a statement.
    So everything is done in one visit. aiosqlite has no public way to do that; its version is locked, a test holds it.
    """
    work = [(bulk.sql, rows) for bulk, values in jobs if (rows := bulk.rows(values))]
    if not work:
        return
    if connection.dialect.name != "sqlite":
        for sql, rows in work:
            await connection.exec_driver_sql(sql, rows)
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver._execute(_visit, driver._conn, work)


def _visit(connection: sqlite3.Connection, work: list[tuple[str, list[Row]]]) -> None:
    for sql, rows in work:
        connection.executemany(sql, rows)


async def run_many(connection: AsyncConnection, statement: Any, values: Iterable[Values]) -> None:
    """Execute once for each; nothing for none."""
    rows = list(values)
    if rows:
        await connection.execute(statement, rows)
