"""Answers about one citizen's data. Refuses to erase without being told so in so many words."""

from aiohttp import web

from hotline1022.core.errors import Invalid
from hotline1022.web.citizen_wire import (
    CitizenBody,
    CitizenHistory,
    CitizenView,
    ErasureBody,
    ErasureConfirm,
    ErasureRequestView,
    ErasureView,
    ExportBody,
    ExportZipBody,
)
from hotline1022.web.export import sent
from hotline1022.web.route import Ask


async def export_citizen(ask: Ask) -> CitizenView:
    """Everything that is kept."""
    body: ExportBody = ask.body
    return await ask.ports.citizens.export(body.number, body.reason, body.text)


async def preview_erasure(ask: Ask) -> ErasureView:
    """What would go."""
    body: CitizenBody = ask.body
    return await ask.ports.citizens.look(body.number)


async def request_erasure(ask: Ask) -> ErasureView:
    """The first step."""
    body: ErasureBody = ask.body
    return await ask.ports.citizens.request(body.number, body.reason)


async def confirm_erasure(ask: Ask) -> ErasureView:
    """The second step."""
    body = _sure(ask)
    return await ask.ports.citizens.confirm(ask.path["erasure"], body.number, body.seen)


async def begin_erasure(ask: Ask) -> ErasureRequestView:
    """The second step, in the background."""
    body = _sure(ask)
    await ask.ports.citizens.erasure(ask.path["erasure"])
    return await ask.ports.citizens.begin(ask.path["erasure"], body.number, "", body.seen)


async def show_erasure(ask: Ask) -> ErasureRequestView:
    """How far it is."""
    return await ask.ports.citizens.erasure(ask.path["erasure"])


async def list_requests(ask: Ask) -> CitizenHistory:
    """What was given out and erased."""
    return await ask.ports.citizens.history()


async def export_zip(ask: Ask) -> web.StreamResponse:
    """Everything that is kept, as a file."""
    body: ExportZipBody = ask.body
    outgoing = await ask.ports.citizens.zip(body.number, body.reason, body.text, ask.asker, audio=body.audio)
    return await sent(ask, outgoing)


def _sure(ask: Ask) -> ErasureConfirm:
    body: ErasureConfirm = ask.body
    if not body.confirm:
        raise Invalid("confirm is not true; erasing cannot be undone, say so with confirm: true")
    return body
