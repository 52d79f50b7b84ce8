"""The catalogue's rows, written at the end of the transaction whose facts they repeat. Refuses moves that states.py has not.

A transaction says which calls it changed (`touch`, `filed`); when it ends, their rows are made anew from what the other
tables say then. So a row can be wrong in no case in which those are right, and all of them can be made again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import NotFound
from hotline1022.core.outcomes import CallState
from hotline1022.core.said import said
from hotline1022.db.alarms import AlarmRepository
from hotline1022.db.ask import ask_all
from hotline1022.db.catalogue_facts import Facts, facts_of, made
from hotline1022.db.catalogue_rows import (
    LISTED,
    KeyRow,
    Row,
    WordRow,
    bulks_of,
    month_of,
    place_of,
    questions_of,
    who_has,
)
from hotline1022.db.sql import Repository, build, insert, run_bulks
from hotline1022.db.tables import call
from hotline1022.db.tables_catalogue import catalogue, disk_full_span
from hotline1022.recordings.types import About, Catalogued, Judged, Move, State, Verdict, Why, follow, state_keys

#: the number of the lock in PostgreSQL under which rows of the catalogue are made; taken after all other locks but the audit's
_LOCK = 1022_28324
#: the alarm of a damaged recording, and its name in the list of alarms
DAMAGED_ALARM = "recording-damaged"


def entry(row: Mapping[Any, Any]) -> Catalogued:
    """The value of a row."""
    about = About(**{name: tuple(ids) for name, ids in row["about"].items()})
    return build(Catalogued, row, call=row["call_id"], about=about)


class CatalogueRepository(Repository):
    """The catalogue, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._touched: dict[str, bool] = {}
        self._filed: set[str] = set()

    # ---------------------------------------------------------------- following the other tables

    def touch(self, calls: Iterable[str], *, over: bool = False) -> None:
        """These calls changed, or what belongs to them; `over`: of one that ended an hour ago nothing more will be filed."""
        for one in calls:
            self._touched[one] = over or self._touched.get(one, False)

    def filed(self, calls: Iterable[str]) -> None:
        """The recordings of these calls were filed."""
        for one in calls:
            self._filed.add(one)
            self._touched.setdefault(one, False)

    async def flush(self, at: datetime) -> list[Fact]:
        """Make the rows of what was touched; what the audit must know of it. The transaction calls it before its end."""
        if not self._touched:
            return []
        touched, filed = self._touched, self._filed
        self._touched, self._filed = {}, set()
        await self.lock()
        asked = questions_of(self._connection.dialect)
        found, (rows, kept) = await facts_of(self._connection, sorted(touched), asked)
        known = {row["call_id"]: entry(row) for row in rows}
        in_front = 4 if self._dialect == "postgresql" else 0
        keys = {row["place"]: tuple(key[in_front:] for key in row["keys"]) for row in kept}
        new = [
            self._row(one, known.get(one.call), filed=one.call in filed, over=touched[one.call] and one.over(at))
            for one in found
        ]
        await self._places(new)
        before = [known.get(row.call_id) for row in new]
        told = [
            _not_made(row, at)
            for row, old in zip(new, before, strict=True)
            if row.state is State.NOT_RECORDED and (old is None or old.state is not row.state)
        ]
        await self._write(
            new,
            [keys.get(row.place, ()) for row in new],
            [(*made(one).keys, *state_keys(row.state)) for one, row in zip(found, new, strict=True)],
        )
        if any(row.why for row in new):
            await self._blame([row.call_id for row in new])
        return told

    def _row(self, one: Facts, before: Catalogued | None, *, filed: bool, over: bool) -> Row:
        new = made(one)
        state = before.state if before else State.SPOOLED
        if filed or (state is State.SPOOLED and (new.filed or over)):
            state = follow(state, Move.FILED if new.originals else Move.NOTHING_FILED)
        why = new.why.value if state is State.NOT_RECORDED else ""
        if why and before is not None and before.why == Why.DISK_FULL:
            why = before.why
        return Row(
            place=before.place if before else place_of(one.started_at),
            id=before.id if before else token_hex(8),
            call_id=one.call,
            held=before.held if before else False,
            verified_at=before.verified_at if before else None,
            state=state,
            why=why,
            about={name: list(ids) for name, ids in asdict(new.about).items()},
            **new.columns,
        )

    async def _places(self, rows: Sequence[Row]) -> None:
        """Two calls that began in the same microsecond get places one after the other."""
        asked = [who_has(self._connection.dialect)]
        wanted = [row.place for row in rows]
        taken: dict[int, str] = {}
        while wanted:
            (found,) = await ask_all(self._connection, asked, wanted)
            taken |= {row["place"]: row["call_id"] for row in found}
            wanted = []
            for row in rows:
                while taken.setdefault(row.place, row.call_id) != row.call_id:
                    row.place += 1
                    wanted.append(row.place)

    def _stored(self, place: int, keys: Sequence[str]) -> tuple[str, ...]:
        """On PostgreSQL with the month in front: its index finds what is of one month, and a search goes back in time."""
        return tuple(f"{month_of(place)}{key}" for key in keys) if self._dialect == "postgresql" else tuple(keys)

    async def _write(self, rows: Sequence[Row], old: Sequence[Sequence[str]], new: Sequence[tuple[str, ...]]) -> None:
        """Rows, and where they changed the keys by which they are found."""
        come: list[KeyRow] = []
        gone: list[KeyRow] = []
        words: list[WordRow] = []
        for row, before, after in zip(rows, map(set, old), new, strict=True):
            if before == set(after):
                continue
            words.append(WordRow(place=row.place, keys=self._stored(row.place, after)))
            come += [KeyRow(key=key, place=row.place) for key in after if key not in before and key.startswith(LISTED)]
            gone += [KeyRow(key=key, place=row.place) for key in before - set(after) if key.startswith(LISTED)]
        bulks = bulks_of(self._connection.dialect)
        await run_bulks(
            self._connection, (bulks.rows, rows), (bulks.gone, gone), (bulks.come, come), (bulks.words, words)
        )

    async def _known(self, calls: Sequence[str]) -> Mapping[str, Catalogued]:
        rows = await self._connection.execute(select(catalogue).where(catalogue.c.call_id.in_(calls)))
        return {row["call_id"]: entry(row) for row in rows.mappings()}

    async def lock(self) -> None:
        """Rows of the catalogue are changed by this transaction alone from now on; taken after all other locks."""
        if self._dialect == "postgresql":
            await self._connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))

    # ---------------------------------------------------------------- by id

    async def find(self, name: str) -> Catalogued | None:
        """The recording of this id, or of this call; None when there is none."""
        rows = await self._connection.execute(
            select(catalogue).where(or_(catalogue.c.id == name, catalogue.c.call_id == name))
        )
        row = rows.mappings().one_or_none()
        return None if row is None else entry(row)

    async def get(self, name: str) -> Catalogued:
        """As `find`; NotFound `recording-unknown`."""
        found = await self.find(name)
        if found is None:
            text = f"there is no recording {name}; look in the list of recordings"
            raise NotFound(text, error_id="recording-unknown")
        return found

    async def ids_of(self, calls: Collection[str]) -> Mapping[str, str]:
        """Of these calls the ids of their recordings; calls that have none are left out."""
        query = select(catalogue.c.call_id, catalogue.c.id).where(catalogue.c.call_id.in_(calls))
        return {row.call_id: row.id for row in await self._connection.execute(query)}

    # ---------------------------------------------------------------- what checks found

    async def judge(self, verdicts: Sequence[Verdict], at: datetime) -> tuple[Judged, list[Fact]]:
        """Move what was checked, raise an alarm for each that is newly damaged; and what the audit must know.

        A verdict over fewer originals than there are moves nothing to `verified`; one of a call that is not in the
        catalogue, or has nothing that could be checked, changes nothing.
        """
        await self.lock()
        known = await self._known([one.call for one in verdicts])
        facts, _ = await facts_of(self._connection, sorted(known))
        owed = {one.call: made(one).files for one in facts}
        sound: list[str] = []
        damaged: list[str] = []
        told: list[Fact] = []
        detail: dict[str, object]
        for one in verdicts:
            row = known.get(one.call)
            move = Move.FOUND_WRONG if one.wrong else Move.FOUND_SOUND
            if row is None or row.state in (State.SPOOLED, State.NOT_RECORDED, State.EXPIRED, State.EXPIRING):
                continue
            if move is Move.FOUND_SOUND:
                if one.checked >= owed.get(one.call, 0):
                    sound.append(row.id)
                    if row.state is not State.VERIFIED:  # of those that were and still are, the run's entry tells
                        detail = {"call": one.call, "files": one.checked}
                        told.append(_fact(Kind.RECORDING_VERIFIED, at, subject=f"recording:{row.id}", detail=detail))
            elif row.state is not follow(row.state, move):
                damaged.append(row.id)
                detail = {"call": one.call, "files": list(one.wrong)}
                told.append(_fact(Kind.RECORDING_DAMAGED, at, subject=f"recording:{row.id}", detail=detail))
                alarm = said("alarm-said.files-other", count=len(one.wrong))
                await AlarmRepository(self._connection).raise_alarm(DAMAGED_ALARM, alarm, at, one.call)
        await self._move(sound, state=State.VERIFIED, verified_at=at)
        await self._move(damaged, state=State.DAMAGED)
        return Judged(verified=len(sound), damaged=tuple(damaged)), told

    async def _move(self, ids: Sequence[str], **values: Any) -> None:
        if ids:
            await self._connection.execute(update(catalogue).where(catalogue.c.id.in_(ids)).values(**values))

    # ---------------------------------------------------------------- a disk without any room

    async def disk_full(self, at: datetime) -> None:
        """It has no room since then; calls that could not be recorded meanwhile are marked so. Again: marks those since."""
        await self.lock()
        there = await self._connection.execute(select(disk_full_span.c.id).where(text("until IS NULL")).limit(1))
        if there.one_or_none() is None:
            await self._connection.execute(insert(self._dialect, disk_full_span).values(since=at))
        await self._blame()

    async def disk_has_room(self, at: datetime) -> None:
        """It has room again, since then; nothing changes where it always had."""
        await self.lock()
        done = await self._connection.execute(update(disk_full_span).where(text("until IS NULL")).values(until=at))
        if done.rowcount:
            await self._blame()

    async def _blame(self, calls: Sequence[str] | None = None) -> None:
        """What was not recorded while a disk was full was not recorded because of that."""
        ended = catalogue.c.ended_at
        span = exists().where(
            or_(ended.is_(None), disk_full_span.c.since <= ended),
            or_(disk_full_span.c.until.is_(None), disk_full_span.c.until >= catalogue.c.started_at),
        )
        wanted = [catalogue.c.state == State.NOT_RECORDED, catalogue.c.why != Why.DISK_FULL.value, span]
        if calls is not None:
            wanted.append(catalogue.c.call_id.in_(calls))
        await self._connection.execute(update(catalogue).where(*wanted).values(why=Why.DISK_FULL.value))

    # ---------------------------------------------------------------- making rows again

    async def missing(self, limit: int) -> Sequence[str]:
        """Calls that were answered, have ended and are not in the catalogue, oldest first."""
        there = exists().where(catalogue.c.call_id == call.c.id)
        rows = await self._connection.execute(
            select(call.c.id)
            .where(call.c.state == CallState.ENDED, call.c.answered_at.is_not(None), ~there)
            .order_by(call.c.entered_at, call.c.id)
            .limit(limit)
        )
        return list(rows.scalars())

    async def calls_after(self, call_id: str, limit: int) -> Sequence[str]:
        """Calls that were answered and have ended, by id, those behind this one."""
        rows = await self._connection.execute(
            select(call.c.id)
            .where(call.c.state == CallState.ENDED, call.c.answered_at.is_not(None), call.c.id > call_id)
            .order_by(call.c.id)
            .limit(limit)
        )
        return list(rows.scalars())


def _not_made(row: Row, at: datetime) -> Fact:
    detail: dict[str, object] = {"call": row.call_id, "why": row.why}
    return _fact(Kind.RECORDING_NOT_MADE, at, subject=f"recording:{row.id}", detail=detail)


def _fact(kind: Kind, at: datetime, *, subject: str, detail: Mapping[str, object]) -> Fact:
    return Fact(at=at, kind=kind, actor="service", subject=subject, detail=detail)


def checked(at: datetime, *, recordings: int, judged: Judged) -> Fact:
    """What the audit keeps of a whole run of checks."""
    detail: dict[str, object] = {
        "recordings": recordings,
        "verified": judged.verified,
        "damaged": list(judged.damaged),
    }
    return _fact(Kind.RECORDING_VERIFIED, at, subject="", detail=detail)
