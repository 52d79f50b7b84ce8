"""API tokens at the desk: who has which right, who made it, when it was used last. Refuses to show a token twice: its text stands on the page
that answers, and nowhere else.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.user_choices import belongs, choices
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.tokens_wire import ApiToken
from hotline1022.web.types import OFFICER_SCOPES, Scope

LIST = "/desk/tokens"
_NOTHING: Mapping[str, Any] = {"name": "", "scopes": frozenset(), "contact": ""}


async def list_tokens(ask: Ask) -> web.Response:
    """All."""
    query: DoneQuery = ask.query
    return await _list(ask, said=words()("tokens.revoked") if query.done == "revoked" else "")


async def add(ask: Ask) -> web.Response:
    """Another one, and its text."""
    form: Form = ask.body
    typed: dict[str, Any] = {
        "name": form.one("name").strip()[:200],
        "scopes": form.all("scope"),
        "contact": form.one("contact")[:60],
    }
    try:
        scopes = frozenset(_scope(one) for one in form.all("scope"))
        made, text = await ask.ports.api_tokens.add(typed["name"], scopes, typed["contact"], who(ask))
    except HotlineError as error:
        return await _list(ask, typed=typed, error=error)
    return await _list(ask, given={"name": made.name, "text": text})


async def revoke(ask: Ask) -> web.Response:
    """It ends."""
    await ask.ports.api_tokens.revoke(ask.path["api_token"])
    return see(f"{LIST}?done=revoked")


def _scope(text: str) -> Scope:
    try:
        return Scope(text)
    except ValueError:
        raise Invalid("there is no such right; choose from the list", error_id="scope-none") from None


async def _list(
    ask: Ask,
    *,
    said: str = "",
    typed: Mapping[str, Any] = _NOTHING,
    given: Mapping[str, str] | None = None,
    error: HotlineError | None = None,
) -> web.Response:
    agencies = await belongs(ask)
    return show(
        ask,
        "tokens",
        said=said,
        error=error,
        rows=[_row(one, agencies) for one in await ask.ports.api_tokens.list()],
        typed=typed,
        scopes=tuple(Scope),
        officers=OFFICER_SCOPES,
        contacts=(await choices(ask, person="", contact=typed["contact"])).contacts,
        given=given,
    )


def _row(one: ApiToken, agencies: Mapping[str, str]) -> dict[str, Any]:
    say = words()
    return {
        "id": one.id,
        "name": one.name,
        "scopes": ", ".join(say(f"token-scope.{scope}") for scope in one.scopes),
        "agency": agencies.get(one.contact, one.contact),
        "made": moment(one.made_at),
        "by": name_of(one.made_by) or say("tokens.by-unknown"),
        "used": moment(one.last_used_at) if one.last_used_at else say("tokens.never"),
        "revoked": moment(one.revoked_at) if one.revoked_at else "",
        "ended": bool(one.revoked_why),
    }
