"""Answers of the door for programs that speak as somebody: in by name and password, the second factor, out. Refuses as the page of
the door does, and says nothing of which of name and password was wrong.
"""

from aiohttp import web

from hotline1022.accounts.types import Entered, SignedIn
from hotline1022.web import account_wire as w
from hotline1022.web import cookies
from hotline1022.web.errors import Unauthorized
from hotline1022.web.failures import json_response
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump
from hotline1022.web.users_wire import SignedOut


async def sign_in(ask: Ask) -> web.Response:
    """Name and password."""
    body: w.SignInBody = ask.body
    cookies.check_site(ask.request)  # nobody is signed in by another site's page as somebody else
    return _in(ask, await ask.ports.door.sign_in(body.login, body.password, cookies.whence(ask.request)))


async def second(ask: Ask) -> web.Response:
    """The code of the second factor."""
    body: w.SecondCodeBody = ask.body
    return _in(ask, await ask.ports.door.second(whose(ask), body.code, cookies.whence(ask.request)))


async def sign_out(ask: Ask) -> web.Response:
    """Out."""
    ended = await ask.ports.door.sign_out(whose(ask), cookies.whence(ask.request))
    answer = json_response(dump(SignedOut(sessions=ended)), 200)
    cookies.drop(ask.request, answer)
    return answer


def whose(ask: Ask) -> SignedIn:
    """Who is signed in; the door has let in nobody else."""
    signed = ask.asker.signed
    if signed is None:
        raise Unauthorized("nobody is signed in; sign in at /desk", error_id="session-over")
    return signed


def _in(ask: Ask, entered: Entered) -> web.Response:
    signed = entered.signed
    told = w.CameIn(stage=signed.session.stage, csrf=cookies.page_token(entered.token, signed.user.id))
    answer = json_response(dump(told), 200)
    cookies.write(ask.request, answer, entered.token)
    return answer
