"""Rows of originals and histories of calls as the audit's chain vouches for them. Changes no row; refuses to vouch for a
history whose beginning is no more what an older entry says.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from random import randint
from typing import Any, NamedTuple

from sqlalchemy import Dialect, exists, func, literal, select, true, union_all

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
from hotline1022.db.ask import Found, Question, among, ask_all, per_dialect
from hotline1022.db.audit import AuditRepository
from hotline1022.db.columns import condition
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
#: rows looked at together where all are
WINDOW = 2000
_CALL = "call:"


class _Known(NamedTuple):
    """What the database says of some calls."""

    last: Mapping[str, Entry]
    rows: Mapping[str, Sequence[Original]]
    history: Mapping[str, Sequence[Found]]


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
        last, rows, history = await self._known(calls)
        told = {call: one for call, entry in last.items() if (one := _told(entry)) is not None}
        known = {call: facts for call, (_, facts) in told.items()}
        begun = {call: _beginning(history[call], one.count) for call, one in known.items()}
        count = 0
        for call in calls:
            now = history_of(history[call])
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
        _, rows, history = await self._known(calls)
        for call in calls:
            detail = {**detail_of(rows[call], history_of(history[call])), **more}
            subject = subject_of(call)
            self._audit.add(Fact(at=at, kind=kind, actor=actor, origin=origin, subject=subject, detail=detail))

    async def attest_grown(self, calls: Sequence[str], at: datetime) -> int:
        """The same for those whose history went on since, and whose rows are as the last entry says; how many."""
        last, rows, history = await self._known(calls)
        grown = []
        for call, entry in last.items():
            told = _told(entry)
            if told is None or told[0] != {one.id: one for one in rows[call]}:
                continue  # somebody changed the entry or a row: what the chain tells is not written anew
            if len(history[call]) > told[1].count:
                grown.append(call)
        return await self.attest(grown, at) if grown else 0

    async def _known(self, calls: Sequence[str]) -> _Known:
        entries, tracks, messages, events = await self._ask(_ALL, calls)
        return _Known(_last(entries), _rows(calls, tracks, messages), _history(calls, events))

    async def rows(self, calls: Sequence[str]) -> Mapping[str, Sequence[Original]]:
        """The rows of today."""
        return _rows(calls, *await self._ask(_ROWS, calls))

    async def facts(self, calls: Sequence[str]) -> Mapping[str, Facts]:
        """Each call's whole stored history."""
        return {call: history_of(events) for call, events in _history(calls, *await self._ask(_EVENTS, calls)).items()}

    async def beginnings(self, counts: Mapping[str, int]) -> Mapping[str, Facts | None]:
        """Each call's first so many events; None where there are not so many."""
        calls = list(counts)
        history = _history(calls, *await self._ask(_EVENTS, calls))
        return {call: _beginning(history[call], count) for call, count in counts.items()}

    async def last(self, calls: Sequence[str]) -> Mapping[str, Entry]:
        """The last entry of each call that tells of its originals."""
        return _last(*await self._ask(_ENTRIES, calls))

    async def _ask(self, which: slice, calls: Sequence[str]) -> Sequence[Sequence[Found]]:
        return await ask_all(self._connection, _asked(self._connection.dialect)[which], calls)

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

    async def untold(self, after: str = "", *, since: date | None = None) -> AsyncIterator[Sequence[str]]:
        """Calls with rows of which no entry tells, by id, in portions behind `after`; `since`: a day, compared with the
        rows' folders.

        A window of rows after the other, by their indexes: one question over all rows would take as long as a statement may.
        """
        while window := await self._window(after, since):
            found = sorted({row.call_id for row in window if row.asked and not row.told})
            for at in range(0, len(found), PORTION):
                yield found[at : at + PORTION]
            after = window[-1].call_id

    async def _window(self, after: str, since: date | None) -> Sequence[Any]:
        """The rows behind this call, by its id: whether they are asked about, and whether an entry tells of their call."""
        parts = (
            select(table.c.call_id, table.c.path).where(table.c.call_id > after).order_by(table.c.call_id).limit(WINDOW)
            for table in (track, voicemail)
        )
        rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
        told = select(audit_entry.c.seq).where(
            audit_entry.c.kind.in_(TELLING),
            audit_entry.c.subject == literal(_CALL).concat(rows.c.call_id),
            condition("subject <> ''"),
        )
        asked = true() if since is None else rows.c.path >= since.strftime("%Y/%m/%d")
        query = select(rows.c.call_id, asked.label("asked"), told.exists().label("told"))
        return (await self._connection.execute(query.order_by(rows.c.call_id).limit(WINDOW))).all()

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

    async def count_calls(self) -> int:
        """Calls that have any."""
        # in the order of an index, not hashed together: that takes three times as long
        of_tracks = select(track.c.call_id).distinct().subquery()
        alone = ~exists().where(track.c.call_id == voicemail.c.call_id)
        of_messages = select(voicemail.c.call_id).where(alone).distinct().subquery()
        total = 0
        for calls in (of_tracks, of_messages):
            total += (await self._connection.execute(select(func.count()).select_from(calls))).scalar_one()
        return total


@per_dialect
def _asked(dialect: Dialect) -> tuple[Question, ...]:
    """Of calls: the last entry that tells of each, its tracks, its messages, its history."""
    e, t, v, h = audit_entry.c, track.c, voicemail.c, call_event.c
    telling = ", ".join(f"'{kind}'" for kind in TELLING)
    newest = (
        select(func.max(e.seq))
        .where(among(dialect.name, e.subject, after=_CALL), condition("subject <> ''"))
        .where(condition(f"kind IN ({telling})"))
        .group_by(e.subject)
    )
    tracks = select(t.call_id, t.id, t.path, t.sha256, t.bytes, t.status, t.channel, t.kind, t.side).add_columns(
        t.segment_started_at, t.duration_ms, t.gap_ms, t.lost_ms
    )
    messages = select(v.call_id, v.id, v.path, v.sha256, v.status, v.duration_ms, v.left_at, v.reason)
    history = select(h.call_id, h.key, h.kind, h.channel, h.data, h.seq, h.at)
    return tuple(
        Question(query, dialect)
        for query in (
            select(audit_entry).where(e.seq.in_(newest)),
            tracks.where(among(dialect.name, t.call_id)),
            messages.where(among(dialect.name, v.call_id)),
            history.where(among(dialect.name, h.call_id)).order_by(h.call_id, h.seq, h.at, h.key),
        )
    )


#: of these questions
_ENTRIES, _ROWS, _EVENTS, _ALL = slice(0, 1), slice(1, 3), slice(3, 4), slice(0, 4)


def _last(entries: Sequence[Found]) -> dict[str, Entry]:
    return {row["subject"].removeprefix(_CALL): build(Entry, row) for row in entries}


def _rows(calls: Sequence[str], tracks: Sequence[Found], messages: Sequence[Found]) -> dict[str, list[Original]]:
    found: dict[str, list[Original]] = {call: [] for call in calls}
    for row in tracks:
        found[row["call_id"]].append(of_track(row))
    for row in messages:
        found[row["call_id"]].append(of_message(row))
    return found


def _history(calls: Sequence[str], events: Sequence[Found]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {call: [] for call in calls}
    for row in events:
        found[row["call_id"]].append(row)
    return found


def _beginning(events: Sequence[Found], count: int) -> Facts | None:
    return history_of(events[:count]) if len(events) >= count else None


def _told(entry: Entry) -> tuple[dict[str, Original], Facts] | None:
    """What the entry tells; None when somebody changed it so that it cannot be read."""
    try:
        return originals_of(entry), facts_of(entry)
    except (KeyError, TypeError, ValueError):
        return None


def of_track(row: Found) -> Original:
    """What the chain tells of a row of a track."""
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


def of_message(row: Found) -> Original:
    """The same of a message."""
    rest = {
        "call": row["call_id"],
        "duration_ms": row["duration_ms"],
        "left_at": written(row["left_at"]),
        "reason": row["reason"],
    }
    return _original(row, None, rest)


def _original(row: Found, size: int | None, rest: Mapping[str, object]) -> Original:
    return Original(
        id=row["id"],
        path=row["path"],
        sha256=row["sha256"],
        bytes=size,
        status=row["status"].value,
        rest=digest(rest),
    )


def history_of(events: Sequence[Found]) -> Facts:
    """The same of a call's events, in their order."""
    whole = hashlib.sha256()
    for row in events:
        told = {name: row[name] for name in ("key", "kind", "channel", "data", "seq")}
        whole.update(canonical({**told, "at": written(row["at"])}) + b"\n")
    return Facts(count=len(events), sha256=whole.hexdigest())
