"""The bytes of a file that somebody sends. Refuses to read on once it is too large."""

from collections.abc import Callable

from aiohttp import web

from hotline1022.core.errors import Invalid

_BLOCK = 64 * 1024


async def read_upload(request: web.Request, most: int, too_large: Callable[[], Invalid]) -> bytes:
    """The body, of at most so many bytes."""
    data = bytearray()
    if request.headers.get("Expect", "").lower() == "100-continue":  # the token is good: let it come
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    async for piece in request.content.iter_chunked(_BLOCK):
        data += piece
        if len(data) > most:
            raise too_large()
    return bytes(data)
