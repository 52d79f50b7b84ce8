"""The routes of links by which packages are fetched."""

from hotline1022.web import package
from hotline1022.web.listening_routes import HOURS
from hotline1022.web.route import Route

#: the style sheet comes first, and the package before the page: their names are none of a key
ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/g/page.css",
        needs=None,
        open=True,
        page=True,
        summary="The style sheet of the page",
        handler=package.show_package_style,
        media="text/css",
    ),
    Route(
        method="GET",
        path="/g/{key}.zip",
        needs=None,
        open=True,
        page=True,
        summary="The package of a download link, whole or a range of it",
        detail="Takes a Range of bytes, then answers 206; If-Range and HEAD too. Each range is counted, and in the audit, before "
        "its first byte is sent.",
        handler=package.fetch_package,
        media="application/zip",
        also=(206,),
        seconds=HOURS,
    ),
    Route(
        method="GET",
        path="/g/{key}",
        needs=None,
        open=True,
        page=True,
        summary="What a download link is for; 404 when it is wrong, over, used up or taken back",
        handler=package.show_package,
        media="text/html",
    ),
)
