"""Who comes to a page of the desk: by the cookie of a session. Refuses who is not signed in, or may not, with the way on; and
forms of other sites.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from hotline1022.accounts.types import Permission, SignedIn, Stage
from hotline1022.core.acting import Acting
from hotline1022.core.errors import HotlineError
from hotline1022.web import cookies
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.kept import KEPT
from hotline1022.web.desk.render import theme_of, told, whole
from hotline1022.web.errors import Forbidden
from hotline1022.web.failures import failure
from hotline1022.web.package import origin
from hotline1022.web.page_words import words
from hotline1022.web.ports import Ports
from hotline1022.web.route import Ask, Place

LOG = logging.getLogger("hotline1022.web")
HOME, SIGN_IN = "/desk", "/desk/sign-in"
#: where a session that has not come to its end goes on
_NEXT = {Stage.SECOND: "/desk/second", Stage.CHANGE: "/desk/password", Stage.FULL: HOME}
#: being seen is written down once in this time
_NOTE_EVERY = timedelta(minutes=1)
_STATUSES = {400, 403, 404, 409, 413, 429, 503}
#: said of a form that this session did not open
_OF_FORMS = {"form-foreign", "form-of-another"}


async def signed_in(place: Place, request: web.Request, ports: Ports) -> SignedIn | web.StreamResponse | None:
    """Who it is; a response that leads on where the session is not so far; None where anybody may come and nobody is signed in.

    Forbidden `scope-missing`.
    """
    cookie = cookies.read(request)
    signed = await ports.door.find(cookie) if cookie else None
    if signed is None:
        return None if not place.stages else _elsewhere(place, request, _sign_in(request))
    if place.stages and signed.session.stage not in place.stages:
        return _elsewhere(place, request, _NEXT[signed.session.stage])
    if not place.takes(signed):
        if place.needs is Permission.LISTEN:
            await ports.acts.refused(_refused(request, signed))
        raise Forbidden(f"user {signed.user.login} lacks the permission {place.needs}; an admin may give it")
    if not place.by_itself:
        await note_seen(signed, ports)
    return signed


async def note_seen(signed: SignedIn, ports: Ports) -> None:
    """The session goes on."""
    if ports.clock() - signed.session.seen_at < _NOTE_EVERY:
        return
    try:
        await ports.door.seen(signed)
    except HotlineError as error:  # what only shows is shown
        LOG.warning("that user %s was seen is not noted: %s", signed.user.login, error)


def check_ours(place: Place, ask: Ask) -> None:
    """Forbidden `form-foreign` when what changes something was not sent by a page of this session."""
    if ask.request.method in ("GET", "HEAD"):
        return
    cookies.check_site(ask.request)
    if (
        ask.signed is not None and place.stages
    ):  # the door's own form is of no session yet, whoever is signed in beside it
        form: Form = ask.body
        given = form.secret(cookies.FIELD) or ask.request.headers.get(cookies.HEADER, "")
        cookies.check_form(cookies.read(ask.request), given)


def signed_out(ask: Ask) -> web.Response:
    """Back to the door, without the cookie."""
    response = see(f"{SIGN_IN}?out=1")
    cookies.drop(ask.request, response)
    return response


def see(path: str) -> web.Response:
    """Go there by GET: nothing is done twice by loading the page again."""
    return web.Response(status=303, headers={"Location": path})


def who(ask: Ask) -> str:
    """Who changes something, as rows and the audit name them: `user:LOGIN`."""
    if ask.signed is None:
        raise Forbidden("nobody is signed in here; sign in first")
    return f"user:{ask.signed.user.login}"


def led(request: web.Request, path: str) -> web.Response:
    """To another page; a part of a page that htmx asked for would take the door into itself, so the whole page goes there."""
    return web.Response(headers={"HX-Redirect": path}) if "HX-Request" in request.headers else see(path)


def _elsewhere(place: Place, request: web.Request, path: str) -> web.Response:
    """To the door. A piece that loads by itself takes nobody out of the middle of a word: its page says that the session is over."""
    if place.by_itself and "HX-Request" in request.headers:
        return web.Response(status=401)
    return led(request, path)


def said_page(request: web.Request) -> str:
    """The page on which something was done, as the browser says it, where it is one of this site; else ""."""
    told: str = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    try:
        said = URL(told)
        return said.raw_path_qs if said.host and said.authority == request.host else ""
    except ValueError:
        return ""


def _refused(request: web.Request, signed: SignedIn) -> Acting:
    """Somebody wanted a recording, or what is known of one, without the right to it: the audit has that, as by the API."""
    resource, parts = request.match_info.route.resource, request.match_info
    return Acting(
        actor=f"user:{signed.user.login}",
        origin=origin(request),
        act=f"{request.method} {resource.canonical if resource else '?'}",
        subject=f"recording:{parts['recording']}" if "recording" in parts else "",
        detail={"refused": Forbidden.error_id},
    )


def onward(signed: SignedIn, wanted: str) -> str:
    """Where somebody goes after the door: where they wanted to, when that is a page of the desk."""
    if signed.session.stage is not Stage.FULL:
        more = f"?{urlencode({'next': wanted})}" if signed.session.stage is Stage.SECOND and safe(wanted) else ""
        return _NEXT[signed.session.stage] + more
    return wanted if safe(wanted) else HOME


def safe(path: str) -> bool:
    """Whether it is an address of the desk here, and nothing that a browser takes for another site's."""
    return (path == HOME or path.startswith(f"{HOME}/")) and path.isascii() and path.isprintable() and "\\" not in path


def _sign_in(request: web.Request) -> str:
    wanted = request.rel_url.raw_path_qs if request.method == "GET" else ""
    if "HX-Request" in request.headers:  # what htmx asks for may be a piece of the page alone
        wanted = said_page(request) or wanted
    more = {"again": "1"} if cookies.read(request) else {}
    if safe(wanted) and wanted != HOME:
        more["next"] = wanted
    return f"{SIGN_IN}?{urlencode(more)}" if more else SIGN_IN


def desk_failure(
    request: web.Request, error: BaseException, *, back: str = "", typed: Sequence[str] = ()
) -> web.Response:
    """The page for an error, with the status that the API would give; `back`: the page that has the form again, `typed`: what was
    in it otherwise.
    """
    plain = failure(error)
    status = 404 if plain.status == 405 else plain.status if plain.status in _STATUSES else 500
    say = words()
    # what an admin can give is no cure for a form that is another session's
    theirs = getattr(error, "error_id", "") in _OF_FORMS
    anew = said_page(request) if theirs else ""
    made = whole(
        "desk/failure.html",
        # an address that takes forms alone is no page, whoever types it
        plain.status if status == 404 else status,
        theme=theme_of(request),
        title=say(f"failure.{status}.title"),
        cure=say("failure-form.cure" if theirs else f"failure.{status}.cure"),
        anew=anew if safe(anew) else "",
        said=told(error),
        back=back,
        minutes=round(KEPT.total_seconds() / 60),
        typed=typed,
    )
    for name in ("Retry-After", "Allow"):
        if name in plain.headers:
            made.headers[name] = plain.headers[name]
    return made
