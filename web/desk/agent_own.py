"""What all pieces of an agent's page share: who it is, the own line, and a piece as an answer. Refuses nothing."""

from typing import Any

from aiohttp import web

from hotline1022.accounts.types import SignedIn
from hotline1022.core.errors import HotlineError
from hotline1022.queue.types import LineView
from hotline1022.web.desk.render import show, told
from hotline1022.web.desk.seen import clock
from hotline1022.web.failures import failure
from hotline1022.web.own_line import line_of
from hotline1022.web.route import Ask

#: ids of calls in addresses; none is none
CALL = r"([a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12})?"


def signed_of(ask: Ask) -> SignedIn:
    """Who is signed in: the door lets nobody else here."""
    assert ask.signed is not None
    return ask.signed


async def own_line(ask: Ask) -> LineView | None:
    """The line at which the person of this account is logged in; None = at none."""
    return await line_of(ask.ports, signed_of(ask))


async def silent_since(ask: Ask) -> str:
    """Since when Asterisk has told nothing of lines and queue, as a time; "" = it tells."""
    lost_at = (await ask.ports.queue.now()).lost_at
    return clock(lost_at) if lost_at else ""


def piece(ask: Ask, name: str, error: HotlineError | None = None, *, said: str = "", **values: Any) -> web.Response:
    """A part of the page by itself; what went wrong stands in it, in words."""
    problem = told(error) if error else ""
    common = {"alone": True, "beside": False}
    return show(
        ask,
        f"agent-{name}",
        status=failure(error).status if error else 200,
        said=said,
        problem=problem,
        **common | values,
    )
