"""What the live streams need from the rest of the house; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Callable
from typing import Protocol

from hotline1022.core.live import Viewer


class LiveStream(Protocol):
    """What waits for one browser."""

    #: who looks; may be another one from now on
    viewer: Viewer
    #: nothing more comes
    over: bool

    async def take(self, seconds: float) -> bytes | None:
        """All that waits, as it is sent; b"" when nothing came in this time; None: it is over."""
        ...

    def mark(self) -> bytes:
        """A heartbeat that says how far everything was told. Only right after `take` gave nothing."""
        ...

    def close(self) -> None:
        """It is over; what waits is thrown away."""
        ...


class LiveStreams(Protocol):
    """The bus, as browsers reach it."""

    def position(self) -> str:
        """The id of the last event: what a page that is being made shows."""
        ...

    def room(self, key: str) -> None:
        """Whether there is room for another stream of this session or token; raises as `open` does."""
        ...

    def open(self, key: str, viewer: Viewer, since: str, alive: Callable[[], bool]) -> LiveStream:
        """A stream of this session or token, with what was told after the id `since`, or one refresh.

        `alive`: whether its connection still is. Refused `streams-many` (of one key), Unavailable `streams-full` (of all).
        """
        ...

    def close(self) -> None:
        """End all streams, and open no other."""
        ...
