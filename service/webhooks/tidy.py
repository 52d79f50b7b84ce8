"""What of webhooks goes by itself: events of those that were removed, and events that are older than they are kept. By portions, so
that nobody's transaction waits long; refuses to forget anything old while the clock is in doubt.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from hotline1022.db.unit import Database, Work
from hotline1022.db.webhooks import AT_ONCE
from hotline1022.service.settings.webhooks import WebhookSettings

log = logging.getLogger(__name__)
FORGET_EVERY = timedelta(hours=6)
#: seconds between two portions: others write, and the processor is theirs
BREATH = 0.05


class Tidy:
    """Both; one at a time."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], WebhookSettings],
        clock: Callable[[], datetime],
        doubt: Callable[[datetime], Awaitable[str]],
    ) -> None:
        self._database, self._settings, self._clock, self._doubt = database, settings, clock, doubt
        self._forgotten = datetime.min.replace(tzinfo=UTC)

    async def once(self) -> None:
        """All that may go now. Raises what the database raises: the next time goes on where this one ended."""
        async with self._database.reading() as tx:
            going = await tx.webhooks.going()
        if going:
            await self._portions(lambda tx: tx.webhooks.sweep())
        if self._clock() - self._forgotten >= FORGET_EVERY:
            await self._forget()
            self._forgotten = self._clock()

    async def _forget(self) -> None:
        if why := await self._doubt(self._clock()):
            log.info("webhooks: no event is forgotten: %s", why)
            return
        before = self._clock() - timedelta(days=self._settings().keep_days)
        await self._portions(lambda tx: tx.webhooks.forget(before), last=AT_ONCE - 1)

    async def _portions(self, portion: Callable[[Work], Awaitable[int]], *, last: int = 0) -> None:
        """Until one takes `last` rows at most."""
        while True:
            async with self._database.transaction() as tx:
                if await portion(tx) <= last:
                    return
            await asyncio.sleep(BREATH)
