"""Numbers that gave up waiting and were not reached since, read once for all agents who look: their pages all ask when a call has ended.
Refuses to read again what nothing has changed since, and to take more than a fifth of the time for reading.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hotline1022.core.errors import HotlineError
from hotline1022.db.types import Abandoned
from hotline1022.db.unit import Database
from hotline1022.service.calls.call_log import Saved
from hotline1022.web.types import AbandonedView

#: seconds for which what was read is good though the log stored nothing: another process may have erased a citizen
AGE = 5.0
#: between two walks, so many times what the last one took; and seconds of that at most
REST, MOST_REST = 4.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """What was read, or why it could not be, and what the log had stored by then."""

    found: Sequence[AbandonedView] | HotlineError
    stored: int
    begun: float
    ended: float


class AbandonedList:
    """web.ports.Abandoned: the last 30 days."""

    DAYS = 30
    #: numbers that are counted; more than that do not give up in a month
    MOST = 5000

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._turn = asyncio.Lock()
        self._last: _Walk | None = None
        self._stored = 0

    def saved(self, saved: Saved) -> None:
        """The call log has stored something: who was read before may have been reached."""
        self._stored += 1

    async def list(self, limit: int) -> Sequence[AbandonedView]:
        """Numbers to call back, read now."""
        since = datetime.now(UTC) - timedelta(days=self.DAYS)
        async with self._database.reading() as tx:
            return [_view(one) for one in await tx.calls.abandoned(since=since, limit=limit)]

    async def waiting(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[AbandonedView], int]:
        """A part of them, and how many there are: who was not reached is known of all together."""
        every = await self._every()
        return (every if latest else every[::-1])[skip : skip + limit], len(every)

    async def _every(self) -> Sequence[AbandonedView]:
        """All; whoever asks while they are read waits for that."""
        # what is stored while one waits need not be in it: its own event asks anew
        wanted, asked = self._stored, self._clock()
        async with self._turn:
            last = self._last
            if last is None or last.stored < wanted or asked - last.begun >= AGE:
                last = self._last = await self._walk(last)
        if isinstance(last.found, HotlineError):
            raise last.found
        return last.found

    async def _walk(self, last: _Walk | None) -> _Walk:
        if last is not None:
            rest = min(MOST_REST, REST * (last.ended - last.begun))
            await asyncio.sleep(max(0.0, last.ended + rest - self._clock()))
        stored, begun = self._stored, self._clock()  # before it is read: what is stored meanwhile may be missing
        try:
            found: Sequence[AbandonedView] | HotlineError = await self.list(self.MOST)
        except HotlineError as error:
            found = error
        return _Walk(found=found, stored=stored, begun=begun, ended=self._clock())


def _view(one: Abandoned) -> AbandonedView:
    return AbandonedView(caller=one.caller, count=one.count, last_at=one.last_at, last_call=one.last_call)
