"""Listening copies: made when somebody asks, and ahead of that, many at a time, while no call needs the worker."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.copies import make_copies, make_copy, said
from hotline1022.recordings.ffmpeg import Ffmpeg, no_ffmpeg
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook, RecordingStore
from hotline1022.recordings.tell import Teller
from hotline1022.recordings.types import CallFacts, CopyRow, TrackRow, Why

#: audio in one portion of copies made ahead, milliseconds of all tracks together
PORTION_MS = 600_000

Job = tuple[CallFacts, list[TrackRow]]


class ListeningCopies:
    """Remembers at most `most` calls whose copy is to be made ahead; the others are made on demand."""

    def __init__(
        self,
        *,
        spool: Path,
        root: Path,
        store: RecordingStore,
        book: CallBook,
        pool: HeavyPool,
        tell: Teller,
        most: int,
        keys: Keys,
        ffmpeg: Callable[[], Awaitable[Ffmpeg | None]] = no_ffmpeg,
    ) -> None:
        self._keys = keys
        self._ffmpeg = ffmpeg
        self._spool, self._root = spool, root
        self._store, self._book, self._pool, self._tell = store, book, pool, tell
        self._most = max(1, most)
        self._wanted: OrderedDict[CallId, CallFacts] = OrderedDict()
        self._making = asyncio.Lock()
        #: copies made since the start
        self.made = 0

    def want(self, facts: CallFacts) -> None:
        """This call has originals now, or other ones than before."""
        self._wanted[facts.call] = facts
        self._wanted.move_to_end(facts.call)
        if len(self._wanted) > self._most:
            self._wanted.popitem(last=False)

    async def of(self, call: CallId) -> CopyRow:
        """The copy of a call, made now if it is not there or not up to date.

        Raises NotFound (`call-unknown`, `recording-none`), Refused (`recording-too-long`), Unavailable (`disk-full`,
        `recordings-worker`, `recording-key-missing`, `recording-damaged`, and `recording-copy` for what nobody thought of).
        """
        async with self._making:
            facts = await self._book.facts(call)
            if facts is None:
                raise NotFound(f"there is no call {call}", error_id="call-unknown")
            rows = await self._store.tracks(call)
            known = await self._store.listening_copy(call)
            ffmpeg = await self._ffmpeg() if any(row.foreign is not None for row in rows) else None
            try:
                job = (self._spool, self._root, facts, list(rows), known, ffmpeg)
                made = await self._pool.run(make_copy, *job, keys=self._keys)
            except HotlineError:
                raise
            except Exception as error:
                text = f"the listening copy of call {call} cannot be made ({said(error)}); listen to its tracks"
                raise Unavailable(text, error_id="recording-copy") from error
            if made != known:
                await self._store.save_copies([made])
                self.made += 1
            return made

    async def ahead(self, portion: int) -> bool:
        """Make the next few; False when none is wanted. What fails is told, and made when somebody asks.

        Long calls are made one at a time: a call that ends meanwhile, or somebody who listens, waits for the portion.
        """
        async with self._making:
            calls = [self._wanted.pop(call) for call in list(islice(self._wanted, portion))]
            if not calls:
                return False
            try:
                rows = await self._store.tracks_of([facts.call for facts in calls])
                jobs = self._bounded([(facts, [row for row in rows if row.call == facts.call]) for facts in calls])
                made, failed = await self._pool.run(make_copies, self._spool, self._root, jobs, keys=self._keys)
                await self._store.save_copies(made)
            except Exception as error:  # noqa: BLE001 -- copies can be made again: whatever it is, filing must go on
                made, failed = [], {facts.call: said(error) for facts in calls}
            for call, text in failed.items():
                self._tell.once(Why.FAILED, call, f"its listening copy was not made: {text}")
            self.made += len(made)
            return True

    def _bounded(self, jobs: list[Job]) -> list[Job]:
        """The first of them, with audio of PORTION_MS at most (one always); the others are wanted again, first."""
        size, total = 0, 0
        for _, rows in jobs:
            total += sum(row.duration_ms for row in rows)
            if size and total > PORTION_MS:
                break
            size += 1
        for facts, _ in reversed(jobs[size:]):
            if facts.call not in self._wanted:
                self._wanted[facts.call] = facts
                self._wanted.move_to_end(facts.call, last=False)
        return jobs[:size]
