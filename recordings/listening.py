"""Listening copies: made when somebody asks, once. Few calls are ever listened to, and a copy is as large as its originals."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.copies import drop_others, make_copy, said
from hotline1022.recordings.ffmpeg import Ffmpeg, no_ffmpeg
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook, RecordingStore
from hotline1022.recordings.types import CopyRow

log = logging.getLogger(__name__)


class ListeningCopies:
    """Made one at a time, in the worker's process."""

    def __init__(
        self,
        *,
        spool: Path,
        root: Path,
        store: RecordingStore,
        book: CallBook,
        pool: HeavyPool,
        keys: Keys,
        ffmpeg: Callable[[], Awaitable[Ffmpeg | None]] = no_ffmpeg,
    ) -> None:
        self._keys = keys
        self._ffmpeg = ffmpeg
        self._spool, self._root = spool, root
        self._store, self._book, self._pool = store, book, pool
        #: held while one is made, until its row is written
        self.making = asyncio.Lock()
        #: copies made since the start
        self.made = 0

    async def of(self, call: CallId) -> CopyRow:
        """The copy of a call, made now if it is not there, not up to date, not what was made, or not told of by the chain.

        Raises NotFound (`call-unknown`, `recording-none`), Refused (`recording-too-long`, `recording-damaged`), Unavailable (`disk-full`,
        `recordings-worker`, `recording-key-missing`, `recording-damaged`, and `recording-copy` for what nobody thought of).
        """
        async with self.making:
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
            if made.made:
                await self._store.save_copies([made.row], made.fault)
                self.made += 1
                await self._drop_others(call, made.row)
            return made.row

    async def _drop_others(self, call: CallId, row: CopyRow) -> None:
        """Those from before; what cannot be taken away now is taken with the other leftovers."""
        try:
            await self._pool.run(drop_others, self._spool, self._root, call, row.path.rpartition("/")[2])
        except (HotlineError, OSError) as error:
            log.warning("older listening copies of call %s are still there: %s", call, error)
