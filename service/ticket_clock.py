"""Looks once a minute whether somebody must be reminded of a ticket, and whether a message is to become one.

A database that is away only delays it.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.service.ticket_desk import TicketDesk
from hotline1022.service.ticket_messages import tickets_of_messages

log = logging.getLogger(__name__)

#: seconds between two looks
EVERY_SECONDS = 60.0


def _now() -> datetime:
    return datetime.now(UTC)


class TicketClock:
    """Runs as long as the service does."""

    def __init__(
        self,
        database: Database,
        desk: TicketDesk,
        *,
        every: float = EVERY_SECONDS,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._database, self._desk, self._every, self._clock = database, desk, every, clock

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            at = self._clock()
            try:
                await tickets_of_messages(self._database, self._desk, at)
            except HotlineError as error:
                log.warning("messages that citizens left wait for their tickets: %s", error)
            try:
                await self._desk.remind(at)
            except HotlineError as error:
                log.warning("reminders of tickets wait: %s", error)
            await asyncio.sleep(self._every)
