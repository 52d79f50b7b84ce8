"""Has the catalogue tell of calls that wait to be filed. Refuses to do so for those that are filed at once: nearly all."""

import asyncio
import logging
import time

from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.ports import RecordingStore

log = logging.getLogger(__name__)

#: seconds after which a call that is not filed yet has a row, and between two looks
PATIENCE, PAUSE = 5.0, 2.5


class Spooled:
    """Calls that were submitted and are not filed; run `run()` in a task group."""

    def __init__(self, store: RecordingStore, *, patience: float = PATIENCE, pause: float = PAUSE) -> None:
        self._store, self._patience, self._pause = store, patience, pause
        self._since: dict[CallId, float] = {}

    def waits(self, call: CallId) -> None:
        """It was submitted, or put off again."""
        self._since.setdefault(call, time.monotonic())

    def filed(self, call: CallId) -> None:
        """Its rows are written, that of the catalogue too."""
        self._since.pop(call, None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            await self.tell()

    async def tell(self) -> int:
        """Have the rows of those written that wait for long; how many. While the database is away: none, and later again."""
        before = time.monotonic() - self._patience
        calls = [call for call, since in self._since.items() if since <= before]
        if not calls:
            return 0
        try:
            await self._store.spooled(calls)
        except Unavailable as error:
            log.warning("the catalogue cannot tell of %d calls that wait to be filed: %s", len(calls), error)
            return 0
        for call in calls:
            self._since.pop(call, None)
        return len(calls)
