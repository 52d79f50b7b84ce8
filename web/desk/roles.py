"""Roles, as an admin sees and changes them. Refuses to write over what somebody else changed meanwhile, unseen,
and to leave nobody who may change users."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission, Role
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.account_entries import entries_of
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.account_history import history
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

LIST = "/desk/roles"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleQuery:
    """Of which change what was before is to stand in the form."""

    of: Annotated[str, Rule(doc="number of an entry of the audit", pattern="[0-9]{0,12}")] = ""


async def list_roles(ask: Ask) -> web.Response:
    """All, with what each may and how many have it."""
    query: DoneQuery = ask.query
    people = Counter(role for user in await ask.ports.users.users() if user.active for role in user.roles)
    roles = [
        {
            "id": one.id,
            "name": one.name,
            "people": people[one.id],
            "permissions": [may for may in Permission if may in one.permissions],
        }
        for one in await ask.ports.users.roles()
    ]
    say = words()
    said = {"saved": say("roles.saved"), "removed": say("roles.removed")}
    return show(ask, "roles", roles=roles, said=said.get(query.done, ""))


async def show_new(ask: Ask) -> web.Response:
    """The form for a new one."""
    return await _form(ask, None, {"id": "", "name": "", "may": frozenset()})


async def add(ask: Ask) -> web.Response:
    """A new one."""
    typed = _typed(ask.body)
    try:
        await ask.ports.users.add_role(typed["id"], typed["name"], typed["may"])
    except HotlineError as error:
        return await _form(ask, None, typed, error)
    return see(f"{LIST}?done=saved")


async def show_role(ask: Ask) -> web.Response:
    """One; with what it might before a change, where that is asked for."""
    query: RoleQuery = ask.query
    known = await _known(ask)
    for one in await entries_of(ask, f"role:{known.id}") if query.of else ():
        before = one.detail.get("before")
        if str(one.seq) == query.of and isinstance(before, Mapping):
            typed = {"name": str(before["name"]), "may": frozenset(map(str, before["permissions"]))}
            said = words()("history.again-said", time=seen.instant(one.at))
            return await _form(ask, known, typed, said=said)
    return await _form(ask, known, _as_typed(known))


async def change(ask: Ask) -> web.Response:
    """What the form says, in force at once."""
    form: Form = ask.body
    known, typed = await _known(ask), _typed(form)
    try:
        await ask.ports.users.change_role(known.id, form.number("version"), typed["name"], typed["may"])
    except HotlineError as error:
        known = await _known(ask)
        if known.version == form.number("version"):
            return await _form(ask, known, typed, error)
        filled = merge(form, _as_typed(known), typed, _fields())
        return await _form(ask, known, filled.values, error, filled)
    return see(f"{LIST}?done=saved")


async def remove(ask: Ask) -> web.Response:
    """Take it away."""
    known = await _known(ask)
    try:
        await ask.ports.users.remove_role(known.id)
    except HotlineError as error:
        return await _form(ask, known, _as_typed(known), error)
    return see(f"{LIST}?done=removed")


async def _known(ask: Ask) -> Role:
    found = next((one for one in await ask.ports.users.roles() if one.id == ask.path["role"]), None)
    if found is None:
        raise NotFound(f"there is no role {ask.path['role']!r}; the list shows them", error_id="role-unknown")
    return found


async def _form(
    ask: Ask,
    known: Role | None,
    typed: Mapping[str, Any],
    error: HotlineError | None = None,
    filled: Filled | None = None,
    *,
    said: str = "",
) -> web.Response:
    return show(
        ask,
        "role",
        said=said,
        history=await history(ask, f"role:{known.id}", {}) if known else [],
        error=error,
        known=known,
        typed=typed,
        filled=filled or fill(_as_typed(known) if known else {}),
        permissions=list(Permission),
        version_seen=known.version if known else 0,
    )


def _as_typed(known: Role) -> dict[str, Any]:
    return {"id": str(known.id), "name": known.name, "may": frozenset(map(str, known.permissions))}


def _fields() -> dict[str, Field]:
    """What somebody else may have changed meanwhile."""
    say = words()
    return {
        "name": Field(label=say("roles.name")),
        "may": Field(label=say("roles.may"), names={str(one): say(f"permission.{one}") for one in Permission}),
    }


def _typed(form: Form) -> dict[str, Any]:
    return {"id": form.one("id").strip(), "name": form.one("name").strip()[:200], "may": form.all("may")}
