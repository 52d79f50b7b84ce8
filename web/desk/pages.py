"""A page of the desk as a line of the table of routes. Refuses nothing."""

from hotline1022.accounts.types import Permission
from hotline1022.web.route import Handler, Place, Route
from hotline1022.web.wire import NoInput


def page(
    method: str,
    path: str,
    summary: str,
    handler: Handler,
    place: Place | Permission | None = None,
    query: type = NoInput,
    *,
    upload: bool = False,
    confirms: bool = False,
    seconds: float = 15,
) -> Route:
    """One; `place` is who may come: with a permission, with nothing in particular, or as it says."""
    return Route(
        method=method,
        path=path,
        needs=None,
        desk=place if isinstance(place, Place) else Place(needs=place),
        summary=summary,
        handler=handler,
        query=query,
        media="text/html",
        status=200 if method == "GET" else 303,
        also=() if method == "GET" else (200,),
        upload=upload,
        confirms=confirms,
        seconds=60 if upload else seconds,
    )
