"""Bytes as an answer, whole or the one range that was asked for. Refuses a range behind the end, and more than one; what breaks
in the middle is cut off by app.py, and never looks whole.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from aiohttp import web

from hotline1022.web.listening_port import PieceSource, RangeSource
from hotline1022.web.route import BadRange

#: seconds without a piece taken after which something that few may have at once is taken back
STALLED = 120.0
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
        return await _sent(request, response, source.read(start, stop))
    finally:
        await _closed(source)


async def serve_pieces(request: web.Request, source: PieceSource, headers: dict[str, str]) -> web.StreamResponse:
    """200 with all of it, of a size that nobody knows before. Closes the source.

    Whoever takes nothing for `STALLED` seconds is cut off.
    """
    try:
        return await _sent(request, web.StreamResponse(headers=headers), source.pieces(), patience=STALLED)
    finally:
        await _closed(source)


async def _sent(
    request: web.Request, response: web.StreamResponse, source: AsyncIterator[bytes], patience: float | None = None
) -> web.StreamResponse:
    """The first piece is there before the answer begins. TimeoutError: a piece was not taken in so many seconds."""
    piece = await anext(source, b"")
    await response.prepare(request)
    while piece:
        async with asyncio.timeout(patience):
            await response.write(piece)
        piece = await anext(source, b"")
    await response.write_eof()
    return response


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
