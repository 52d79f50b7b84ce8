"""Copies for the browser, levelled ones, map and peaks of a call: made when somebody asks, in a process of their own.

Not in the process that files recordings: an hour as Opus takes half a minute, and calls end meanwhile. One after the other; of one
listener who clicks through speakers only the latest choice waits.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from hotline1022.core.errors import HotlineError, NotFound, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.apart import SECONDS, on_disk
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.copies import said, source_of
from hotline1022.recordings.derive import Derived, derive, needs_ffmpeg
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook, Notices, RecordingStore
from hotline1022.recordings.speaker_survey import read_speaker_survey
from hotline1022.recordings.speakers import speakers_of
from hotline1022.recordings.survey import read_survey
from hotline1022.recordings.turns import Turns
from hotline1022.recordings.types import CallFacts, CopyKind, Notice, Speaker, SpeakerSurvey, Survey, TrackRow, Why

#: an hour of copying is more than the longest call needs
COPY_SECONDS = 3600.0


class CopiesOnDemand:
    """recordings' copies by call and kind."""

    def __init__(
        self,
        *,
        spool: Path,
        root: Path,
        cache: Cache,
        store: RecordingStore,
        book: CallBook,
        pool: HeavyPool,
        notices: Notices,
        ffmpeg: Callable[[], Awaitable[Ffmpeg | None]],
    ) -> None:
        self._spool, self._root, self._cache = spool, root, cache
        self._store, self._book, self._pool, self._notices = store, book, pool, notices
        self._ffmpeg = ffmpeg
        self._turns = Turns()

    async def copy(self, call: CallId, kind: CopyKind, speakers: str = "", whose: str = "") -> Derived:
        """The copy, made now if it is not there, not what it was, or not told of by the chain; of all speakers `kind` is any but WAV,
        which is the listening copy. A newer call of `whose` takes the place of one that waits for its turn still.

        Raises Invalid `speaker-unknown`; NotFound `call-unknown`, `recording-none`; Refused `recording-too-long`,
        `recording-damaged`, and `speakers-newer` for the one that waited; Unavailable `ffmpeg-missing`, `ffmpeg-encoder`,
        `ffmpeg-failed`, `disk-full`, `recording-key-missing`, `recording-damaged`, `recordings-worker`, `recording-copy`.
        """
        async with self._turns.turn(whose):
            facts, rows = await self._of(call)
            known = await self._store.derived(call, kind, speakers)
            ours = all(row.foreign is None for row in rows)
            ffmpeg = None if ours and not needs_ffmpeg(kind) else await self._ffmpeg()
            job = (self._spool, self._root, self._cache, ffmpeg, facts, rows, kind, known, speakers)
            try:
                made = await self._pool.run(derive, *job)
            except HotlineError:
                raise
            except Exception as error:
                text = f"the copy of call {call} as {kind.value} cannot be made ({said(error)}); listen to its tracks"
                raise Unavailable(text, error_id="recording-copy") from error
            text = made.fault
            if made.differs:
                text = text or f"{made.row.name} was made again from the same originals and has other bytes than before"
            if text:
                self._notices.notice(Notice(why=Why.COPY_CHANGED, subject=call, text=text))
            if made.row != known or made.fault:
                await self._store.save_derived(made.row, made.fault, made.tracks if speakers else ())
            return made

    async def speakers(self, call: CallId) -> tuple[Speaker, ...]:
        """Who can be chosen of a call, by its rows alone. NotFound `call-unknown`, `recording-none`; Refused `recording-too-long`."""
        source = source_of(*await self._of(call))
        return speakers_of(source.layout, source.rows)

    async def _of(self, call: CallId) -> tuple[CallFacts, list[TrackRow]]:
        """What it is laid out by."""
        facts = await self._book.facts(call)
        if facts is None:
            raise NotFound(f"there is no call {call}", error_id="call-unknown")
        return facts, list(await self._store.tracks(call))

    async def speaker_survey(self, call: CallId) -> SpeakerSurvey:
        """How loud each of them is; raises what `copy` raises."""
        made = await self.copy(call, CopyKind.SPEAKERS)
        return await on_disk(self._cache.folder, SECONDS, self._read_speakers, made.row.name)

    def _read_speakers(self, name: str) -> SpeakerSurvey:
        with closing(self._cache.open(name)) as file:
            return read_speaker_survey(file)

    async def survey(self, call: CallId) -> Survey:
        """Who is heard when, and how loud; raises what `copy` raises."""
        made = await self.copy(call, CopyKind.SURVEY)
        return await on_disk(self._cache.folder, SECONDS, self._read_survey, made.row.name)

    def _read_survey(self, name: str) -> Survey:
        with closing(self._cache.open(name)) as file:
            return read_survey(file)

    async def forget(self, call: CallId) -> None:
        """Take its copies out of the cache, as when its originals expire."""
        async with self._turns.turn():
            await self._pool.run(self._cache.forget, call)
