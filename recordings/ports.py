"""What the recordings room needs from others, and nothing of how they do it."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol

from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.types import (
    CallFacts,
    CopyKind,
    CopyRow,
    DerivedRow,
    FiledCall,
    Judged,
    Notice,
    StoredFile,
    TrackRow,
    Verdict,
)


class RecordingStore(Protocol):
    """The database, as this room sees it. Every write is an upsert by id; a write that fails raises Unavailable."""

    async def save(self, filed: Sequence[FiledCall]) -> None:
        """Write all tracks and voicemails of these calls in one transaction; durable on return.

        A voicemail's `heard_at`/`heard_by` are not touched when its row is there already.
        """
        ...

    async def spooled(self, calls: Sequence[CallId]) -> None:
        """These calls have ended and wait to be filed: let the catalogue tell of them."""
        ...

    async def tracks(self, call: CallId) -> Sequence[TrackRow]:
        """The rows of a call, any order."""
        ...

    async def tracks_of(self, calls: Sequence[CallId]) -> Sequence[TrackRow]:
        """The rows of these calls, any order."""
        ...

    async def save_copies(self, rows: Sequence[CopyRow], fault: str = "") -> None:
        """Write the rows of listening copies in one transaction, and what the chain tells of them.

        `fault`: what was wrong with the files in whose place they were made; it is told too, and rung.
        """
        ...

    async def listening_copy(self, call: CallId) -> CopyRow | None:
        """The row of a call's listening copy; None where none was made, and where the chain does not tell of this one."""
        ...

    async def save_derived(self, row: DerivedRow, fault: str = "", tracks: Sequence[str] = ()) -> None:
        """The same of a copy in the cache, in place of the one of the same call, kind and speakers. `tracks`: ids of the originals that
        are heard in it; none = all of the call.
        """
        ...

    async def derived(self, call: CallId, kind: CopyKind, speakers: str = "") -> DerivedRow | None:
        """What was made of the call last, of this kind and these speakers, if the chain tells of it; its file may be gone."""
        ...

    def stored(self) -> AsyncIterator[StoredFile]:
        """Every file that a row promises, by path: tracks not missing, voicemails, listening copies. Holds nothing open."""
        ...

    async def promised(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """The same of these calls, now."""
        ...

    async def named(self, paths: Sequence[str]) -> Sequence[StoredFile]:
        """Those of these paths that a row promises now, whatever call it is of."""
        ...

    async def leaving(self) -> Collection[str]:
        """Calls whose files retention is taking away: no row promises them, and some may still be there."""
        ...

    async def expired(self, calls: Sequence[str]) -> Collection[str]:
        """Those of these calls of which originals have expired, messages too."""
        ...


class Readable(Protocol):
    """A stored file as its plain bytes, whether it is sealed or not; reading has no position and is done in any order."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def pread(self, count: int, at: int, /) -> bytes:
        """Up to `count` bytes from `at` on; b"" at the end. Raises Unavailable where the file is damaged."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class StateBook(Protocol):
    """The catalogue, as a check of the files sees it."""

    async def files(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        """The originals that must be there of these calls: tracks and messages, by path."""
        ...

    async def judge(self, verdicts: Sequence[Verdict]) -> Judged:
        """Move the recordings: `verified`, or `damaged` with an alarm and an entry of the audit each. One transaction."""
        ...

    async def judged_all(self, recordings: int, judged: Judged) -> None:
        """A run over so many recordings is over: one entry of the audit."""
        ...


class Elsewhere(Protocol):
    """What is made of a call's originals and lies in another place: copies in the cache, packages."""

    async def forget(self, call: CallId) -> None:
        """Take all of it away, for ever; nothing is fine too."""
        ...


class CallBook(Protocol):
    """The call log."""

    async def facts(self, call: CallId) -> CallFacts | None:
        """What is known of a call, or None if no such call is in the log (yet)."""
        ...


class Channels(Protocol):
    """Asterisk's channels."""

    async def is_live(self, channel: ChannelId) -> bool:
        """Whether the channel still exists. Raises Unavailable when that cannot be known; nothing is touched then."""
        ...


class Notices(Protocol):
    """Where findings go; must not block."""

    def notice(self, notice: Notice) -> None:
        """Take one finding."""
        ...
