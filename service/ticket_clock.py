"""Looks once a minute whether somebody must be reminded of a ticket. A database that is away only delays it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from hotline1022.core.errors import HotlineError
from hotline1022.service.ticket_desk import TicketDesk

log = logging.getLogger(__name__)

#: seconds between two looks
EVERY_SECONDS = 60.0


def _now() -> datetime:
    return datetime.now(UTC)


class TicketClock:
    """Runs as long as the service does."""

    def __init__(self, desk: TicketDesk, *, every: float = EVERY_SECONDS, clock: Callable[[], datetime] = _now) -> None:
        self._desk, self._every, self._clock = desk, every, clock

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._desk.remind(self._clock())
            except HotlineError as error:
                log.warning("reminders of tickets wait: %s", error)
            await asyncio.sleep(self._every)
