"""Answers about the own account, as the page *Tài khoản của tôi* has them. Refuses tokens, which have none (`Route.people`), and to
change a secret without the password.
"""

from aiohttp import web

from hotline1022.web import account_wire as w
from hotline1022.web import cookies
from hotline1022.web.door import whose
from hotline1022.web.failures import json_response
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump
from hotline1022.web.users_wire import SignedOut


async def get_own_account(ask: Ask) -> w.OwnAccount:
    """Whose session asks."""
    user = whose(ask).user
    names = {one.id: one.name for one in await ask.ports.users.roles()}
    return w.OwnAccount(
        login=user.login,
        name=user.name,
        roles=tuple(w.OwnRole(id=one, name=names.get(one, one)) for one in sorted(user.roles)),
        person=user.person,
        contact=user.contact,
        second=user.totp,
        created_at=user.created_at,
        last_sign_in_at=user.last_sign_in_at,
    )


async def list_own_sessions(ask: Ask) -> w.OwnSessions:
    """Where one is signed in."""
    me = whose(ask)
    return w.OwnSessions(
        sessions=tuple(
            w.OwnSession(
                id=one.id,
                browser=one.browser,
                origin=one.origin,
                made_at=one.made_at,
                seen_at=one.seen_at,
                ends_at=one.ends_at,
                here=one.id == me.session.id,
            )
            for one in await ask.ports.door.sessions(me.user.id)
        )
    )


async def end_own_sessions(ask: Ask) -> SignedOut:
    """One, or all others."""
    body: w.OwnEndBody = ask.body
    me, door, here = whose(ask), ask.ports.door, cookies.whence(ask.request)
    if body.session:
        ended = await door.sign_out(me, here, id=body.session)
    else:
        ended = await door.sign_out_everywhere(me, here, here=body.here)
    return SignedOut(sessions=ended)


async def change_own_password(ask: Ask) -> web.Response:
    """Another password; the cookie of this session is another one too."""
    body: w.NewPasswordBody = ask.body
    me = whose(ask)
    entered = await ask.ports.door.change_password(me, body.old, body.new, cookies.whence(ask.request))
    answer = json_response(dump(w.PasswordDone(csrf=cookies.page_token(entered.token, me.user.id))), 200)
    cookies.write(ask.request, answer, entered.token)
    return answer


async def begin_own_second(ask: Ask) -> w.SecondBegun:
    """A new second factor, told once."""
    body: w.OwnPasswordBody = ask.body
    made = await ask.ports.door.begin_second(whose(ask), body.password, cookies.whence(ask.request))
    return w.SecondBegun(address=made.address, typed=made.typed)


async def confirm_own_second(ask: Ask) -> w.SecondOn:
    """A code of it: in force."""
    body: w.SecondCodeBody = ask.body
    codes = await ask.ports.door.confirm_second(whose(ask), body.code, cookies.whence(ask.request))
    return w.SecondOn(second=True, recovery=tuple(codes))


async def new_own_codes(ask: Ask) -> w.SecondOn:
    """Other recovery codes."""
    body: w.OwnPasswordBody = ask.body
    codes = await ask.ports.door.new_codes(whose(ask), body.password, cookies.whence(ask.request))
    return w.SecondOn(second=True, recovery=tuple(codes))


async def drop_own_second(ask: Ask) -> w.SecondState:
    """Take it away."""
    body: w.OwnPasswordBody = ask.body
    await ask.ports.door.drop_second(whose(ask), body.password, cookies.whence(ask.request))
    return w.SecondState(second=False)
