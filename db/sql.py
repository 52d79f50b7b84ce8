"""Small helpers over SQLAlchemy Core: upserts in both dialects, dataclass ↔ row. Refuses nothing itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Values = dict[str, Any]


class Repository:
    """A part of the database within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name


def insert(dialect: str, table: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def insert_new(dialect: str, table: Table) -> Any:
    """INSERT that leaves a row that is there as it is."""
    return insert(dialect, table).on_conflict_do_nothing()


@cache
def upsert(dialect: str, table: Table, *keep: str) -> Any:
    """INSERT that replaces the row of the same primary key, but for the columns in `keep`."""
    statement = insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in {*keys, *keep}}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


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


async def run_many(connection: AsyncConnection, statement: Any, values: Iterable[Values]) -> None:
    """Execute once for each; nothing for none."""
    rows = list(values)
    if rows:
        await connection.execute(statement, rows)
