"""Watches over the parts that work in the background: one that breaks rings and is started anew, and calls go on. Refuses to end the
service for any of them; the log of calls alone is not given to it.

What a part foresees (a database that is away) it sees to itself. Here comes what nobody foresaw, each time with its whole story in
the log: a row that somebody spoilt, a library that raises something else, a cancellation that nobody asked for.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from hotline1022.core.errors import Unavailable
from hotline1022.core.said import said
from hotline1022.queue.ports import AlarmBell

log = logging.getLogger(__name__)

#: runs until it is cancelled, or until it has nothing more to do; may be begun anew after it broke
Run = Callable[[], Coroutine[Any, Any, None]]
#: seconds before it is started anew: doubled with each break up to the second
FIRST, LONGEST = 1.0, 60.0
#: seconds without a break after which the next one is the first again
STEADY = 600.0


class Guard:
    """`keep` in the service's TaskGroup."""

    def __init__(self, bell: AlarmBell, *, first: float = FIRST, longest: float = LONGEST) -> None:
        self._bell, self._first, self._longest = bell, first, longest
        #: breaks since the start, by part
        self.broken: Counter[str] = Counter()

    async def keep(self, part: str, run: Run) -> None:
        """Run it until cancelled, or until it has ended by itself."""
        clock, pause = asyncio.get_running_loop().time, self._first
        while True:
            begun = clock()
            if (error := await _ended(part, run)) is None:
                return
            if clock() - begun >= STEADY:
                pause = self._first
            if not isinstance(error, Unavailable):
                await self.broke(part, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._longest)

    @asynccontextmanager
    async def beside(self, part: str) -> AsyncIterator[None]:
        """What fails inside is told like a part that broke, and holds up nothing after it."""
        try:
            yield
        except Unavailable as error:
            _waits(part, error)
        except Exception as error:
            log.exception("%s broke", part)
            await self.broke(part, error)

    async def broke(self, part: str, error: Exception) -> None:
        """Count and ring, for parts that go on by themselves; the log has it from whoever caught it. Raises nothing."""
        self.broken[part] += 1
        text = said("alarm-said.part", part=part, kind=_name(error))
        try:
            await self._bell.ring("part-broken", text)
        except Exception:  # the bell is such a part itself
            log.exception("that %s broke cannot be rung", part)


async def together(parts: Mapping[str, Run]) -> None:
    """All of them, until cancelled, where nobody watches over them: the first that breaks ends the others."""
    async with asyncio.TaskGroup() as group:
        for part, run in parts.items():
            group.create_task(run(), name=part)


async def _ended(part: str, run: Run) -> Exception | None:
    """How it ended: None = it is done; cancelled by whoever waits for it, it stays cancelled."""
    task = asyncio.current_task()
    try:
        await run()
    except asyncio.CancelledError:
        if task is None or task.cancelling():
            raise
        log.error("%s was cancelled, and nobody asked for that", part)
        return RuntimeError("cancelled")
    except Unavailable as error:
        _waits(part, error)
        return error
    except Exception as error:
        log.exception("%s broke", part)
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        return error
    return None


def _waits(part: str, error: Unavailable) -> None:
    """Who is away is known: it needs no alarm of each that waits for it."""
    log.warning("%s waits, and tries again: %s", part, error)


def _name(error: BaseException) -> str:
    """Its kind: of those of a group the first one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
