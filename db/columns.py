"""Column types that mean the same on SQLite and PostgreSQL. Refuses naive times and words outside a closed list."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, cast

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Dialect,
    Integer,
    String,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

from hotline1022.core.clock import aware
from hotline1022.core.undecoded import Undecoded

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _microseconds(at: datetime) -> int:
    return (aware(at) - _EPOCH) // _MICROSECOND


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, given back in UTC: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database; ValueError for a naive time."""
        if value is None:
            return None
        return _microseconds(value) if dialect.name == "sqlite" else aware(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        moment: datetime = value
        return moment.astimezone(UTC)


class DoubtfulTime(UtcTime):
    """The same where rows are held against a hash: what is no moment is given back as 1970, whose hash is another one. For tables
    that must be read to their end whatever somebody wrote into them.
    """

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        try:
            return super().process_result_value(value, dialect)
        except (TypeError, OverflowError):
            return _EPOCH


class Word(TypeDecorator[StrEnum]):
    """One word of a closed list, kept as text; unknown words are refused on both ways."""

    impl = String()
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        """From the database."""
        return None if value is None else self.words(value)


class Inode(TypeDecorator[int]):
    """A file's number, kept as text: it may be larger than any signed number."""

    impl = String()
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """From the database."""
        return None if value is None else int(value)


class Keys(TypeDecorator[tuple[str, ...]]):
    """Many keys in one value: an array on PostgreSQL, ` one two ` on SQLite. A key has no blank."""

    impl = String()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(String(collation="C")))
        return dialect.type_descriptor(String())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        """To the database."""
        return None if value is None else _keys(value, dialect.name)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """From the database."""
        if value is None:
            return None
        return tuple(value) if dialect.name == "postgresql" else tuple(value.split())


def _keys(value: Iterable[str], dialect: str) -> list[str] | str:
    return list(value) if dialect == "postgresql" else f" {' '.join(value)} "


#: documents as text: as short as can be, Vietnamese readable
to_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))

#: documents are nested no deeper; whoever walks through one needs so many frames at least
DEEPEST = 64
#: characters that are shown of what cannot be decoded
SHOWN = 200


def from_json(given: object) -> Any:
    """The document; Undecoded for what is none, or is nested too deep. Raises nothing: a row that somebody spoilt hides no other."""
    if not isinstance(given, str | bytes):  # SQLite keeps a number as a number
        return _undecoded(repr(given))
    text = given if isinstance(given, str) else given.decode(errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # ValueError: also numbers of thousands of digits, which PostgreSQL takes
        return _undecoded(text)
    brackets = text.count("[") + text.count("{")
    return _undecoded(text) if brackets > DEEPEST and _nested_deep(value) else value


def _undecoded(text: str) -> Undecoded:
    return Undecoded(undecoded=text[:SHOWN])


def _nested_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


#: milliseconds, bytes, offsets: a clock that is set wrong must not make a number too big for its column
Big = BigInteger()
#: number that the database gives; SQLite does so only for INTEGER
Serial = BigInteger().with_variant(Integer(), "sqlite")
#: text in the order of its bytes, so that a range of keys is what it says
Key = String().with_variant(String(collation="C"), "postgresql")
#: a document
Document = JSON().with_variant(JSONB(), "postgresql")


def plain(kind: TypeEngine[Any], dialect: str) -> Callable[[Any], Any] | None:
    """What turns a value of the column's type into what the driver takes; None where nothing has to be done."""
    match kind:
        case UtcTime():
            return _microseconds if dialect == "sqlite" else aware
        case Word() | Inode():
            return str
        case Keys():
            return partial(_keys, dialect=dialect)
        case JSON():
            return to_json
    return None


def text_column(name: str, *, empty: bool = False) -> Column[str]:
    """A text that is always there; `empty`: "" where a row does not say one."""
    return Column(name, String, nullable=False, server_default="" if empty else None)


def listed(column: str, words: Iterable[str], table: str) -> CheckConstraint:
    """The CHECK that repeats a closed list."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"ck_{table}_{column}")


def condition(sql: str) -> ColumnElement[bool]:
    """A condition written out, word for word as in a partial index, so that both databases see that the index serves.

    It has no type: for SQLite a typed one would become `(...) = 1`, which no index matches.
    """
    return cast("ColumnElement[bool]", literal_column(sql))
