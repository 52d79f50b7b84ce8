"""What is counted once for all who ask, and is good for a while; a fault is as good as a count, so that twenty who ask do not try it one
after the other. Refuses to count again before that while is over.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from hotline1022.core.errors import HotlineError
from hotline1022.core.turns import Turns

T = TypeVar("T")


class Shared(Generic[T]):
    """By keys, each for itself: whoever asks while one is counted waits for that."""

    def __init__(
        self, count: Callable[[str], Awaitable[T]], age: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`age`: seconds for which a count is good."""
        self._count, self._age, self._clock = count, age, clock
        self._turns = Turns()
        #: key → until when it is good
        self._found: dict[str, tuple[float, T | HotlineError]] = {}

    async def of(self, key: str) -> T:
        """As it was `age` seconds ago at most. Errors as those of the count."""
        async with self._turns.of(key):
            until, found = self._found.get(key, (0.0, None))
            if found is None or self._clock() >= until:
                until = self._clock() + self._age  # from the beginning: what happens while it is counted may be missing
                try:
                    found = await self._count(key)
                except HotlineError as error:
                    found, until = error, self._clock() + self._age
                self._found[key] = until, found
        if isinstance(found, HotlineError):
            raise found
        return found
