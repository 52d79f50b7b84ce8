"""A file of a ticket by the link of an SMS, to be saved. Refuses it before the officer asked who the citizen is, as a photo may show
that too, and leads back to the page; each one that is fetched is an act in the audit.
"""

from aiohttp import web

from hotline1022.core.acting import Acting
from hotline1022.web.link_door import DOOR
from hotline1022.web.package import origin
from hotline1022.web.route import Ask
from hotline1022.web.tickets import stored_file


async def get_file_by_link(ask: Ask) -> web.StreamResponse:
    """The file, or the way back to the page, which says why not."""
    found = await file_by_link(ask)
    return found or web.Response(status=303, headers={"Location": f"../../{ask.path['token']}"})


async def file_by_link(ask: Ask) -> web.StreamResponse | None:
    """The file, whose fetching is written down before; None where it is none of this ticket's, or not shown now."""
    token, wanted = ask.path["token"], ask.path["attachment"]
    opened = await ask.request.app[DOOR].open(token, ask.request.remote)
    shown = opened.own is not None and opened.own.shown
    found = await ask.ports.tickets.attachment(opened.ticket, wanted) if shown else None
    if found is None:
        return None
    await ask.ports.acts.note(
        Acting(
            actor=f"contact:{opened.contact.id}",
            origin=origin(ask.request),
            act="link file",
            subject=f"ticket:{opened.ticket}",
            detail={"path": {"attachment": wanted}},
        )
    )
    return await stored_file(found, ask.ports.attachments_root)
