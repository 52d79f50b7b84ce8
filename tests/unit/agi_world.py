"""A FastAGI server that is running, and who calls it."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hotline1022.ami_bridge.agi_session import AgiSession
from hotline1022.ami_bridge.fastagi import AgiLimits, FastAgiServer
from tests.lab.scripted import scripted_call

Handler = Callable[[AgiSession], Awaitable[None]]


async def menu(session: AgiSession) -> None:
    await session.set_variable("HL_ANSWER", "OK")


@asynccontextmanager
async def serving(
    handler: Handler = menu, *, seconds: float | None = None, **limits: Any
) -> AsyncIterator[FastAgiServer]:
    settings = {key: limits.pop(key) for key in ("allow",) if key in limits}
    server = FastAgiServer(port=0, limits=AgiLimits(**{"drain": 2.0, **limits}), **settings)
    server.route("menu", handler, seconds=seconds)
    await server.start()
    try:
        yield server
    finally:
        await server.close()
        assert server.sessions_now == 0


async def good_call(server: FastAgiServer) -> None:
    async with scripted_call(server.port) as call:
        assert await call.reply(b"200 result=1") == b'SET VARIABLE "HL_ANSWER" "OK"' or pytest.fail("no answer")
        assert await call.closed()


def storm(port: int, times: int, say: bytes = b"") -> None:
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            if say:
                sock.sendall(say)
