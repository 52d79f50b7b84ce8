"""Who waits in which queue now, from live events. Refuses nothing; a resync replaces everything."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hotline1022.core.ids import CallId
from hotline1022.queue.types import Waiting


class WaitingRoom:
    """The waiting citizens, in order per queue."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Waiting] = {}

    def joined(self, queue: str, call: CallId, position: int, number: str, at: datetime) -> None:
        """A citizen began to wait."""
        self._waiting[queue, call] = Waiting(call=call, queue=queue, position=position, since=at, number=number)

    def left(self, queue: str, call: CallId) -> bool:
        """A citizen waits no more; those behind move up. False: nobody of that name waited."""
        gone = self._waiting.pop((queue, call), None)
        if gone is None:
            return False
        for key, other in list(self._waiting.items()):
            if other.queue == queue and other.position > gone.position:
                self._waiting[key] = replace(other, position=other.position - 1)
        return True

    def resync(self, waiting: Iterable[Waiting]) -> None:
        """What Asterisk says is who waits."""
        self._waiting = {(w.queue, w.call): w for w in waiting}

    def now(self, queue: str | None = None) -> list[Waiting]:
        """All who wait, by queue and position."""
        found = [w for w in self._waiting.values() if queue is None or w.queue == queue]
        return sorted(found, key=lambda w: (w.queue, w.position))
