"""What units asked for, what they were given, and the links by which they fetch it. Refuses a move from a state that it is not in
any more.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Select, String, Table, and_, insert, or_, select, update

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_disclosure import disclosure, disclosure_hand_out, download_link
from hotline1022.evidence.types import (
    Bleep,
    Disclosure,
    DownloadLink,
    Filter,
    HandOut,
    Listed,
    Part,
    Place,
    Request,
    State,
)

#: rows read at a time
PORTION = 1000
#: what the driver, or a column's type, says of a value that it cannot read
_ODD = (TypeError, ValueError, OverflowError)
_TEXTS = tuple(column.name for column in disclosure.c if type(column.type) is String)
_NUMBERS = ("bytes", "revision")
_request_values, _values, _link_values = picker(Request), picker(Disclosure), picker(DownloadLink)


def _row(one: Disclosure) -> dict[str, Any]:
    values = _values(one)
    request = _request_values(values.pop("request"))
    lists = {"recordings": list(one.request.recordings), "parts": [asdict(part) for part in one.request.parts]}
    return values | request | lists


def _tried(row: Mapping[Any, Any]) -> Disclosure | Refused:
    """Refused `disclosure-unreadable` for a row that this program does not write."""
    try:
        _check_kinds(row)
        request = build(Request, row, recordings=tuple(row["recordings"]), parts=tuple(map(_part, row["parts"])))
        return build(Disclosure, row, request=request)
    except (Invalid, KeyError, *_ODD) as error:
        return _unreadable(row["id"], error)


def _check_kinds(row: Mapping[Any, Any]) -> None:
    """TypeError: SQLite keeps anything in any column."""
    for names, kind in ((_TEXTS, str), (_NUMBERS, int)):
        for name in names:
            if not isinstance(row[name], kind):
                raise TypeError(f"{name} is no {kind.__name__}")


def _unreadable(id: str, error: Exception) -> Refused:
    text = (
        f"somebody changed the row of the disclosure {id}: it cannot be read ({error}); run hotline1022 evidence verify"
    )
    made = Refused(text, error_id="disclosure-unreadable")
    made.__cause__ = error
    return made


def _part(value: Mapping[str, Any]) -> Part:
    bleeps = (Bleep(**{**one, "tracks": tuple(one["tracks"])}) for one in value["bleeps"])
    return Part(**{**value, "bleeps": tuple(bleeps)})


def _wanted(query: Select[Any], wanted: Filter) -> Select[Any]:
    row = disclosure.c
    if wanted.state is not None:
        query = query.where(row.state == wanted.state)
    if wanted.before is not None:
        at, id = wanted.before.asked_at, wanted.before.id
        query = query.where(or_(row.asked_at < at, and_(row.asked_at == at, row.id > id)))
    return _ordered(query)


def _ordered(query: Select[Any]) -> Select[Any]:
    return query.order_by(disclosure.c.asked_at.desc(), disclosure.c.id)


def _link(row: Mapping[Any, Any]) -> DownloadLink:
    return build(DownloadLink, row, disclosure=row["disclosure_id"])


class DisclosureRepository(Repository):
    """Requests, decisions, packages, hand-outs."""

    async def add(self, one: Disclosure) -> None:
        """Write down a request."""
        await self._connection.execute(insert(disclosure), [_row(one)])

    async def get(self, id: str) -> Disclosure:
        """One; NotFound `disclosure-unknown`, Refused `disclosure-unreadable`."""
        for _, one in await self._some(select(disclosure).where(disclosure.c.id == id)):
            if isinstance(one, Refused):
                raise one
            return one
        text = f"there is no disclosure {id}; hotline1022 evidence list shows them"
        raise NotFound(text, error_id="disclosure-unknown")

    async def all(self, state: State | None = None, *, limit: int = 100) -> Listed:
        """Newest first; those that cannot be read by their ids alone."""
        return await self.page(Filter(state=state, limit=limit))

    async def page(self, wanted: Filter) -> Listed:
        """A page of them."""
        query = _wanted(select(disclosure), wanted).limit(wanted.limit + 1)
        if keys := fold(wanted.words).split():
            query = _ordered(select(disclosure).where(disclosure.c.id.in_(await self._with(keys, wanted))))
        rows = await self._some(query)
        shown = rows[: wanted.limit]
        found = tuple(one for _, one in shown if isinstance(one, Disclosure))
        return Listed(
            found=found,
            unreadable=tuple(id for id, one in shown if isinstance(one, Refused)),
            next=Place(asked_at=found[-1].asked_at, id=found[-1].id) if found and len(rows) > wanted.limit else None,
        )

    async def _with(self, keys: Sequence[str], wanted: Filter) -> list[str]:
        """Ids of a page and one more. They are few, and no database folds Vietnamese as we do: they are read through."""
        found: list[str] = []
        row = disclosure.c
        for skip in count(0, PORTION):
            query = _wanted(select(row.id, row.unit, row.letter), wanted).limit(PORTION).offset(skip)
            rows = (await self._connection.execute(query)).all()
            for id, unit, letter in rows:
                text = fold(f"{unit} {letter}")
                if all(key in text for key in keys):
                    found.append(id)
            if len(rows) < PORTION or len(found) > wanted.limit:
                break
        return found[: wanted.limit + 1]

    async def packages(self) -> frozenset[str]:
        """Names of all packages that are still to be had, also of disclosures that cannot be read."""
        kept = (State.PACKED, State.HANDED_OUT)
        query = select(disclosure.c.package).where(disclosure.c.state.in_(kept), disclosure.c.package != "")
        return frozenset((await self._connection.execute(query)).scalars())

    async def _some(self, query: Select[Any]) -> list[tuple[str, Disclosure | Refused]]:
        """Each with its id, or with why it cannot be read: one row that somebody spoilt hides none of the others."""
        try:
            rows = (await self._connection.execute(query)).mappings().all()
        except _ODD as error:
            ids = (await self._connection.execute(query.with_only_columns(disclosure.c.id))).scalars().all()
            if len(ids) == 1:
                return [(ids[0], _unreadable(ids[0], error))]
            return [one for id in ids for one in await self._some(select(disclosure).where(disclosure.c.id == id))]
        return [(row["id"], _tried(row)) for row in rows]

    async def each(self) -> AsyncIterator[tuple[str, Disclosure | None]]:
        """All of them, by id; None for one whose row cannot be read."""
        after = ""
        while True:
            query = select(disclosure).where(disclosure.c.id > after).order_by(disclosure.c.id).limit(PORTION)
            rows = await self._some(query)
            for id, one in rows:
                yield id, one if isinstance(one, Disclosure) else None
            if len(rows) < PORTION:
                return
            after = rows[-1][0]

    async def move(self, before: Disclosure, after: Disclosure) -> None:
        """Write it as it is now. Refused `disclosure-changed` when another one was quicker."""
        names = {one.name for one in fields(Disclosure)} - {"id", "request", "asked_by", "asked_at"} | {"parts"}
        row = {name: value for name, value in _row(after).items() if name in names}
        still = (disclosure.c.state == before.state, disclosure.c.revision == before.revision)
        done = await self._connection.execute(
            update(disclosure).where(disclosure.c.id == before.id, *still).values(row)
        )
        if not done.rowcount:
            text = f"the disclosure {before.id} was changed by somebody else meanwhile; look at it again"
            raise Refused(text, error_id="disclosure-changed")

    async def hand_out(self, one: HandOut) -> None:
        """Write down who received it."""
        row = {"disclosure_id": one.disclosure, **{name: getattr(one, name) for name in _HAND_OUT}}
        await self._connection.execute(insert(disclosure_hand_out), [row])

    async def hand_outs(self, id: str) -> Sequence[HandOut]:
        """Who received it, in order."""
        return (await self.hand_outs_of([id]))[id]

    async def hand_outs_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[HandOut]]:
        """Who received each of these, in order."""
        table = disclosure_hand_out
        found: dict[str, list[HandOut]] = {id: [] for id in ids}
        rows = await self._connection.execute(
            select(table).where(table.c.disclosure_id.in_(found)).order_by(table.c.id)
        )
        for row in rows.mappings():
            found[row["disclosure_id"]].append(build(HandOut, row, disclosure=row["disclosure_id"]))
        return found

    async def every_hand_out(self) -> Sequence[HandOut]:
        """All, in order."""
        rows = await self._every(disclosure_hand_out, 0)
        return [build(HandOut, row, disclosure=row["disclosure_id"]) for row in rows]

    async def every_link(self) -> Sequence[DownloadLink]:
        """All, by id."""
        return [_link(row) for row in await self._every(download_link, "")]

    async def _every(self, table: Table, first: object) -> list[Mapping[Any, Any]]:
        found: list[Mapping[Any, Any]] = []
        while True:
            after = found[-1]["id"] if found else first
            query = select(table).where(table.c.id > after).order_by(table.c.id).limit(PORTION)
            more = (await self._connection.execute(query)).mappings().all()
            found += more
            if len(more) < PORTION:
                return found

    async def add_link(self, one: DownloadLink) -> None:
        """Write down a link."""
        row = _link_values(one)
        await self._connection.execute(insert(download_link), [row | {"disclosure_id": row.pop("disclosure")}])

    async def link_of(self, key_sha256: str) -> DownloadLink | None:
        """The link of this key; None when there is none."""
        table = download_link
        row = (await self._connection.execute(select(table).where(table.c.key_sha256 == key_sha256))).mappings().first()
        return _link(row) if row else None

    async def links(self, id: str) -> Sequence[DownloadLink]:
        """The links to a disclosure's package, in order."""
        return (await self.links_of([id]))[id]

    async def links_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[DownloadLink]]:
        """The links to the packages of each of these, in order."""
        table = download_link
        found: dict[str, list[DownloadLink]] = {id: [] for id in ids}
        query = select(table).where(table.c.disclosure_id.in_(found)).order_by(table.c.made_at, table.c.id)
        for row in (await self._connection.execute(query)).mappings():
            found[row["disclosure_id"]].append(_link(row))
        return found

    async def stands(self, link: str, at: datetime) -> bool:
        """Whether a link opens something then: neither it nor its disclosure has ended. How much is left does not matter."""
        table = download_link
        query = (
            select(table.c.id)
            .join(disclosure, disclosure.c.id == table.c.disclosure_id)
            .where(table.c.id == link, table.c.ended_at.is_(None), table.c.expires_at > at)
            .where(disclosure.c.state == State.HANDED_OUT)
            .where(or_(disclosure.c.expires_at.is_(None), disclosure.c.expires_at > at))
        )
        return (await self._connection.execute(query)).first() is not None

    async def take(self, link: str, count: int) -> bool:
        """Count bytes as sent before they are; False, and nothing is counted, where the link has not so many left."""
        table = download_link
        left = (table.c.id == link, table.c.ended_at.is_(None), table.c.sent + count <= table.c.budget)
        done = await self._connection.execute(update(table).where(*left).values(sent=table.c.sent + count))
        return bool(done.rowcount)

    async def give_back(self, link: str, count: int) -> None:
        """So many bytes that were counted were not sent."""
        table = download_link
        await self._connection.execute(update(table).where(table.c.id == link).values(sent=table.c.sent - count))

    async def end_links(self, id: str, at: datetime) -> int:
        """The links to a disclosure's package open nothing any more; how many."""
        table = download_link
        still = (table.c.disclosure_id == id, table.c.ended_at.is_(None))
        done = await self._connection.execute(update(table).where(*still).values(ended_at=at))
        return done.rowcount


_HAND_OUT = ("received_by", "handed_by", "at", "sha256")
