"""What units asked for, and what they were given. Refuses a move from a state that it is not in any more."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import insert, select, update

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_disclosure import disclosure, disclosure_hand_out
from hotline1022.evidence.types import Disclosure, HandOut, Request, State

_request_values, _values = picker(Request), picker(Disclosure)


def _row(one: Disclosure) -> dict[str, Any]:
    values = _values(one)
    request = _request_values(values.pop("request"))
    return values | request | {"recordings": list(one.request.recordings)}


def _disclosure(row: Mapping[Any, Any]) -> Disclosure:
    request = build(Request, row, recordings=tuple(row["recordings"]))
    return build(Disclosure, row, request=request)


class DisclosureRepository(Repository):
    """Requests, decisions, packages, hand-outs."""

    async def add(self, one: Disclosure) -> None:
        """Write down a request."""
        await self._connection.execute(insert(disclosure), [_row(one)])

    async def get(self, id: str) -> Disclosure:
        """One; NotFound `disclosure-unknown`."""
        row = (await self._connection.execute(select(disclosure).where(disclosure.c.id == id))).mappings().one_or_none()
        if row is None:
            text = f"there is no disclosure {id}; hotline1022 evidence list shows them"
            raise NotFound(text, error_id="disclosure-unknown")
        return _disclosure(row)

    async def all(self, state: State | None = None, *, limit: int = 100) -> Sequence[Disclosure]:
        """Newest first."""
        query = select(disclosure).order_by(disclosure.c.asked_at.desc(), disclosure.c.id).limit(limit)
        if state is not None:
            query = query.where(disclosure.c.state == state)
        return [_disclosure(row) for row in (await self._connection.execute(query)).mappings()]

    async def move(self, before: Disclosure, after: Disclosure) -> None:
        """Write it as it is now. Refused `disclosure-changed` when another one was quicker."""
        names = {one.name for one in fields(Disclosure)} - {"id", "request", "asked_by", "asked_at"}
        row = {name: value for name, value in _row(after).items() if name in names}
        done = await self._connection.execute(
            update(disclosure).where(disclosure.c.id == before.id, disclosure.c.state == before.state).values(row)
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
        table = disclosure_hand_out
        rows = await self._connection.execute(select(table).where(table.c.disclosure_id == id).order_by(table.c.id))
        return [build(HandOut, row, disclosure=row["disclosure_id"]) for row in rows.mappings()]


_HAND_OUT = ("received_by", "handed_by", "at", "sha256")
