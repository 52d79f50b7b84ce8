"""The routes of the pages about tickets: for officers of agencies, and for 1022's own."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import ticket, ticket_acts, ticket_edit, tickets
from hotline1022.web.page_routes import UPLOAD_SECONDS
from hotline1022.web.route import Handler, Place, Route
from hotline1022.web.tickets_wire import FileQuery
from hotline1022.web.wire import NoInput

#: whoever looks at everything, and whoever handles what the own agency has; the handlers tell them apart
HERE = Place(needs=Permission.LOOK, others=frozenset({Permission.HANDLE}))


def _page(
    method: str, path: str, summary: str, handler: Handler, query: type = NoInput, *, files: bool = False
) -> Route:
    return Route(
        method=method,
        path=path,
        needs=None,
        desk=HERE,
        summary=summary,
        handler=handler,
        query=query,
        media="text/html",
        status=200 if method == "GET" else 303,
        also=() if method == "GET" else (200,),
        upload=files,
        seconds=UPLOAD_SECONDS if files else 15,
    )


ROUTES: tuple[Route, ...] = (
    _page("GET", "/desk/tickets", "Tickets, what must be done first", tickets.list_tickets, tickets.TicketsQuery),
    _page("GET", "/desk/tickets/{ticket}", "One ticket", ticket.show_ticket, ticket.TicketSeen),
    _page("POST", "/desk/tickets/{ticket}/reveal", "Who the citizen is, for one view", ticket.reveal),
    _page("GET", "/desk/tickets/{ticket}/edit", "What was written down, to be corrected", ticket_edit.show_edit),
    _page("POST", "/desk/tickets/{ticket}/edit", "Correct what was written down", ticket_edit.edit),
    _page("POST", "/desk/tickets/{ticket}/files", "Add files", ticket_acts.attach, files=True),
    _page("POST", "/desk/tickets/{ticket}/act/{action}", "Do something to a ticket", ticket_acts.act, files=True),
    Route(
        method="GET",
        path="/desk/tickets/{ticket}/files/{attachment}",
        needs=None,
        desk=HERE,
        summary="A file of a ticket",
        handler=ticket.get_file,
        query=FileQuery,
        leaves=True,
        media="application/octet-stream",
        seconds=60,
    ),
)
