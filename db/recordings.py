"""Rows of recordings: originals, listening copies, messages. Refuses to forget who heard a message first."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.ids import CallId
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, Told, build, nobody, picker, run_many, upsert
from hotline1022.db.tables import call, recording, track, voicemail
from hotline1022.db.tables_copies import derived_copy
from hotline1022.db.types import VoicemailView
from hotline1022.recordings.types import (
    NO_FILE,
    CopyKind,
    CopyRow,
    DerivedRow,
    FiledCall,
    Reason,
    Side,
    Status,
    StoredFile,
    TrackRow,
    VoicemailRow,
    Why,
)

#: rows fetched at once when all are walked through
PAGE = 1000
#: copies of some speakers alone whose hashes are kept of one call
MOST_CHOICES = 64
_track_values, _message_values, _derived_values = picker(TrackRow), picker(VoicemailRow), picker(DerivedRow)


def _renamed(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    values["call_id"] = values.pop("call")
    return values | more


class RecordingRepository(Repository):
    """Tracks, copies and messages."""

    def __init__(self, connection: AsyncConnection, told: Told = nobody) -> None:
        super().__init__(connection)
        self._told = told

    async def save(self, filed: Iterable[FiledCall], at: datetime) -> None:
        """Write tracks and messages of these calls; a row keeps when it was first stored and who heard it."""
        filed = tuple(filed)
        tracks = [_renamed(_track_values(row), stored_at=at) for one in filed for row in one.tracks]
        messages = [_renamed(_message_values(row), heard_by="") for one in filed for row in one.voicemails]
        await run_many(self._connection, upsert(self._dialect, track, "stored_at", stays=Status.EXPIRED), tracks)
        await run_many(
            self._connection, upsert(self._dialect, voicemail, "heard_at", "heard_by", stays=Status.EXPIRED), messages
        )
        self._told(one.call for one in filed)

    async def tracks(self, call_id: str) -> Sequence[TrackRow]:
        """The originals of a call, in the order in which they began."""
        return await self.tracks_of([call_id])

    async def tracks_of(self, calls: Sequence[str]) -> Sequence[TrackRow]:
        """The originals of these calls, in the order in which they began."""
        rows = await self._connection.execute(
            select(track).where(track.c.call_id.in_(calls)).order_by(track.c.segment_started_at, track.c.id)
        )
        return [build(TrackRow, row, call=CallId(row["call_id"])) for row in rows.mappings()]

    async def save_copies(self, rows: Sequence[CopyRow], at: datetime) -> Sequence[str]:
        """Write the rows of listening copies, in place of older ones; none of a call whose originals have expired meanwhile.

        Of which calls. The chain is told by `CopyRepository`.
        """
        expired = select(track.c.call_id).where(
            track.c.call_id.in_([row.call for row in rows]), track.c.status == Status.EXPIRED
        )
        gone = set((await self._connection.execute(expired)).scalars())
        kept = [row for row in rows if row.call not in gone]
        values = [
            {
                "call_id": row.call,
                "path": row.path,
                "sha256": row.sha256,
                "duration_ms": row.duration_ms,
                "made_at": at,
                "notes": [note.as_json() for note in row.notes],
            }
            for row in kept
        ]
        await run_many(self._connection, upsert(self._dialect, recording), values)
        return [row.call for row in kept]

    async def listening_copy(self, call_id: str) -> CopyRow | None:
        """The row of the call's listening copy, if one was made."""
        found = await self._connection.execute(select(recording).where(recording.c.call_id == call_id))
        row = found.mappings().one_or_none()
        if row is None:
            return None
        notes = tuple(Reason(why=Why(n["why"]), text=n["text"], ms=n["ms"]) for n in row["notes"])
        return build(CopyRow, row, call=CallId(row["call_id"]), notes=notes)

    async def save_derived(self, row: DerivedRow, at: datetime) -> None:
        """Write the row of a copy in the cache, in place of an older one."""
        values = _renamed(_derived_values(row), made_at=at)
        await run_many(self._connection, upsert(self._dialect, derived_copy), [values])
        if row.speakers:
            await self._forget_choices(row.call)

    async def _forget_choices(self, call_id: str) -> None:
        """Of copies of some speakers the latest MOST_CHOICES stay; another one is made again when somebody asks."""
        d = derived_copy.c
        order = select(d.kind, d.speakers).where(d.call_id == call_id, d.speakers != "")
        found = await self._connection.execute(order.order_by(d.made_at.desc(), d.name).offset(MOST_CHOICES))
        for kind, speakers in found.all():
            await self._connection.execute(
                delete(derived_copy).where(d.call_id == call_id, d.kind == kind, d.speakers == speakers)
            )

    async def derived(self, call_id: str, kind: CopyKind, speakers: str = "") -> DerivedRow | None:
        """The row of the copy of that kind and these speakers, if one was made."""
        d = derived_copy.c
        wanted = select(derived_copy).where(d.call_id == call_id, d.kind == kind, d.speakers == speakers)
        row = (await self._connection.execute(wanted)).mappings().one_or_none()
        return None if row is None else build(DerivedRow, row, call=CallId(row["call_id"]))

    async def forget_copies(self) -> None:
        """Take the rows of all listening copies out: they are made again when somebody asks."""
        await self._connection.execute(delete(recording))

    async def forget_derived(self) -> None:
        """Take the rows of all copies in the cache out, which is not there any more."""
        await self._connection.execute(delete(derived_copy))

    async def without_copy(self, *, limit: int = 50) -> Sequence[str]:
        """Calls that have originals and no listening copy yet, latest first."""
        kept = track.c.status.in_((Status.STORED, Status.REPAIRED))
        latest = func.max(track.c.segment_started_at)
        rows = await self._connection.execute(
            select(track.c.call_id)
            .outerjoin(recording, recording.c.call_id == track.c.call_id)
            .where(recording.c.call_id.is_(None), track.c.side == Side.SAID, kept)
            .group_by(track.c.call_id)
            .order_by(latest.desc(), track.c.call_id)
            .limit(limit)
        )
        return list(rows.scalars())

    async def stored(self) -> AsyncIterator[StoredFile]:
        """Every file that a row promises, by path."""
        last = ""
        while page := await self.stored_after(last):
            for file in page:
                yield file
            last = page[-1].path

    async def stored_after(self, path: str) -> Sequence[StoredFile]:
        """The next thousand of them, behind this path; none: that was all."""
        # each table by its index of paths, a page of it: else every page would sort all that follows
        pages = [
            select(one.where(column > path).order_by(column).limit(PAGE).subquery())
            for one in _promised()
            for column in (one.selected_columns.path,)
        ]
        some = union_all(*pages).subquery()
        page = select(some).order_by(some.c.path).limit(PAGE)
        return [StoredFile(path=row.path, sha256=row.sha256) for row in await self._connection.execute(page)]

    async def promised(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """Every file that a row of these calls promises, by path."""
        return await self._files("call_id", calls)

    async def named(self, paths: Sequence[str]) -> Sequence[StoredFile]:
        """Those of these paths that a row promises."""
        return await self._files("path", paths)

    async def _files(self, column: str, values: Sequence[str]) -> Sequence[StoredFile]:
        of_them = union_all(*_promised(column, values)).subquery()
        rows = await self._connection.execute(select(of_them).order_by(of_them.c.path))
        return [StoredFile(path=row.path, sha256=row.sha256) for row in rows]

    async def expired(self, calls: Sequence[str]) -> frozenset[str]:
        """Those of these calls of which originals have expired, messages too."""
        rows = union_all(
            *(
                select(one.c.call_id).where(one.c.call_id.in_(calls), one.c.status == Status.EXPIRED)
                for one in (track, voicemail)
            )
        )
        return frozenset((await self._connection.execute(rows)).scalars())

    async def originals(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """The originals of these calls that a row promises, by path."""
        of_calls = union_all(
            *(
                select(one.c.path, one.c.sha256).where(one.c.call_id.in_(calls), one.c.status.not_in(NO_FILE))
                for one in (track, voicemail)
            )
        ).subquery()
        rows = await self._connection.execute(select(of_calls).order_by(of_calls.c.path))
        return [StoredFile(path=row.path, sha256=row.sha256) for row in rows]

    async def voicemails(self, *, heard: bool | None = None, limit: int = 100) -> Sequence[VoicemailView]:
        """Messages, latest first; those without sound, or whose time is over, are left out."""
        wanted = [voicemail.c.duration_ms > 0, voicemail.c.status != Status.EXPIRED]
        if heard is not None:
            wanted.append(voicemail.c.heard_at.is_not(None) if heard else voicemail.c.heard_at.is_(None))
        return await self._messages(wanted, limit)

    async def unheard(self, *, skip: int, limit: int, latest: bool) -> tuple[Sequence[VoicemailView], int]:
        """A part of the messages that nobody has heard, those that wait longest first, else the latest; and how many there are."""
        wanted = [voicemail.c.duration_ms > 0, voicemail.c.status != Status.EXPIRED, voicemail.c.heard_at.is_(None)]
        count = select(func.count()).select_from(voicemail).where(*wanted)
        total = int((await self._connection.execute(count)).scalar_one())
        return await self._messages(wanted, limit, skip=skip, latest=latest), total

    async def voicemail(self, voicemail_id: str) -> VoicemailView | None:
        """One message; None when there is no such message."""
        found = await self._messages([voicemail.c.id == voicemail_id], 1)
        return found[0] if found else None

    async def voicemails_of(self, call_id: str) -> Sequence[VoicemailView]:
        """The messages of a call."""
        return await self._messages([voicemail.c.call_id == call_id], PAGE)

    async def mark_heard(self, voicemail_id: str, by: str, at: datetime) -> VoicemailView | None:
        """Note who heard it; the first mark stays. None when there is no such message."""
        await self._connection.execute(
            update(voicemail)
            .where(voicemail.c.id == voicemail_id, voicemail.c.heard_at.is_(None))
            .values(heard_at=at, heard_by=by)
        )
        return await self.voicemail(voicemail_id)

    async def _messages(
        self, wanted: list[ColumnElement[bool]], limit: int, *, skip: int = 0, latest: bool = True
    ) -> list[VoicemailView]:
        caller = func.coalesce(call.c.caller_e164, call.c.caller_raw, "").label("caller")
        rows = await self._connection.execute(
            select(voicemail, caller)
            .outerjoin(call, call.c.id == voicemail.c.call_id)
            .where(*wanted)
            .order_by(voicemail.c.left_at.desc() if latest else voicemail.c.left_at, voicemail.c.id)
            .limit(limit)
            .offset(skip)
        )
        return [build(VoicemailView, row) for row in rows.mappings()]


#: a path that an index has
_NAMED = condition("path <> ''")


def _promised(column: str = "", values: Sequence[str] = ()) -> list[Select[Any]]:
    """The files that rows promise; `column`: of the rows alone that have one of these values there."""
    tables = ((track, True), (voicemail, True), (recording, False))
    return [
        select(table.c.path, table.c.sha256).where(
            _NAMED,
            *([table.c.status.not_in(NO_FILE)] if expires else []),
            *([table.c[column].in_(values)] if column else []),
        )
        for table, expires in tables
    ]
