"""The routes of the signed links of officers, for programs; the pages for people are in page_routes.py."""

from hotline1022.web import link_api as h
from hotline1022.web import link_wire as w
from hotline1022.web.route import Route
from hotline1022.web.tickets_wire import AttachmentView, AttachQuery

#: `{act}` comes last: the others are none of its words
ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/link/{token}",
        needs=None,
        open=True,
        summary="The ticket and contact point of a signed link; 404 when it is forged, too old, or has ended",
        detail="With Accept: application/json the ticket itself too, numbers masked. Its page for people is /l/{token}.",
        handler=h.open_link,
        answer=w.LinkView,
    ),
    Route(
        method="POST",
        path="/api/link/{token}/reveal",
        needs=None,
        open=True,
        summary="Who the citizen is, to the contact point of this link for 15 minutes",
        detail="The history has it as `reveal`, the audit as an act, with the address from which the link was used.",
        handler=h.reveal_by_link,
        answer=w.LinkView,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/link/{token}/attachments",
        needs=None,
        open=True,
        summary="Store a file with the ticket of a link",
        detail="The body is the file itself, with its Content-Type; 10 MiB at most.",
        handler=h.attach_by_link,
        query=AttachQuery,
        upload=True,
        answer=AttachmentView,
        status=201,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/link/{token}/attachments/{attachment}",
        needs=None,
        open=True,
        summary="A file of that ticket, once the contact point asked who the citizen is; before, 409 link-not-shown",
        detail="Each fetch is an act in the audit, of that contact point.",
        handler=h.get_attachment_by_link,
        media="application/octet-stream",
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/link/{token}/{act}",
        needs=None,
        open=True,
        summary="Accept, answer, complete, pass on, extend, put off … the ticket of a link",
        detail="As the page of the link does it: `allowed` of the ticket says what may be done now. To extend takes what "
        "it takes at the desk. What is not possible now is 409 ticket-state; another version now is 409 ticket-changed; "
        "of a ticket that another agency has nothing is done (409 link-moved). Each act is in the audit, of that contact "
        "point, with the address from which the link was used.",
        handler=h.act_by_link,
        body=w.LinkActBody,
        answer=w.LinkView,
    ),
)
