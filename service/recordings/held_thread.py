"""Work in threads that its task waits for, cancelled or not: what is locked meanwhile stays locked until nobody works. Stops nobody
in the middle of a file.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

from hotline1022.core.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class HeldThreads:
    """The threads of one long piece of work."""

    def __init__(self) -> None:
        self._ending = threading.Event()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it in a thread. Cancelled, tell it to end (see `until_told`) and go on when it has."""
        work = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self._ending.set()
            while not work.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({work})
            if not work.cancelled():
                work.exception()  # what it says of being told to end is nobody's business
            raise

    def until_told(self, watch: Callable[[int, int], None]) -> Callable[[int, int], None]:
        """The same, and Unavailable `work-ended` after a file when the work is to end."""

        def look(done: int, total: int) -> None:
            if self._ending.is_set():
                raise Unavailable("the work was ended; begin again", error_id="work-ended")
            watch(done, total)

        return look
