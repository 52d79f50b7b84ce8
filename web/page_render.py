"""Pages as responses: templates filled in, every value escaped, and headers that let a browser fetch nothing but our own style
sheet. Refuses a value that a template wants and nobody gave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined

from hotline1022.web.failures import failure
from hotline1022.web.page_words import words

#: nothing is run, framed or fetched from elsewhere; forms come back to us alone
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#: the style sheet, beside the pages of links
CSS = "page.css"
_TEMPLATES = ("base.html", "plain.html", "ticket.html", "package.html")
#: errors that have words of their own; others are a request that nobody understands, or a fault of ours
_SAID = frozenset({400, 404, 413, 429, 500, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has typed so far: it is given back with every page that is no success."""

    answer: str = ""
    why: str = ""
    extend_why: str = ""
    wait_why: str = ""
    leader: str = ""
    until: str = ""

    @property
    def texts(self) -> Sequence[tuple[str, str]]:
        """What is not to be typed a second time, by the names of the fields."""
        given = ((name, getattr(self, name)) for name in ("answer", "why", "extend_why", "wait_why"))
        return [(name, text) for name, text in given if text]


def _read(name: str) -> str:
    return (files("hotline1022.web") / "pages" / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    made = Environment(
        loader=DictLoader({name: _read(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"t": words(), "css": CSS}
    return made


_ENVIRONMENT = _environment()
_STYLE = _read(CSS).encode()


def fill(template: str, **values: Any) -> str:
    """The HTML of a page."""
    return _ENVIRONMENT.get_template(template).render(values)


def page(html: str, status: int = 200) -> web.Response:
    """A page as a response that nobody keeps, indexes or frames."""
    headers = {"Content-Security-Policy": POLICY, "X-Robots-Tag": "noindex, nofollow"}
    body = html.encode("utf-8", errors="replace")
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)


def plain(
    title: str, said: str, cure: str, status: int = 200, typed: Typed | None = None, *, again: bool = False
) -> web.Response:
    """A page of a few sentences that tells nothing of any citizen; with `again` it leads back to the ticket with what was typed."""
    return page(fill("plain.html", title=title, said=said, cure=cure, typed=typed, again=again), status)


def style() -> web.Response:
    """The style sheet."""
    return web.Response(body=_STYLE, content_type="text/css", charset="utf-8")


def typed_of(given: Mapping[str, str]) -> Typed:
    """What was typed into a form, as it was typed."""
    return Typed(**{one.name: given.get(one.name, "").replace("\r\n", "\n") for one in fields(Typed)})


def page_failure(error: BaseException, typed: Typed | None = None, *, refresh: int = 0) -> web.Response:
    """The page for an error, with the status and headers that the API would give, and with what was typed; `refresh`: Route.again."""
    told = failure(error)
    known = told.status if told.status in _SAID else 400 if told.status < 500 else 500
    say = words()
    title, said, cure = (say(f"plain.{known}.{part}") for part in ("title", "said", "cure"))
    made = plain(title, said, cure, told.status, typed, again=told.status >= 500)
    for name in ("Retry-After", "Allow"):
        if name in told.headers:
            made.headers[name] = told.headers[name]
    if refresh and told.status >= 429:
        made.headers["Refresh"] = str(refresh)
    return made
