"""What programs do by the signed link of an officer: all that its page does, with the same checks and the same rows of the audit. Refuses
to say who the citizen is to whoever did not ask for that.
"""

from dataclasses import replace

from aiohttp import web

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.masking import mask_name, mask_text
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named
from hotline1022.web.link_door import DOOR
from hotline1022.web.link_wire import LinkActBody, LinkDetail, LinkStep, LinkView
from hotline1022.web.officer_port import NewFile, OfficerTicket, Opened
from hotline1022.web.package import origin
from hotline1022.web.page_file import file_by_link
from hotline1022.web.route import Ask
from hotline1022.web.tickets import LARGEST, attachment_too_large
from hotline1022.web.tickets_wire import AttachmentView, AttachQuery
from hotline1022.web.uploads import read_upload


async def open_link(ask: Ask) -> LinkView:
    """What a link opens; the ticket's fields too for who asks for JSON."""
    opened = await _opened(ask)
    asked = "application/json" in ask.request.headers.get("Accept", "")
    return _view(opened, _detail(opened.own) if asked and opened.own is not None else None)


async def reveal_by_link(ask: Ask) -> LinkView:
    """Who the citizen is, to this contact point for a while; that is written down."""
    token = ask.path["token"]
    await _opened(ask)
    opened = await ask.ports.links.reveal(token, ask.ports.clock(), origin=origin(ask.request))
    if opened is None:
        raise ask.request.app[DOOR].refused(ask.request.remote)
    return _view(opened, _detail(_own(opened), shown=True))


async def act_by_link(ask: Ask) -> LinkView:
    """One of the acts of the page, and the ticket as it is after it."""
    body: LinkActBody = ask.body
    _own(await _opened(ask))
    wanted = Act(
        action=Action(ask.path["act"]),
        version=body.version,
        why=body.why,
        answer=body.answer,
        until=body.until,
        owner=Named(id=body.owner) if body.owner else None,
    )
    done = await ask.ports.links.act(ask.path["token"], wanted, ask.ports.clock(), origin=origin(ask.request))
    opened = await _opened(ask)
    own = _own(opened)
    if not done:  # it went away and came back in between
        raise Refused("somebody else changed this ticket; read it again, then decide", error_id="ticket-changed")
    return _view(opened, _detail(own))


async def attach_by_link(ask: Ask) -> AttachmentView:
    """A file comes to the ticket."""
    query: AttachQuery = ask.query
    _own(await _opened(ask))  # before anything is read: nobody else's files are
    data = await read_upload(ask.request, LARGEST, attachment_too_large)
    file = NewFile(name=query.name, media_type=ask.request.content_type, data=data)
    stored = await ask.ports.links.attach(ask.path["token"], file, ask.ports.clock(), origin=origin(ask.request))
    if stored is None:
        _own(await _opened(ask))
        raise Refused("somebody else changed this ticket; read it again, then decide", error_id="ticket-changed")
    return stored


async def get_attachment_by_link(ask: Ask) -> web.StreamResponse:
    """A file of the ticket. Refused `link-not-shown` before who the citizen is was asked for, as it may show that too."""
    own = _own(await _opened(ask))
    if not own.shown:
        text = "a file may show who the citizen is; ask for that first (POST /api/link/TOKEN/reveal), then fetch it"
        raise Refused(text, error_id="link-not-shown")
    found = await file_by_link(ask)
    if found is None:
        raise NotFound("this ticket has no such file; look at its attachments", error_id="attachment-unknown")
    return found


async def _opened(ask: Ask) -> Opened:
    return await ask.request.app[DOOR].open(ask.path["token"], ask.request.remote)


def _own(opened: Opened) -> OfficerTicket:
    """Refused `link-moved` while another agency has the ticket: nothing of it is shown or done."""
    if opened.own is None:
        text = (
            f"another agency has this ticket now ({opened.agency_name or 'none'}); nothing is to be done by this link"
        )
        raise Refused(text, error_id="link-moved")
    return opened.own


def _view(opened: Opened, shown: LinkDetail | None) -> LinkView:
    return LinkView(
        ticket=opened.ticket,
        contact=opened.contact.id,
        expires=opened.expires,
        agency=opened.agency_name,
        shown=shown,
    )


def _detail(own: OfficerTicket, *, shown: bool = False) -> LinkDetail:
    """Numbers are masked on the way out, where it is not `shown` who the citizen is, and what steps changed, which may hold one, is left
    out.
    """
    steps = (
        LinkStep(at=row.at, by=row.by, action=row.action, after=row.after, why=row.why if shown else mask_text(row.why))
        for row in own.history
    )
    files = (one if shown else replace(one, name=mask_name(one.name)) for one in own.attachments)
    return LinkDetail(
        ticket=own.ticket if shown else replace(own.ticket, name="", email="", address=""),
        allowed=tuple(own.actions),
        leaders=tuple(own.leaders),
        attachments=tuple(files),
        history=tuple(steps),
    )
