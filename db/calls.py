"""The call log in tables: batches in, calls, lists and numbers to call back out. Refuses to write an older version over
a newer one, so reading a journal twice changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, case, exists, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.callbacks import Talk
from hotline1022.core.errors import NotFound
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db import types as t
from hotline1022.db.call_filter import call_conditions
from hotline1022.db.columns import condition
from hotline1022.db.reached import PICKED_UP, TALKED, talks_with
from hotline1022.db.recordings import RecordingRepository
from hotline1022.db.sql import Bulk, Repository, Told, build, insert, insert_new, nobody, run_bulks, upsert
from hotline1022.db.tables import call, call_event, journal_position, leg, number, track
from hotline1022.db.ticket_calls import TOLD_OF
from hotline1022.recordings.types import NO_FILE

_OPEN = condition("call.state <> 'ended'")
#: calls that gave up, read together
GIVEN_UP = 200
_LEG_OPEN = condition("leg.ended_at IS NULL")


def _dialled(e164: ColumnElement[str]) -> ColumnElement[str]:
    """A number as calls to it have it: `service/cascades/plan.py` dials 0901… for +84901…"""
    abroad = literal("00").concat(func.substr(e164, 2))
    return case((e164.like("+84%"), literal("0").concat(func.substr(e164, 4))), else_=abroad)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bulks:
    calls: Bulk
    links: Bulk
    legs: Bulk
    events: Bulk
    positions: Bulk


_bulks: dict[str, _Bulks] = {}


def _compiled(dialect: Dialect) -> _Bulks:
    """The statements of a batch; made once for each kind of database."""
    if dialect.name not in _bulks:
        _bulks[dialect.name] = _Bulks(
            calls=Bulk(_upsert_call(dialect.name), call, t.CallRow, dialect),
            links=Bulk(TOLD_OF, call, t.CallRow, dialect, some=("id",)),
            legs=Bulk(upsert(dialect.name, leg), leg, t.LegRow, dialect),
            events=Bulk(insert_new(dialect.name, call_event), call_event, t.EventRow, dialect),
            positions=Bulk(upsert(dialect.name, journal_position), journal_position, t.JournalPosition, dialect),
        )
    return _bulks[dialect.name]


def _upsert_call(dialect: str) -> Any:
    statement = insert(dialect, call)
    new = statement.excluded
    changed = {c.name: new[c.name] for c in call.c if c.name != "id"}
    changed["backfilled"] = or_(call.c.backfilled, new.backfilled)
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=new.version >= call.c.version)


class CallRepository(Repository):
    """Calls, their legs and their history."""

    def __init__(self, connection: AsyncConnection, told: Told = nobody) -> None:
        super().__init__(connection)
        self._told = told

    async def save(self, batch: t.Batch) -> None:
        """Write all of the batch; rows that are there are brought up to date, facts that are there are left."""
        bulks = _compiled(self._connection.dialect)
        await run_bulks(
            self._connection,
            (bulks.calls, batch.calls),
            (bulks.links, batch.calls),
            (bulks.legs, batch.legs),
            (bulks.events, batch.events),
            (bulks.positions, batch.positions),
        )
        if not batch.filed_next:
            self._told(row.id for row in batch.calls if row.state is CallState.ENDED and row.answered_at is not None)

    async def position(self, name: str) -> t.JournalPosition | None:
        """How far the journal of that name was stored; None when never."""
        found = await self._connection.execute(select(journal_position).where(journal_position.c.name == name))
        row = found.mappings().one_or_none()
        return None if row is None else build(t.JournalPosition, row)

    async def load_open(self, *, settling_since: datetime | None = None) -> list[t.OpenCall]:
        """Calls that go on, oldest first, each with its history.

        With `settling_since` also calls that ended at that time or later and have a leg that has not ended.
        """
        wanted: Any = select(call.c.id).where(_OPEN)
        if settling_since is not None:
            unfinished = select(leg.c.call_id).where(_LEG_OPEN)
            settling = select(call.c.id).where(call.c.id.in_(unfinished), call.c.ended_at >= settling_since)
            wanted = wanted.union(settling)
        return await self._with_history(wanted)

    async def load(self, ids: Iterable[str]) -> list[t.OpenCall]:
        """These calls with their history, whether they go on or not, oldest first; unknown ones are left out."""
        return await self._with_history(list(ids))

    async def _with_history(self, ids: Any) -> list[t.OpenCall]:
        calls = await self._calls(select(call).where(call.c.id.in_(ids)).order_by(call.c.entered_at, call.c.id))
        if not calls:
            return []
        rows = await self._connection.execute(
            select(call_event)
            .where(call_event.c.call_id.in_(ids))
            .order_by(call_event.c.call_id, call_event.c.seq, call_event.c.at, call_event.c.key)
        )
        facts = (build(t.EventRow, row) for row in rows.mappings())
        history = {call_id: tuple(of_call) for call_id, of_call in groupby(facts, key=lambda fact: fact.call_id)}
        return [t.OpenCall(call=row, events=history.get(row.id, ())) for row in calls]

    async def _calls(self, query: Select[Any]) -> list[t.CallRow]:
        return [build(t.CallRow, row) for row in (await self._connection.execute(query)).mappings()]

    async def get(self, call_id: str) -> t.CallDetail:
        """One call with everything; NotFound `call-not-found`."""
        found = await self._calls(select(call).where(call.c.id == call_id))
        if not found:
            raise NotFound(
                f"there is no call {call_id!r}; the list of calls shows their ids", error_id="call-not-found"
            )
        legs = await self._connection.execute(
            select(leg).where(leg.c.call_id == call_id).order_by(leg.c.started_at, leg.c.channel)
        )
        events = await self._connection.execute(
            select(call_event)
            .where(call_event.c.call_id == call_id)
            .order_by(call_event.c.at, call_event.c.seq, call_event.c.key)
        )
        recordings = RecordingRepository(self._connection)
        return t.CallDetail(
            call=found[0],
            legs=tuple(build(t.LegRow, row) for row in legs.mappings()),
            events=tuple(build(t.EventRow, row) for row in events.mappings()),
            tracks=tuple(await recordings.tracks(call_id)),
            voicemails=tuple(await recordings.voicemails_of(call_id)),
            recording=await recordings.listening_copy(call_id),
        )

    async def list(self, wanted: t.CallFilter) -> t.CallPage:
        """A page of calls, newest first."""
        recorded = exists().where(track.c.call_id == call.c.id, track.c.status.not_in(NO_FILE)).label("has_recording")
        query = select(call, recorded).where(*call_conditions(self._dialect, wanted, page=True))
        query = query.order_by(call.c.entered_at.desc(), call.c.id.desc()).limit(wanted.limit + 1)
        rows = (await self._connection.execute(query)).mappings().all()
        listed = tuple(
            t.ListedCall(call=build(t.CallRow, row), has_recording=bool(row["has_recording"]))
            for row in rows[: wanted.limit]
        )
        more = len(rows) > wanted.limit and listed
        last = listed[-1].call if more else None
        return t.CallPage(calls=listed, next=t.Cursor(entered_at=last.entered_at, call=last.id) if last else None)

    async def of_number(self, caller: str, *, but: str, limit: int) -> Sequence[t.CallRow]:
        """Calls from the number (E.164, or as sent where none can be made of it), newest first, without that call."""
        query = select(call).where(number == caller, call.c.id != but)
        return await self._calls(query.order_by(call.c.entered_at.desc()).limit(limit))

    async def abandoned(self, *, since: datetime | None = None, limit: int = 100) -> Sequence[t.Abandoned]:
        """Numbers that gave up waiting and were not reached since: one line each, latest first.

        Reached: a later call from or to the number in which an agent talked with the citizen, or a later call to it that was
        picked up. Withheld numbers cannot be called back and are not listed.
        """
        found: list[t.Abandoned] = []
        seen: set[str] = set()
        last: t.Cursor | None = None
        while len(found) < limit:  # newest first: who was not reached stands where the last call stands
            calls = await self._given_up(since, last)
            new = [one for one in dict.fromkeys(caller for caller, _, _ in calls) if one not in seen]
            seen.update(new)
            found += await self._not_reached(new, since) if new else ()
            if len(calls) < GIVEN_UP:
                break
            last = t.Cursor(entered_at=calls[-1][1], call=calls[-1][2])
        return found[:limit]

    async def _given_up(self, since: datetime | None, last: t.Cursor | None) -> Sequence[tuple[str, datetime, str]]:
        """Numbers, moments and ids of calls that gave up, newest first, behind the last one."""
        wanted = [condition(f"call.reason = '{Reason.IN_QUEUE}'"), number != ""]
        if since is not None:
            wanted.append(call.c.entered_at >= since)
        if last is not None:
            at = last.entered_at
            wanted += [call.c.entered_at <= at, or_(call.c.entered_at < at, call.c.id < last.call)]
        query = select(number, call.c.entered_at, call.c.id).where(*wanted)
        query = query.order_by(call.c.entered_at.desc(), call.c.id.desc()).limit(GIVEN_UP)
        return [(row[0], row[1], row[2]) for row in await self._connection.execute(query)]

    async def _not_reached(self, callers: Sequence[str], since: datetime | None) -> Sequence[t.Abandoned]:
        """Which of these numbers were not reached since they gave up, latest first."""
        given_up = call.alias("given_up")
        given_number = func.coalesce(given_up.c.caller_e164, given_up.c.caller_raw)
        came_again = exists().where(number == given_number, call.c.entered_at > given_up.c.entered_at, TALKED)
        called_back = exists().where(
            leg.c.party.in_((given_up.c.caller_e164, given_up.c.caller_raw, _dialled(given_up.c.caller_e164))),
            leg.c.started_at > given_up.c.entered_at,
            *PICKED_UP,
        )
        in_queue = condition(f"given_up.reason = '{Reason.IN_QUEUE}'")
        conditions = [in_queue, given_number.in_(callers), not_(came_again), not_(called_back)]
        if since is not None:
            conditions.append(given_up.c.entered_at >= since)
        latest = func.row_number().over(
            partition_by=given_number, order_by=(given_up.c.entered_at.desc(), given_up.c.id.desc())
        )
        ranked = (
            select(
                given_number.label("caller"),
                func.count().over(partition_by=given_number).label("count"),
                given_up.c.entered_at.label("last_at"),
                given_up.c.id.label("last_call"),
                latest.label("rank"),
            )
            .where(*conditions)
            .subquery()
        )
        query = select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.last_at.desc(), ranked.c.last_call.desc())
        return [build(t.Abandoned, row) for row in (await self._connection.execute(query)).mappings()]

    async def talks_with(self, numbers: Collection[str], since: datetime) -> Mapping[str, Talk]:
        """The last talk of each of these numbers that began later, by number as it is given: E.164, as sent, or as dialled."""
        return await talks_with(self._connection, numbers, since)

    async def recent_talks(self, limit: int) -> Sequence[int]:
        """How long the latest answered callers talked, milliseconds, latest first. Calls that asked for 115 are none."""
        rows = await self._connection.execute(
            select(call.c.talk_ms)
            .where(call.c.result == Result.ANSWERED)
            .order_by(call.c.entered_at.desc())
            .limit(limit)
        )
        return [int(ms) for ms in rows.scalars()]
