"""Originals as a ZIP, made while it is sent. Refuses ranges: its bytes are nowhere before."""

from aiohttp import web

from hotline1022.web.export_port import Outgoing
from hotline1022.web.route import Ask
from hotline1022.web.stream import serve_pieces


async def export_recording(ask: Ask) -> web.StreamResponse:
    """All originals of a recording."""
    return await sent(ask, await ask.ports.exports.open(ask.path["recording"], ask.body, ask.asker))


async def sent(ask: Ask, outgoing: Outgoing) -> web.StreamResponse:
    """The ZIP as it is made."""
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{outgoing.name}"',
        "Accept-Ranges": "none",
    }
    return await serve_pieces(ask.request, outgoing.source, headers)
