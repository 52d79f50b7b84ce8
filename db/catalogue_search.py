"""Search in the catalogue, newest first, a page at a time. Refuses to read through a million rows for one page.

First the newest few hundred of the shortest list that holds the answer: of a number, a ticket code, a person, else of a state,
else of all. What many recordings have is found there. Where the page is not full then, PostgreSQL goes back month by month
through an index over everything that recordings are found by, and stops when it is full: a month has few that fit, or fills it.
SQLite has no such index, and goes on along the list.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY, array

from hotline1022.db.catalogue import entry
from hotline1022.db.catalogue_rows import LISTED, month_of, place_of
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository
from hotline1022.db.tables_catalogue import catalogue, catalogue_key, catalogue_word
from hotline1022.recordings.types import (
    CatalogueFilter,
    CataloguePage,
    Shown,
    State,
    asked_duration,
    asked_keys,
    asked_number,
    kind_keys,
    state_keys,
    word_keys,
)

#: recordings that the first step looks at
WINDOW = 300
#: the same of a state of few recordings, of which those with certain keys are wanted
SELDOM_WINDOW = 1000
#: states of few recordings: their list is shorter than that of a person
_SELDOM = frozenset({Shown.SPOOLED, Shown.DAMAGED, Shown.NOT_RECORDED, Shown.HELD})
_HELD = condition("catalogue.held")
#: behind every character that a key has
_BEHIND = "\x7f"
_MONTH = 28 * 86_400 * 1_000_000_000
_words: Any = catalogue_word.c["keys"]


class CatalogueSearch(Repository):
    """Questions to the catalogue, within one transaction."""

    async def search(self, wanted: CatalogueFilter) -> CataloguePage:
        """A page; Invalid `number-short`."""
        keys, end = [*asked_keys(wanted)], ""
        if wanted.number:
            whole, end = asked_number(wanted.number)
            if wanted.whole_number or (whole and await self._there(whole)):
                keys.insert(0, whole or end)
                end = ""
        keys += word_keys(wanted.words, open_to_all=wanted.open_words)
        if self._dialect == "sqlite":
            return await self._read(self._along(wanted, keys, end), wanted)
        listed = [key for key in keys if key.startswith(LISTED)]
        if not end and (wanted.state in _SELDOM or len(keys) == len(listed) <= 1):
            window = SELDOM_WINDOW if wanted.state in _SELDOM and keys else WINDOW
            newest = _list(wanted, listed).limit(window)
            page = await self._read(self._among(newest, wanted, keys), wanted)
            if page.next is not None or await self._length(newest) < window:
                return page
        keys += asked_duration(wanted.shortest_ms, wanted.longest_ms)
        keys += kind_keys(wanted.kind) if keys and wanted.kind is not None else ()
        keys += state_keys(wanted.state) if keys else ()
        if end:
            # the last four digits have a key, more are compared
            keys.append(f"e:{end[2:6]}")
        if keys:
            return await self._back(wanted, keys, end)
        return await self._read(self._all(wanted), wanted)

    async def _there(self, key: str) -> bool:
        query = select(catalogue_key.c.place).where(catalogue_key.c.key == key).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def _length(self, newest: Select[Any]) -> int:
        return int((await self._connection.execute(select(func.count()).select_from(newest.subquery()))).scalar_one())

    # ---------------------------------------------------------------- PostgreSQL

    def _among(self, newest: Select[Any], wanted: CatalogueFilter, keys: Sequence[str]) -> Select[Any]:
        """Those of the newest places of a list that fit."""
        found = newest.cte("newest").prefix_with("MATERIALIZED")
        query = select(catalogue).join(found, found.c.place == catalogue.c.place).where(*_conditions(wanted))
        if len(keys) > 1 or (keys and wanted.state in _SELDOM):
            month = func.to_char(func.timezone("UTC", catalogue.c.started_at), "YYMM")
            mine = select(_have(month, keys)).where(catalogue_word.c.place == catalogue.c.place)
            query = query.where(mine.correlate(catalogue).scalar_subquery())
        return query

    async def _back(self, wanted: CatalogueFilter, keys: Sequence[str], end: str) -> CataloguePage:
        """Month by month, the newest first, until the page is full."""
        months = await self._months(wanted)
        month = (
            func.unnest(bindparam("months", months, type_=ARRAY(String)))
            .table_valued("name", name="month")
            .render_derived()
        )
        place = catalogue_word.c.place
        query = select(place).where(_have(month.c.name, keys), *_span(place, wanted))
        if len(end) > 6:
            key = func.unnest(_words).table_valued("key", name="mine").render_derived()
            # four characters of the month, whichever it is
            query = query.where(exists().select_from(key).where(key.c.key.like(f"____{end}%")))
        if conditions := _conditions(wanted):
            # as a question about each: as a join it would be begun at its other end, every month anew
            query = query.where(select(and_(*conditions)).where(catalogue.c.place == place).scalar_subquery())
        # an expression: in the order of the key itself the whole table would be walked through
        query = query.order_by((place + 0).desc()).limit(wanted.limit + 1)
        of_month = query.lateral("of_month")
        newest = select(of_month.c.place).select_from(month.join(of_month, true())).limit(wanted.limit + 1)
        found = newest.cte("found").prefix_with("MATERIALIZED")
        return await self._read(select(catalogue).join(found, found.c.place == catalogue.c.place), wanted)

    async def _months(self, wanted: CatalogueFilter) -> list[str]:
        """The months in which there can be an answer, newest first."""
        # of the state or the kind: what has expired is old
        ends = select(func.min(catalogue.c.place), func.max(catalogue.c.place)).where(*_listed_by(wanted))
        first, last = (await self._connection.execute(ends)).one()
        if first is None:
            return []
        last = min([last, *_ends(wanted)])
        if wanted.since is not None:
            first = max(first, place_of(wanted.since))
        places = [*range(last, first, -_MONTH), first] if first <= last else []
        return list(dict.fromkeys(month_of(place) for place in places))

    def _all(self, wanted: CatalogueFilter) -> Select[Any]:
        """All that fit, found by whatever index finds them soonest, and sorted then."""
        query = select(catalogue.c.place).where(*_conditions(wanted), *_span(catalogue.c.place, wanted))
        fitting = query.cte("fitting").prefix_with("MATERIALIZED")
        newest = select(fitting.c.place).order_by(fitting.c.place.desc()).limit(wanted.limit + 1).subquery("newest")
        return select(catalogue).join(newest, newest.c.place == catalogue.c.place)

    # ---------------------------------------------------------------- SQLite

    def _along(self, wanted: CatalogueFilter, keys: Sequence[str], end: str) -> Select[Any]:
        """Along a list from its newest on, each looked at."""
        listed = [key for key in keys if key.startswith(LISTED)]
        if end:
            ends = (catalogue_key.c.key >= end, catalogue_key.c.key < end + _BEHIND)
            places = select(catalogue_key.c.place).where(*ends, *_span(catalogue_key.c.place, wanted)).distinct()
        else:
            places = _list(wanted, listed)
        found = places.subquery("list")
        query = select(catalogue).join(found, found.c.place == catalogue.c.place).where(*_conditions(wanted))
        looked_at = [key for key in keys if end or key not in listed[:1] or wanted.state in _SELDOM]
        if looked_at:
            query = query.join(catalogue_word, catalogue_word.c.place == catalogue.c.place)
            query = query.where(and_(*(func.instr(_words, literal(f" {key} ", String())) > 0 for key in looked_at)))
        return query

    async def _read(self, query: Select[Any], wanted: CatalogueFilter) -> CataloguePage:
        query = query.order_by(catalogue.c.place.desc()).limit(wanted.limit + 1)
        rows = (await self._connection.execute(query)).mappings().all()
        recordings = tuple(entry(row) for row in rows[: wanted.limit])
        return CataloguePage(recordings=recordings, next=recordings[-1].place if len(rows) > wanted.limit else None)


def _have(month: ColumnElement[str], keys: Sequence[str]) -> ColumnElement[bool]:
    """That a recording of the month has all of these keys."""
    asked = sql_cast(array([month + literal(key, String()) for key in keys]), ARRAY(String))
    return cast("ColumnElement[bool]", _words.op("@>")(asked))


def _list(wanted: CatalogueFilter, listed: Sequence[str]) -> Select[Any]:
    """The shortest list that holds the answer, newest first."""
    if listed and wanted.state not in _SELDOM:
        place: Any = catalogue_key.c.place
        query = select(place).where(catalogue_key.c.key == listed[0])
    else:
        place = catalogue.c.place
        query = select(place).where(*_listed_by(wanted))
    return query.where(*_span(place, wanted)).order_by(place.desc())


def _listed_by(wanted: CatalogueFilter) -> list[ColumnElement[bool]]:
    """The one condition that a list in the order of places exists for."""
    if wanted.state is not None:
        return [_state(wanted.state)]
    return [catalogue.c.kind == wanted.kind] if wanted.kind is not None else []


def _ends(wanted: CatalogueFilter) -> list[int]:
    """Places before which it must be."""
    ends = [place_of(wanted.until)] if wanted.until is not None else []
    return [*ends, wanted.before] if wanted.before is not None else ends


def _span(place: Any, wanted: CatalogueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(place >= place_of(wanted.since))
    ends = _ends(wanted)
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
