"""Rings when no stamp, or no nightly look, was made for two days, or the last one is of a time to come. Makes none itself."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from hotline1022.audit.nights import KINDS, Nights
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.alarms import Daily

log = logging.getLogger(__name__)

#: the alarm
LATE_ALARM = "evidence-late"
#: seconds between two looks; a service that was off for days has so long for what it missed
EVERY, GRACE = 60.0, 3600.0


async def nights_of(database: Database) -> Nights:
    """As the chain tells."""
    async with database.reading() as tx:
        last = {what: at for what, kind in KINDS.items() for at in await tx.audit.last_moments(kind, 1)}
        return Nights(began=await tx.audit.oldest(), **last)


class NightsWatch:
    """Looks at what others do each day."""

    def __init__(self, database: Database, bell: AlarmBell, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database, self._clock = database, clock
        self._daily = Daily(bell, clock)
        #: at the last look, for the metrics
        self.nights = Nights()

    async def run(self) -> None:
        """Until cancelled. A database that is away only delays it."""
        begun = asyncio.get_running_loop().time()
        while True:
            try:
                await self.look(ring=asyncio.get_running_loop().time() - begun >= GRACE)
            except HotlineError as error:
                log.warning("how old stamps and nightly looks are cannot be seen: %s", error)
            await asyncio.sleep(EVERY)

    async def look(self, *, ring: bool = True) -> None:
        """See how old they are; ring once a day while that is wrong."""
        self.nights = await nights_of(self._database)
        wrong = self.nights.wrong(self._clock())
        if ring and wrong:
            await self._daily.ring(LATE_ALARM, "; ".join(wrong))
