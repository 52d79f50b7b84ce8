"""Pages of the desk as responses: templates filled in, every value escaped; a browser fetches and runs nothing but our own
files. Refuses a value that a template wants and nobody gave.
"""

from datetime import datetime
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined

import hotline1022
from hotline1022.accounts.types import Permission, Stage
from hotline1022.core.clock import written
from hotline1022.core.errors import HotlineError, TooLong, Unavailable
from hotline1022.web import cookies
from hotline1022.web.desk.day_said import marks, said
from hotline1022.web.desk.desk_map import menu_of
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.kept import STORE, Kept
from hotline1022.web.desk.refill import refill
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.static_files import address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: on what a script reads to put it beneath a page that is open: what is kept for that page is not shown by it, and stays
BENEATH = "HL-Beneath"
#: where the head of a page asks how many alarms ring
RINGING = "/desk/alarms/ringing"
_THEMES = ("light", "dark")


def _environment() -> Environment:
    room = files("hotline1022.web") / "pages" / "desk"
    pages = {
        f"desk/{one.name}": one.read_text(encoding="utf-8") for one in room.iterdir() if one.name.endswith(".html")
    }
    made = Environment(
        loader=DictLoader(pages),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"t": words(), "asset": address, "day_of": marks, "day_said": said}
    made.filters["counted"] = count
    return made


_ENVIRONMENT = _environment()


def show(
    ask: Ask,
    template: str,
    *,
    status: int = 200,
    said: str = "",
    problem: str = "",
    error: HotlineError | None = None,
    again: bool = False,
    **values: Any,
) -> web.Response:
    """A page for who is signed in, or at the door; `said` and `problem` stand above it. With `error`, its status and its words stand in
    place of `status` and `problem`. With `again`, what was just sent stands in its form.
    """
    if error is not None:
        status, problem = failure(error).status, told(error)
    common: dict[str, Any] = {"theme": theme_of(ask.request), "said": said, "problem": problem, "kept": None}
    if ask.signed is not None:
        common |= {
            "user": ask.signed.user,
            "csrf": cookies.page_token(cookies.read(ask.request), ask.signed.user.id),
            "menu": menu_of(ask.signed, ask.request.path),
            "version": hotline1022.__version__,
            # whoever may look sees on each page that something rings
            "alarms_ring": RINGING if ask.signed.may(Permission.LOOK) else "",
        }
    name = f"desk/{template}.html"
    kept = _kept(ask) if status == 200 else []
    if kept:
        return _page(_with(name, kept, common | values), status)
    if again and isinstance(ask.body, Form):
        return _page(_again(name, ask.body, ask, common | values), status)
    return whole(name, status, **common | values)


def _kept(ask: Ask) -> list[Kept]:
    """What was typed here and could not be sent then."""
    if ask.request.method != "GET" or ask.signed is None or ask.signed.session.stage is not Stage.FULL:
        return []
    if BENEATH in ask.request.headers:
        return []
    return ask.request.app[STORE].take(ask.signed.user.id, ask.request.rel_url.raw_path_qs, ask.ports.clock())


def _with(name: str, kept: list[Kept], values: dict[str, Any]) -> str:
    """The page with it, each form for itself."""
    page = _ENVIRONMENT.get_template(name)
    how = "unanswered" if any(one.unanswered for one in kept) else "said"
    told: dict[str, Any] = {"left": [], "files": any(one.files for one in kept), "how": how}
    html, left = _filled(page.render(values | {"kept": told}), kept)
    if left:
        html, _ = _filled(page.render(values | {"kept": told | {"left": left}}), kept)
    return html


def _filled(html: str, kept: list[Kept]) -> tuple[str, list[str]]:
    left: list[str] = []
    for one in kept:
        html, more = refill(html, one)
        left += more
    return html, left


def _again(name: str, form: Form, ask: Ask, values: dict[str, Any]) -> str:
    """The page with what was sent to it, and what it has no field for any more."""
    page, action = _ENVIRONMENT.get_template(name), ask.request.path
    sent = Kept(user="", page="", action=action, pairs=form.typed, files=False, until=ask.ports.clock())
    html, left = refill(page.render(values), sent, hidden=False)
    if left:
        html, _ = refill(page.render(values | {"kept": {"how": "", "left": left, "files": False}}), sent, hidden=False)
    return html


def whole(template: str, status: int, **values: Any) -> web.Response:
    """A page as a response that nobody keeps, indexes or frames."""
    return _page(_ENVIRONMENT.get_template(template).render(values), status)


def _page(html: str, status: int) -> web.Response:
    headers = {
        "Content-Security-Policy": POLICY,
        # with no-referrer a browser sends `Origin: null` with our own forms
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
    body = html.encode("utf-8", errors="replace")
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)


def told(error: BaseException) -> str:
    """An error in words for people, by its id; its own text, which is English, is for the API and the log."""
    if not isinstance(error, HotlineError):
        return ""
    if isinstance(error, TooLong):
        return words()("error.text-long-by", over=error.length - error.most, most=error.most)
    if isinstance(error, Unavailable) and f"error.{error.error_id}" not in words().texts:
        return words()("failure.503.said")  # what of us is away is nothing for strangers
    return told_id(error.error_id)


def told_id(error_id: str) -> str:
    """What went wrong in work of the background, or in an earlier version, in words for people; "" for nothing."""
    say = words()
    return say.texts.get(f"error.{error_id}") or say("error.other", said=error_id) if error_id else ""


def moment(at: datetime | None) -> str:
    """`14:05 30/11/2026`, on the province's clock."""
    return written(at) if at else words()("desk.never")


def theme_of(request: web.Request) -> str:
    """Light, or dark where this browser wants it so."""
    said = request.cookies.get("theme", "")
    return said if said in _THEMES else "light"
