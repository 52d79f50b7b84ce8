"""Addresses for televisions at the desk. Refuses to show an address twice: it stands on the page that answers, and nowhere else."""

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

LIST = "/desk/wallboards"


async def list_walls(ask: Ask) -> web.Response:
    """All."""
    query: DoneQuery = ask.query
    return await _list(ask, said=words()("wallboards.revoked") if query.done == "revoked" else "")


async def add(ask: Ask) -> web.Response:
    """Another one, and its address."""
    form: Form = ask.body
    name = form.one("name").strip()[:200]
    try:
        made, key = await ask.ports.wallboards.add(name, who(ask))
    except HotlineError as error:
        return await _list(ask, typed=name, error=error)
    return await _list(ask, given={"name": made.name, "path": f"/wall/{key}"})


async def revoke(ask: Ask) -> web.Response:
    """At once."""
    await ask.ports.wallboards.revoke(ask.path["wallboard"])
    return see(f"{LIST}?done=revoked")


async def _list(
    ask: Ask,
    *,
    said: str = "",
    typed: str = "",
    given: dict[str, str] | None = None,
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
        given=given,
        origin=f"{'https' if cookies.is_secure(ask.request) else 'http'}://{ask.request.host}",
        **tabs(ask, "walls"),
    )
