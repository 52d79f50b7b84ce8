"""The routes of notify/."""

from hotline1022.accounts.types import Permission
from hotline1022.web import notify
from hotline1022.web import notify_wire as w
from hotline1022.web.route import Route
from hotline1022.web.wire import LimitQuery

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/outbox",
        needs=Permission.LOOK,
        summary="Messages to people, latest first",
        detail="Dead letters: state=failed; those whose fate nobody knows: state=unknown. Signed links are left out of the texts; texts and names of citizens unless the token has scope agent or admin.",
        handler=notify.list_messages,
        query=w.OutboxQuery,
        answer=w.MessageList,
    ),
    Route(
        method="POST",
        path="/api/outbox/{message}/resend",
        needs=Permission.ANSWER,
        summary="Send a failed message again; an unknown one only with confirm",
        handler=notify.resend_message,
        body=w.ResendBody,
        answer=w.MessageView,
    ),
    Route(
        method="GET",
        path="/api/outbox-statement",
        needs=Permission.LOOK,
        summary="What gateways took in a month of the province, and what it cost",
        handler=notify.get_statement,
        query=w.MonthQuery,
        answer=w.StatementView,
    ),
    Route(
        method="GET",
        path="/api/outbox-statement.csv",
        needs=Permission.LOOK,
        summary="The same as a table for a spreadsheet",
        handler=notify.get_statement_csv,
        query=w.MonthQuery,
        media="text/csv",
    ),
    Route(
        method="GET",
        path="/api/to-tell",
        needs=Permission.LOOK,
        summary="Citizens whom no SMS reaches: people must tell them",
        detail="Their names are empty, numbers masked, unless the token has scope agent or admin.",
        handler=notify.list_to_tell,
        query=w.ToTellQuery,
        answer=w.ToTellList,
    ),
    Route(
        method="POST",
        path="/api/to-tell/{to_tell}/told",
        needs=Permission.ANSWER,
        summary="The citizen was told, by the token's name; the line is gone",
        detail="`mark` is that of the line as it was read. When the ticket has changed since, and with it what is to be told, nothing is marked: 409 `to-tell-changed`, and the list has the new text with its mark. Told already: the first one stays.",
        handler=notify.mark_told,
        body=w.ToldBody,
        answer=w.ToTellView,
    ),
    Route(
        method="GET",
        path="/api/inbound-sms",
        needs=Permission.LOOK,
        summary="SMS that citizens sent",
        detail="Their texts are empty, numbers masked, unless the token has scope agent or admin.",
        handler=notify.list_inbound,
        query=LimitQuery,
        answer=w.InboundList,
    ),
)
