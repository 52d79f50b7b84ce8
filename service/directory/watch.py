"""Rings when an agency has nobody: each names one specialist and one leader at least (decision, part II.1). Changes nothing.

What else is missing is named by `hotline1022 directory check`: it does not leave a citizen without anybody to be put through to.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from hotline1022.core.clock import local_day
from hotline1022.core.said import said
from hotline1022.directory.types import Missing
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.directory.desk import DirectoryDesk

#: seconds between two looks; ends take effect with a day, or at once
EVERY_SECONDS = 600.0
#: named in one alarm
MOST = 5
_RINGS = frozenset({Missing.SPECIALIST, Missing.LEADER})


class DirectoryWatch:
    """Looks at the directory as this process has it."""

    def __init__(self, desk: DirectoryDesk, bell: AlarmBell, clock: Callable[[], datetime]) -> None:
        self._desk, self._bell, self._clock = desk, bell, clock
        self._rung: tuple[date, str] = (date.min, "")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Ring when somebody is missing: anew when others are, and each day. The bell repeats it until somebody has seen it."""
        day = local_day(self._clock())
        found = [gap.message for gap in self._desk.gaps(day) if gap.kind in _RINGS]
        more = [said("alarm-said.more", count=len(found) - MOST)] if len(found) > MOST else []
        text = "; ".join([*found[:MOST], *more])
        if text and (day, text) != self._rung:
            await self._bell.ring("agency-without-people", text)
        self._rung = (day, text)
