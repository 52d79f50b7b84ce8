"""Published answers by the words in them, and searches that had none. Refuses to read through all answers for one search.

The list of the rarest word is walked through, and each of its answers asked for the other words, until enough are found.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import ColumnElement, bindparam, delete, func, select, text, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.errors import NotFound
from hotline1022.db.faq import version_of
from hotline1022.db.sql import Repository, build, insert, insert_new, run_many
from hotline1022.db.tables_faq import faq_entry, faq_find, faq_key, faq_miss, faq_version
from hotline1022.faq.types import Candidate, Miss, Version

#: answers that one step gives to choose among
LOOKED_AT = 150
#: of those in which the words stand anywhere in the answer: they all fit about as well
LOOKED_AT_ANSWERS = 40
#: searches without an answer that are kept
MOST_MISSES = 2000
_COUNTED = 1_000_000_000
#: a word of so many answers is as common as any
_COMMON = 2000
_AT_ONCE = 500


# A search has a dozen words and six steps: its questions are written out, as putting them together took about as long as answering
# them. PostgreSQL looks each key up as it comes, and who wrote it at the end (OFFSET): as a join of twelve it takes longer to plan
# than to answer, and without statistics, as after an import, all keys are read.
_WITH = "SELECT f.entry_id FROM (SELECT faq_key_k.place FROM faq_key faq_key_k WHERE faq_key_k.key = :k0"
_FOUND = " LIMIT {most}) found JOIN faq_find f ON f.place = found.place"
_HAS = " AND EXISTS (SELECT 1 FROM faq_key faq_key_h WHERE faq_key_h.key = :k{number} AND faq_key_h.place = faq_key_k.place{once})"
_OF = " AND EXISTS (SELECT 1 FROM faq_find o WHERE o.place = faq_key_k.place{of}{once})"
_ONCE = {"sqlite": "", "postgresql": " OFFSET 0"}
_COUNT = f"(SELECT count(*) FROM (SELECT 1 FROM faq_key WHERE key = :k{{number}} LIMIT {_COMMON}) c{{number}})"


class FaqFindRepository(Repository):
    """Searches within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        #: key → how many answers have it, _COMMON at most
        self._counts: dict[str, int] = {}

    async def find_by(self, entry: str, agency: str, category: str, keys: Sequence[str]) -> None:
        """A published answer is found by these keys from now on."""
        self._counts.clear()
        new = (
            plain_insert(faq_find).values(entry_id=entry, agency=agency, category=category).returning(faq_find.c.place)
        )
        place = (await self._connection.execute(new)).scalar_one()
        rows = [{"key": key, "place": place} for key in keys]
        await run_many(self._connection, insert_new(self._dialect, faq_key), rows)

    async def forget(self, entry: str, keys: Sequence[str]) -> None:
        """It is found no more; `keys`: those by which it was."""
        self._counts.clear()
        place = (await self._connection.execute(select(faq_find.c.place).where(faq_find.c.entry_id == entry))).scalar()
        if place is None:
            return
        for start in range(0, len(keys), _AT_ONCE):
            mine = (faq_key.c.key.in_(keys[start : start + _AT_ONCE]), faq_key.c.place == place)
            await self._connection.execute(delete(faq_key).where(*mine))
        await self._connection.execute(delete(faq_find).where(faq_find.c.place == place))

    async def with_all(self, keys: Sequence[str], of: frozenset[str] | None, category: str) -> list[str]:
        """Ids of entries that have all these keys, at most a few hundred; `of`: agencies, None = all."""
        if of is not None and not of:
            return []
        await self.count(keys)
        rarest = sorted(dict.fromkeys(keys), key=lambda key: self._counts[key])
        if not rarest or not self._counts[rarest[0]]:
            return []
        values: dict[str, object] = {f"k{number}": key for number, key in enumerate(rarest)}
        once, wanted = _ONCE[self._dialect], ""
        more = [_HAS.format(number=number, once=once) for number in range(1, len(rarest))]
        if of is not None:
            wanted += " AND o.agency IN :agencies"
            values["agencies"] = sorted(of)
        if category:
            wanted += " AND o.category = :category"
            values["category"] = category
        if wanted:
            more.append(_OF.format(of=wanted, once=once))
        most = LOOKED_AT_ANSWERS if rarest[0].startswith("a:") else LOOKED_AT
        query = text(f"{_WITH}{''.join(more)}{_FOUND.format(most=most)}")
        query = query if of is None else query.bindparams(bindparam("agencies", expanding=True))
        return list((await self._connection.execute(query, values)).scalars())

    async def with_some(self, keys: Sequence[str], of: frozenset[str] | None, category: str) -> list[str]:
        """Ids of entries that have one of these keys, those with most of them first."""
        count = func.count()
        query = select(faq_find.c.entry_id).join(faq_key, faq_key.c.place == faq_find.c.place)
        query = query.where(faq_key.c.key.in_(list(keys)), *_of(of, category)).group_by(faq_find.c.entry_id)
        query = query.order_by(count.desc(), faq_find.c.entry_id).limit(LOOKED_AT)
        return list((await self._connection.execute(query)).scalars())

    async def count(self, keys: Iterable[str]) -> None:
        """How many answers each of these keys has, for what is asked after this in the same transaction: one question for all."""
        new = [key for key in dict.fromkeys(keys) if key not in self._counts]
        if new:
            values = {f"k{number}": key for number, key in enumerate(new)}
            query = text("SELECT " + ", ".join(_COUNT.format(number=number) for number in range(len(new))))
            row = (await self._connection.execute(query, values)).one()
            self._counts |= dict(zip(new, row, strict=True))

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

    async def misses(self, limit: int, skip: int = 0) -> Sequence[Miss]:
        """Those that nobody has ticked off, the most frequent first."""
        order = (faq_miss.c.count.desc(), faq_miss.c.last_at.desc(), faq_miss.c.id)
        query = select(faq_miss).where(faq_miss.c.done_at.is_(None)).order_by(*order).limit(limit).offset(skip)
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
