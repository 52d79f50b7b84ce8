"""Rings for an erasure that stands broken off: its citizen was told that it is done, and part of the data is still there. Rings once for each
try, in the transaction that writes it down; the bell repeats it until somebody has seen it or taken the erasure up again.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database

log = logging.getLogger(__name__)

ERASURE_ALARM = "erasure-broken-off"
#: seconds between two looks
EVERY_SECONDS = 60.0
#: what has not moved for so long was left by a process that has ended: a command may be at it, portion by portion
STILL = timedelta(minutes=10)
#: what this process is at, and has not moved for so long, hangs: a disk, a database
HANGS = timedelta(hours=1)
#: refusals that whoever confirmed sees at once, and takes up again soon: where nothing has gone they ring after STILL alone
UNTOUCHED = frozenset({"erasure-waits", "erasure-changed"})


class Standing:
    """`running`: the request that this process erases now; "" = none."""

    def __init__(self, database: Database, running: Callable[[], str]) -> None:
        self._database, self._running = database, running

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look(datetime.now(UTC))
            except Unavailable as error:
                log.warning("erasures that stand broken off cannot be looked for: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, at: datetime) -> None:
        """Ring for each that was left, or hangs."""
        async with self._database.reading() as tx:
            left = await tx.citizens.requests.standing(at - STILL)
        for row in left:
            runs = row["id"] == self._running()
            await self._ring(row["id"], before=at - (HANGS if runs else STILL), runs=runs)

    async def tell(self, request: str, error_id: str) -> None:
        """Say that it was broken off just now, unless that rings or rang since it was taken up last, or nothing was touched by what only
        waits. Unavailable.
        """
        await self._ring(request, error_id)

    async def _ring(
        self, request: str, error_id: str = "", *, before: datetime | None = None, runs: bool = False
    ) -> None:
        """`before`: not when it has moved since then: what was read without the row's lock may be taken up by now."""
        with by_the_service():
            async with self._database.transaction() as tx:
                row = await tx.citizens.requests.locked(request)
                since = row["moved_at"] or row["confirmed_at"] or row["requested_at"]
                if row["done_at"] is not None or row["alarm"] or (before is not None and since > before):
                    return
                if error_id in UNTOUCHED and not row["gone"]:
                    return
                why = f" [{error_id}]" if error_id else ""
                if runs:
                    detail = said("alarm-said.erasure-hangs", request=request, since=since)
                else:
                    detail = said("alarm-said.erasure", request=request, since=since) + why
                alarm, _ = await tx.alarms.raise_alarm(ERASURE_ALARM, detail, datetime.now(UTC))
                await tx.citizens.requests.note(request, alarm=alarm.id)
