"""The routes of tickets/."""

from hotline1022.tickets.types import Ticket
from hotline1022.web import tickets as h
from hotline1022.web import tickets_wire as w
from hotline1022.web.route import Route
from hotline1022.web.types import Scope

#: one that has `{action}` comes last: the others are none of its words
ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/tickets",
        scope=Scope.READ,
        summary="Tickets, newest first",
        detail="Name, email and address are empty, numbers masked, and the filters by phone and words refused, unless the token has scope agent or admin.",
        handler=h.list_tickets,
        query=w.TicketQuery,
        answer=w.TicketPage,
    ),
    Route(
        method="POST",
        path="/api/tickets",
        scope=Scope.AGENT,
        summary="Write down a request",
        handler=h.create_ticket,
        body=w.TicketBody,
        answer=Ticket,
        status=201,
    ),
    Route(
        method="GET",
        path="/api/tickets/{ticket}",
        scope=Scope.READ,
        summary="One ticket, what may be done to it now, and its files",
        detail="Name, email and address are empty, and numbers masked, unless the token has scope agent or admin.",
        handler=h.get_ticket,
        answer=w.TicketDetail,
    ),
    Route(
        method="GET",
        path="/api/tickets/{ticket}/history",
        scope=Scope.AGENT,
        summary="Every change of a ticket: who, when, what, why",
        handler=h.get_history,
        answer=w.HistoryList,
    ),
    Route(
        method="POST",
        path="/api/tickets/{ticket}/attachments",
        scope=Scope.AGENT,
        summary="Store a file with a ticket",
        detail="The body is the file itself, with its Content-Type; 10 MiB at most.",
        handler=h.attach_file,
        query=w.AttachQuery,
        upload=True,
        answer=w.AttachmentView,
        status=201,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/tickets/{ticket}/attachments/{attachment}",
        scope=Scope.AGENT,
        summary="A file of a ticket",
        handler=h.get_attachment,
        media="application/octet-stream",
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/tickets/{ticket}/edit",
        scope=Scope.AGENT,
        summary="Correct what was written down",
        detail="Another category or urgency changes the deadlines as long as nobody has accepted the ticket.",
        handler=h.edit_ticket,
        body=w.EditBody,
        answer=Ticket,
    ),
    Route(
        method="POST",
        path="/api/tickets/{ticket}/calls",
        scope=Scope.AGENT,
        summary="Note that a call belongs to a ticket",
        handler=h.link_call,
        body=w.LinkBody,
        answer=Ticket,
    ),
    Route(
        method="POST",
        path="/api/tickets/{ticket}/{action}",
        scope=Scope.AGENT,
        summary="Forward, accept, answer, complete … a ticket",
        detail="What is not allowed in its state is 409 ticket-state, which names what is.",
        handler=h.act_on_ticket,
        body=w.ActBody,
        answer=Ticket,
    ),
    Route(
        method="GET",
        path="/api/ticket-status/{code}",
        scope=Scope.READ,
        summary="State, agency and dates of the ticket with this code",
        detail="Several wrong codes of one asker, then 429 for a while, whatever the next code is.",
        handler=h.get_status,
        query=w.StatusQuery,
        answer=w.StatusView,
    ),
)
