"""A store in memory with the database's manners: for tests, examples and trying out. Keeps nothing."""

from collections.abc import AsyncIterator, Sequence

from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.names import call_of
from hotline1022.recordings.types import (
    CopyKind,
    CopyRow,
    DerivedRow,
    FiledCall,
    Status,
    StoredFile,
    TrackRow,
    VoicemailRow,
)


class MemoryStore:
    """RecordingStore over dictionaries; `away` makes every write fail as if the database were gone."""

    def __init__(self) -> None:
        self.track_rows: dict[str, TrackRow] = {}
        self.voicemail_rows: dict[str, VoicemailRow] = {}
        self.copies: dict[CallId, CopyRow] = {}
        self.derived_rows: dict[tuple[CallId, CopyKind, str], DerivedRow] = {}
        #: calls that wait to be filed, as the catalogue was told
        self.waiting: set[CallId] = set()
        #: what was wrong with copies that were made again
        self.faults: list[str] = []
        self.away = False
        self.saves = 0

    async def save(self, filed: Sequence[FiledCall]) -> None:
        """Upsert tracks and voicemails."""
        self._there()
        self.saves += 1
        for call in filed:
            self.track_rows.update((row.id, row) for row in call.tracks)
            self.voicemail_rows.update((row.id, row) for row in call.voicemails)

    async def spooled(self, calls: Sequence[CallId]) -> None:
        """Remember who waits."""
        self._there()
        self.waiting.update(calls)

    async def tracks(self, call: CallId) -> Sequence[TrackRow]:
        """The rows of a call."""
        return [row for row in self.track_rows.values() if row.call == call]

    async def tracks_of(self, calls: Sequence[CallId]) -> Sequence[TrackRow]:
        """The rows of these calls."""
        return [row for row in self.track_rows.values() if row.call in calls]

    async def save_copies(self, rows: Sequence[CopyRow], fault: str = "") -> None:
        """Upsert listening copies."""
        self._there()
        self.faults += [fault] if fault else []
        self.copies.update((row.call, row) for row in rows)

    async def listening_copy(self, call: CallId) -> CopyRow | None:
        """The listening copy of a call."""
        return self.copies.get(call)

    async def save_derived(self, row: DerivedRow, fault: str = "", tracks: Sequence[str] = ()) -> None:
        """Upsert the row of a copy in the cache."""
        self._there()
        self.faults += [fault] if fault else []
        self.derived_rows[row.call, row.kind, row.speakers] = row

    async def derived(self, call: CallId, kind: CopyKind, speakers: str = "") -> DerivedRow | None:
        """What was made last."""
        return self.derived_rows.get((call, kind, speakers))

    async def stored(self) -> AsyncIterator[StoredFile]:
        """Every file that a row promises."""
        for file in self._promised():
            yield file

    async def promised(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """The same of these calls."""
        return [file for file in self._promised() if call_of(file.path) in calls]

    async def named(self, paths: Sequence[str]) -> Sequence[StoredFile]:
        """The same of these paths."""
        return [file for file in self._promised() if file.path in paths]

    def _promised(self) -> list[StoredFile]:
        tracks = [one for one in self.track_rows.values() if one.status.promised]
        rows: tuple[TrackRow | VoicemailRow | CopyRow, ...] = (
            *tracks, *self.voicemail_rows.values(), *self.copies.values(),
        )  # fmt: skip
        return sorted((StoredFile(path=one.path, sha256=one.sha256) for one in rows), key=lambda file: file.path)

    async def leaving(self) -> frozenset[str]:
        """Nothing is on its way out here."""
        return frozenset()

    async def expired(self, calls: Sequence[str]) -> frozenset[str]:
        """By the rows."""
        tracks = [row.call for row in self.track_rows.values() if row.status is Status.EXPIRED]
        messages = [row.call for row in self.voicemail_rows.values() if row.status is Status.EXPIRED]
        return frozenset(call for call in (*tracks, *messages) if call in calls)

    def _there(self) -> None:
        if self.away:
            raise Unavailable("the database does not answer; is it running?", error_id="database-away")
