"""The routes of figures, charts, and of lists that leave."""

from hotline1022.accounts.types import Permission
from hotline1022.figures.types import CallFigures, Chart, TicketFigures
from hotline1022.web import figures as h
from hotline1022.web import figures_wire as w
from hotline1022.web.route import Route
from hotline1022.web.tickets_wire import TicketListed
from hotline1022.web.today import get_today
from hotline1022.web.wire import CallListed

_OUT = (
    "An Excel file of 20,000 rows at most, else 400 export-large. Numbers are masked, names and addresses left out, unless "
    "whoever asks has the permission numbers. Asking for it is an act in the audit."
)

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/figures/today",
        needs=Permission.LOOK,
        summary="Now, and since midnight: lines, queue, cascades, service level, calls, tickets",
        handler=get_today,
        query=w.TodayQuery,
        answer=w.Today,
    ),
    Route(
        method="GET",
        path="/api/figures/calls",
        needs=Permission.LOOK,
        summary="Calls counted: in all, by result, hour, shift and category",
        detail="Each figure has the list of exactly its rows; formulas are those of docs/figures.md.",
        handler=h.get_call_figures,
        query=w.CallFiguresQuery,
        answer=CallFigures,
    ),
    Route(
        method="GET",
        path="/api/figures/tickets",
        needs=Permission.LOOK,
        summary="Tickets counted: in all, by state, agency, category, service group, channel and area",
        detail="Each figure has the list of exactly its rows.",
        handler=h.get_ticket_figures,
        query=w.TicketFiguresQuery,
        answer=TicketFigures,
    ),
    Route(
        method="GET",
        path="/api/figures/charts/{chart}",
        needs=Permission.LOOK,
        summary="What a pie and a bar chart are drawn from",
        handler=h.get_chart,
        query=w.ChartQuery,
        answer=Chart,
    ),
    Route(
        method="GET",
        path="/api/calls/export",
        needs=Permission.REPORTS,
        summary="The list of calls as an Excel file",
        detail=_OUT,
        handler=h.export_calls,
        leaves=True,
        query=CallListed,
        media=h.SHEET,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/tickets/export",
        needs=Permission.REPORTS,
        summary="The list of tickets as an Excel file",
        detail=_OUT,
        handler=h.export_tickets,
        leaves=True,
        query=TicketListed,
        media=h.SHEET,
        seconds=60,
    ),
)
