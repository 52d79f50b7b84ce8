"""Whose turn it is where one thing is done at a time: in the order in which it was asked for, but a newer wish of the same one takes the
place of that one's waiting wish, at the end. Refuses the older wish (`speakers-newer`), and to stop what is being done.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from hotline1022.core.errors import Refused


class _Waiting(NamedTuple):
    #: "" = of nobody: never replaced
    whose: str
    goes: "asyncio.Future[None]"


class Turns:
    """A lock that knows who waits."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._busy = False

    @asynccontextmanager
    async def turn(self, whose: str = "") -> AsyncIterator[None]:
        """Alone in here. Refused `speakers-newer`: the same one has asked for something else meanwhile."""
        if self._busy:
            await self._wait(whose)
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, whose: str) -> None:
        for one in [one for one in self._waiting if whose and one.whose == whose]:
            self._waiting.remove(one)
            if not one.goes.done():
                one.goes.set_exception(_newer())
        own = _Waiting(whose, asyncio.get_running_loop().create_future())
        self._waiting.append(own)
        try:
            await own.goes
        except asyncio.CancelledError:
            if own in self._waiting:
                self._waiting.remove(own)
            elif own.goes.done() and not own.goes.cancelled() and own.goes.exception() is None:
                self._pass_on()  # it was ours already
            raise

    def _pass_on(self) -> None:
        """To who waits longest. Nobody who comes meanwhile is let in before."""
        while self._waiting:
            one = self._waiting.popleft()
            if not one.goes.done():
                one.goes.set_result(None)
                return
        self._busy = False


def _newer() -> Refused:
    text = "other speakers were chosen with the same right before it was their turn; take the answer to that request"
    return Refused(text, error_id="speakers-newer")
