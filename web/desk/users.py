"""Users, as an admin sees and changes them. Refuses to write over what somebody else changed meanwhile, unseen; a password is shown to the session
that made it, for minutes (shown_once.py), and is in no address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Given, User, Wanted
from hotline1022.core.errors import HotlineError
from hotline1022.web.desk.account import DoneQuery, browser_name
from hotline1022.web.desk.account_history import history
from hotline1022.web.desk.directory_find import leaf
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.shown_once import Once, keep, kept
from hotline1022.web.desk.user_choices import Choices, belongs, choices
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.users import refuse_self

LIST = "/desk/users"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersQuery:
    """Which of them."""

    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    words: Annotated[str, Rule(doc="what is searched, without marks and case", high=200)] = ""
    page: Annotated[str, Rule(doc="number of the page")] = ""
    once: Annotated[str, Rule(doc="which password was made just before", high=40)] = ""


async def list_users(ask: Ask) -> web.Response:
    """All, or those who are searched."""
    query: UsersQuery = ask.query
    shown = kept(ask, LIST, query.once) if query.once else None
    problem = words()("users.once-over") if query.once and shown is None else ""
    return await _list(ask, said=words()("users.saved") if query.done else "", once=shown, problem=problem)


async def show_new(ask: Ask) -> web.Response:
    """The form for a new one."""
    return await _form(ask, None, {"name": "", "login": "", "roles": frozenset(), "person": "", "contact": ""})


async def add(ask: Ask) -> web.Response:
    """A new one, and its password."""
    typed = _typed(ask.body)
    try:
        given = await ask.ports.users.add(_wanted(typed))
    except HotlineError as error:
        return await _form(ask, None, typed, error)
    return _once(ask, given)


async def show_user(ask: Ask) -> web.Response:
    """One."""
    query: DoneQuery = ask.query
    known = await ask.ports.users.user(ask.path["user"])
    return await _form(ask, known, _as_typed(known), said=words()("users.saved") if query.done else "")


async def change(ask: Ask) -> web.Response:
    """What the form says."""
    form: Form = ask.body
    typed = _typed(form)
    try:
        await ask.ports.users.change(ask.path["user"], form.number("version"), _wanted(typed))
    except HotlineError as error:
        known = await ask.ports.users.user(ask.path["user"])
        if known.version == form.number("version"):
            return await _form(ask, known, typed, error)
        offered = await choices(ask, person=known.person, contact=known.contact)
        filled = merge(form, _as_typed(known), typed, await _fields(ask, offered))
        return await _form(ask, known, filled.values, error, filled=filled)
    return see(f"{LIST}?done=saved")


async def reset(ask: Ask) -> web.Response:
    """Another one-time password."""
    form: Form = ask.body
    known = await ask.ports.users.user(ask.path["user"])
    try:
        refuse_self(ask, known.id)
        given = await ask.ports.users.reset(known.login, second=form.one("second") == "1")
    except HotlineError as error:
        return await _form(ask, known, _as_typed(known), error)
    return _once(ask, given)


async def shut(ask: Ask) -> web.Response:
    """Out, at once."""
    return await _active(ask, active=False)


async def let_in(ask: Ask) -> web.Response:
    """In again."""
    return await _active(ask, active=True)


async def sign_out(ask: Ask) -> web.Response:
    """End all sessions of a user."""
    await ask.ports.users.sign_out(ask.path["user"])
    return see(f"{LIST}/{ask.path['user']}?done=saved")


async def _active(ask: Ask, *, active: bool) -> web.Response:
    form: Form = ask.body
    known = await ask.ports.users.user(ask.path["user"])
    try:
        await ask.ports.users.change(known.id, form.number("version"), Wanted(active=active))
    except HotlineError as error:
        return await _form(ask, known, _as_typed(known), error)
    return see(f"{LIST}/{known.id}?done=saved")


def _once(ask: Ask, given: Given) -> web.Response:
    """To the page that shows it: loaded again it makes no second one."""
    user = given.user
    return see(keep(ask, LIST, given.password, name=user.name, login=user.login, time=moment(given.until)))


async def _list(ask: Ask, *, said: str = "", problem: str = "", once: Once | None = None) -> web.Response:
    names = {one.id: one.name for one in await ask.ports.users.roles()}

    def role_name(role: str) -> str:
        return names.get(role, role)

    query: UsersQuery = ask.query
    agencies = await belongs(ask)
    people: list[dict[str, Any]] = [
        {
            "user": one.id,
            # what is searched: login, name, and what else people know of somebody
            "id": one.login,
            "name": one.name,
            "about": " · ".join(
                filter(None, (agencies.get(one.contact, one.contact), one.person, *sorted(map(role_name, one.roles))))
            ),
            "agency": agencies.get(one.contact, one.contact),
            "roles": sorted(map(role_name, one.roles)),
            "active": one.active,
            "must_change": one.must_change,
            "totp": one.totp,
            "last": moment(one.last_sign_in_at),
        }
        for one in await ask.ports.users.users()
    ]
    asked = query.words.strip()
    found = leaf(people, LIST, words=asked, page=query.page, everything=False)
    return show(ask, "users", said=said, problem=problem, leaf=found, asked=asked, given=once)


async def _form(
    ask: Ask,
    known: User | None,
    typed: Mapping[str, Any],
    error: HotlineError | None = None,
    *,
    said: str = "",
    filled: Filled | None = None,
) -> web.Response:
    sessions = await ask.ports.door.sessions(known.id) if known else []
    roles = await ask.ports.users.roles()
    return show(
        ask,
        "user",
        history=await history(ask, f"user:{known.id}", {str(one.id): one.name for one in roles}) if known else [],
        error=error,
        said=said,
        known=known,
        typed=typed,
        filled=filled or fill(_as_typed(known) if known else {}),
        choices=await choices(ask, person=typed["person"], contact=typed["contact"]),
        roles=roles,
        version_seen=known.version if known else 0,
        sessions=[
            {"browser": browser_name(one.browser), "origin": one.origin, "since": moment(one.made_at)}
            for one in sessions
        ],
    )


def _as_typed(known: User) -> dict[str, Any]:
    return {name: getattr(known, name) for name in ("name", "login", "roles", "person", "contact")}


async def _fields(ask: Ask, offered: Choices) -> dict[str, Field]:
    """What somebody else may have changed meanwhile."""
    say = words()
    contacts = {id: f"{name}, {agency}" for agency, rows in offered.contacts for id, name in rows}
    return {
        "name": Field(label=say("users.name")),
        "login": Field(label=say("users.login")),
        "roles": Field(label=say("users.role"), names={str(one.id): one.name for one in await ask.ports.users.roles()}),
        "person": Field(label=say("users.person"), names=dict(offered.people)),
        "contact": Field(label=say("users.contact"), names=contacts),
    }


def _typed(form: Form) -> dict[str, Any]:
    return {name: form.one(name).strip()[:200] for name in ("name", "login", "person", "contact")} | {
        "roles": form.all("role")
    }


def _wanted(typed: Mapping[str, Any]) -> Wanted:
    return Wanted(**typed)
