"""Rows of copies, each with the entry of the chain that tells of its making. Refuses to vouch for a row that no entry tells of:
its copy is made again.

Why: docs/decisions/013-copies.md.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect, select, union

from hotline1022.audit.types import Copy, Entry, Fact, Kind, digest
from hotline1022.core.said import said
from hotline1022.db.alarms import AlarmRepository
from hotline1022.db.ask import Found, Question, among, ask_all, per_dialect
from hotline1022.db.audit import AuditRepository
from hotline1022.db.columns import condition
from hotline1022.db.originals import PORTION, subject_of
from hotline1022.db.recordings import RecordingRepository
from hotline1022.db.sql import Repository, build
from hotline1022.db.tables import recording, track
from hotline1022.db.tables_audit import audit_entry
from hotline1022.db.tables_copies import derived_copy
from hotline1022.recordings.types import NO_FILE, CopyKind, CopyRow, DerivedRow

#: the alarm of a copy that was not what was made; its originals are whole
ALARM = "copy-changed"
#: why one of which nothing is known was made again: it may have been right, whatever bytes it had
UNTOLD = "no entry told of the one before it"
#: of a call and a kind, as `which_of` writes it
Which = tuple[str, str]


def which_of(kind: CopyKind, speakers: str) -> str:
    """A kind as entries name it, with those who alone are heard: `wav`, `wav of citizen agent:hl1-1795470208.59`."""
    return f"{kind.value} of {speakers}" if speakers else kind.value


class Told(NamedTuple):
    """What the chain tells of a copy, and where."""

    seq: int
    copy: Copy


class CopyRepository(Repository):
    """Copies as rows and as the chain tells of them, within one transaction."""

    def __init__(
        self, connection: Any, recordings: RecordingRepository, audit: AuditRepository, alarms: AlarmRepository
    ) -> None:
        super().__init__(connection)
        self._recordings, self._audit, self._alarms = recordings, audit, alarms

    async def save_stereo(self, rows: Sequence[CopyRow], at: datetime, *, fault: str = "") -> None:
        """Write rows of listening copies; none of a call whose originals have expired meanwhile.

        `fault`: what was wrong with the files in whose place these were made: it is told, and rung.
        """
        before = await self.both([row.call for row in rows])
        written = await self._recordings.save_copies(rows, at)
        await self._tell([(call, CopyKind.WAV.value) for call in written], before, at, fault)

    async def save_derived(self, row: DerivedRow, at: datetime, *, fault: str = "", tracks: Sequence[str] = ()) -> None:
        """The same of a copy in the cache; `tracks`: ids of the originals that are heard in it, none = all of the call."""
        before = await self.both([row.call])
        await self._recordings.save_derived(row, at)
        await self._tell([(row.call, which_of(row.kind, row.speakers))], before, at, fault, tracks)

    async def stereo(self, call: str) -> CopyRow | None:
        """The row of a call's listening copy; None where the chain does not tell the same of it."""
        vouched = await self.vouched(call, CopyKind.WAV)
        return await self._recordings.listening_copy(call) if vouched is not None else None

    async def derived(self, call: str, kind: CopyKind, speakers: str = "") -> DerivedRow | None:
        """The same of a copy in the cache."""
        vouched = await self.vouched(call, kind, speakers)
        return await self._recordings.derived(call, kind, speakers) if vouched is not None else None

    async def vouched(self, call: str, kind: CopyKind, speakers: str = "") -> Copy | None:
        """The copy as its row and the chain tell of it; None where they do not tell the same."""
        rows, told = await self.both([call])
        which = (call, which_of(kind, speakers))
        there, entry = rows.get(which), told.get(which)
        return there if there is not None and entry is not None and entry.copy == there else None

    async def both(self, calls: Sequence[str]) -> tuple[Mapping[Which, Copy], Mapping[Which, Told]]:
        """Rows of the copies of these calls, and what the last entries of their making tell."""
        stereo, derived, entries = await ask_all(self._connection, _asked(self._connection.dialect)[:3], calls)
        rows = [_of_stereo(row) for row in stereo] + [_of_derived(row) for row in derived]
        return {(call, copy.kind): copy for call, copy in rows}, _told(entries)

    async def calls(self) -> AsyncIterator[Sequence[str]]:
        """All calls that have a row of a copy, in portions."""
        after = ""
        every = union(select(recording.c.call_id), select(derived_copy.c.call_id)).subquery()
        while True:
            query = select(every.c.call_id).where(every.c.call_id > after).order_by(every.c.call_id).limit(PORTION)
            found = list((await self._connection.execute(query)).scalars())
            if not found:
                return
            yield found
            after = found[-1]

    async def _tell(
        self,
        which: Sequence[Which],
        before: tuple[Mapping[Which, Copy], Mapping[Which, Told]],
        at: datetime,
        fault: str,
        tracks: Sequence[str] = (),
    ) -> None:
        """Have entries written of rows that were just written; none where the last one tells the same and nothing was wrong."""
        calls = [call for call, _ in which]
        now, _ = await self.both(calls)
        (originals,) = await ask_all(self._connection, _asked(self._connection.dialect)[3:], calls)
        for one in which:
            call, kind = one
            row, told = before[0].get(one), before[1].get(one)
            wrong = fault or _forged(row, told)
            if not wrong and told is not None and told.copy == now[one]:
                continue
            detail: dict[str, object] = {
                "copy": {name: getattr(now[one], name) for name in Copy.__slots__},
                "originals": [
                    {"id": found["id"], "sha256": found["sha256"]}
                    for found in originals
                    if found["call_id"] == call and (not tracks or found["id"] in tracks)
                ],
            }
            if row is not None:
                detail["instead_of"] = {"name": row.name, "sha256": row.sha256}
            if wrong:
                detail["why"] = wrong
                text = said("alarm-said.copy", kind=kind, why=wrong)
                await self._alarms.raise_alarm(ALARM, text, at, call)
            elif row is not None and told is None:
                detail["why"] = UNTOLD
            subject = subject_of(call)
            self._audit.add(Fact(at=at, kind=Kind.COPY_MADE, actor="service", subject=subject, detail=detail))


def _forged(row: Copy | None, told: Told | None) -> str:
    """What was wrong with the row that stood there before; "" where nothing was, or nobody can say: no entry told of it.

    It may have other bytes than now in any case: another processor, another decoder made them.
    """
    if row is None or told is None or told.copy == row:
        return ""
    return f"its row was not what entry {told.seq} says"


@per_dialect
def _asked(dialect: Dialect) -> tuple[Question, ...]:
    """Of calls: listening copies, copies in the cache, entries of their making, originals with a file."""
    r, d, e, t = recording.c, derived_copy.c, audit_entry.c, track.c
    without = ", ".join(f"'{status}'" for status in sorted(NO_FILE))
    return tuple(
        Question(query, dialect)
        for query in (
            select(r.call_id, r.path, r.sha256, r.duration_ms, r.notes).where(among(dialect.name, r.call_id)),
            select(d.call_id, d.kind, d.speakers, d.name, d.sha256, d.bytes).where(among(dialect.name, d.call_id)),
            select(audit_entry)
            .where(among(dialect.name, e.subject, after="call:"), condition("subject <> ''"))
            .where(condition(f"kind = '{Kind.COPY_MADE.value}'"))
            .order_by(e.seq),
            select(t.call_id, t.id, t.sha256)
            .where(among(dialect.name, t.call_id), condition(f"status NOT IN ({without})"))
            .order_by(t.id),
        )
    )


def _told(entries: Sequence[Found]) -> dict[Which, Told]:
    """The last entry of each copy. One that cannot be read tells of none: the chain itself is not whole then."""
    found: dict[Which, Told] = {}
    for row in entries:
        entry = build(Entry, row)
        call = entry.subject.partition(":")[2]
        try:
            copy = _copy_of(entry)
        except (KeyError, TypeError, ValueError):
            continue
        found[call, copy.kind] = Told(entry.seq, copy)
    return found


def _copy_of(entry: Entry) -> Copy:
    """What an entry `copy-made` tells; KeyError or TypeError for a detail that is not of one."""
    copy = entry.told["copy"]
    if not isinstance(copy, Mapping) or not all(isinstance(one, str) for one in copy.values()):
        raise TypeError("the copy is no mapping of texts")
    return Copy(**copy)


def _of_stereo(row: Found) -> tuple[str, Copy]:
    rest = digest({"call": row["call_id"], "duration_ms": row["duration_ms"], "notes": row["notes"]})
    return row["call_id"], Copy(kind=CopyKind.WAV.value, name=row["path"], sha256=row["sha256"], rest=rest)


def _of_derived(row: Found) -> tuple[str, Copy]:
    rest = digest({"call": row["call_id"], "bytes": row["bytes"]})
    which = which_of(row["kind"], row["speakers"])
    return row["call_id"], Copy(kind=which, name=row["name"], sha256=row["sha256"], rest=rest)
