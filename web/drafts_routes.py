"""The routes of drafts."""

from hotline1022.accounts.types import Permission
from hotline1022.tickets.types import Ticket
from hotline1022.web import drafts
from hotline1022.web import drafts_wire as w
from hotline1022.web.route import Route
from hotline1022.web.wire import LimitQuery

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/drafts",
        needs=Permission.ANSWER,
        summary="What was typed and no ticket was made of yet, latest change first",
        detail="Of the user, or of the token, that asks.",
        handler=drafts.list_drafts,
        query=LimitQuery,
        answer=w.DraftList,
        exact=True,
    ),
    Route(
        method="GET",
        path="/api/drafts/{draft}",
        needs=Permission.ANSWER,
        summary="The draft for one call",
        handler=drafts.get_draft,
        by_itself=True,
        answer=w.DraftView,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/drafts/{draft}",
        needs=Permission.ANSWER,
        summary="Keep what was typed",
        detail="Each field by itself: the last writer wins who had seen what stands there. A field that another window "
        "changed since `seen` stays as it is and is named in `kept`. Sending the same again changes nothing. 409 draft-gone: a "
        "ticket was made of it. It is no act of the audit; the ticket is. Kept for 30 days after the last change.",
        handler=drafts.write_draft,
        body=w.DraftBody,
        answer=w.DraftView,
        exact=True,
        typing=True,
    ),
    Route(
        method="POST",
        path="/api/drafts/{draft}/drop",
        needs=Permission.ANSWER,
        summary="Throw a draft away",
        handler=drafts.drop_draft,
        body=w.SeenBody,
        answer=w.DraftList,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/drafts/{draft}/ticket",
        needs=Permission.ANSWER,
        summary="Make a ticket of a draft, which ends with it",
        detail="409 draft-changed: something was typed in another window since `seen`. An `answer` of the draft with which it is not "
        "completed stays in the ticket's history, as `begun_answer` among the changes of the row that this writes; so do `faq` and "
        "`faq_questions`, the published answers that it is of. 404 faq-unknown: `faq` names one that there is not.",
        handler=drafts.make_ticket,
        body=w.DraftTicketBody,
        answer=Ticket,
        status=201,
    ),
)
