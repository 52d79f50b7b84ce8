"""Answers about cascades: what there is, put a citizen through, take her back, connect. Refuses people the citizen of somebody else's
line, as their page does; a token is nobody's.
"""

from datetime import timedelta

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid
from hotline1022.web.cascade_wire import (
    Begun,
    CascadeBody,
    CascadeList,
    Done,
    PickUpList,
    PickUpQuery,
)
from hotline1022.web.own_line import check_here, check_hunt
from hotline1022.web.route import Ask


async def list_cascades(ask: Ask) -> CascadeList:
    """Cascades, newest first."""
    return CascadeList(cascades=tuple(await ask.ports.cascades.list(ask.query)))


async def pick_ups(ask: Ask) -> PickUpList:
    """How agencies picked up."""
    query: PickUpQuery = ask.query
    until = query.until or ask.ports.clock()
    since = query.since or until - timedelta(days=30)
    if since >= until:
        raise Invalid("since is not before until; exchange them")
    return PickUpList(agencies=tuple(await ask.ports.cascades.pick_ups(since, until)))


async def begin(ask: Ask) -> Begun:
    """Put a citizen through."""
    body: CascadeBody = ask.body
    signed = ask.asker.signed
    if signed is not None and not signed.may(Permission.SHIFT):
        await check_here(ask.ports, signed, body.call)
    return await ask.ports.cascades.begin(body, by=ask.by)


async def take_back(ask: Ask) -> Done:
    """The citizen goes back to the agent."""
    await _check_hunt(ask)
    await ask.ports.cascades.take_back(ask.path["call"], by=ask.by)
    return Done(call=ask.path["call"])


async def connect(ask: Ask) -> Done:
    """Who was introduced gets the citizen now."""
    await _check_hunt(ask)
    await ask.ports.cascades.connect(ask.path["call"], by=ask.by)
    return Done(call=ask.path["call"])


async def _check_hunt(ask: Ask) -> None:
    signed = ask.asker.signed
    if signed is not None:
        await check_hunt(ask.ports, signed, ask.path["call"])
