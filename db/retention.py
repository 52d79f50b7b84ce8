"""Recordings whose time is over: which they are, and the two steps in which they go. Refuses what is held, not verified, or of
a ticket that is open.

Whether it is held is asked of the chain too: a row can be changed by whoever has the database.

First the audit tells of it, rows and state change, in one transaction; then the files go; then the state says so. Whoever is
killed in between finds in `leaving` where to go on.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Kind
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Refused
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.catalogue_rows import place_of
from hotline1022.db.columns import condition
from hotline1022.db.holds import HoldRepository
from hotline1022.db.originals import OriginalRepository
from hotline1022.db.sql import Repository, build
from hotline1022.db.tables import recording, track, voicemail
from hotline1022.db.tables_audit import audit_entry
from hotline1022.db.tables_catalogue import catalogue
from hotline1022.db.tables_copies import derived_copy
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.recordings.types import NO_FILE, CallKind, Catalogued, Due, DueDay, Move, State, Status, follow

#: rows looked at together
PORTION = 1000
_MAY_GO = (State.STORED, State.VERIFIED, State.NOT_RECORDED)
_NAMES = ("id", "call", "place", "started_at", "kind", "bytes")


def keeps(call_id: Any, before: datetime) -> ColumnElement[bool]:
    """That a ticket of the call is open, or was closed after this moment."""
    return exists().where(
        ticket_call.c.call_id == call_id,
        ticket.c.id == ticket_call.c.ticket_id,
        ticket.c.begun_at.is_not(None),
        or_(ticket.c.closed_at.is_(None), ticket.c.closed_at >= before),
    )


def _files_of(table: Any) -> ColumnElement[bool]:
    return exists().where(table.c.call_id == catalogue.c.call_id, table.c.status.not_in(NO_FILE))


#: that nobody holds it
_FREE = condition("NOT held")
#: that there are files of a recording
HAS_FILES = or_(_files_of(track), _files_of(voicemail))


class RetentionRepository(Repository):
    """What expires, within one transaction."""

    def __init__(
        self,
        connection: AsyncConnection,
        rows: CatalogueRepository,
        originals: OriginalRepository,
        holds: HoldRepository,
    ) -> None:
        super().__init__(connection)
        self._rows, self._originals, self._holds = rows, originals, holds

    async def due(self, kind: CallKind, before: datetime, *, after: int = 0, limit: int = PORTION) -> Sequence[Due]:
        """Recordings of the kind from before this moment, oldest first, behind place `after`: not held, not damaged."""
        columns = [catalogue.c["call_id" if name == "call" else name].label(name) for name in _NAMES]
        # each state by its own index, in which what has expired in all those years does not stand in the way
        of_states = [
            select(
                select(*columns)
                .where(*_due(kind, before), catalogue.c.state == state, catalogue.c.place > after)
                .order_by(catalogue.c.place)
                .limit(limit)
                .subquery()
            )
            for state in _MAY_GO
        ]
        some = union_all(*of_states).subquery()
        rows = await self._connection.execute(select(some).order_by(some.c.place).limit(limit))
        return [build(Due, row) for row in rows.mappings()]

    async def each(self, ends: Mapping[CallKind, datetime]) -> AsyncIterator[Due]:
        """All that are due."""
        for kind, before in ends.items():
            after = 0
            while found := await self.due(kind, before, after=after):
                for one in found:
                    yield one
                after = found[-1].place

    async def days(self, ends: Mapping[CallKind, datetime]) -> tuple[DueDay, ...]:
        """How many are due, and their bytes, by day and kind."""
        count: Counter[tuple[date, CallKind]] = Counter()
        size: Counter[tuple[date, CallKind]] = Counter()
        async for one in self.each(ends):
            count[local_day(one.started_at), one.kind] += 1
            size[local_day(one.started_at), one.kind] += one.bytes
        return tuple(DueDay(day=key[0], kind=key[1], recordings=count[key], bytes=size[key]) for key in sorted(count))

    async def count(self, ends: Mapping[CallKind, datetime]) -> int:
        """How many are due."""
        total = 0
        for kind, before in ends.items():
            query = select(func.count()).select_from(catalogue).where(*_due(kind, before))
            total += int((await self._connection.execute(query)).scalar_one())
        return total

    async def kept(self, ends: Mapping[CallKind, datetime]) -> tuple[int, int]:
        """How many would be due, and are held; and are damaged and not held."""
        over = or_(false(), *(_over(kind, before) for kind, before in ends.items()))
        counts = []
        for wanted in (
            (condition("held"),),
            (_FREE, catalogue.c.state == State.DAMAGED),
        ):
            query = select(func.count()).select_from(catalogue).where(*wanted, over)
            counts.append(int((await self._connection.execute(query)).scalar_one()) if ends else 0)
        return counts[0], counts[1]

    async def lately(self, since: datetime) -> int:
        """How many recordings have expired since then."""
        # entries of all years have this kind: those that the chain has from before are left out by their number
        before = select(audit_entry.c.seq).where(audit_entry.c.at < since).order_by(audit_entry.c.seq.desc()).limit(1)
        query = select(func.count()).select_from(audit_entry)
        query = query.where(audit_entry.c.kind == Kind.RECORDING_EXPIRED.value, audit_entry.c.at >= since)
        query = query.where(audit_entry.c.seq > func.coalesce(before.scalar_subquery(), 0))
        return int((await self._connection.execute(query)).scalar_one())

    async def let_go(self, one: Due, before: datetime, at: datetime, *, verified_since: datetime, days: int) -> None:
        """The first step: from here on no row promises its files, and the audit tells of each with its hash.

        Refused `recording-held`, `hold-differs` (the catalogue says that it is free, and a hold or the chain says that it is
        held), `recording-state`, `recording-kept` (its ticket is open, its kind another one now) and `recording-unverified`:
        nothing was changed.
        """
        gone = {"status": Status.EXPIRED}
        for table in (track, voicemail):
            there = (table.c.call_id == one.call, table.c.status.not_in(NO_FILE))
            await self._connection.execute(update(table).where(*there).values(**gone))
        for copies in (recording, derived_copy):
            await self._connection.execute(delete(copies).where(copies.c.call_id == one.call))
        await self._rows.lock()
        row = await self._rows.get(one.id)
        state = follow(row.state, Move.LET_GO, held=row.held)
        await self._check_free(row)
        still = (_over(one.kind, before), catalogue.c.id == one.id)
        if (await self._connection.execute(select(catalogue.c.id).where(*still))).scalar() is None:
            raise Refused(f"the recording {one.id} is kept: a ticket is open", error_id="recording-kept")
        if row.state is State.VERIFIED and (row.verified_at is None or row.verified_at < verified_since):
            text = f"the recording {one.id} was not verified just now; the next night does it"
            raise Refused(text, error_id="recording-unverified")
        await self._move(one.call, state=state, why="")
        told: dict[str, object] = {"recording": one.id, "kept_as": one.kind.value, "days": days}
        await self._originals.attest([one.call], at, kind=Kind.RECORDING_EXPIRED, **told)

    async def _check_free(self, row: Catalogued) -> None:
        held = {hold.id: hold.letter for hold in await self._holds.of(row.id) if hold.released_at is None}
        held |= {hold.id: hold.letter for hold in await self._holds.told_open(row.id)}
        if held:
            which = ", ".join(f"{id} (letter {letter})" for id, letter in sorted(held.items()))
            text = (
                f"the catalogue says that recording {row.id} is free, and the hold {which} has no release: it stays. Somebody "
                "changed the database; hotline1022 evidence verify, then `recordings hold` it anew or `recordings release` it"
            )
            raise Refused(text, error_id="hold-differs")

    async def leaving(self, *, limit: int | None = None) -> Sequence[str]:
        """Calls of which the first step is done and the last one is not."""
        query = select(catalogue.c.call_id).where(catalogue.c.state == State.EXPIRING).order_by(catalogue.c.place)
        return list((await self._connection.execute(query.limit(limit))).scalars())

    async def paths(self, call: str) -> Sequence[str]:
        """Where files of a call lay, or still lie, that no row promises any more."""
        found: list[str] = []
        for table in (track, voicemail):
            query = select(table.c.path).where(table.c.call_id == call, table.c.status == Status.EXPIRED)
            found += (await self._connection.execute(query)).scalars()
        return sorted(found)

    async def gone(self, call: str) -> None:
        """The last step: its files are gone. What was filed meanwhile has a time of its own."""
        await self._rows.lock()
        row = await self._rows.get(call)
        if row.state is not State.EXPIRING:
            return
        state = follow(row.state, Move.EXPIRED)
        late = select(catalogue.c.id).where(catalogue.c.call_id == call, HAS_FILES)
        if (await self._connection.execute(late)).scalar() is not None:
            state = follow(state, Move.FILED)
        await self._move(call, state=state)

    async def _move(self, call: str, **values: Any) -> None:
        await self._connection.execute(update(catalogue).where(catalogue.c.call_id == call).values(**values))


def _due(kind: CallKind, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """That it may go, as far as the database knows."""
    return _over(kind, before), catalogue.c.state.in_(_MAY_GO), _FREE, HAS_FILES


def _over(kind: CallKind, before: datetime) -> ColumnElement[bool]:
    """That its time is over: by when the call was, and when its last ticket was closed."""
    return and_(
        catalogue.c.kind == kind,
        catalogue.c.started_at < before,
        # places are in the order of beginnings, and every index has them; a row keeps its place when its beginning is corrected
        catalogue.c.place < place_of(before + timedelta(days=1)),
        func.coalesce(catalogue.c.ended_at, catalogue.c.started_at) < before,
        ~keeps(catalogue.c.call_id, before),
    )
