"""Rings when a disk that calls are written to has little room left, long before it is full. Deletes nothing."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hotline1022.core.errors import Unavailable
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.checks import disk_has_room

#: seconds between two looks: a hundred talking pairs write 400 MB meanwhile at most
EVERY = 60.0
#: an alarm that was seen, and nothing was done: rung anew after so many seconds
AGAIN = 3600.0


class DiskWatch:
    """Looks at the disks of these folders; several of them on one disk are one alarm."""

    def __init__(
        self,
        folders: Sequence[Path],
        bell: AlarmBell,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._bell, self._now = tuple(folders), bell, now
        self._rung: float | None = None

    async def run(self) -> None:
        """Until cancelled. The bell repeats an alarm until somebody has seen it."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Ring if one of the disks is low, once an hour at most: it may go up and down around the limit."""
        now = self._now()
        if self._rung is not None and now - self._rung < AGAIN:
            return
        for folder in self._folders:
            try:
                await disk_has_room(folder)
            except Unavailable as error:
                self._rung = now
                await self._bell.ring("disk-low", str(error))
                return
