"""The routes of the pages that signed links open."""

from hotline1022.web import page, page_file
from hotline1022.web.page_wire import PageForm, PageQuery
from hotline1022.web.route import Route

#: seconds for files over a telephone's network
UPLOAD_SECONDS = 180
#: the style sheet comes first: its name is none of a token
ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/l/page.css",
        needs=None,
        open=True,
        page=True,
        summary="The style sheet of the pages",
        handler=page.show_style,
        media="text/css",
    ),
    Route(
        method="GET",
        path="/l/{token}",
        needs=None,
        open=True,
        page=True,
        summary="The ticket of a signed link as a page for the officer; 404 when it is forged, too old, or has ended",
        handler=page.show_page,
        query=PageQuery,
        media="text/html",
    ),
    Route(
        method="POST",
        path="/l/{token}",
        needs=None,
        open=True,
        page=True,
        summary="A button of that page; 409 shows what others did meanwhile",
        handler=page.act_on_page,
        body=PageForm,
        detail="As multipart/form-data with files too: photos and papers in fields `file`, 10 MiB together",
        upload=True,
        seconds=UPLOAD_SECONDS,
        media="text/html",
        status=303,
        also=(200, 409),
    ),
    Route(
        method="GET",
        path="/l/{token}/files/{attachment}",
        needs=None,
        open=True,
        page=True,
        summary="A file of that ticket, once the officer asked who the citizen is; before, the way back to the page",
        handler=page_file.get_file_by_link,
        detail="Each fetch is an act in the audit, of that contact point",
        media="application/octet-stream",
        seconds=60,
        also=(303,),
    ),
    Route(
        method="GET",
        path="/phieu/{token}",
        needs=None,
        open=True,
        page=True,
        summary="The same by the address of earlier messages",
        handler=page.old_address,
        media="text/html",
        status=301,
    ),
)
