"""The call log: Asterisk's journal becomes calls in the database. One path for live and for what happened in our absence.

The journal's position is stored in the same transaction as the rows, so a row is neither lost nor doubled. While the
database is away nothing is read: the journal keeps it. Refuses to guess: rows that are no fact of ours are counted.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hotline1022.ami_bridge.journal import Batch, Journal, Position
from hotline1022.ami_bridge.journal_facts import FactReader
from hotline1022.core.call import BEGINNINGS, Anomaly, Call, Effect, Ended, RaiseAlarm, apply, begin, fold
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.events import CallPlaced, Event, LegEnded, LegWatched
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.masking import mask, mask_text
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.service.calls.laid_aside import lay_aside
from hotline1022.service.calls.lost_calls import LostCalls

log = logging.getLogger(__name__)

#: how often the journal is looked at; half of it is the mean delay of a live view. A transaction costs the same for one
#: row and for fifty, so a shorter time makes load dearer and nothing better: a citizen's call never waits for the log
POLL_SECONDS = 0.12
#: and the pause that others get in any case
LEAST_PAUSE = 0.02
#: until the next try to lay a refused call aside, where the disk is full
ASIDE_SECONDS = 5.0
#: rows in one batch that tell that more is waiting: the next batch follows at once
PLENTY = 200
#: a row read later than this after it happened was written while nobody read: the call is marked as back-filled
LATE = timedelta(seconds=10)
#: an ended call whose legs are not all gone by then is filed all the same
SETTLE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One transaction's worth of the log."""

    calls: tuple[Call, ...]
    events: tuple[Event, ...]
    backfilled: frozenset[CallId]
    position: Position


#: beside the journal: facts that the database refused, one JSON object a line
REFUSED = "refused.jsonl"


class LogStore(Protocol):
    """Where the log is kept."""

    async def position(self) -> Position:
        """How far the journal was stored."""
        ...

    async def open_history(self) -> Sequence[Sequence[Event]]:
        """The events of every call that is not complete, oldest first."""
        ...

    async def save(self, saved: Saved) -> None:
        """Calls, events and position in one transaction; Unavailable when the database is away."""
        ...


@dataclass(slots=True)
class Figures:
    """Counts for the metrics page."""

    rows: int = 0
    torn: int = 0
    strange: int = 0
    anomalies: int = 0
    #: calls that the database refused for good
    refused: int = 0
    calls_ended: dict[str, int] = field(default_factory=dict)
    #: seconds from event to stored, newest last
    delays: deque[float] = field(default_factory=lambda: deque(maxlen=20_000))
    stalled: bool = False


class CallLog:
    """Keeps the calls that go on, and writes all of them."""

    def __init__(
        self,
        *,
        journal: Journal,
        store: LogStore,
        on_complete: Callable[[Call], Awaitable[None]],
        on_alarm: Callable[[RaiseAlarm], Awaitable[None]],
        on_saved: Callable[[Saved], None] = lambda saved: None,
    ) -> None:
        self._journal, self._store = journal, store
        self._on_complete, self._on_alarm, self._on_saved = on_complete, on_alarm, on_saved
        self._facts = FactReader()
        self._calls: dict[CallId, Call] = {}
        #: facts that were stored before this start: killed between calls and position, their rows are read again
        self._known: dict[CallId, set[str]] = {}
        self._position = Position()
        self._notes: deque[Event] = deque(maxlen=10_000)
        #: calls that 1022 is about to make, and that are being stored
        self._placed: dict[CallId, asyncio.Event] = {}
        self._watched_since: datetime | None = None
        self._lost = LostCalls()
        self._filed: set[CallId] = set()
        self.figures = Figures()

    # -- what others tell

    def note(self, event: Event) -> None:
        """A fact that the journal does not have: a hold, from the live link. Stored with the next rows."""
        self._notes.append(event)

    async def place(self, event: CallPlaced) -> None:
        """A call that 1022 is about to make. It is stored when this returns; while the database is away that is never."""
        self._facts.know(event.channel, event.call)
        stored = self._placed[event.call] = asyncio.Event()
        self.note(event)
        try:
            await stored.wait()
        finally:
            del self._placed[event.call]

    def watched(self, since: datetime) -> None:
        """The live link is up since then without a break: holds are seen."""
        self._watched_since = since

    def unwatched(self, until: datetime) -> None:
        """The live link, which was up, is down."""
        self._watched_since = None
        self._lost.lived(until)

    def call_of(self, channel: ChannelId) -> CallId | None:
        """The call that a living channel belongs to."""
        return self._facts.call_of(channel)

    def citizen(self, call: CallId) -> ChannelId:
        """Her own channel; of a call that is not known here, or in which she is not yet, the one that names it."""
        known = self._calls.get(call)
        return (known.citizen if known is not None else ChannelId("")) or call

    @property
    def position(self) -> Position:
        """How far the journal is stored."""
        return self._position

    def call(self, call: CallId) -> Call | None:
        """A call that is not complete."""
        return self._calls.get(call)

    def going_on(self) -> list[Call]:
        """Calls that have not ended."""
        return [c for c in self._calls.values() if c.state is not CallState.ENDED]

    def is_live(self, channel: str) -> bool:
        """A channel of a call that is not complete."""
        return self._facts.call_of(ChannelId(channel)) is not None

    def compare(self, living: Iterable[str], asked: datetime) -> None:
        """What Asterisk has, at a resync, and when it was asked: calls of before that it does not have may be lost."""
        self._lost.answered(living, asked)

    # -- the work

    async def start(self) -> None:
        """Read position and open calls back; calls in progress go on with their whole history."""
        self._position = await self._store.position()
        for history in await self._store.open_history():
            call = fold(history)
            if call is None:
                continue
            self._calls[call.id] = call
            self._known[call.id] = {event.identity for event in history}
            for event in history:
                self._lost.told(event)
        self._facts = FactReader(
            (leg.channel, call.id)
            for call in self._calls.values()
            for leg in call.legs.values()
            if leg.ended_at is None
        )

    async def run(self) -> None:
        """Until cancelled: read, store, follow."""
        loop = asyncio.get_running_loop()
        while True:
            begun, before = loop.time(), self.figures.rows
            await self.once()
            if self.figures.rows - before < PLENTY:
                # counted from the look, not from its end: storing under load must not make the next look later still
                await asyncio.sleep(max(LEAST_PAUSE, begun + POLL_SECONDS - loop.time()))

    async def once(self) -> bool:
        """One batch; False when there was nothing to do."""
        batch = self._journal.read(self._position)
        now = datetime.now(UTC)
        lost = self._lost.judge(self._calls, now) if batch.empty else []
        if batch.empty and not self._notes and not lost:
            await self._file_settled(now)
            self._journal.rotate(self._position)
            return False
        await self._take(batch, lost, now)
        return True

    async def _take(self, batch: Batch, lost: list[Event], now: datetime) -> None:
        self.figures.rows += len(batch.rows)
        self.figures.torn += len(batch.torn)
        for torn in batch.torn:
            log.warning(
                "journal: a piece at byte %d is no row and was passed over: %.80s", torn.offset, mask_text(torn.text)
            )
        events = [*self._read(batch), *self._pending_notes(), *lost]
        changed: dict[CallId, Call] = {}
        effects: list[Effect] = []
        kept: list[Event] = []
        late: set[CallId] = set()
        for event in events:
            call = changed.get(event.call) or self._calls.get(event.call)
            if call is None:
                if not isinstance(event, BEGINNINGS):
                    continue
                call = begin(event)
            if event.identity in self._known.get(event.call, ()):
                continue
            self._lost.told(event)
            for fact in self._with_watch(call, event):
                call, follows = apply(call, fact)
                effects += follows
                kept.append(fact)
            changed[call.id] = call
            if now - event.at > LATE:
                late.add(call.id)
        saved = Saved(
            calls=tuple(changed.values()),
            events=tuple(kept),
            backfilled=frozenset(late),
            position=batch.position,
        )
        await self._store_surely(saved)
        stored = datetime.now(UTC)
        self.figures.delays.extend((stored - e.at).total_seconds() for e in kept if e.call not in late)
        self._position = batch.position
        self._calls.update(changed)
        for begun in changed.keys() & self._placed.keys():
            self._placed[begun].set()
        self._on_saved(saved)
        await self._follow(effects)
        await self._file(c for c in changed.values() if c.complete)

    def _read(self, batch: Batch) -> list[Event]:
        events: list[Event] = []
        for row in batch.rows:
            try:
                events += self._facts.events(row)
            except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
                self.figures.strange += 1
                why = mask_text(f"{type(error).__name__}: {error}")
                log.warning("journal: a row could not be understood (%s): %.200s", why, mask_text(str(row)))
        return events

    def _pending_notes(self) -> list[Event]:
        notes = list(self._notes)
        self._notes.clear()
        return notes

    def _with_watch(self, call: Call, event: Event) -> list[Event]:
        leg = call.legs.get(event.channel)
        since = self._watched_since
        if isinstance(event, LegEnded) and leg is not None and since is not None and since <= leg.started_at:
            return [LegWatched(at=event.at, call=event.call, channel=event.channel), event]
        return [event]

    async def _store_surely(self, saved: Saved) -> None:
        """Store it; what the database refuses for good is laid aside call by call, so that one call cannot stop all."""
        try:
            await self._store_when_back(saved)
        except HotlineError as error:
            log.error("call log: the database refuses a batch (%s); storing it call by call", mask_text(str(error)))
            await self._store_one_by_one(saved)

    async def _store_one_by_one(self, saved: Saved) -> None:
        """The position is stored last: killed in between, everything is read again and changes nothing."""
        for call in saved.calls:
            events = tuple(event for event in saved.events if event.call == call.id)
            one = replace(saved, calls=(call,), events=events, position=self._position)
            try:
                await self._store_when_back(one)
            except HotlineError as error:
                self.figures.refused += 1
                log.error("call %s: the database refuses it, it is laid aside: %s", call.id, mask_text(str(error)))
                await self._lay_aside(events, str(error))
        await self._store_when_back(replace(saved, calls=(), events=(), backfilled=frozenset()))

    async def _lay_aside(self, events: Sequence[Event], why: str) -> None:
        """On a full disk too, as soon as there is room; until then nothing more is read, and the service goes on."""
        while True:
            try:
                await asyncio.to_thread(lay_aside, self._journal.path.with_name(REFUSED), events, why)
            except OSError as error:
                log.error("call log: a refused call cannot be laid aside (%s), trying on", error.strerror)
                self.figures.stalled = True
                await asyncio.sleep(ASIDE_SECONDS)
            else:
                return

    async def _store_when_back(self, saved: Saved) -> None:
        """Try until the database is back; meanwhile nothing more is read, and the journal keeps what comes."""
        delay = 0.2
        while True:
            try:
                await self._store.save(saved)
            except Unavailable as error:
                if not self.figures.stalled:
                    log.error("call log: the database is away (%s); the journal keeps the calls, trying on", error)
                self.figures.stalled = True
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
                continue
            if self.figures.stalled:
                log.warning("call log: the database is back")
            self.figures.stalled = False
            return

    async def _follow(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case RaiseAlarm():
                    await self._on_alarm(effect)
                case Ended():
                    self._report(self._calls[effect.call])
                case Anomaly():
                    self.figures.anomalies += 1
                    log.info("call %s: %s while %s has no cell in the table", effect.call, effect.trigger, effect.state)

    def _report(self, call: Call) -> None:
        result = str(call.result)
        self.figures.calls_ended[result] = self.figures.calls_ended.get(result, 0) + 1
        log.info(
            "call %s ended: %s %s, %s (%s), keys %s, waited %.1f s, talked %.1f s, line %s, person %s",
            call.id,
            "to" if call.direction is Direction.OUT else "from",
            mask(call.caller),
            call.result,
            call.reason,
            "".join(k or "-" for k in call.keys) or "none",
            (call.waited_ms or 0) / 1000,
            call.talk_ms / 1000,
            call.line or "none",
            call.person or "none",
        )

    async def _file(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if call.id not in self._filed:
                self._filed.add(call.id)
                await self._on_complete(call)
            self._calls.pop(call.id, None)
            self._known.pop(call.id, None)
            self._lost.forget(call.id)
            self._facts.forget(call.id)
            self._filed.discard(call.id)

    async def _file_settled(self, now: datetime) -> None:
        """Ended calls whose last leg never said good-bye."""
        await self._file([c for c in self._calls.values() if c.ended_at is not None and now - c.ended_at > SETTLE])
