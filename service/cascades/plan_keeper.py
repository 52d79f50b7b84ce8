"""Keeps in Asterisk's own database whom to call at each agency, so that a transfer by code works with the service dead.

Written on Asterisk's console: by AMI it would take an account of class `system`. Where there is no console (an existing
PBX elsewhere) such a transfer tells the citizen that somebody will call back, and makes a ticket.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.cascades.plan import plans_kept
from hotline1022.service.directory.desk import DirectoryDesk

log = logging.getLogger(__name__)

FAMILY = "hl1022"
#: seconds between two looks whether the directory or the day is another one; and until what Asterisk has is read again
LOOK_SECONDS, COMPARE_SECONDS = 2.0, 600.0
_ROW = re.compile(rf"/{FAMILY}/(off|urgent(?:-\S+)?|plan-[0-9]{{3}}(?:-[0-9]+)?)\s*: (\S*)\s*")


class OwnConsole(Protocol):
    """Asterisk's console."""

    async def say(self, command: str) -> str:
        """What Asterisk answers; Unavailable when there is none."""
        ...


class PlanKeeper:
    """`run` in the service's TaskGroup."""

    def __init__(
        self,
        directory: DirectoryDesk,
        console: OwnConsole,
        closed: Callable[[date], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._directory, self._console, self._closed, self._clock = directory, console, closed, clock
        self._done: tuple[int, date] | None = None
        self._compared = 0.0

    def again(self) -> None:
        """Days off may be others: look at once."""
        self._done = None

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        failed = False
        while True:
            now = self._clock()
            wanted = (self._directory.now.version, local_day(now))
            if wanted != self._done or loop.time() - self._compared > COMPARE_SECONDS:
                try:
                    await self.write(plans_kept(self._directory.now, now, self._closed))
                    self._done, self._compared, failed = wanted, loop.time(), False
                except HotlineError as error:
                    if not failed:
                        log.warning("plans for the time without the service are not in Asterisk: %s", error)
                    failed = True
            await asyncio.sleep(LOOK_SECONDS if not failed else 5 * LOOK_SECONDS)

    async def write(self, plans: Mapping[str, str]) -> int:
        """Make Asterisk's database hold exactly these; gives how many were changed.

        Unavailable when it did not take one; the others are written all the same.
        """
        found = dict(_ROW.findall(await self._console.say(f"database show {FAMILY}")))
        wanted = {key: value for key, value in plans.items() if value}
        changed = [f"database del {FAMILY} {key}" for key in found.keys() - wanted.keys()]
        changed += [f"database put {FAMILY} {key} {value}" for key, value in wanted.items() if found.get(key) != value]
        refused: list[str] = []
        for command in changed:
            said = await self._console.say(command)
            if command.startswith("database put") and "Updated" not in said:
                refused.append(f"{command.split()[3]}: {said.strip()[:100] or 'no answer'}")
        if refused:  # the others are there by now
            raise Unavailable(f"Asterisk does not keep {len(refused)} of {len(wanted)} values, first {refused[0]}")
        if changed:
            log.info("plans for the time without the service: %d of %d were written", len(changed), len(wanted))
        return len(changed)
