"""A form that comes too late: its session is over, or the password is wanted once more; and one that nobody answers. What was typed is
kept and its sender led to the door, and from there back to the form. Refuses secrets, and forms that no page of that session sent.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web import cookies
from hotline1022.web.desk.door import HOME, SIGN_IN, check_ours, led, safe, said_page
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.kept import KEPT, SIGNS, STORE, Kept
from hotline1022.web.desk.refill import texts
from hotline1022.web.errors import Forbidden
from hotline1022.web.ports import Ports
from hotline1022.web.route import Ask, Place

LOG = logging.getLogger("hotline1022.web")
#: on an answer: what was sent is kept
SIGN = "HL-Kept"
#: on what a script sends: whose page it is
USER = "HL-User"
#: pages of the door and of one's own secrets, and the page of agents, which keeps what is typed by itself
_NEVER = ("/desk/sign-", "/desk/second", "/desk/password", "/desk/account", "/desk/confirm", "/desk/agent")


async def sent_too_late(
    request: web.Request, ports: Ports, door: web.StreamResponse, body: Callable[[], Awaitable[object]]
) -> web.StreamResponse:
    """Where a form leads whose session is over: to the door, and from there to the form with what was typed. `door`: the way of
    all others.
    """
    if request.method != "POST":
        return door
    cookie = cookies.read(request)
    user = await ports.door.whose(cookie) if cookie else ""
    if not user:
        return door
    try:
        form = await body()
        if not isinstance(form, Form):
            return door
        cookies.check_site(request)
        cookies.check_form(cookie, form.secret(cookies.FIELD) or request.headers.get(cookies.HEADER, ""))
    except (HotlineError, web.HTTPException):
        return door
    page = keep(request, user, form, ports.clock())
    return _kept(led(request, f"{SIGN_IN}?{urlencode({'again': '1', 'next': page})}")) if page else door


def of_another_session(place: Place, ask: Ask) -> web.StreamResponse | None:
    """None for a form of this session. One of this site whose user has signed in anew meanwhile, in another window, leads back to its
    page with what was typed: to be looked at, and sent from there. Forbidden `form-of-another` where somebody else had opened it,
    `form-foreign` for all others, and where nothing says whose it is.
    """
    try:
        check_ours(place, ask)
    except Forbidden:
        said = ask.request.headers.get("Origin", "")
        form, signed = ask.body, ask.signed
        if not said or signed is None or not place.stages or not isinstance(form, Form):
            raise
        cookies.check_site(ask.request)  # `Origin` is our own: no other site can say so
        token, whose = cookies.page_of(form.secret(cookies.FIELD) or ask.request.headers.get(cookies.HEADER, ""))
        # three who may say so: the service, until it starts anew; the form; a script, which sends the parts of a page
        told = {ask.request.app[STORE].of_form(token), whose, ask.request.headers.get(USER, "")} - {""}
        if told - {signed.user.id}:
            text = "somebody else had opened this form; nothing of it is kept; open the page again, and write it there"
            raise Forbidden(text, error_id="form-of-another") from None
        if not told:
            raise
        page = keep(ask.request, signed.user.id, form, ask.ports.clock())
        if not page:
            raise
        return _kept(led(ask.request, page))
    return None


def _kept(answer: web.Response) -> web.Response:
    """Says to a script that it may leave its page."""
    answer.headers[SIGN] = "1"
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """What its sender gets back of a form that failed."""

    #: the page that has it again; "" for none
    page: str = ""
    #: where no page has it: what was typed, to be copied
    texts: Sequence[str] = ()


def unanswered(request: web.Request, ports: Ports, error: BaseException, form: Form) -> Unanswered:
    """Keep a form to whose sender an error is told. The database may be away: who sent it is known from before."""
    cookie = cookies.read(request)
    # what a script sends for a part of a page stands in that page still
    if request.method != "POST" or not cookie or "HX-Request" in request.headers or request.path.startswith(_NEVER):
        return Unanswered()
    try:
        cookies.check_site(request)
        cookies.check_form(cookie, form.secret(cookies.FIELD))
    except Forbidden:
        return Unanswered()
    user = request.app[STORE].whose(cookie)
    if not user or isinstance(error, Forbidden | NotFound):
        return Unanswered(texts=texts(form.typed))
    return Unanswered(page=keep(request, user, form, ports.clock(), unanswered=True))


def keep(request: web.Request, user: str, form: Form, now: datetime, *, unanswered: bool = False) -> str:
    """Keep a form for its page, and say which page that is; "" for one that is not kept."""
    action = request.path
    if action.startswith(_NEVER) or sum(len(value) for _, value in form.typed) > SIGNS:
        return ""
    page = _page(request)
    request.app[STORE].put(
        Kept(
            user=user,
            page=page,
            action=action,
            pairs=form.typed,
            files=form.has_files,
            until=now + KEPT,
            unanswered=unanswered,
        )
    )
    LOG.info("what was typed at %s is kept until its user is back", page.partition("?")[0])
    return page


def _page(request: web.Request) -> str:
    """The page that a form was on: what the browser says, where that can be asked for, else the nearest above its address."""
    wanted = said_page(request)
    places = [wanted] if safe(wanted) else []
    path = request.rel_url.raw_path
    while len(path) > len(HOME):
        places.append(path)
        path = path.rpartition("/")[0]
    return next((one for one in places if _can_be_asked(request.app, one.partition("?")[0])), HOME)


def _can_be_asked(app: web.Application, path: str) -> bool:
    for route in app.router.routes():
        if route.method == "GET" and route.resource is not None:
            about = route.resource.get_info()
            pattern = about.get("pattern")
            if path == about.get("path") or (pattern is not None and pattern.fullmatch(path)):
                return True
    return False
