"""The pages of the door: name and password, second factor, a password of one's own, out again. Refuses by the same page, with what
was typed but for secrets.
"""

from dataclasses import dataclass
from typing import Annotated

from aiohttp import web

from hotline1022.accounts.types import Entered, Stage
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web import cookies
from hotline1022.web.desk.door import onward, see, signed_out
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show, told
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

#: of a password, as accounts/rules.py wants it
SHORTEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorQuery:
    """What the address of the door carries."""

    next: Annotated[str, Rule(doc="page of the desk that is wanted")] = ""
    again: Annotated[str, Rule(doc="1: a session has ended")] = ""
    out: Annotated[str, Rule(doc="1: just signed out")] = ""


async def show_sign_in(ask: Ask) -> web.Response:
    """The form; who is signed in already goes on."""
    query: DoorQuery = ask.query
    if ask.signed is not None:
        return see(onward(ask.signed, query.next))
    key = "signin.out" if query.out else "signin.again" if query.again else ""
    return show(ask, "sign-in", next=query.next, login="", said=words()(key) if key else "")


async def sign_in(ask: Ask) -> web.Response:
    """Name and password."""
    form: Form = ask.body
    login, wanted = form.one("login"), form.one("next")
    try:
        entered = await ask.ports.door.sign_in(login, form.secret("password")[:400], cookies.whence(ask.request))
    except HotlineError as error:
        return show(ask, "sign-in", status=status_of(error), next=wanted, login=login[:80], problem=told(error))
    return _in(ask, entered, wanted)


async def show_second(ask: Ask) -> web.Response:
    """The form for the code."""
    query: DoorQuery = ask.query
    return show(ask, "second", next=query.next)


async def second(ask: Ask) -> web.Response:
    """The code."""
    form: Form = ask.body
    assert ask.signed is not None
    try:
        entered = await ask.ports.door.second(ask.signed, form.one("code"), cookies.whence(ask.request))
    except HotlineError as error:
        return show(ask, "second", status=status_of(error), next=form.one("next"), problem=told(error))
    return _in(ask, entered, form.one("next"))


async def show_password(ask: Ask) -> web.Response:
    """The form for a new password."""
    return _password(ask)


async def change_password(ask: Ask) -> web.Response:
    """A new password."""
    form: Form = ask.body
    assert ask.signed is not None
    old, new, again = (form.secret(name)[:400] for name in ("old", "new", "again"))
    try:
        if new != again:
            raise Invalid("the new password was typed in two ways; type it again", error_id="password-differ")
        entered = await ask.ports.door.change_password(ask.signed, old, new, cookies.whence(ask.request))
    except HotlineError as error:
        return _password(ask, error)
    return _in(ask, entered, "/desk/account?done=password")


async def sign_out(ask: Ask) -> web.Response:
    """Out of this browser."""
    assert ask.signed is not None
    await ask.ports.door.sign_out(ask.signed, cookies.whence(ask.request))
    return signed_out(ask)


def _password(ask: Ask, error: HotlineError | None = None) -> web.Response:
    assert ask.signed is not None
    return show(
        ask,
        "password",
        status=status_of(error) if error else 200,
        problem=told(error) if error else "",
        must=ask.signed.session.stage is Stage.CHANGE,
        shortest=SHORTEST,
    )


def _in(ask: Ask, entered: Entered, wanted: str) -> web.Response:
    response = see(onward(entered.signed, wanted))
    cookies.write(ask.request, response, entered.token)
    return response


def status_of(error: HotlineError) -> int:
    """What the API would say; a secret that is wrong is not a conflict."""
    status = failure(error).status
    return 429 if error.error_id == "sign-in-wait" else 401 if status == 409 else status
