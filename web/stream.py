"""Bytes as an answer, whole or the one range that was asked for. Refuses a range behind the end, and more than one; ends an answer
whose right has ended, however slowly it is read. What breaks in the middle is cut off, and never looks whole.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from aiohttp import web

from hotline1022.web.listening_port import PieceSource, RangeSource
from hotline1022.web.route import BadRange

#: whoever takes fewer bytes a second, over so many seconds, loses what few may have at once
STALLED, SLOWEST = 120.0, 16 << 10
#: after so many seconds, or bytes, of an answer it is asked again whether its right still stands
EVERY_SECONDS, EVERY_BYTES = 2.0, 4 << 20
#: bytes that a connection in which nothing waits takes without making anybody wait
SMALL = 32 << 10
#: a socket that is closed with this drops what it has not sent yet
_DROP = struct.pack("ii", 1, 0)
#: a task that nobody holds may vanish
_CLOSING: set[asyncio.Task[None]] = set()


class Bytes(Protocol):
    """What is served."""

    @property
    def sha256(self) -> str:
        """Of all of it, hexadecimal: its name for caches and for players that go on where they stopped."""
        ...


async def serve_range(
    request: web.Request, source: RangeSource, what: Bytes, headers: dict[str, str]
) -> web.StreamResponse:
    """200 with all of it, 206 with a range, 304 when the listener has it; BadRange (416) otherwise. Closes the source.

    A range of something that changed meanwhile (If-Range) is answered with all of it. The first piece is read before the
    answer begins: what fails there is told as an error.
    """
    try:
        tag = f'"{what.sha256}"'
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers={"ETag": tag})
        start, stop = _range(request, source.size)
        whole = request.headers.get("If-Range", tag) != tag or "Range" not in request.headers
        if whole:
            start, stop = 0, source.size
        response = web.StreamResponse(status=200 if whole else 206, headers=headers)
        response.headers["ETag"] = tag
        response.headers["Accept-Ranges"] = "bytes"
        response.content_length = stop - start
        if not whole:
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{source.size}"
        if request.method == "HEAD":
            await response.prepare(request)
            await response.write_eof()
            return response
        return await _sent(request, response, source.read(start, stop), _Sending(request, response, source).write)
    finally:
        await _closed(source)


async def serve_pieces(request: web.Request, source: PieceSource, headers: dict[str, str]) -> web.StreamResponse:
    """200 with all of it, of a size that nobody knows before. Closes the source.

    Whoever takes too little for `STALLED` seconds is cut off.
    """
    try:
        response = web.StreamResponse(headers=headers)
        return await _sent(request, response, source.pieces(), _Paced(request, response, source).write)
    finally:
        await _closed(source)


async def _sent(
    request: web.Request,
    response: web.StreamResponse,
    source: AsyncIterator[bytes],
    write: Callable[[bytes], Awaitable[None]],
) -> web.StreamResponse:
    """The first piece is there before the answer begins. What `write` raises ends it: TimeoutError, or that the right ended."""
    piece = await anext(source, b"")
    await response.prepare(request)
    whole = False
    try:
        while piece:
            await write(piece)
            piece = await anext(source, b"")
        await response.write_eof()
        whole = True
    finally:
        if not whole:
            _break_off(request)
    return response


class _Sending:
    """An answer under way; it is asked again whether it may go on, also while the listener takes nothing."""

    def __init__(self, request: web.Request, response: web.StreamResponse, source: RangeSource | PieceSource) -> None:
        self._request, self._response, self._source = request, response, source
        self._asked_at = asyncio.get_running_loop().time()
        self._since = 0

    async def write(self, piece: bytes) -> None:
        """Send it. HotlineError: no more may follow."""
        if self._fits(piece):
            await self._response.write(piece)
        else:
            await self._write(piece)
        self._since += len(piece)
        if self._since >= EVERY_BYTES or self._left() <= 0:
            await self._ask()

    def _fits(self, piece: bytes) -> bool:
        """Nothing waits before it, and it is small: it is taken at once, at a quarter of the price."""
        transport = self._request.transport
        return len(piece) <= SMALL and transport is not None and transport.get_write_buffer_size() == 0

    async def _write(self, piece: bytes) -> None:
        writing = asyncio.ensure_future(self._response.write(piece))
        try:
            while not (await asyncio.wait({writing}, timeout=max(0.0, self._left())))[0]:
                await self._ask()
        finally:
            writing.cancel()
        await writing

    def _left(self) -> float:
        """Seconds until it is asked again."""
        return self._asked_at + EVERY_SECONDS - asyncio.get_running_loop().time()

    async def _ask(self) -> None:
        await self._source.check()
        self._asked_at, self._since = asyncio.get_running_loop().time(), 0


class _Paced(_Sending):
    """The same for somebody who must take it at some speed: others wait for the place. TimeoutError."""

    def __init__(self, request: web.Request, response: web.StreamResponse, source: PieceSource) -> None:
        super().__init__(request, response, source)
        #: since the last look: seconds in which it was up to the listener, and bytes that were taken then
        self._waited, self._taken = 0.0, 0

    async def _write(self, piece: bytes) -> None:
        writing = asyncio.ensure_future(super()._write(piece))
        try:
            while not writing.done():
                begun = asyncio.get_running_loop().time()
                await asyncio.wait({writing}, timeout=max(0.0, STALLED - self._waited))
                self._waited += asyncio.get_running_loop().time() - begun
                if writing.done():
                    self._taken += len(piece)
                if self._waited >= STALLED:
                    if self._taken < STALLED * SLOWEST:
                        raise TimeoutError
                    self._waited, self._taken = 0.0, 0
        finally:
            writing.cancel()
        await writing


def _break_off(request: web.Request) -> None:
    """End the connection now; what waits in it is not sent any more."""
    if (transport := request.transport) is None or transport.is_closing():
        return
    if (line := transport.get_extra_info("socket")) is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP)
    transport.abort()


async def _closed(source: RangeSource | PieceSource) -> None:
    """Close it to the end, also when the request is cancelled meanwhile: what was not sent is taken back then."""
    closing = asyncio.create_task(source.close())
    _CLOSING.add(closing)
    closing.add_done_callback(_CLOSING.discard)
    await asyncio.shield(closing)


def _range(request: web.Request, size: int) -> tuple[int, int]:
    """First byte and the one after the last."""
    try:
        asked = request.http_range
    except ValueError:
        raise BadRange(f"the range is not bytes=FIRST-LAST; the file has {size} bytes") from None
    start, stop, _ = asked.indices(size)
    if "Range" in request.headers and start >= stop:
        raise BadRange(f"the range begins behind the end; the file has {size} bytes")
    return start, stop
