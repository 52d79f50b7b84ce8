"""Drafts of agents, one row for a person and a call. Refuses to write over a version that was not read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from hotline1022.core.drafts import Drafted, Typed
from hotline1022.db.sql import Repository, insert_new
from hotline1022.db.tables_drafts import agent_draft
from hotline1022.tickets.types import phone_key


class DraftRepository(Repository):
    """What was typed."""

    async def get(self, owner: str, call: str) -> Drafted | None:
        """The draft of somebody for a call ("" = for none)."""
        found = await self._all(agent_draft.c.owner == owner, agent_draft.c.call_id == call)
        return found[0] if found else None

    async def of(self, owner: str, limit: int) -> Sequence[Drafted]:
        """All of somebody, latest change first."""
        return await self._all(agent_draft.c.owner == owner, limit=limit)

    async def put(self, draft: Drafted, phone: str, *, before: int) -> bool:
        """Write it in place of the version `before` (0 = there is none); False when another one is there by now.

        `phone`: the number by which it is found again.
        """
        values = _values(draft) | {"phone_key": phone_key(phone)}
        if before == 0:
            done = await self._connection.execute(insert_new(self._dialect, agent_draft), [values])
        else:
            done = await self._connection.execute(
                update(agent_draft).where(*_of(draft.owner, draft.call), agent_draft.c.version == before).values(values)
            )
        return bool(done.rowcount)

    async def remove(self, owner: str, call: str, version: int) -> bool:
        """Take this version away; False when it is not there."""
        done = await self._connection.execute(
            delete(agent_draft).where(*_of(owner, call), agent_draft.c.version == version)
        )
        return bool(done.rowcount)

    async def forget(self, before: datetime) -> int:
        """Take away what nobody has changed since; says how many."""
        done = await self._connection.execute(delete(agent_draft).where(agent_draft.c.changed_at < before))
        return done.rowcount

    async def _all(self, *wanted: Any, limit: int = 1) -> list[Drafted]:
        query = select(agent_draft).where(*wanted).order_by(agent_draft.c.changed_at.desc(), agent_draft.c.call_id)
        return [_draft(row) for row in (await self._connection.execute(query.limit(limit))).mappings()]


def _of(owner: str, call: str) -> tuple[Any, ...]:
    return (agent_draft.c.owner == owner, agent_draft.c.call_id == call)


def _values(draft: Drafted) -> dict[str, Any]:
    fields = {name: {"text": one.text, "at": one.at, "window": one.window} for name, one in draft.fields.items()}
    names = ("owner", "version", "made_at", "changed_at")
    return {name: getattr(draft, name) for name in names} | {"call_id": draft.call, "fields": fields}


def _draft(row: Mapping[Any, Any]) -> Drafted:
    names = ("owner", "version", "made_at", "changed_at")
    fields = {name: Typed(**one) for name, one in row["fields"].items()}
    return Drafted(call=row["call_id"], fields=fields, **{name: row[name] for name in names})
