"""Answers about users, roles, and who asks. Refuses to reset whoever asks: who finds a browser open must not take the account."""

from dataclasses import fields
from datetime import timedelta

from hotline1022.accounts.types import Wanted
from hotline1022.core.errors import NotFound, Refused
from hotline1022.web import cookies
from hotline1022.web import users_wire as w
from hotline1022.web.account_entries import entries_of
from hotline1022.web.door import whose
from hotline1022.web.evidence_wire import EntryList
from hotline1022.web.route import Ask

#: for so long a password that was typed is enough for changes
GOOD = timedelta(minutes=10)


async def list_users(ask: Ask) -> w.UserList:
    """All."""
    return w.UserList(users=tuple(map(w.user_view, await ask.ports.users.users())))


async def add_user(ask: Ask) -> w.GivenPassword:
    """A new one, and its password."""
    return w.given_view(await ask.ports.users.add(_wanted(ask.body)))


async def change_user(ask: Ask) -> w.UserView:
    """What is given."""
    body: w.UserChange = ask.body
    return w.user_view(await ask.ports.users.change(ask.path["user"], body.version, _wanted(body)))


async def reset_user(ask: Ask) -> w.GivenPassword:
    """Another one-time password."""
    body: w.ResetBody = ask.body
    known = await ask.ports.users.user(ask.path["user"])
    refuse_self(ask, known.id)
    return w.given_view(await ask.ports.users.reset(known.login, second=body.second))


async def sign_out_user(ask: Ask) -> w.SignedOut:
    """End all sessions."""
    return w.SignedOut(sessions=await ask.ports.users.sign_out(ask.path["user"]))


async def list_roles(ask: Ask) -> w.RoleList:
    """All."""
    return w.RoleList(roles=tuple(map(w.role_view, await ask.ports.users.roles())))


async def add_role(ask: Ask) -> w.RoleView:
    """A new one."""
    body: w.RoleBody = ask.body
    return w.role_view(await ask.ports.users.add_role(body.id, body.name, body.permissions))


async def change_role(ask: Ask) -> w.RoleView:
    """As it is given, in force at once."""
    body: w.RoleChange = ask.body
    return w.role_view(await ask.ports.users.change_role(ask.path["role"], body.version, body.name, body.permissions))


async def remove_role(ask: Ask) -> w.RoleList:
    """Take it away; those that are left."""
    await ask.ports.users.remove_role(ask.path["role"])
    return await list_roles(ask)


async def list_user_history(ask: Ask) -> EntryList:
    """What became of one."""
    known = await ask.ports.users.user(ask.path["user"])
    return EntryList(entries=tuple(reversed(await entries_of(ask, f"user:{known.id}"))))


async def list_role_history(ask: Ask) -> EntryList:
    """What became of one."""
    role = ask.path["role"]
    if all(one.id != role for one in await ask.ports.users.roles()):
        raise NotFound(f"there is no role {role!r}; look in /api/roles", error_id="role-unknown")
    return EntryList(entries=tuple(reversed(await entries_of(ask, f"role:{role}"))))


async def who_am_i(ask: Ask) -> w.Me:
    """Who asks."""
    asker = ask.asker
    return w.Me(
        name=asker.name,
        actor=asker.actor,
        permissions=w.in_order(asker.permissions),
        person=asker.person,
        contact=asker.contact,
        agency=asker.agency,
    )


async def confirm_me(ask: Ask) -> w.Confirmed:
    """The own password once more."""
    body: w.ConfirmBody = ask.body
    await ask.ports.door.confirm(whose(ask), body.password, cookies.whence(ask.request))
    return w.Confirmed(until=ask.ports.clock() + GOOD)


def refuse_self(ask: Ask, user: str) -> None:
    """Refused `reset-self` when it is whoever asks."""
    signed = ask.signed or (ask.who.signed if ask.who else None)
    if signed is not None and user == signed.user.id:
        text = "nobody resets the own password here; change it, or ask another admin"
        raise Refused(text, error_id="reset-self")


def _wanted(body: w.UserBody | w.UserChange) -> Wanted:
    names = {field.name for field in fields(Wanted)} & {field.name for field in fields(body)}
    given = {name: getattr(body, name) for name in names}
    return Wanted(**given | {"roles": None if given["roles"] is None else frozenset(given["roles"])})
