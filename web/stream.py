"""Bytes as an answer, whole or the one range that was asked for. Refuses a range behind the end, and more than one."""

import asyncio
from typing import Protocol

from aiohttp import web

from hotline1022.web.listening_port import RangeSource
from hotline1022.web.route import BadRange

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
        pieces = aiter(source.read(start, stop))
        piece = await anext(pieces, b"")
        await response.prepare(request)
        while piece:
            await response.write(piece)
            piece = await anext(pieces, b"")
        await response.write_eof()
        return response
    finally:
        await _closed(source)


async def _closed(source: RangeSource) -> None:
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
