"""The database as the rooms ask for it in their ports: recordings' store and the agents' store. Each call is one
transaction of its own.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime

from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.core.ids import CallId, LineId, PersonId
from hotline1022.core.standing import Standing
from hotline1022.db.catalogue import checked
from hotline1022.db.types import SessionRow, StateChange
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person, Session
from hotline1022.recordings.types import CopyKind, CopyRow, DerivedRow, FiledCall, Judged, StoredFile, TrackRow, Verdict


class SqlRecordingStore:
    """recordings.ports.RecordingStore and StateBook."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database, self._clock = database, clock

    async def save(self, filed: Sequence[FiledCall]) -> None:
        """Tracks and messages of these calls, and the entries that tell of them, in one transaction."""
        at = self._clock()
        async with self._database.transaction() as tx:
            await tx.recordings.save(filed, at)
            await tx.originals.attest([one.call for one in filed], at)

    async def spooled(self, calls: Sequence[CallId]) -> None:
        """The catalogue's rows of calls that wait to be filed."""
        async with self._database.transaction() as tx:
            tx.catalogue.touch(calls)

    async def tracks(self, call: CallId) -> Sequence[TrackRow]:
        """The rows of a call."""
        async with self._database.reading() as tx:
            return await tx.recordings.tracks(call)

    async def tracks_of(self, calls: Sequence[CallId]) -> Sequence[TrackRow]:
        """The rows of these calls."""
        async with self._database.reading() as tx:
            return await tx.recordings.tracks_of(calls)

    async def save_copies(self, rows: Sequence[CopyRow], fault: str = "") -> None:
        """The rows of listening copies, and the entries that tell of them, in one transaction."""
        async with self._database.transaction() as tx:
            await tx.copies.save_stereo(rows, self._clock(), fault=fault)

    async def listening_copy(self, call: CallId) -> CopyRow | None:
        """The row of a call's listening copy, if the chain tells the same of it."""
        async with self._database.reading() as tx:
            return await tx.copies.stereo(call)

    async def save_derived(self, row: DerivedRow, fault: str = "", tracks: Sequence[str] = ()) -> None:
        """The row of a copy in the cache, and the entry that tells of it."""
        async with self._database.transaction() as tx:
            await tx.copies.save_derived(row, self._clock(), fault=fault, tracks=tracks)

    async def derived(self, call: CallId, kind: CopyKind, speakers: str = "") -> DerivedRow | None:
        """What was made of the call last, of this kind and these speakers, if the chain tells the same of it."""
        async with self._database.reading() as tx:
            return await tx.copies.derived(call, kind, speakers)

    async def stored(self) -> AsyncIterator[StoredFile]:
        """Every file that a row promises, as it is when its page is read: a connection is held for a page alone."""
        last = ""
        while True:
            async with self._database.reading() as tx:
                page = await tx.recordings.stored_after(last)
            if not page:
                return
            for file in page:
                yield file
            last = page[-1].path

    async def promised(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """Every file that a row of these calls promises now."""
        async with self._database.reading() as tx:
            return await tx.recordings.promised(calls)

    async def named(self, paths: Sequence[str]) -> Sequence[StoredFile]:
        """Those of these paths that a row promises now."""
        async with self._database.reading() as tx:
            return await tx.recordings.named(paths)

    async def leaving(self) -> frozenset[str]:
        """Calls whose files are being taken away."""
        async with self._database.reading() as tx:
            return frozenset(await tx.retention.leaving())

    async def expired(self, calls: Sequence[str]) -> frozenset[str]:
        """Those of these calls of which originals have expired."""
        async with self._database.reading() as tx:
            return await tx.recordings.expired(calls)

    async def disk_full(self, at: datetime) -> None:
        """A disk has no room since then."""
        async with self._database.transaction() as tx:
            await tx.catalogue.disk_full(at)

    async def disk_has_room(self, at: datetime) -> None:
        """It has room again."""
        async with self._database.transaction() as tx:
            await tx.catalogue.disk_has_room(at)

    async def files(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """The originals of these calls that must be there, by path."""
        async with self._database.reading() as tx:
            return await tx.recordings.originals(calls)

    async def judge(self, verdicts: Sequence[Verdict]) -> Judged:
        """What a check found, into the states of the catalogue."""
        async with self._database.transaction() as tx:
            judged, told = await tx.catalogue.judge(verdicts, self._clock())
            for fact in told:
                tx.audit.add(fact)
        return judged

    async def judged_all(self, recordings: int, judged: Judged) -> None:
        """A run of checks is over: one entry of the audit."""
        async with self._database.transaction() as tx:
            tx.audit.add(checked(self._clock(), recordings=recordings, judged=judged))


class SqlAgentStore:
    """queue.ports.AgentStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, person: str) -> Person | None:
        """The person, or None."""
        async with self._database.reading() as tx:
            return await tx.agents.person(person)

    async def standings(self, people: Collection[str]) -> Mapping[str, Standing]:
        """What each of these is to the hotline now."""
        async with self._database.reading() as tx:
            return await tx.agents.standings(people)

    async def try_pin(self, person: str, at: datetime, *, tries: int, since: datetime) -> bool:
        """Count one try; False when there were too many."""
        with by_the_service():
            async with self._database.transaction() as tx:
                return await tx.agents.try_pin(person, at, tries=tries, since=since)

    async def forget_pin_tries(self, person: str) -> None:
        """The PIN was right."""
        with by_the_service():
            async with self._database.transaction() as tx:
                await tx.agents.forget_pin_tries(person)

    async def open_sessions(self) -> Sequence[Session]:
        """Everybody logged in."""
        async with self._database.reading() as tx:
            return [_session(row) for row in await tx.agents.open_sessions()]

    async def open_session(self, person: str, line: str, at: datetime) -> Session:
        """Log in; Refused `person-elsewhere`, `line-taken`, `pin-wrong`."""
        async with self._database.transaction() as tx:
            return _session(await tx.agents.open_session(person, line, at))

    async def close_session(self, session: str, at: datetime, reason: str) -> None:
        """Log out; closing twice changes nothing."""
        async with self._database.transaction() as tx:
            await tx.agents.close_session(session, at, reason)

    async def note_state(
        self, person: str, line: str, state: str, reason: str, at: datetime, *, counted: bool = True
    ) -> None:
        """Append to the history of states."""
        change = StateChange(person=person, line=line, state=state, reason=reason, at=at, counted=counted)
        async with self._database.transaction() as tx:
            await tx.agents.note_state(change)

    async def state_since(self, person: str, state: str, since: datetime) -> datetime | None:
        """Since when the person is in this state; None where it is not what was noted last."""
        async with self._database.reading() as tx:
            last = await tx.agents.last_state(person, since=since)
        return last.at if last is not None and last.state == state else None


def _session(row: SessionRow) -> Session:
    return Session(id=row.id, person=PersonId(row.person), line=LineId(row.line), since=row.logged_in_at)
