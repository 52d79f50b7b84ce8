"""The bounded queue between the link and its consumer: keeps order, never waits when filled, refuses when full."""

import asyncio
from collections import deque

from hotline1022.ami_bridge.types import LiveEvent


class Mailbox:
    """At most `size` events; the link's own words (`force`) always fit, at the cost of everything before them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._events: deque[LiveEvent] = deque()
        self._filled = asyncio.Event()
        self._finished = False
        #: events thrown away because the consumer was too slow
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._events)

    def offer(self, event: LiveEvent) -> bool:
        """Append; False, and nothing appended, when full."""
        if len(self._events) >= self._size:
            return False
        self._events.append(event)
        self._filled.set()
        return True

    def force(self, event: LiveEvent) -> None:
        """Append in any case; when full, what waited is thrown away and counted (a resync follows)."""
        if len(self._events) >= self._size:
            self.clear()
        self._events.append(event)
        self._filled.set()

    def clear(self) -> None:
        """Throw away what waits, counted."""
        self.dropped += len(self._events)
        self._events.clear()

    def finish(self) -> None:
        """Nothing more will come: `take` gives None once it is empty."""
        self._finished = True
        self._filled.set()

    async def take(self) -> LiveEvent | None:
        """The next event in order; None after `finish`."""
        while not self._events:
            if self._finished:
                return None
            self._filled.clear()
            await self._filled.wait()
        return self._events.popleft()
