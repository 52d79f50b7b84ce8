"""The rows of the catalogue as they are written and read at once, each statement compiled once; places and their months.

Refuses nothing: catalogue.py decides what a row says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, bindparam, delete, select

from hotline1022.db.ask import Question, among, per_dialect
from hotline1022.db.sql import Bulk, insert, insert_new
from hotline1022.db.tables_catalogue import catalogue, catalogue_key, catalogue_word
from hotline1022.recordings.types import CallKind, State

#: places in one microsecond
_PLACES = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: kept when a row is made anew
_KEPT = {"place", "id", "call_id", "held"}


def place_of(at: datetime) -> int:
    """The first place of this moment."""
    since = at - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * _PLACES


@dataclass(slots=True, kw_only=True)
class Row:
    """A row, column by column; only its place may still change before it is written."""

    place: int
    id: str
    call_id: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int
    bytes: int
    tracks: int
    codec: str
    gap_ms: int
    lost_ms: int
    state: State
    why: str
    held: bool
    kind: CallKind
    caller: str
    about: Mapping[str, object]
    verified_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key of one recording."""

    key: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRow:
    """All keys of one recording."""

    place: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulks:
    """The statements of a flush."""

    rows: Bulk
    come: Bulk
    gone: Bulk
    words: Bulk


@per_dialect
def bulks_of(dialect: Dialect) -> Bulks:
    """The statements of a flush."""
    rows, words = insert(dialect.name, catalogue), insert(dialect.name, catalogue_word)
    changed = {c.name: rows.excluded[c.name] for c in catalogue.c if c.name not in _KEPT}
    of_key = [catalogue_key.c[name] == bindparam(name) for name in ("key", "place")]
    return Bulks(
        rows=Bulk(rows.on_conflict_do_update(index_elements=["call_id"], set_=changed), catalogue, Row, dialect),
        come=Bulk(insert_new(dialect.name, catalogue_key), catalogue_key, KeyRow, dialect),
        gone=Bulk(delete(catalogue_key).where(*of_key), catalogue_key, KeyRow, dialect),
        words=Bulk(
            words.on_conflict_do_update(index_elements=["place"], set_={"keys": words.excluded["keys"]}),
            catalogue_word,
            WordRow,
            dialect,
        ),
    )


@per_dialect
def questions_of(dialect: Dialect) -> tuple[Question, Question]:
    """The rows of calls that are there, and their keys."""
    mine = among(dialect.name, catalogue.c.call_id)
    words = select(catalogue_word.c.place, catalogue_word.c["keys"])
    words = words.join(catalogue, catalogue.c.place == catalogue_word.c.place).where(mine)
    return Question(select(catalogue).where(mine), dialect), Question(words, dialect)


@per_dialect
def who_has(dialect: Dialect) -> Question:
    """Who has these places."""
    mine = among(dialect.name, catalogue.c.place, BigInteger)
    return Question(select(catalogue.c.place, catalogue.c.call_id).where(mine), dialect)


#: keys that have lists of their own, newest last; words, ends of numbers and lengths have not
LISTED = ("n:", "p:", "l:", "a:", "c:", "t:")


def month_of(place: int) -> str:
    """What stands before the keys of a recording at this place: its month, in UTC."""
    return f"{_EPOCH + timedelta(seconds=place // (_PLACES * 1_000_000)):%y%m}"
