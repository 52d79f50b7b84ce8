"""A file that somebody sends: its bytes, its name. Refuses to read on once it is too large, and names that are none."""

from collections.abc import Callable

from aiohttp import web

from hotline1022.core.errors import Invalid
from hotline1022.web.rules import parse
from hotline1022.web.tickets_wire import AttachQuery

_BLOCK = 64 * 1024
#: what a browser offers to choose for a ticket; which are taken, tickets/attachments.py says
KINDS = "image/jpeg,image/png,image/webp,image/heic,application/pdf,.doc,.docx,.xls,.xlsx,.txt,.mp3,.wav,.mp4"


def name_of(told: str) -> str:
    """The name that a browser gives it; Invalid `attachment-name`."""
    try:
        query: AttachQuery = parse(AttachQuery, {"name": told}, texts=True)
    except Invalid as error:
        raise Invalid(str(error), error_id="attachment-name") from error
    return query.name


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
