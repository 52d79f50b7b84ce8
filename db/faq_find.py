"""Published answers by the words in them, and searches that had none. Refuses to read through all answers for one search.

PostgreSQL has an index over the keys. SQLite reads through the keys once, some hundred bytes an answer, and not the answers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, String, and_, delete, func, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY, array

from hotline1022.core.errors import NotFound
from hotline1022.db.faq import version_of
from hotline1022.db.sql import Repository, build, insert
from hotline1022.db.tables_faq import faq_entry, faq_find, faq_miss, faq_version
from hotline1022.faq.types import Candidate, Miss, Version

#: answers that one step gives to choose among
LOOKED_AT = 150
#: searches without an answer that are kept
MOST_MISSES = 2000
_COUNTED = 1_000_000_000


class FaqFindRepository(Repository):
    """Searches within one transaction."""

    async def with_all(
        self, words: Sequence[str], pairs: Sequence[str], *, agencies: frozenset[str] | None, category: str, enough: int
    ) -> list[str]:
        """Ids of entries that have all these words, at most a few hundred: first where all pairs stand in the question, then
        where all words do, then with words in the answer. Not all of them once there are `enough`.
        """
        of = _of(agencies, category)
        asked, said = faq_find.c.asked, faq_find.c.said
        if self._dialect == "sqlite":
            side_by_side = self._have(asked, pairs) if pairs else self._have(asked, words)
            query = select(faq_find.c.entry_id).where(self._have(said, words), *of)
            return await self._ids(query.order_by(side_by_side.desc(), self._have(asked, words).desc()))
        found: dict[str, None] = {}
        for column, keys in ((asked, [*words, *pairs]), (asked, words), (said, words)):
            found |= dict.fromkeys(await self._ids(select(faq_find.c.entry_id).where(self._have(column, keys), *of)))
            if len(found) >= enough:
                break
        return list(found)

    async def with_some(self, pairs: Sequence[str], *, agencies: frozenset[str] | None, category: str) -> list[str]:
        """Ids of entries whose question has one of these pairs of words, those with most of them first."""
        asked, of = faq_find.c.asked, _of(agencies, category)
        if self._dialect == "sqlite":
            first, *rest = (sql_cast(self._have(asked, [pair]), Integer) for pair in pairs)
            count = sum(rest, first)
            query = select(faq_find.c.entry_id).where(count > 0, *of)
            return await self._ids(query.order_by(count.desc(), faq_find.c.entry_id))
        counts: dict[str, int] = {}
        for pair in pairs:
            for entry in await self._ids(select(faq_find.c.entry_id).where(self._have(asked, [pair]), *of)):
                counts[entry] = counts.get(entry, 0) + 1
        return sorted(counts, key=lambda entry: (-counts[entry], entry))[:LOOKED_AT]

    async def _ids(self, query: Select[Any]) -> list[str]:
        return list((await self._connection.execute(query.limit(LOOKED_AT))).scalars())

    async def candidates(self, entries: Sequence[str]) -> list[Candidate]:
        """What is needed of these to choose among them."""
        query = select(
            faq_entry.c.id.label("entry"),
            faq_version.c.question,
            faq_version.c.folded,
            faq_version.c.keywords,
            faq_version.c.valid_to,
        ).join(faq_version, _published())
        rows = await self._connection.execute(query.where(faq_entry.c.id.in_(list(entries))))
        return [build(Candidate, row) for row in rows.mappings()]

    async def published(self, entries: Sequence[str]) -> Mapping[str, tuple[str, Version]]:
        """Entry → its agency and its published version; of those that have one."""
        query = select(faq_version, faq_entry.c.agency).join(faq_entry, _published())
        rows = await self._connection.execute(query.where(faq_entry.c.id.in_(list(entries))))
        return {row["entry_id"]: (row["agency"], version_of(row)) for row in rows.mappings()}

    def _have(self, column: Any, keys: Sequence[str]) -> ColumnElement[bool]:
        """That the column has all of these keys."""
        if self._dialect == "sqlite":
            return and_(*(func.instr(column, literal(f" {key} ", String())) > 0 for key in keys))
        asked = sql_cast(array([literal(key, String()) for key in keys]), ARRAY(String))
        return cast("ColumnElement[bool]", column.op("@>")(asked))

    # ------------------------------------------------------------ searches without an answer

    async def miss(self, folded: str, words: str, at: datetime) -> None:
        """Count a search without an answer; one that was ticked off comes back. Of too many the least asked is forgotten."""
        new = {
            "id": token_hex(8),
            "folded": folded,
            "words": words,
            "count": 1,
            "first_at": at,
            "last_at": at,
            "done_at": None,
            "done_by": "",
        }
        again = {
            "words": words,
            "count": func.min(faq_miss.c.count + 1, _COUNTED)
            if self._dialect == "sqlite"
            else func.least(faq_miss.c.count + 1, _COUNTED),
            "last_at": at,
            "done_at": None,
            "done_by": "",
        }
        statement = insert(self._dialect, faq_miss).values(new)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["folded"], set_=again))
        many = (await self._connection.execute(select(func.count()).select_from(faq_miss))).scalar_one()
        if many > MOST_MISSES:
            least = select(faq_miss.c.id).where(faq_miss.c.folded != folded)
            order = (faq_miss.c.done_at.is_(None), faq_miss.c.count, faq_miss.c.last_at)
            over = least.order_by(*order).limit(many - MOST_MISSES)
            await self._connection.execute(delete(faq_miss).where(faq_miss.c.id.in_(over)))

    async def misses(self, limit: int) -> Sequence[Miss]:
        """Those that nobody has ticked off, the most frequent first."""
        order = (faq_miss.c.count.desc(), faq_miss.c.last_at.desc(), faq_miss.c.id)
        query = select(faq_miss).where(faq_miss.c.done_at.is_(None)).order_by(*order).limit(limit)
        return [build(Miss, row) for row in (await self._connection.execute(query)).mappings()]

    async def tick(self, miss: str, by: str, at: datetime) -> None:
        """Somebody has seen to it; the first one stays. NotFound `miss-unknown`."""
        if not (await self._connection.execute(select(faq_miss.c.id).where(faq_miss.c.id == miss))).first():
            raise NotFound(f"there is no search {miss}; look in the list again", error_id="miss-unknown")
        wanted = (faq_miss.c.id == miss, faq_miss.c.done_at.is_(None))
        await self._connection.execute(update(faq_miss).where(*wanted).values(done_at=at, done_by=by))


def _published() -> ColumnElement[bool]:
    return (faq_version.c.entry_id == faq_entry.c.id) & (faq_version.c.number == faq_entry.c.published)


def _of(agencies: frozenset[str] | None, category: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if agencies is not None:
        found.append(faq_find.c.agency.in_(sorted(agencies)))
    if category:
        found.append(faq_find.c.category == category)
    return found
