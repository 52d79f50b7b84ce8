"""Answers to who wants to listen: a right for a reason, and then the bytes. Refuses the right of somebody else."""

import base64

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.web.asker import SESSION
from hotline1022.web.errors import Forbidden
from hotline1022.web.listening_port import Heard
from hotline1022.web.listening_wire import ListenRight, ReasonList
from hotline1022.web.package import origin
from hotline1022.web.recording_rights import only_own, recording_for
from hotline1022.web.route import Ask
from hotline1022.web.stream import serve_range


async def list_reasons(ask: Ask) -> ReasonList:
    """The reasons."""
    return ReasonList(reasons=tuple(ask.ports.listening.reasons()))


async def grant(ask: Ask) -> ListenRight:
    """A right to a recording."""
    name = ask.path["recording"]
    if only_own(ask.asker, Permission.LISTEN):
        name = (await recording_for(ask, name, Permission.LISTEN)).recording.id
    wanted = (name, ask.body, ask.asker, origin_of(ask), ask.ports.clock())
    return await ask.ports.listening.grant(*wanted)


async def grant_voicemail(ask: Ask) -> ListenRight:
    """A right to a message."""
    return await ask.ports.listening.voicemail(ask.path["voicemail"], ask.asker, origin_of(ask), ask.ports.clock())


async def play(ask: Ask) -> web.StreamResponse:
    """The bytes of a right."""
    heard = await heard_of(ask)
    source = await ask.ports.listening.open(heard, origin_of(ask))
    digest = base64.b64encode(bytes.fromhex(heard.sha256)).decode()
    headers = {
        "Content-Type": heard.media,
        "Content-Disposition": f'inline; filename="{heard.filename}"',
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    return await serve_range(ask.request, source, heard, headers)


async def heard_of(ask: Ask) -> Heard:
    """What the key is good for; Forbidden `listen-of-another`."""
    heard = await ask.ports.listening.find(ask.path["key"], ask.ports.clock())
    # a player sends no token, but a browser sends its cookie with everything
    asks = ask.who.id if ask.who else ""
    if asks != heard.asker and (asks or heard.asker.startswith(SESSION)):
        text = "this right to listen is somebody else's; ask for one of your own"
        raise Forbidden(text, error_id="listen-of-another")
    return heard


def origin_of(ask: Ask) -> str:
    """From where it is asked."""
    return origin(ask.request) if ask.who and ask.who.signed else ask.request.remote or "?"
