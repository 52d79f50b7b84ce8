"""The answer to an address that the table of routes does not know, or that takes no such request: a page for who looks at it with a
browser, JSON for programs. Refuses to lead who mistyped a link of a message to the desk.
"""

from aiohttp import web

from hotline1022.web.desk.door import desk_failure
from hotline1022.web.failures import failure
from hotline1022.web.page_render import page_failure

#: addresses that people get in messages and letters
_LINKS = ("/l/", "/g/", "/wall/", "/phieu/")


def unknown(request: web.Request, error: BaseException) -> web.Response:
    """With the status of the error."""
    path = request.path
    if path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return failure(error)
    return page_failure(error) if path.startswith(_LINKS) else desk_failure(request, error)
