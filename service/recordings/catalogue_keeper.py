"""Gives calls from before the catalogue their rows, in portions, beside everything else. Refuses to hold anybody up."""

import asyncio
import logging
from collections.abc import Callable

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database

log = logging.getLogger(__name__)

#: calls in one transaction: short enough that a call that ends now does not wait
PORTION = 100
#: seconds between two portions, and until the next try when the database is away
PAUSE, AGAIN = 0.05, 30.0


class CatalogueKeeper:
    """`run` in the service's TaskGroup; it ends when nothing is missing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until every call that was answered and has ended is in the catalogue."""
        done = 0
        while True:
            try:
                made = await self.portion()
            except Unavailable as error:
                log.warning("the catalogue of recordings waits: %s", error)
                await asyncio.sleep(AGAIN)
                continue
            if not made:
                break
            done += made
            await asyncio.sleep(PAUSE)
        if done:
            log.info("%d calls were taken into the catalogue of recordings", done)

    async def portion(self) -> int:
        """The next calls that are missing; how many."""
        async with self._database.reading() as tx:
            calls = await tx.catalogue.missing(PORTION)
        if calls:
            async with self._database.transaction() as tx:
                tx.catalogue.touch(calls, over=True)
        return len(calls)


async def rebuild(database: Database, progress: Callable[[int], None]) -> int:
    """Make every row again from calls, files and tickets; states, holds and ids stay. How many calls it went over."""
    done, last = 0, ""
    while True:
        async with database.reading() as tx:
            calls = await tx.catalogue.calls_after(last, PORTION)
        if not calls:
            return done
        async with database.transaction() as tx:
            tx.catalogue.touch(calls, over=True)
        done, last = done + len(calls), calls[-1]
        progress(done)
