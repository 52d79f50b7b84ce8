"""The routes of supervision and of addresses for televisions at the desk."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import call, supervision, supervision_charts, supervision_lists, wallboards
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.call import LIST as CALL
from hotline1022.web.desk.figures_said import ROOM
from hotline1022.web.desk.pages import page
from hotline1022.web.figures import SHEET
from hotline1022.web.figures_wire import TodayQuery
from hotline1022.web.route import Handler, Place, Route
from hotline1022.web.tickets_wire import TicketListed
from hotline1022.web.wire import CallListed

P = Permission
WALLS = "/desk/wallboards"


def _file(kind: str, handler: Handler, query: type) -> Route:
    return Route(
        method="GET",
        path=f"{ROOM}/{kind}/export",
        needs=None,
        desk=Place(needs=P.REPORTS),
        summary=f"The {kind} behind a figure as an Excel file",
        handler=handler,
        query=query,
        leaves=True,
        media=SHEET,
        seconds=60,
    )


ROUTES: tuple[Route, ...] = (
    page("GET", ROOM, "Now, and figures", supervision.show_supervision, P.LOOK, supervision.SupervisionQuery),
    page(
        "GET",
        f"{ROOM}/now",
        "What goes on now, for the page that is open",
        supervision.show_now,
        Place(needs=P.LOOK, by_itself=True),
        TodayQuery,
    ),
    page(
        "GET",
        f"{ROOM}/charts",
        "The charts",
        supervision_charts.show_charts,
        P.LOOK,
        supervision_charts.ChartsQuery,
        seconds=30,
    ),
    page(
        "GET",
        f"{ROOM}/charts/now",
        "The charts of today, for the page that is open",
        supervision_charts.show_charts_now,
        Place(needs=P.LOOK, by_itself=True),
        seconds=30,
    ),
    page(
        "GET",
        f"{ROOM}/calls",
        "The calls behind a figure",
        supervision_lists.list_calls,
        P.LOOK,
        supervision_lists.CallsSeen,
    ),
    page(
        "GET",
        f"{ROOM}/tickets",
        "The tickets behind a figure",
        supervision_lists.list_tickets,
        P.LOOK,
        supervision_lists.TicketsSeen,
    ),
    page("GET", f"{CALL}/{{call}}", "One call", call.show_call, P.LOOK),
    _file("calls", supervision_lists.export_calls, CallListed),
    _file("tickets", supervision_lists.export_tickets, TicketListed),
    page("GET", WALLS, "Addresses for televisions", wallboards.list_walls, P.WALLBOARD, DoneQuery),
    page("POST", WALLS, "Another one, shown once", wallboards.add, P.WALLBOARD),
    page("POST", f"{WALLS}/{{wallboard}}/revoke", "End one, at once", wallboards.revoke, P.WALLBOARD),
)
