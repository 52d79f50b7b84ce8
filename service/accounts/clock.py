"""Every ten minutes ends sessions that timed out, and forgets what nobody needs any more. Refuses to end with a database that is away."""

import asyncio
import logging

from hotline1022.core.errors import HotlineError
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.web.static_files import are_there

log = logging.getLogger(__name__)

#: as long as a try at the door counts: what a flood of them wrote goes soon after
EVERY_SECONDS = 600.0


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
