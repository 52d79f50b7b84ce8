"""Rows of originals and histories of calls as the audit's chain vouches for them. Changes no row; refuses to vouch for a
history whose beginning is no more what an older entry says.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from random import randint
from typing import Any

from sqlalchemy import func, literal, select, union

from hotline1022.audit.types import (
    Entry,
    Fact,
    Facts,
    Kind,
    Original,
    canonical,
    detail_of,
    digest,
    facts_of,
    originals_of,
    written,
)
from hotline1022.db.audit import AuditRepository
from hotline1022.db.sql import Repository, build
from hotline1022.db.tables import call_event, track, voicemail
from hotline1022.db.tables_audit import audit_entry

#: kinds of entries that tell of a call's originals as a whole; the last one counts
TELLING = (
    Kind.RECORDING_STORED.value,
    Kind.RECORDING_EXPIRED.value,
    Kind.CALL_EXPIRED.value,
    Kind.CITIZEN_ERASED.value,
)
#: calls looked at together
PORTION = 200
_CALL = "call:"


def subject_of(call: str) -> str:
    """The subject of entries about a call."""
    return f"{_CALL}{call}"


class OriginalRepository(Repository):
    """What entries tell of originals, within one transaction."""

    def __init__(self, connection: Any, audit: AuditRepository) -> None:
        super().__init__(connection)
        self._audit = audit

    async def attest(
        self, calls: Sequence[str], at: datetime, *, kind: Kind = Kind.RECORDING_STORED, **more: object
    ) -> int:
        """Have entries written that tell of these calls' rows as they are now in this transaction; how many.

        Whoever changes a row of a track or message calls this in the same transaction. A call whose last entry tells the
        same already gets none. `more` goes into the entries' detail.
        """
        last = await self.last(calls)
        rows = await self.rows(calls)
        facts = await self.facts(calls)
        told = {call: one for call, entry in last.items() if (one := _told(entry)) is not None}
        known = {call: facts for call, (_, facts) in told.items()}
        begun = await self.beginnings({call: one.count for call, one in known.items()})
        count = 0
        for call in calls:
            now = facts[call]
            if call in known and begun[call] != known[call]:
                now = known[call]  # its history was changed: what the older entry says stands, so that it is found
            if told.get(call) == ({one.id: one for one in rows[call]}, now):
                continue
            detail = {**detail_of(rows[call], now), **more}
            subject = subject_of(call)
            self._audit.add(Fact(at=at, kind=kind, actor="service", subject=subject, detail=detail))
            count += 1
        return count

    async def tell(
        self,
        calls: Sequence[str],
        at: datetime,
        *,
        kind: Kind,
        actor: str = "service",
        origin: str = "service",
        **more: object,
    ) -> None:
        """Have entries written that tell of rows and histories as they are now, whatever the older ones say: for whoever took
        away what they say, on purpose.
        """
        rows, facts = await self.rows(calls), await self.facts(calls)
        for call in calls:
            detail = {**detail_of(rows[call], facts[call]), **more}
            subject = subject_of(call)
            self._audit.add(Fact(at=at, kind=kind, actor=actor, origin=origin, subject=subject, detail=detail))

    async def attest_grown(self, calls: Sequence[str], at: datetime) -> int:
        """The same for those whose history went on since, and whose rows are as the last entry says; how many."""
        last, rows, facts = await self.last(calls), await self.rows(calls), await self.facts(calls)
        grown = []
        for call, entry in last.items():
            told = _told(entry)
            if told is None or told[0] != {one.id: one for one in rows[call]}:
                continue  # somebody changed the entry or a row: what the chain tells is not written anew
            if facts[call].count > told[1].count:
                grown.append(call)
        return await self.attest(grown, at) if grown else 0

    async def rows(self, calls: Sequence[str]) -> Mapping[str, Sequence[Original]]:
        """The rows of today."""
        found: dict[str, list[Original]] = {call: [] for call in calls}
        for row in (await self._connection.execute(select(track).where(track.c.call_id.in_(calls)))).mappings():
            found[row["call_id"]].append(_of_track(row))
        for row in (await self._connection.execute(select(voicemail).where(voicemail.c.call_id.in_(calls)))).mappings():
            found[row["call_id"]].append(_of_message(row))
        return found

    async def facts(self, calls: Sequence[str]) -> Mapping[str, Facts]:
        """Each call's whole stored history."""
        return {call: _facts(events) for call, events in (await self._history(calls)).items()}

    async def beginnings(self, counts: Mapping[str, int]) -> Mapping[str, Facts | None]:
        """Each call's first so many events; None where there are not so many."""
        history = await self._history(list(counts))
        return {
            call: _facts(history[call][:count]) if len(history[call]) >= count else None
            for call, count in counts.items()
        }

    async def _history(self, calls: Sequence[str]) -> dict[str, list[Mapping[Any, Any]]]:
        query = (
            select(call_event)
            .where(call_event.c.call_id.in_(calls))
            .order_by(call_event.c.call_id, call_event.c.seq, call_event.c.at, call_event.c.key)
        )
        found: dict[str, list[Mapping[Any, Any]]] = {call: [] for call in calls}
        for row in (await self._connection.execute(query)).mappings():
            found[row["call_id"]].append(row)
        return found

    async def last(self, calls: Sequence[str]) -> Mapping[str, Entry]:
        """The last entry of each call that tells of its originals."""
        newest = (
            select(func.max(audit_entry.c.seq))
            .where(audit_entry.c.subject.in_([subject_of(call) for call in calls]), audit_entry.c.subject != "")
            .where(audit_entry.c.kind.in_(TELLING))
            .group_by(audit_entry.c.subject)
        )
        query = select(audit_entry).where(audit_entry.c.seq.in_(newest))
        rows = (await self._connection.execute(query)).mappings()
        return {row["subject"].removeprefix(_CALL): build(Entry, row) for row in rows}

    async def told(self, *, since: int = 0) -> AsyncIterator[Sequence[str]]:
        """Calls of which entries with a number above `since` tell, in portions."""
        after = ""
        while True:
            query = (
                select(audit_entry.c.subject)
                .where(audit_entry.c.kind.in_(TELLING), audit_entry.c.seq > since, audit_entry.c.subject > after)
                .where(audit_entry.c.subject != "")
                .group_by(audit_entry.c.subject)
                .order_by(audit_entry.c.subject)
                .limit(PORTION)
            )
            found = list((await self._connection.execute(query)).scalars())
            if not found:
                return
            yield [subject.removeprefix(_CALL) for subject in found]
            after = found[-1]

    async def untold(self, *, since: date | None = None) -> AsyncIterator[Sequence[str]]:
        """Calls with rows of which no entry tells, in portions; `since`: a day, compared with the rows' folders."""
        after = ""
        while found := await self.some_untold(after, since=since):
            yield found
            after = found[-1]

    async def some_untold(self, after: str = "", *, since: date | None = None) -> Sequence[str]:
        """The next portion of them, by id."""
        told = select(audit_entry.c.seq).where(
            audit_entry.c.kind.in_(TELLING), audit_entry.c.subject == literal(_CALL).concat(_CALLS.c.call_id)
        )
        query = select(_CALLS.c.call_id).where(_CALLS.c.call_id > after, ~told.exists())
        if since is not None:
            query = query.where(_CALLS.c.path >= since.strftime("%Y/%m/%d"))
        query = query.group_by(_CALLS.c.call_id).order_by(_CALLS.c.call_id).limit(PORTION)
        return list((await self._connection.execute(query)).scalars())

    async def sample(self, count: int) -> Sequence[str]:
        """Up to so many calls of which entries tell, picked by chance."""
        head = await self._audit.head()
        picked: set[str] = set()
        for _ in range(count):
            query = (
                select(audit_entry.c.subject)
                .where(audit_entry.c.kind == Kind.RECORDING_STORED.value)
                .where(audit_entry.c.seq >= randint(1, max(head.seq, 1)))
                .order_by(audit_entry.c.seq)
                .limit(1)
            )
            found = (await self._connection.execute(query)).scalar()
            if found is not None:
                picked.add(found.removeprefix(_CALL))
        return sorted(picked)

    async def count(self) -> int:
        """Rows of originals."""
        tracks = (await self._connection.execute(select(func.count()).select_from(track))).scalar_one()
        messages = (await self._connection.execute(select(func.count()).select_from(voicemail))).scalar_one()
        return int(tracks) + int(messages)


_CALLS = union(
    select(track.c.call_id, track.c.path),
    select(voicemail.c.call_id, voicemail.c.path),
).subquery()


def _told(entry: Entry) -> tuple[dict[str, Original], Facts] | None:
    """What the entry tells; None when somebody changed it so that it cannot be read."""
    try:
        return originals_of(entry), facts_of(entry)
    except (KeyError, TypeError, ValueError):
        return None


def _of_track(row: Mapping[Any, Any]) -> Original:
    rest = {
        "call": row["call_id"],
        "channel": row["channel"],
        "kind": row["kind"].value,
        "side": row["side"].value,
        "started_at": written(row["segment_started_at"]),
        "duration_ms": row["duration_ms"],
        "gap_ms": row["gap_ms"],
        "lost_ms": row["lost_ms"],
    }
    return _original(row, row["bytes"], rest)


def _of_message(row: Mapping[Any, Any]) -> Original:
    rest = {
        "call": row["call_id"],
        "duration_ms": row["duration_ms"],
        "left_at": written(row["left_at"]),
        "reason": row["reason"],
    }
    return _original(row, None, rest)


def _original(row: Mapping[Any, Any], size: int | None, rest: Mapping[str, object]) -> Original:
    return Original(
        id=row["id"],
        path=row["path"],
        sha256=row["sha256"],
        bytes=size,
        status=row["status"].value,
        rest=digest(rest),
    )


def _facts(events: Sequence[Mapping[Any, Any]]) -> Facts:
    whole = hashlib.sha256()
    for row in events:
        told = {name: row[name] for name in ("key", "kind", "channel", "data", "seq")}
        whole.update(canonical({**told, "at": written(row["at"])}) + b"\n")
    return Facts(count=len(events), sha256=whole.hexdigest())
