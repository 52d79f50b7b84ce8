"""An AMI link that is running, how fast it does what, and who listens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.link_types import LinkTimes
from hotline1022.ami_bridge.types import Held, LiveEvent
from tests.lab.scripted import Fields

QUICK = LinkTimes(
    ping=0.05, connect=2, action=2, consumer=5, retry_first=0.01, retry_cap=0.05, refused_first=0.05, refused_cap=0.4
)
CALM = LinkTimes(ping=30, retry_first=0.01, retry_cap=0.05, refused_first=30)


@asynccontextmanager
async def running(
    port: int,
    *,
    on_event: Callable[[LiveEvent], Any] | None = None,
    secret: str = "right",
    times: LinkTimes = CALM,
    **more: Any,
) -> AsyncIterator[AmiLink]:
    link = AmiLink(
        host="127.0.0.1", port=port, username="reader", secret=secret, on_event=on_event, times=times, **more
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(link.run())
        try:
            yield link
        finally:
            await link.close()


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []

    async def __call__(self, event: LiveEvent) -> None:
        self.events.append(event)

    @property
    def held(self) -> list[str]:
        return [event.channel for event in self.events if isinstance(event, Held)]

    def of(self, kind: type[LiveEvent]) -> list[LiveEvent]:
        return [event for event in self.events if isinstance(event, kind)]


def unanswered(fields: Fields) -> bytes:
    return b""
