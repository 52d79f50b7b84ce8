"""Tells Asterisk each waiting citizen's position, so that the announcement in the queue speaks it. Not for the log.

app_queue forgets which key was pressed while it speaks a position by itself (all of 22: 9 and 115 would be lost), but
not in a periodic announcement, which is one file for all. So there is one such file for each position, in a language
of its own (`vi_3`, with `vi` behind it), and here each citizen's channel gets the language of her position. Without
the service, or too far behind, she hears the file of `vi`, which names no position.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.ivr.model import LAST_POSITION, position_language
from hotline1022.queue.types import Waiting

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Positions:
    """`waiting` is told whenever somebody comes, goes or moves up; `run` passes on what changed."""

    def __init__(self, set_language: Callable[[CallId, str], Awaitable[None]]) -> None:
        self._set = set_language
        self._wanted: dict[CallId, str] = {}
        self._told: dict[CallId, str] = {}
        self._changed = asyncio.Event()

    def waiting(self, now: Iterable[Waiting]) -> None:
        """Who waits now, and where."""
        self._wanted = {one.call: position_language(min(one.position, LAST_POSITION + 1)) for one in now}
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        self._changed.set()  # what was not told when it broke is told now
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._told = {call: language for call, language in self._told.items() if call in self._wanted}
            for call, language in list(self._wanted.items()):
                if self._told.get(call) != language and call in self._wanted and not await self._tell(call, language):
                    self._changed.set()
                    await asyncio.sleep(RETRY_SECONDS)
                    break

    async def _tell(self, call: CallId, language: str) -> bool:
        """False when it should be tried again; a citizen who is gone is no reason for that."""
        try:
            await self._set(call, language)
        except Unavailable:
            return False
        except HotlineError as error:
            log.debug("call %s: its position could not be told: %s", call, error)
        self._told[call] = language
        return True
