"""A browser's side of server-sent events: reads the stream as an EventSource does, and remembers the position."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse


@dataclass(frozen=True, slots=True)
class Said:
    """One event as it arrived."""

    name: str
    data: dict[str, Any]
    #: the loop's clock
    at: float


@dataclass(slots=True)
class Listener:
    """One stream."""

    response: ClientResponse
    #: what goes into Last-Event-ID
    position: str = ""
    retry: int = 0
    marks: int = 0

    async def next(self, name: str = "", seconds: float = 10.0) -> Said:
        """The next event, of this name where one is given; AssertionError when the stream ended or none came in time."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    said = await self._block()
                    assert said is not Ellipsis, f"the stream ended before {name or 'an event'}"
                    if isinstance(said, Said) and name in ("", said.name):
                        return said
        except TimeoutError:
            raise AssertionError(f"no {name or 'event'} within {seconds:g} s") from None

    async def until(self, position: str, seconds: float = 30.0) -> list[Said]:
        """All that comes until the stream is at that position; a heartbeat tells so where the last event is not for it."""
        found: list[Said] = []
        async with asyncio.timeout(seconds):
            while self.position != position:
                said = await self._block()
                assert said is not Ellipsis, "the stream ended"
                found += [said] if isinstance(said, Said) else []
        return found

    async def rest(self, seconds: float = 10.0) -> list[Said]:
        """All that comes until the server ends the stream."""
        found = []
        async with asyncio.timeout(seconds):
            while (said := await self._block()) is not Ellipsis:
                found += [said] if isinstance(said, Said) else []
        return found

    async def _block(self) -> Any:
        """One block of lines: an event, None for one without and for a heartbeat, Ellipsis at the end."""
        name, data = "message", ""
        while True:
            line = (await self.response.content.readline()).decode()
            if not line:
                return ...
            key, _, value = line.rstrip("\n").partition(": ")
            match key:
                case "id":
                    self.position = value
                case "event":
                    name = value
                case "data":
                    data = value
                case "retry":
                    self.retry = int(value)
                case _:
                    assert line == "\n", line
                    if name == "mark":
                        self.marks += 1
                        return None
                    return Said(name, json.loads(data), asyncio.get_running_loop().time()) if data else None


@asynccontextmanager
async def listening(client: Any, path: str, *, since: str = "", **headers: str) -> AsyncIterator[Listener]:
    """An open stream; `since`: where a stream before stopped."""
    if since:
        headers["Last-Event-ID"] = since
    async with client.get(path, headers=headers, allow_redirects=False) as response:
        assert response.status == 200, (response.status, await response.text())
        assert response.content_type == "text/event-stream"
        yield Listener(response)
