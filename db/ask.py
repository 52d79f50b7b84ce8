"""Several questions about the same ids at once: on SQLite in one visit to its thread, each compiled once. Writes nothing.

There a visit costs more than the question itself, and SQLAlchemy makes three for each; see `run_bulks` in sql.py.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, Select, String, any_, bindparam, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

Found = Mapping[Any, Any]
Made = TypeVar("Made")


def per_dialect(make: Callable[[Dialect], Made]) -> Callable[[Dialect], Made]:
    """What `make` makes, once for each kind of database."""
    kept: dict[str, Made] = {}

    @wraps(make)
    def wrapped(dialect: Dialect) -> Made:
        if dialect.name not in kept:
            kept[dialect.name] = make(dialect)
        return kept[dialect.name]

    return wrapped


def among(dialect: str, column: ColumnElement[Any], kind: Any = String, *, after: str = "") -> ColumnElement[bool]:
    """That the column is one of the ids which the question is asked about; `after`: a word that stands before each of them."""
    if dialect == "sqlite":
        ids = func.json_each(bindparam("ids")).table_valued("value")
        return column.in_(select(literal_column(f"'{after}' || value" if after else "value")).select_from(ids))
    asked = bindparam("ids", type_=ARRAY(kind))
    if after:
        return column.in_(select(literal(after).concat(func.unnest(asked))))
    return column == any_(asked)


class Question:
    """A SELECT over `among`, as the driver takes it."""

    def __init__(self, query: Select[Any], dialect: Dialect) -> None:
        self.query = query
        compiled = query.compile(dialect=dialect)
        self.sql = str(compiled)
        self.values = len(compiled.positiontup or ())
        self._names = [column.key for column in query.selected_columns]
        self._changes = [
            (place, change)
            for place, column in enumerate(query.selected_columns)
            if (change := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]
        if dialect.name == "sqlite" and set(compiled.positiontup or ()) != {"ids"}:
            raise AssertionError(f"a question takes ids and nothing else: {self.sql}")

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Found]:
        """The driver's rows, with values as they are elsewhere."""
        found: list[Found] = []
        for one in raw:
            row = list(one)
            for place, change in self._changes:
                row[place] = change(row[place])
            found.append(dict(zip(self._names, row, strict=True)))
        return found


async def ask_all(
    connection: AsyncConnection, questions: Sequence[Question], ids: Sequence[str] | Sequence[int]
) -> list[Sequence[Found]]:
    """The rows of each question, in their order."""
    if connection.dialect.name != "sqlite":
        return [(await connection.execute(one.query, {"ids": list(ids)})).mappings().all() for one in questions]
    text = json.dumps(list(ids))
    driver: Any = (await connection.get_raw_connection()).driver_connection
    asked = [(one.sql, (text,) * one.values) for one in questions]
    raw = await driver._execute(_visit, driver._conn, asked)
    return [question.rows(rows) for question, rows in zip(questions, raw, strict=True)]


def _visit(connection: sqlite3.Connection, asked: list[tuple[str, tuple[str, ...]]]) -> list[list[Any]]:
    return [connection.execute(sql, values).fetchall() for sql, values in asked]
