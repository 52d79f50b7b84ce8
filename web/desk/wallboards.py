"""Addresses for televisions at the desk, with what they show and how. Refuses to show an address twice: it stands on the page that answers,
and nowhere else.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web import cookies
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.seen import who as named
from hotline1022.web.desk.supervision import tabs
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.wall import SHOWN, THEMES

LIST = "/desk/wallboards"
#: what is asked of a screen, the first as one does that is asked nothing
CHOICES = {"show": SHOWN, "theme": THEMES}
#: what a form has that nobody filled in yet: decision 2376 wants the charts where leaders see them
_USUAL = {"show": "both", "theme": "dark"}


async def list_walls(ask: Ask) -> web.Response:
    """All."""
    query: DoneQuery = ask.query
    return await _list(ask, said=words()("wallboards.revoked") if query.done == "revoked" else "")


async def add(ask: Ask) -> web.Response:
    """Another one, and its address."""
    form: Form = ask.body
    name = form.one("name").strip()[:200]
    chosen = {name: form.one(name) for name in CHOICES}
    try:
        made, key = await ask.ports.wallboards.add(name, who(ask))
    except HotlineError as error:
        return await _list(ask, typed=name, chosen=chosen, error=error)
    return await _list(
        ask, given={"name": made.name, "path": f"/wall/{key}{_query(chosen)}", "turns": chosen["show"] != "figures"}
    )


def _query(chosen: Mapping[str, str]) -> str:
    """What stands behind the key: nothing where a screen does it anyway. It is a wish of the screen and no part of the right."""
    said = {name: value for name, value in chosen.items() if value in CHOICES[name] and value != CHOICES[name][0]}
    return f"?{urlencode(said)}" if said else ""


async def revoke(ask: Ask) -> web.Response:
    """At once."""
    await ask.ports.wallboards.revoke(ask.path["wallboard"])
    return see(f"{LIST}?done=revoked")


async def _list(
    ask: Ask,
    *,
    said: str = "",
    typed: str = "",
    chosen: Mapping[str, str] = _USUAL,
    given: dict[str, Any] | None = None,
    error: HotlineError | None = None,
) -> web.Response:
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "made": moment(one.made_at),
            "by": named(one.made_by),
            "revoked": moment(one.revoked_at) if one.revoked_at else "",
        }
        for one in await ask.ports.wallboards.list()
    ]
    return show(
        ask,
        "wallboards",
        said=said,
        error=error,
        rows=rows,
        typed=typed,
        chosen=chosen,
        choices=CHOICES,
        given=given,
        origin=f"{'https' if cookies.is_secure(ask.request) else 'http'}://{ask.request.host}",
        **tabs(ask, "walls"),
    )
