"""The password once more, before what an open browser alone must not do: change users and roles, make a key, seal anew, import.
Refuses it by the same page; for the API see web/users.py.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web import cookies
from hotline1022.web.desk.door import HOME, led, safe, see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.late import keep
from hotline1022.web.desk.render import show, told
from hotline1022.web.desk.sign_in import status_of
from hotline1022.web.errors import Forbidden
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.users import GOOD

HERE = "/desk/confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmQuery:
    """Where it goes on."""

    next: Annotated[str, Rule(doc="page of the desk that is wanted")] = ""


def confirmed(ask: Ask) -> web.StreamResponse | None:
    """None where the password was typed lately, or a token asks; else the way to where it is typed. Forbidden `password-needed`
    over the API.
    """
    signed = ask.signed or (ask.who.signed if ask.who else None)
    if signed is None or ask.ports.clock() - signed.session.password_at < GOOD:
        return None
    if ask.signed is None:
        text = "your password was typed too long ago for this; type it at /desk/confirm, or send it to POST /api/me/confirm, then ask again"
        raise Forbidden(text, error_id="password-needed")
    form: Form = ask.body
    page = keep(ask.request, signed.user.id, form, ask.ports.clock())
    return led(ask.request, f"{HERE}?{urlencode({'next': page})}")


async def show_confirm(ask: Ask) -> web.Response:
    """The form."""
    query: ConfirmQuery = ask.query
    return show(ask, "confirm", next=query.next)


async def confirm(ask: Ask) -> web.Response:
    """The password."""
    form: Form = ask.body
    assert ask.signed is not None
    wanted = form.one("next")
    try:
        await ask.ports.door.confirm(ask.signed, form.secret("password")[:400], cookies.whence(ask.request))
    except HotlineError as error:
        return show(ask, "confirm", status=status_of(error), next=wanted, problem=told(error))
    return see(wanted if safe(wanted) else HOME)
