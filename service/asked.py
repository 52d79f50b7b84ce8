"""What signals ask of `run` and of the demo, listened to before anything is started: to stop, at once, or to reload.

A signal that comes while something starts is no other than one that comes later: what runs by then is stopped again.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


class Stopped(Exception):
    """Asked to stop while starting; nothing runs."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        #: as shells count: 130 after Ctrl-C, 143 after SIGTERM
        self.exit_code = 128 + number


class Asked:
    """What people have asked for so far."""

    def __init__(self) -> None:
        self.to_stop = asyncio.Event()
        self.at_once = asyncio.Event()
        self._number = int(signal.SIGTERM)
        self._reload: Callable[[], None] | None = None
        self._reload_owed = False

    def listen(self) -> None:
        """From now on the signals of this process come here."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop, number)
        # a terminal that is closed ends what was started in it; without one, SIGHUP asks for new settings
        if sys.stdin is not None and sys.stdin.isatty():
            loop.add_signal_handler(signal.SIGHUP, self.stop, signal.SIGHUP)
        else:
            loop.add_signal_handler(signal.SIGHUP, self.reload)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """First time: finish what is under way. Second time: at once."""
        if self.to_stop.is_set():
            self.at_once.set()
        else:
            self._number = int(number)
        self.to_stop.set()

    def stopping(self) -> bool:
        """Whether somebody asked to stop; threads may ask too."""
        return self.to_stop.is_set()

    def check(self) -> None:
        """Stopped when somebody asked to stop."""
        if self.stopping():
            raise Stopped(self._number)

    async def unless_stopped(self, work: Coroutine[Any, Any, R]) -> R:
        """What the work comes to. When somebody asks to stop first, it is cancelled and waited for, then Stopped."""
        task = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self.to_stop.wait())
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            self.check()
        return task.result()

    # -- new settings

    def reload(self) -> None:
        """Read settings and menu anew; kept until somebody can do it."""
        if self._reload is None:
            self._reload_owed = True
        else:
            self._reload()

    def reload_by(self, how: Callable[[], None] | None) -> None:
        """Who does it now; None while nobody can."""
        self._reload = how
        if how is not None and self._reload_owed:
            self._reload_owed = False
            how()
