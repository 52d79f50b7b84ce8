"""Once an hour ends sessions that timed out, and forgets what nobody needs any more. Refuses to end with a database that is away."""

import asyncio
import logging

from hotline1022.core.errors import HotlineError
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.web.static_files import are_there

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


class AccountClock:
    """`run` in the service's TaskGroup."""

    def __init__(self, desk: AccountDesk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Until cancelled."""
        if not await asyncio.to_thread(are_there):
            log.error("fonts, style and scripts of the desk are missing: its pages are bare; run scripts/setup")
        while True:
            try:
                await self._desk.sweep()
            except HotlineError as error:
                log.warning("sessions that timed out are not swept yet: %s", error)
            await asyncio.sleep(EVERY_SECONDS)
