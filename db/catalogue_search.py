"""Search in the catalogue, newest first, a page at a time. Refuses to read through a million rows for one page.

Two steps. First the newest few hundred of the shortest list that holds the answer: of a number, a ticket code, a person, else
of a state, else of all. What many recordings have is found there. Only when that list goes on and the page is not full, the
database is asked for all that fit, however old: it has few to give, or they would have been found in the first step.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Select, String, and_, bindparam, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from hotline1022.db.catalogue import entry, place_of
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository
from hotline1022.db.tables_catalogue import catalogue, catalogue_key, catalogue_word
from hotline1022.recordings.types import (
    CatalogueFilter,
    CataloguePage,
    Shown,
    State,
    asked_keys,
    asked_number,
    word_keys,
)

#: recordings that the first step looks at
WINDOW = 600
#: behind every character that a key has
_BEHIND = "\x7f"
_HELD = condition("catalogue.held")


class CatalogueSearch(Repository):
    """Questions to the catalogue, within one transaction."""

    async def search(self, wanted: CatalogueFilter) -> CataloguePage:
        """A page; Invalid `number-short`."""
        keys = asked_keys(wanted)
        if wanted.number:
            key, whole = asked_number(wanted.number)
            if not whole or not await self._there(key):
                return await self._by_end(key, wanted, keys)
            keys = (key, *keys)
        newest = _list(wanted, keys).limit(WINDOW)
        keys = (*keys, *word_keys(wanted.words))
        page = await self._page(newest, wanted, keys)
        if page.next is not None or await self._length(newest) < WINDOW:
            return page
        if self._dialect == "sqlite":  # no index over words: their rows are looked at, from the newest on
            return await self._page(_list(wanted, [key for key in keys if not key.startswith("w:")]), wanted, keys)
        return await self._all(wanted, keys)

    async def _there(self, key: str) -> bool:
        query = select(catalogue_key.c.place).where(catalogue_key.c.key == key).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def _length(self, newest: Select[Any]) -> int:
        return int((await self._connection.execute(select(func.count()).select_from(newest.subquery()))).scalar_one())

    async def _by_end(self, key: str, wanted: CatalogueFilter, keys: Sequence[str]) -> CataloguePage:
        """By the last digits of a number: a range of keys, in no order of time."""
        ends = (catalogue_key.c.key >= key, catalogue_key.c.key < key + _BEHIND)
        places = select(catalogue_key.c.place).where(*ends, *_span(catalogue_key.c.place, wanted)).distinct()
        return await self._page(places, wanted, (*keys, *word_keys(wanted.words)))

    async def _all(self, wanted: CatalogueFilter, keys: Sequence[str]) -> CataloguePage:
        """The page of all that fit, found by whatever index finds them soonest, and sorted then."""
        query = select(catalogue.c.place).where(*_conditions(wanted), *_span(catalogue.c.place, wanted))
        if keys:
            query = query.join(catalogue_word, catalogue_word.c.place == catalogue.c.place)
            query = query.where(self._have(keys, by_index=True), *_span(catalogue_word.c.place, wanted))
        fitting = query.cte("fitting").prefix_with("MATERIALIZED")
        newest = select(fitting.c.place).order_by(fitting.c.place.desc()).limit(wanted.limit + 1).subquery("newest")
        return await self._read(select(catalogue).join(newest, newest.c.place == catalogue.c.place), wanted)

    async def _page(self, places: Select[Any], wanted: CatalogueFilter, keys: Sequence[str]) -> CataloguePage:
        """The page of those among these places that fit."""
        found = places.cte("places").prefix_with("MATERIALIZED", dialect="postgresql")
        query = select(catalogue).join(found, found.c.place == catalogue.c.place).where(*_conditions(wanted))
        if keys:
            query = query.join(catalogue_word, catalogue_word.c.place == catalogue.c.place)
            query = query.where(self._have(keys, by_index=False))
        return await self._read(query, wanted)

    async def _read(self, query: Select[Any], wanted: CatalogueFilter) -> CataloguePage:
        query = query.order_by(catalogue.c.place.desc()).limit(wanted.limit + 1)
        rows = (await self._connection.execute(query)).mappings().all()
        recordings = tuple(entry(row) for row in rows[: wanted.limit])
        return CataloguePage(recordings=recordings, next=recordings[-1].place if len(rows) > wanted.limit else None)

    def _have(self, keys: Sequence[str], *, by_index: bool) -> ColumnElement[bool]:
        """That a recording has all of these keys; by the index over them, or by looking at each."""
        column: Any = catalogue_word.c["keys"]
        if self._dialect == "sqlite":
            return and_(*(func.instr(column, literal(f" {key} ", String())) > 0 for key in keys))
        # the coalesce changes nothing but that the index cannot serve: it would give all that have a common word
        looked_at = column if by_index else func.coalesce(column, bindparam(None, (), type_=column.type))
        return cast("ColumnElement[bool]", looked_at.op("@>")(bindparam(None, keys, type_=column.type)))


def _list(wanted: CatalogueFilter, keys: Sequence[str]) -> Select[Any]:
    """The shortest list that holds the answer, newest first."""
    if keys:
        place: Any = catalogue_key.c.place
        query = select(place).where(catalogue_key.c.key == keys[0])
    else:
        place = catalogue.c.place
        query = select(place)
        if wanted.state is not None:
            query = query.where(_state(wanted.state))
        elif wanted.kind is not None:
            query = query.where(catalogue.c.kind == wanted.kind)
    return query.where(*_span(place, wanted)).order_by(place.desc())


def _span(place: Any, wanted: CatalogueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(place >= place_of(wanted.since))
    ends = [place_of(wanted.until)] if wanted.until is not None else []
    ends += [wanted.before] if wanted.before is not None else []
    return [*found, place < min(ends)] if ends else found


def _state(state: Shown) -> ColumnElement[bool]:
    return _HELD if state is Shown.HELD else catalogue.c.state == State(state.value)


def _conditions(wanted: CatalogueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(_state(wanted.state))
    if wanted.kind is not None:
        found.append(catalogue.c.kind == wanted.kind)
    if wanted.shortest_ms is not None:
        found.append(catalogue.c.duration_ms >= wanted.shortest_ms)
    if wanted.longest_ms is not None:
        found.append(catalogue.c.duration_ms <= wanted.longest_ms)
    return found
