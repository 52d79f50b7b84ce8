"""What a button of a page does: its act, then the page that says so, or the page that tells why not. Refuses nothing itself."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web.desk.door import see


async def acted(
    act: Callable[[], Awaitable[object]], to: str, failed: Callable[[HotlineError], Awaitable[web.Response]]
) -> web.Response:
    """On to the address `to` when it was done; with what `failed` makes of the error where it was not."""
    try:
        await act()
    except HotlineError as error:
        return await failed(error)
    return see(to)
