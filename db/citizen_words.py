"""A number where people wrote it in their own words: found however it is written, and taken out. Refuses to touch a row that has
its digits only in part, in another order, or within a longer number.

Two steps, because the tables are large and the words are free: rows that have the digits in this order, whatever stands
between them, by the database in one pass; which of them really have the number, by core.numbers, in portions.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update

from hotline1022.core.errors import Refused
from hotline1022.core.numbers import pattern, without
from hotline1022.db.disclosure import DisclosureRepository
from hotline1022.db.sql import Repository
from hotline1022.db.tables import alarm
from hotline1022.db.tables_citizen import citizen_erasure
from hotline1022.db.tables_disclosure import disclosure
from hotline1022.db.tables_listening import listening
from hotline1022.db.tables_retention import recording_hold

#: what stands where a text was that must not be empty
GONE = "(đã xóa)"
#: where people write why they do something
_REASONS: Mapping[Table, Sequence[str]] = {
    listening: ("words",),
    recording_hold: ("why", "release_why"),
    disclosure: ("why", "words"),
    citizen_erasure: ("reason",),
}
#: and where the service writes what it was about: the audit does not tell of these words
_SAID: Mapping[Table, Sequence[str]] = {alarm: ("detail",)}
#: rows read, or rewritten, at once
PORTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One text of some rows, by their ids."""

    table: Table
    field: str
    ids: tuple[Any, ...]

    @property
    def column(self) -> Any:
        """The text's column."""
        return self.table.c[self.field]

    @property
    def rows(self) -> ColumnElement[bool]:
        """Its rows."""
        return self.table.c.id.in_(self.ids)


def having(column: Any, digits: str) -> ColumnElement[bool]:
    """Whether these digits are there in this order, whatever stands between them: the number is in no other row."""
    return column.like(f"%{'%'.join(digits)}%")  # type: ignore[no-any-return]


class CitizenWords(Repository):
    """Free words with one citizen's number, within one transaction."""

    async def suspected(self, digits: str) -> list[Place]:
        """Rows that may have the number, in portions."""
        found: list[Place] = []
        for table, names in {**_REASONS, **_SAID}.items():
            for name in names:
                ids = (
                    await self._connection.execute(select(table.c.id).where(having(table.c[name], digits)))
                ).scalars()
                found += _portions(table, name, ids.all())
        return found

    async def with_number(self, place: Place, digits: str) -> Place:
        """Those of its rows that have the number."""
        rows = (await self._connection.execute(select(place.table.c.id, place.column).where(place.rows))).all()
        ids = await asyncio.to_thread(_having, [tuple(row) for row in rows], digits)
        return Place(table=place.table, field=place.field, ids=ids)

    async def take_out(self, place: Place, digits: str) -> tuple[int, list[dict[str, str]]]:
        """Take the number out of these rows; the rest of the words stays. How many had it, and what the audit is to be told.

        Of reasons: where, and the SHA-256 of what is there now, for older entries of the audit may have that of the words as
        they were; of what a disclosure is asked for, its terms before and now.
        """
        query = select(place.table.c.id, place.column).where(place.rows).with_for_update()
        changed: list[dict[str, str]] = []
        asked_for = place.table is disclosure and place.field == "why"
        for key, text in (await self._connection.execute(query)).all():
            words = without(text, digits).strip() or GONE
            if words == text:  # somebody else's erasure was faster
                continue
            before = await self._terms(key) if asked_for else ""
            mine = update(place.table).where(place.table.c.id == key)
            await self._connection.execute(mine.values({place.field: words}))
            sha256 = hashlib.sha256(words.encode()).hexdigest()
            told = {"table": place.table.name, "id": key, "field": place.field, "sha256": sha256}
            if before:
                told |= {"terms_before": before, "terms": await self._terms(key)}
            changed.append(told)
        return len(changed), changed if place.table in _REASONS else []

    async def _terms(self, id: str) -> str:
        """Of a disclosure; "" where its row cannot be read."""
        try:
            return (await DisclosureRepository(self._connection).get(id)).request.terms
        except Refused:
            return ""


def _portions(table: Table, name: str, ids: Sequence[Any]) -> Iterator[Place]:
    for at in range(0, len(ids), PORTION):
        yield Place(table=table, field=name, ids=tuple(ids[at : at + PORTION]))


def _having(rows: Sequence[tuple[Any, str]], digits: str) -> tuple[Any, ...]:
    number = pattern(digits)
    return tuple(key for key, text in rows if number.search(text))
