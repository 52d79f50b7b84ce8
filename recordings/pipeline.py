"""The worker: takes ended calls, has them filed in portions, writes the rows, then takes them off the spool. Thin.

Nothing is lost when it is killed, when its queue is full or when the database is away: what has no row stays in the spool,
and the sweep finds it there. Never works on the event loop itself.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings import jobs
from hotline1022.recordings.ffmpeg import Ffmpeg, no_ffmpeg
from hotline1022.recordings.figures import WorkerSettings, WorkerState
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.listening import ListeningCopies
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook, Channels, Notices, RecordingStore
from hotline1022.recordings.spooled import Spooled
from hotline1022.recordings.store import Mark
from hotline1022.recordings.sweep import Sweep, Swept
from hotline1022.recordings.tell import Teller
from hotline1022.recordings.types import CallFacts, CopyRow, Why


class RecordingWorker:
    """Give it ended calls by `submit`; run `run()` in a task group."""

    def __init__(
        self,
        *,
        spool: Path,
        root: Path,
        store: RecordingStore,
        book: CallBook,
        channels: Channels,
        notices: Notices,
        pool: HeavyPool,
        settings: WorkerSettings | None = None,
        ffmpeg: Callable[[], Awaitable[Ffmpeg | None]] = no_ffmpeg,
        keys: Keys = NO_KEYS,
    ) -> None:
        self._keys = keys
        self._spool, self._root = spool, root
        self._store = store
        self._pool = pool
        self._settings = settings or WorkerSettings()
        self._state = WorkerState()
        self._tell = Teller(notices)
        self._sweep = Sweep(spool=spool, root=root, book=book, channels=channels, pool=pool, tell=self._tell)
        self.spooled = Spooled(store)
        self._waiting: OrderedDict[CallId, CallFacts] = OrderedDict()
        self._later: dict[CallId, tuple[float, CallFacts]] = {}
        self._copies = ListeningCopies(
            spool=spool,
            root=root,
            store=store,
            book=book,
            pool=pool,
            ffmpeg=ffmpeg,
            keys=keys,
        )
        self._changed = asyncio.Event()
        self._careful = 0
        self._at_work: frozenset[CallId] = frozenset()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._began_at = -math.inf

    @property
    def state(self) -> WorkerState:
        """The figures, at this moment."""
        self._state.waiting = len(self._waiting) + len(self._later) + len(self._at_work)
        self._state.quarantined = self._sweep.quarantined
        self._state.quarantine_files, self._state.quarantine_bytes = self._sweep.aside
        self._state.copies = self._copies.made
        return self._state

    def submit(self, facts: CallFacts) -> bool:
        """Take an ended call; a later submission of the same call replaces it. False = full, left to the sweep."""
        self.spooled.waits(facts.call)
        if facts.call not in self._waiting and len(self._waiting) + len(self._later) >= self._settings.waiting:
            self._state.overflowed += 1
            text = "too many calls wait to be filed; this one is left to the sweep of the spool"
            self._tell.once(Why.OVERFLOW, facts.call, text)
            return False
        self._later.pop(facts.call, None)
        self._waiting[facts.call] = facts
        self._quiet.clear()
        self._changed.set()
        return True

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._file_loop(), name="recordings-file")
            group.create_task(self._sweep_loop(), name="recordings-sweep")
            group.create_task(self.spooled.run(), name="recordings-spooled")

    async def drain(self, *, seconds: float) -> bool:
        """Wait until everything submitted is filed; False if that took too long. What is left stays in the spool."""
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    # ---------------------------------------------------------------- filing

    async def _file_loop(self) -> None:
        while True:
            await self._wait_for_calls()
            await self._gather()
            self._began_at = time.monotonic()
            portion = self._portion()
            self._at_work = frozenset(facts.call for facts in portion)
            try:
                await self.file(portion)
            finally:
                self._at_work = frozenset()
            if not (self._waiting or self._later):
                self._quiet.set()

    async def _wait_for_calls(self) -> None:
        """Until a call is there, or one that was put off is due."""
        while True:
            self._changed.clear()
            now = time.monotonic()
            for call, (due, facts) in list(self._later.items()):
                if due <= now:
                    del self._later[call]
                    self._waiting.setdefault(call, facts)
            if self._waiting:
                return
            nearest = min((due for due, _ in self._later.values()), default=now + 3600.0)
            try:
                async with asyncio.timeout(max(0.0, nearest - now)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _gather(self) -> None:
        """A call alone is filed soon; many are filed together, for a transaction costs the same for one and for all."""
        await asyncio.sleep(self._settings.gather)
        due = self._began_at + (0.0 if self._careful else self._settings.apart)
        while len(self._waiting) < self._settings.portion and (left := due - time.monotonic()) > 0:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._changed.wait()

    def _portion(self) -> list[CallFacts]:
        """The next calls; one at a time for a while after the worker process died, to find the one that kills it."""
        size = 1 if self._careful else self._settings.portion
        self._careful = max(0, self._careful - 1)
        return [self._waiting.popitem(last=False)[1] for _ in range(min(size, len(self._waiting)))]

    async def file(self, calls: Sequence[CallFacts]) -> None:
        """File these calls now: files, then rows, then off the spool."""
        try:
            outcomes = await self._pool.run(jobs.file_calls, self._spool, self._root, list(calls), keys=self._keys)
        except (Unavailable, OSError) as error:
            self._careful = len(calls) if len(calls) > 1 else 0
            for facts in calls:
                if len(calls) > 1:
                    self._put_off(facts)
                else:  # alone and failed: the sweep tries it again, at its own pace
                    self._fail(facts.call, str(error))
            return
        facts_of = {facts.call: facts for facts in calls}
        filed: list[jobs.Filed] = []
        for outcome in outcomes:
            match outcome:
                case jobs.Filed():
                    filed.append(outcome)
                case jobs.Unsettled():
                    self._put_off(facts_of[outcome.call])
                case jobs.Failed():
                    await self._failed(outcome, facts_of[outcome.call])
        saved = await self._save(filed)
        if not saved:
            return
        self._tell.again(Why.FAILED, "database")
        marks = [mark for one in saved for mark in one.marks]
        kept = await self._release(marks)
        for one in saved:
            self._state.count(one.filed)
            self.spooled.filed(one.filed.call)
            self._tell.filed(one.filed)
            if any(mark.name in kept for mark in one.marks):
                self._put_off(facts_of[one.filed.call])

    async def _release(self, marks: Sequence[Mark]) -> frozenset[str]:
        if not marks:
            return frozenset()
        try:
            return frozenset(await self._pool.run(jobs.release, self._spool, self._root, marks))
        except (Unavailable, OSError) as error:  # filed and written; the sweep takes the names off
            self._fail("spool", str(error))
            return frozenset()

    async def _failed(self, failed: jobs.Failed, facts: CallFacts) -> None:
        """A file that is to blame is put aside, and the rest of the call is filed; else the sweep tries again."""
        if failed.name and await self._sweep.put_aside((failed.name,), Why.CONFLICT, failed.text):
            self._put_off(facts)
            return
        self._fail(failed.call, failed.text)

    def _fail(self, subject: str, text: str) -> None:
        self._state.failed += 1
        self._tell.once(Why.FAILED, subject, text)

    def _put_off(self, facts: CallFacts) -> None:
        if facts.call not in self._waiting:
            self._quiet.clear()
            self._later[facts.call] = (time.monotonic() + self._settings.again, facts)

    async def _save(self, filed: Sequence[jobs.Filed]) -> list[jobs.Filed]:
        """Write the rows, however long the database is away; those that it will not take are told and left out."""
        saved: list[jobs.Filed] = []
        portions: list[Sequence[jobs.Filed]] = [filed] if filed else []
        pause = 0.5
        while portions:
            portion = portions.pop()
            try:
                await self._store.save([one.filed for one in portion])
            except Unavailable as error:
                self._tell.once(Why.FAILED, "database", f"rows of recordings cannot be written: {error}")
                portions.append(portion)
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._settings.patience)
            except HotlineError as error:
                if len(portion) > 1:
                    portions += [[one] for one in portion]
                else:
                    self._fail(portion[0].filed.call, f"the database does not take its rows: {error}")
            else:
                saved += portion
        return saved

    # ---------------------------------------------------------------- sweep

    async def _sweep_loop(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(self._settings.sweep)

    async def sweep(self) -> Swept:
        """Look through the spool once: what belongs to ended calls is submitted, what is not ours is put aside."""
        busy = {*self._waiting, *self._later, *self._at_work}
        room = self._settings.waiting - len(busy)
        swept = await self._sweep.once(older_than=self._settings.age, leave=busy, most=room)
        for facts in swept.ended:
            self.submit(facts)
        return swept

    # ---------------------------------------------------------------- a listening copy

    @property
    def making(self) -> asyncio.Lock:
        """Held while a listening copy is made, until its row is written."""
        return self._copies.making

    async def listening_copy(self, call: CallId) -> CopyRow:
        """The listening copy of a call; see ListeningCopies.of."""
        return await self._copies.of(call)
