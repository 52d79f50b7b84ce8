"""Holds on recordings: each has a letter and a reason and is released by itself. Refuses to hold what is gone.

What the chain tells counts beside the rows: a hold whose row was taken away keeps its recording, and can be released.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Entry, Kind, ToldHold
from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.texts import one_form
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_audit import audit_entry
from hotline1022.db.tables_catalogue import catalogue
from hotline1022.db.tables_retention import recording_hold
from hotline1022.recordings.types import Hold, State

_values = picker(Hold)
#: rows read at a time
PORTION = 1000
#: the reason of a hold whose row was gone when it was released
COPIED = "(chép lại từ nhật ký)"
#: the letter of a hold whose entry cannot be read
UNREAD = "(không đọc được)"
_RECORDING = "recording:"
_KINDS = (Kind.RECORDING_HELD.value, Kind.RECORDING_RELEASED.value)


def subject_of_recording(recording: str) -> str:
    """The subject of entries about a recording by its id."""
    return f"{_RECORDING}{recording}"


def told_of(entries: Iterable[Entry]) -> dict[str, tuple[int, ToldHold]]:
    """All holds that entries tell of, in their order, by id, each with the number of its last entry. A release ends a hold of
    the same recording alone. One that cannot be read keeps its recording too, as the hold `entry-NUMBER`.
    """
    found: dict[str, tuple[int, ToldHold]] = {}
    for one in entries:
        id, recording = one.told.get("hold"), one.subject.removeprefix(_RECORDING)
        hold = id if isinstance(id, str) and id else f"entry-{one.seq}"
        if one.kind == Kind.RECORDING_HELD:
            letter = str(one.told.get("letter") or UNREAD)
            made = ToldHold(id=hold, recording=recording, letter=letter, since=one.at, by=one.actor)
            found.setdefault(hold, (one.seq, made))
        elif one.kind == Kind.RECORDING_RELEASED and hold in found and found[hold][1].recording == recording:
            ended = replace(found[hold][1], released_at=one.at, released_by=one.actor)
            found[hold] = (one.seq, ended)
    return found


class HoldRepository(Repository):
    """Holds, within one transaction."""

    def __init__(self, connection: AsyncConnection, rows: CatalogueRepository) -> None:
        super().__init__(connection)
        self._rows = rows

    async def hold(self, name: str, *, letter: str, why: str, by: str, at: datetime) -> Hold:
        """Keep this recording, by its id or its call's, until the hold is released.

        NotFound `recording-unknown`; Refused `recording-expired` when its files are gone, or going.
        """
        await self._rows.lock()
        found = await self._rows.get(name)
        if found.state in (State.EXPIRED, State.EXPIRING):
            text = f"the recording {found.id} has expired: its files are gone and cannot be held; row and hashes stay"
            raise Refused(text, error_id="recording-expired")
        new = Hold(id=token_hex(8), recording=found.id, letter=one_form(letter), why=one_form(why), since=at, by=by)
        await self._connection.execute(recording_hold.insert(), [_values(new)])
        await self._mark(found.id, held=True)
        return new

    async def release(self, hold: str, *, why: str, by: str, at: datetime) -> tuple[Hold, bool]:
        """End this hold; and whether another one still keeps the recording.

        A hold that the chain tells of is ended whatever became of its row, which says then what the chain says. NotFound
        `hold-unknown`; Refused `hold-released` when it was released before.
        """
        await self._rows.lock()
        rows = await self._some(recording_hold.c.id == hold)
        told = await self._lost(hold)
        if not rows and told is None:
            text = f"there is no hold {hold}; `hotline1022 recordings holds` shows them"
            raise NotFound(text, error_id="hold-unknown")
        if rows and rows[0].released_at is not None and told is None:
            raise Refused(f"the hold {hold} was released by {rows[0].released_by}", error_id="hold-released")
        if not rows and told is not None:  # somebody took its row away
            lost = Hold(id=hold, recording=told.recording, letter=told.letter, why=COPIED, since=told.since, by=told.by)
            await self._connection.execute(recording_hold.insert(), [_values(lost)])
            rows = [lost]
        done: dict[str, Any] = {"released_at": at, "released_by": by, "release_why": one_form(why)}
        if told is not None:  # what the chain tells of it counts
            done |= {name: getattr(told, name) for name in ("recording", "letter", "since", "by")}
            rows = [replace(rows[0], recording=told.recording)]
        await self._connection.execute(update(recording_hold).where(recording_hold.c.id == hold).values(**done))
        another = exists().where(
            recording_hold.c.recording == rows[0].recording, recording_hold.c.released_at.is_(None)
        )
        kept = bool((await self._connection.execute(select(another))).scalar())
        kept = kept or any(one.id != hold for one in await self.told_open(rows[0].recording))
        await self._mark(rows[0].recording, held=kept)
        (released,) = await self._some(recording_hold.c.id == hold)
        return released, kept

    async def of(self, recording: str) -> Sequence[Hold]:
        """All holds of a recording, oldest first, released ones too."""
        return await self._some(recording_hold.c.recording == recording)

    async def open(self, *, limit: int = 1000) -> Sequence[Hold]:
        """All that are not released, oldest first."""
        return await self._some(recording_hold.c.released_at.is_(None), limit=limit)

    async def told_open(self, recording: str) -> Sequence[ToldHold]:
        """Holds of a recording that the chain tells of, and of no release of them."""
        wanted = (audit_entry.c.subject == subject_of_recording(recording), condition("subject <> ''"))
        told = told_of(await self._entries(*wanted, audit_entry.c.kind.in_(_KINDS)))
        return [one for _, one in told.values() if one.released_at is None]

    async def told(self) -> "dict[str, tuple[int, ToldHold]]":
        """All that the chain tells of, by id, with the number of the last entry of each."""
        return told_of(await self._entries(audit_entry.c.kind.in_(_KINDS)))

    async def rows(self) -> Sequence[ToldHold]:
        """All rows, as the chain should tell of them, by id."""
        columns = [recording_hold.c[name] for name in ToldHold.__dataclass_fields__]
        found: list[ToldHold] = []
        while True:
            after = found[-1].id if found else ""
            query = select(*columns).where(recording_hold.c.id > after).order_by(recording_hold.c.id).limit(PORTION)
            more = [build(ToldHold, row) for row in (await self._connection.execute(query)).mappings()]
            found += more
            if len(more) < PORTION:
                return found

    async def marked(self) -> frozenset[str]:
        """Recordings that the catalogue says are held."""
        return frozenset((await self._connection.execute(select(catalogue.c.id).where(condition("held")))).scalars())

    async def _lost(self, hold: str) -> ToldHold | None:
        """The hold as the chain tells of it, when it tells of no release."""
        found = (await self.told()).get(hold)
        return found[1] if found and found[1].released_at is None else None

    async def _entries(self, *wanted: ColumnElement[bool]) -> Sequence[Entry]:
        query = select(audit_entry).where(*wanted).order_by(audit_entry.c.seq)
        return [build(Entry, row) for row in (await self._connection.execute(query)).mappings()]

    async def _mark(self, recording: str, *, held: bool) -> None:
        await self._connection.execute(update(catalogue).where(catalogue.c.id == recording).values(held=held))

    async def _some(self, *wanted: object, limit: int = 1000) -> list[Hold]:
        query = select(recording_hold).where(*wanted)  # type: ignore[arg-type]
        query = query.order_by(recording_hold.c.since, recording_hold.c.id).limit(limit)
        return [build(Hold, row) for row in (await self._connection.execute(query)).mappings()]
