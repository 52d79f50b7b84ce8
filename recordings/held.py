"""Something open on a disk that may hang, with which threads work. Refuses to be closed under one of them: the last one does that."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from hotline1022.recordings.apart import SECONDS, apart

R = TypeVar("R")


class Closing(Protocol):
    """A file, a generator over files."""

    def close(self) -> None:
        """Let go of the disk."""


T = TypeVar("T", bound=Closing)


class Held(Generic[T]):
    """Something open that threads work with; it is closed when none does any more: a thread that hangs does so at its end."""

    def __init__(self, thing: T) -> None:
        self._thing = thing
        self._lock = threading.Lock()
        self._users, self._ended, self._closed = 0, False, False

    def use(self, job: Callable[[T], R]) -> R:
        """Blocks. ValueError where it was closed."""
        with self._lock:
            if self._ended:
                raise ValueError("it is closed")
            self._users += 1
        try:
            return job(self._thing)
        finally:
            with self._lock:
                self._users -= 1
                last = self._ended and not self._users
            if last:
                self._close()

    def _end(self) -> bool:
        """Nobody begins to work with it any more; whether the caller must close it now."""
        with self._lock:
            mine = not self._ended and not self._users
            self._ended = True
            return mine

    async def close(self, place: Path) -> None:
        """Returns when it is closed, but where the disk hangs."""
        if not self._end():
            return
        try:
            await apart(place, SECONDS, self._close)
        except TimeoutError:  # perhaps no thread was free
            threading.Thread(target=self._close, daemon=True, name="held").start()

    def _close(self) -> None:
        with self._lock:
            mine, self._closed = not self._closed, True
        if mine:
            self._thing.close()
