"""Answers about citizens who are called back. Refuses to ring at somebody else's line."""

from hotline1022.core.errors import Refused
from hotline1022.web.agents import line_of
from hotline1022.web.callback_wire import CallbackBody, CallbackView
from hotline1022.web.route import Ask


async def place_call(ask: Ask) -> CallbackView:
    """The line's phone rings, then hers."""
    body: CallbackBody = ask.body
    line = await line_of(ask)
    asker = ask.asker
    if asker.signed is not None:  # a token is nobody's
        there = next(known.person for known in await ask.ports.lines.list() if known.line == line)
        if not asker.person or there != asker.person:
            raise Refused("you are logged in at another line, or at none; call from your own", error_id="line-other")
    return await ask.ports.callbacks.begin(line, body.what, body.id, talk=body.talk)
