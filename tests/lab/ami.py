"""A small AMI client for the test network: actions, lists and events in order; it never reconnects."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterable
from typing import Self

Message = dict[str, str]


class AmiError(Exception):
    """Asterisk refused an action, or the link is gone."""


class Ami:
    """One logged-in link. Events go to `on_event` one by one, in the order of arrival."""

    def __init__(self, host: str, port: int, user: str, secret: str, on_event: Callable[[Message], None] | None = None):
        self._address = (host, port)
        self._login = {"Action": "Login", "Username": user, "Secret": secret, "Events": "on" if on_event else "off"}
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[str, tuple[asyncio.Future[list[Message]], list[Message]]] = {}
        self._reader_task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        async with asyncio.timeout(10):
            reader, self._writer = await asyncio.open_connection(*self._address, limit=1 << 20)
            await reader.readline()
        self._reader_task = asyncio.create_task(self._read(reader), name=f"ami {self._address}")
        await self.action(self._login)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Drop the link; everybody who waits gets AmiError. An exception of `on_event` comes out here."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        if self._reader_task is not None:
            self._reader_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader_task

    async def action(
        self, headers: Message, *, variables: Iterable[tuple[str, str]] = (), seconds: float = 10
    ) -> list[Message]:
        """Send one action; returns the response, followed by the list's items if it is a list."""
        if self._writer is None or self._reader_task is None or self._reader_task.done():
            raise AmiError("the AMI link is down")
        number = headers.get("ActionID") or f"lab-{id(self)}-{next(self._numbers)}"
        future: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (future, [])
        pairs = [*headers.items(), *(("Variable", f"{key}={value}") for key, value in variables)]
        if "ActionID" not in headers:
            pairs.append(("ActionID", number))
        if any(sign in f"{key}{value}" for key, value in pairs for sign in "\r\n\0"):
            raise ValueError(f"a line break in an AMI action: {pairs}")
        try:
            self._writer.write("".join(f"{key}: {value}\r\n" for key, value in pairs).encode() + b"\r\n")
            await self._writer.drain()
            async with asyncio.timeout(seconds):
                answer = await future
        finally:
            self._waiting.pop(number, None)
        if answer[0].get("Response") == "Error":
            raise AmiError(f"{headers.get('Action')}: {answer[0].get('Message')}")
        return answer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                lines = block.decode("utf-8", errors="replace").split("\r\n")
                self._take({key: value.strip() for key, _, value in (line.partition(":") for line in lines if line)})
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            for future, _ in self._waiting.values():
                if not future.done():
                    future.set_exception(AmiError("the AMI link was cut"))

    def _take(self, message: Message) -> None:
        waiting = self._waiting.get(message.get("ActionID", ""))
        if waiting is not None and message.get("Event") != "OriginateResponse":
            future, collected = waiting
            collected.append(message)
            is_list = "EventList" in collected[0]
            if not future.done() and (not is_list or message.get("EventList") == "Complete"):
                future.set_result(collected)
        elif "Event" in message and self._on_event is not None:
            self._on_event(message)
