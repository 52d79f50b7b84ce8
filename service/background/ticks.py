"""What is done once a second: wrap-up times, and beside them, whatever they wait for, the watchdog of systemd."""

import asyncio
import logging
from datetime import UTC, datetime

import sdnotify

from hotline1022.core.errors import Unavailable
from hotline1022.queue.agents import Agents

log = logging.getLogger(__name__)


async def ticks(agents: Agents) -> None:
    """End wrap-up times; until cancelled."""
    while True:
        try:
            await agents.tick(datetime.now(UTC))
        except Unavailable as error:  # the history of states has a hole then; calls and the service go on
            log.warning("a state of an agent could not be written: %s", error)
        await asyncio.sleep(1.0)


async def watchdog() -> None:
    """Tell systemd that the event loop turns; until cancelled. It asks for nothing else: a database that hangs must not have the
    service killed while calls go on.
    """
    notifier = sdnotify.SystemdNotifier()
    while True:
        notifier.notify("WATCHDOG=1")
        await asyncio.sleep(1.0)
