"""Has the catalogue tell of calls that wait to be filed. Refuses to do so for those that are filed at once: nearly all."""

import asyncio
import logging
import time

from hotline1022.core.errors import HotlineError, Unavailable
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
        told = 0
        try:
            for call in calls:  # each by itself: one that the database refuses holds up none
                told += await self._told(call)
        except Unavailable as error:
            log.warning("the catalogue cannot tell of %d calls that wait to be filed: %s", len(calls) - told, error)
        return told

    async def _told(self, call: CallId) -> bool:
        try:
            await self._store.spooled([call])
        except Unavailable:
            raise
        except HotlineError as error:
            log.error("the catalogue refuses the row of call %s, which waits to be filed: %s", call, error)
            self._since.pop(call, None)  # filing it makes its row, or says the same
            return False
        self._since.pop(call, None)
        return True
