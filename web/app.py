"""The aiohttp application: door, table of routes, errors, headers, access log. Refuses all that the table does not know.

Run it with `access_log=None`: it writes its own, with telephone numbers masked and without tokens.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from hotline1022.accounts.types import Stage
from hotline1022.core.acting import acts
from hotline1022.core.errors import HotlineError
from hotline1022.core.masking import mask, mask_text
from hotline1022.web import cookies
from hotline1022.web.acting import SECRETS, act_of
from hotline1022.web.auth import Gate
from hotline1022.web.charts_today import CHARTS, ChartsRoom
from hotline1022.web.desk.confirm import confirmed
from hotline1022.web.desk.door import desk_failure, signed_in
from hotline1022.web.desk.forms import MULTIPART, SENT, Form, read_form
from hotline1022.web.desk.kept import STORE, KeptForms
from hotline1022.web.desk.late import of_another_session, sent_too_late, unanswered
from hotline1022.web.desk.routes import ROUTES as DESK
from hotline1022.web.desk.shown_once import ONCE, ShownOnce
from hotline1022.web.desk.tried_sheets import TRIED, TriedSheets
from hotline1022.web.failures import failure, json_response
from hotline1022.web.health import READIER, Readier
from hotline1022.web.link_door import DOOR, LinkDoor
from hotline1022.web.metrics import UNKNOWN, HttpMetrics
from hotline1022.web.numbers import hide_numbers
from hotline1022.web.openapi import DOCUMENT, document
from hotline1022.web.page_render import page_failure, typed_of
from hotline1022.web.ports import Ports
from hotline1022.web.read_request import body_of, path_of, query_of
from hotline1022.web.route import Answer, Ask, Route
from hotline1022.web.routes import ROUTES
from hotline1022.web.rules import dump
from hotline1022.web.today import TODAY, TodayRoom
from hotline1022.web.unknown import unknown
from hotline1022.web.who import who_asks

LOG = logging.getLogger("hotline1022.web")
ACCESS = logging.getLogger("hotline1022.access")
#: Bytes of a body at most.
BODY_BYTES = 64 * 1024
#: Characters of an address in the access log at most.
LOGGED = 300
#: Lets nothing be cached, framed, sniffed or run.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "1022",
}
#: Keys of a query whose value is a telephone number, and those whose value may be about a person.
_NUMBERS, _PERSONAL, _HIDDEN = (
    frozenset({"caller", "phone", "number"}),
    frozenset({"words", "asker", "name", "question"}),
    "***",
)
#: parts of a path that may be a key or a token
_LONG = re.compile(r"[^/]{20,}")
#: a page may have its style sheet, a file that never changes may be kept, a form says that it comes from here
_OWN = ("Content-Security-Policy", "Cache-Control", "Referrer-Policy")
_ROUTE: web.RequestKey[Route] = web.RequestKey("route", Route)
_BEGUN: web.RequestKey[web.StreamResponse] = web.RequestKey("begun", web.StreamResponse)
_TOKEN: web.RequestKey[str] = web.RequestKey("token", str)
#: seconds for a form whose sender gets it back
_BACK = 5


def make_app(ports: Ports, *, version: str) -> web.Application:
    """The application over these ports; `version` goes into the document."""
    app = web.Application(client_max_size=BODY_BYTES, middlewares=[_guard(HttpMetrics(ports.registry), ports)])
    app[READIER] = Readier(ports)
    app[DOCUMENT] = _document(version)
    app[DOOR] = LinkDoor(ports)
    app[TODAY] = TodayRoom(ports)
    app[CHARTS] = ChartsRoom(ports)
    app[STORE] = KeptForms()
    app[TRIED] = TriedSheets()
    app[ONCE] = ShownOnce()
    gate = Gate(ports)

    async def _end_streams(_: web.Application) -> None:
        ports.live.close()

    for route in (*ROUTES, *DESK):
        handler = _serve(route, ports, gate)
        if route.method == "GET":
            app.router.add_get(route.path, handler, expect_handler=_expect)
        else:
            app.router.add_route(route.method, route.path, handler, expect_handler=_expect)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_end_streams)
    return app


@cache
def _document(version: str) -> Mapping[str, Any]:
    return document(ROUTES, version)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    request[_BEGUN] = response
    own = {name: response.headers[name] for name in _OWN if name in response.headers}
    response.headers.update(HEADERS)
    response.headers.update(own)


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """Nobody is asked to send a body before the token was looked at; the body's own read asks for it."""
    if request.headers["Expect"].lower() == "100-continue":
        return None
    return failure(web.HTTPExpectationFailed())


def _guard(metrics: HttpMetrics, ports: Ports) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.monotonic()
        try:
            response = await handler(request)
        except (HotlineError, web.HTTPException, TimeoutError) as error:
            response = _cut(request, error) or await _failed(request, error, ports)
        except Exception as error:
            begun = _cut(request, error)
            if begun is None or not isinstance(error, ConnectionError):  # a listener who hangs up is no fault
                LOG.exception("a request broke")
            response = begun or await _failed(request, error, ports)
        seconds = time.monotonic() - began
        route = request.get(_ROUTE)
        path = route.path if route else UNKNOWN
        endless = route is not None and route.seconds is None
        metrics.answered(request.method, path, response.status, None if endless else seconds)
        level = logging.DEBUG if route and route.open and response.status == 200 else logging.INFO
        ACCESS.log(
            level,
            "%s %s %d %d ms token=%s from=%s",
            request.method if route else mask_text(request.method[:16]),
            logged_address(request, route),
            response.status,
            round(seconds * 1000),
            request.get(_TOKEN, "-"),
            request.remote,
        )
        return response

    return guard


def _cut(request: web.Request, error: BaseException) -> web.StreamResponse | None:
    """An answer that broke in the middle: the connection ends there, so that nobody takes what came for the whole, nor an error
    for a part of it. None: no answer has begun.
    """
    begun: web.StreamResponse | None = request.get(_BEGUN)
    if begun is None:
        return None
    if request.transport is not None:
        LOG.warning("an answer was cut off: %s", error or type(error).__name__)
        request.transport.abort()
    return begun


async def _failed(request: web.Request, error: BaseException, ports: Ports) -> web.Response:
    """The answer of an error; people get back what they have typed."""
    route = request.get(_ROUTE)
    if route is None:
        return unknown(request, error)
    if route.desk is None and not route.page:
        return failure(error)
    sent = request.get(SENT)
    try:
        if SENT not in request and _gives_back(route, request, error):
            async with asyncio.timeout(_BACK):
                sent = await (read_form(request) if route.page else body_of(route, request))
    except (HotlineError, web.HTTPException, web.RequestPayloadError, OSError):  # a TimeoutError is an OSError
        LOG.debug("what was sent cannot be given back")
    if route.page:
        return page_failure(error, typed_of(sent.firsts) if isinstance(sent, Form) else None, refresh=route.again)
    left = unanswered(request, ports, error, sent) if isinstance(sent, Form) else None
    return desk_failure(request, error, back=left.page, typed=left.texts) if left else desk_failure(request, error)


def _gives_back(route: Route, request: web.Request, error: BaseException) -> bool:
    """Whether what nobody has read yet is read for its sender. Files of strangers are not waited for."""
    if route.page:  # who has no link that opens gets nothing back
        return request.method == "POST" and failure(error).status >= 500
    return request.content_type != MULTIPART or bool(request.app[STORE].whose(cookies.read(request)))


def logged_address(request: web.Request, route: Route | None) -> str:
    """The address as it may be logged: numbers masked; values of unknown keys, which may be tokens, left out."""
    known = {field.name for field in fields(route.query)} if route else set()
    pairs = [(key, _logged(key, value)) if key in known else ("?", "") for key, value in request.rel_url.query.items()]
    query = urlencode(pairs, safe="*:+", errors="replace")
    if route is not None and any(
        f"{{{name}}}" in route.path for name in SECRETS
    ):  # whoever has the address has the right
        return route.path
    path = request.rel_url.raw_path
    if route is None:  # a sign too much behind a key, and it is no address of ours: it may be a right all the same
        path = _LONG.sub(_HIDDEN, path)
    return (mask_text(path) + ("?" + query if query else ""))[:LOGGED]


def _logged(key: str, value: str) -> str:
    if key in _PERSONAL:
        return _HIDDEN
    if key == "next":  # a page of the desk, with all that was asked of it
        value = value.partition("?")[0]
    return mask(value) if key in _NUMBERS else mask_text(value)


def _serve(route: Route, ports: Ports, gate: Gate) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        request[_ROUTE] = route
        async with asyncio.timeout(route.seconds):
            came = await signed_in(route.desk, request, ports) if route.desk is not None else None
            if isinstance(came, web.StreamResponse):
                return await sent_too_late(request, ports, came, lambda: body_of(route, request))
            if came is not None:
                request[_TOKEN] = f"user:{came.user.login}"
                if came.session.stage is Stage.FULL:
                    request.app[STORE].met(cookies.read(request), came.user.id)
            who = await who_asks(route, request, gate, ports, lambda: path_of(request))
            if who is not None:
                request[_TOKEN] = who.actor if who.signed else who.name
            ask = Ask(
                request=request,
                ports=ports,
                who=who,
                path=path_of(request),
                query=query_of(route, request),
                body=await body_of(route, request),
                signed=came,
            )
            if route.desk is not None and (away := of_another_session(route.desk, ask)) is not None:
                return away
            if route.confirms and (away := confirmed(ask)) is not None:
                return away
            answer = await _act(route, ask)
        well = request.method == "POST" and isinstance(answer, web.Response) and answer.status < 400
        if came is not None and well and not route.typing:
            request.app[STORE].sent(came.user.id, request.path)
        if isinstance(answer, web.StreamResponse):
            return answer
        told = answer if isinstance(answer, Answer) else Answer(value=answer, status=route.status)
        value = dump(told.value)
        shown = ask.sees_numbers or route.exact or route.answer is None
        return json_response(value if shown else hide_numbers(value), told.status)

    return serve


async def _act(route: Route, ask: Ask) -> object:
    """The handler's answer; what somebody did stands in the audit before it is given."""
    act = None if route.typing else act_of(route, ask)
    if act is None:
        return await route.handler(ask)
    with acts(act):
        answer = await route.handler(ask)
        if (
            not isinstance(answer, web.StreamResponse) or answer.status < 400
        ):  # a page that tells of a refusal is no act
            await ask.ports.acts.note(act)
    return answer
