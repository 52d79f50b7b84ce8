"""The bus: what happens now, to all browsers that may see it. Refuses to wait for any of them: who is too slow is told to
ask anew, and who comes back gets what was missed, exactly once, or is told the same.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from secrets import token_hex

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.live import Event, Viewer
from hotline1022.web import live_wire
from hotline1022.web.live_wire import Frame

log = logging.getLogger(__name__)

#: kept for who comes back: events, bytes, seconds; whichever is reached first
KEEP, KEEP_BYTES, KEEP_SECONDS = 4096, 2 << 20, 600.0
#: events that wait for one browser at most
QUEUE = 256
#: streams of one session or token, and of all
EACH, MOST = 8, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    number: int
    event: Event
    frame: Frame
    at: float

    @property
    def size(self) -> int:
        extra = 0 if self.frame.masked is self.frame.full else len(self.frame.masked)
        return len(self.frame.full) + extra


@dataclass(slots=True)
class Figures:
    """Counts for the metrics page, since the start."""

    events: int = 0
    #: queues that were full, or events that could not be written: asked anew
    refreshed: int = 0
    refused: int = 0


class Subscription:
    """web.live_port.LiveStream."""

    def __init__(self, bus: "LiveBus", key: str, viewer: Viewer, alive: Callable[[], bool]) -> None:
        self.viewer, self.key, self.alive = viewer, key, alive
        self._bus = bus
        #: an event, or the number up to which everything must be asked anew
        self._queue: deque[_Told | int] = deque()
        self._filled = asyncio.Event()
        self.over = False

    def offer(self, told: _Told) -> None:
        """One event, if it may be seen."""
        if not self.viewer.sees(told.event):
            return
        if len(self._queue) >= self._bus.queue:
            self.refresh(told.number)
            self._bus.figures.refreshed += 1
            return
        self._queue.append(told)
        self._filled.set()

    def refresh(self, number: int) -> None:
        """In place of all that waits."""
        self._queue.clear()
        self._queue.append(number)
        self._filled.set()

    async def take(self, seconds: float) -> bytes | None:
        """All that waits; b"" when nothing came; None: it is over."""
        if not self._filled.is_set():
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    await self._filled.wait()
            except TimeoutError:
                return b""
        if self.over:
            return None
        sent = b"".join(map(self._sent, self._queue))
        self._queue.clear()
        self._filled.clear()
        return sent

    def _sent(self, one: _Told | int) -> bytes:
        if isinstance(one, int):
            return live_wire.refresh(self._bus.id_of(one))
        if not self.viewer.sees(one.event):  # it may no longer
            return b""
        return one.frame.full if self.viewer.numbers else one.frame.masked

    def mark(self) -> bytes:
        """How far everything was told."""
        return live_wire.mark(self._bus.position())

    def close(self) -> None:
        """Nothing more is put here."""
        self.over = True
        self._queue.clear()
        self._filled.set()
        self._bus.forget(self)


class LiveBus:
    """web.live_port.LiveStreams. Publish from the event loop's thread alone."""

    def __init__(
        self,
        *,
        keep: int = KEEP,
        keep_bytes: int = KEEP_BYTES,
        queue: int = QUEUE,
        each: int = EACH,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._epoch = token_hex(4)
        self._keep, self._keep_bytes, self.queue = keep, keep_bytes, queue
        self._each, self._most, self._clock = each, most, clock
        self._kept: deque[_Told] = deque()
        self._bytes = 0
        #: the last event's number, and the last one that is no longer kept
        self._head = self._gone = 0
        self._streams: dict[Subscription, None] = {}
        self._of_key: Counter[str] = Counter()
        self._closed = False
        self.figures = Figures()

    @property
    def open_streams(self) -> int:
        """How many."""
        return len(self._streams)

    def position(self) -> str:
        """The id of the last event."""
        return self.id_of(self._head)

    def id_of(self, number: int) -> str:
        """As browsers know it."""
        return f"{self._epoch}-{number}"

    # -- telling

    def publish(self, event: Event) -> None:
        """To all who may see it. Never waits and never raises: one that cannot be written makes everybody ask anew."""
        self._head += 1
        self.figures.events += 1
        try:
            made = live_wire.frame(self.position(), event)
        except Exception:  # whatever its facts are: a number that nobody keeps would shift all that follow
            log.exception("a live event cannot be written: %s %s", event.topic, event.what)
            self._forget_all()
            return
        told = _Told(number=self._head, event=event, frame=made, at=self._clock())
        self._kept.append(told)
        self._bytes += told.size
        self._trim()
        for stream in self._streams:
            stream.offer(told)

    def _forget_all(self) -> None:
        self._kept.clear()
        self._bytes, self._gone = 0, self._head
        self.figures.refreshed += len(self._streams)
        for stream in self._streams:
            stream.refresh(self._head)

    def _trim(self) -> None:
        old = self._clock() - KEEP_SECONDS
        while self._kept and (len(self._kept) > self._keep or self._bytes > self._keep_bytes or self._kept[0].at < old):
            gone = self._kept.popleft()
            self._bytes -= gone.size
            self._gone = gone.number

    # -- listening

    def room(self, key: str) -> None:
        """Raises as `open` does, and opens nothing."""
        self._make_room(key)

    def open(self, key: str, viewer: Viewer, since: str, alive: Callable[[], bool]) -> Subscription:
        """A stream from after that id on. Refused `streams-many`, Unavailable `streams-full`, `streams-closed`."""
        self._make_room(key)
        stream = Subscription(self, key, viewer, alive)
        self._trim()
        after = self._number(since)
        missed = (
            [] if after is None else [t for t in islice(self._kept, after - self._gone, None) if viewer.sees(t.event)]
        )
        if after is None or len(missed) > self.queue:
            stream.refresh(self._head)
        else:
            for told in missed:
                stream.offer(told)
        self._streams[stream] = None
        self._of_key[key] += 1
        return stream

    def _make_room(self, key: str) -> None:
        if self._closed:
            raise Unavailable("the service stops; come back in a moment", error_id="streams-closed")
        if self._of_key[key] >= self._each or len(self._streams) >= self._most:
            for stream in [one for one in self._streams if not one.alive()]:
                stream.close()
        if self._of_key[key] >= self._each:
            self.figures.refused += 1
            text = f"{self._each} pages of this session listen already; close some of them"
            raise Refused(text, error_id="streams-many")
        if len(self._streams) >= self._most:
            self.figures.refused += 1
            text = f"{self._most} pages listen already; close some of them, or load this one again later"
            raise Unavailable(text, error_id="streams-full")

    def _number(self, since: str) -> int | None:
        """The number of an id after which everything is kept; None where not everything is, or nobody gave that id."""
        epoch, _, digits = since.rpartition("-")
        if epoch != self._epoch or not digits.isascii() or not digits.isdecimal() or len(digits) > 18:
            return None
        number = int(digits)
        return number if self._gone <= number <= self._head else None

    def forget(self, stream: Subscription) -> None:
        """It is closed."""
        if self._streams.pop(stream, self) is None:
            self._of_key[stream.key] -= 1
            if not self._of_key[stream.key]:
                del self._of_key[stream.key]

    def close(self) -> None:
        """End all streams, and open no other."""
        self._closed = True
        for stream in list(self._streams):
            stream.close()
