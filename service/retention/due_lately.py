"""What would go, for pages: counted once for all who look, waited for a moment only, and else as it was counted last, with when.

Counting looks at all calls of the years; whoever must know it exactly (commands, the API, the night) counts anew.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from hotline1022.recordings.types import DueView, Terms
from hotline1022.web.retention_wire import DueSeen, due_view

log = logging.getLogger(__name__)

#: seconds for which a count is good, and for which a page waits for one
FRESH, PATIENCE = 60.0, 0.1
#: days that somebody tries, whose counts are kept
MOST = 8


@dataclass(slots=True)
class _Count:
    found: DueView | None = None
    at: datetime | None = None
    #: when it is good no more, on the monotonic clock
    until: float = 0.0
    task: "asyncio.Task[None] | None" = None


class DueLately:
    """Counts by days: those in force (None) and those that somebody tries."""

    def __init__(
        self,
        count: Callable[[Terms | None], Awaitable[DueView]],
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        self._count, self._clock, self._seconds, self._patience = count, clock, seconds, patience
        self._counts: dict[Terms | None, _Count] = {}
        #: the loop itself holds tasks weakly
        self._tasks: set[asyncio.Task[None]] = set()

    async def seen(self, terms: Terms | None = None) -> DueSeen:
        """What is known now; the errors of counting, where it fails while somebody waits."""
        one = self._counts.setdefault(terms, _Count())
        while len(self._counts) > MOST:  # the oldest trial; those in force are asked for by every page
            self._counts.pop(next(key for key in self._counts if key not in (None, terms)))
        if one.found is None or self._seconds() >= one.until:
            if one.task is None or one.task.done():
                one.task = asyncio.create_task(self._fill(terms, one), name="count what is due")
                self._tasks.add(one.task)
                one.task.add_done_callback(self._ended)
            done, _ = await asyncio.wait({one.task}, timeout=self._patience)
            if done:
                one.task.result()
        going = one.task is not None and not one.task.done()
        return DueSeen(due=due_view(one.found) if one.found else None, at=one.at, counting=going)

    def forget(self) -> None:
        """Something was held, released or decided: what is being counted may be of before, and is shown until the next one."""
        for one in self._counts.values():
            one.until, one.task = 0.0, None

    async def _fill(self, terms: Terms | None, one: _Count) -> None:
        task, at = asyncio.current_task(), self._clock()
        found = await self._count(terms)
        one.found, one.at = found, at
        if one.task is task:
            one.until = self._seconds() + FRESH

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Nobody may be waiting any more: the next page tries again."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("what is due could not be counted: %s", error)
