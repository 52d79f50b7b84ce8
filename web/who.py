"""Finds who asks the API: by the bearer token, else by the cookie of a session of the desk. Refuses who is neither, sessions that
have not come so far as the route asks, and changes that were not sent by a page of the session.
"""

from collections.abc import Callable

from aiohttp import web

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.core.errors import HotlineError
from hotline1022.web import cookies
from hotline1022.web.acting import READING, refused_act
from hotline1022.web.asker import Asker, of_session, of_token
from hotline1022.web.auth import Gate
from hotline1022.web.desk.door import note_seen
from hotline1022.web.errors import Forbidden, Unauthorized
from hotline1022.web.package import origin
from hotline1022.web.ports import Ports
from hotline1022.web.route import Route


async def who_asks(
    route: Route, request: web.Request, gate: Gate, ports: Ports, path: Callable[[], dict[str, str]]
) -> Asker | None:
    """Who it is; None where anybody may ask and nobody showed who. Unauthorized, Forbidden, TooMany otherwise."""
    if route.page or route.desk is not None:
        return None
    try:
        asker = await _found(route, request, gate, ports)
    except HotlineError:
        if route.open:  # health answers whoever asks, and even when the database of tokens is away
            return None
        raise
    if asker is None:
        return None
    if asker.officer and not route.officers:
        if route.open:
            return asker if asker.signed is not None else None
        if asker.signed is None:
            text = f"the token {asker.name!r} is a contact point's; use it for tickets of its agency"
            raise Forbidden(text, error_id="token-of-contact")
    if route.people and asker.signed is None:
        raise Forbidden(f"the token {asker.name!r} has no account; sign in at /desk")
    besides = (route.own and asker.hears_own) or any(asker.may(one) for one in route.others)
    if route.needs is not None and not besides:
        try:
            asker.demand(route.needs, of_agency=route.officers)
        except Forbidden as error:
            if route.needs is Permission.LISTEN:
                whence = origin(request) if asker.signed else request.remote
                await ports.acts.refused(refused_act(route, asker, whence, path(), error.error_id))
            raise
    return asker


async def _found(route: Route, request: web.Request, gate: Gate, ports: Ports) -> Asker | None:
    header = request.headers.get("Authorization")
    cookie = "" if header else cookies.read(request)
    if not cookie:
        if route.open and not header:
            return None
        return of_token(await gate.token(header, request.remote))
    signed = await ports.door.find(cookie)
    if signed is None or signed.session.stage not in route.stages:
        text = "nobody is signed in with this cookie any more; sign in at /desk"
        raise Unauthorized(text, error_id="session-over")
    if request.method not in READING or route.leaves:  # another site's link takes nothing out in somebody's name
        cookies.check_site(request)
    if request.method not in READING:
        cookies.check_form(cookie, request.headers.get(cookies.HEADER, ""))
    if route.seconds is not None and not route.by_itself:  # a browser that listens is nobody who sits there
        await note_seen(signed, ports)
    return await of_signed(signed, ports)


async def of_signed(signed: SignedIn, ports: Ports) -> Asker:
    """Somebody who is signed in, with the agency that he belongs to today."""
    contact = signed.user.contact
    return of_session(signed, await ports.tokens.belongs(contact, ports.clock()) if contact else None)
