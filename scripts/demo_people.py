"""Somebody of each role who may sign in at the demo's desk, and an address for a television. Both are made anew and told each
time: nobody keeps them. Whatever somebody tried with these people since, they come in again; what a role may is left as it is.
"""

from dataclasses import dataclass, field, replace

from hotline1022.accounts.rules import one_time_password
from hotline1022.accounts.types import From, Given, Role, User, Wanted
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin, named_roles
from hotline1022.service.figures.wall_desk import WallDesk

#: role → login, name, person of the queue, contact point of the demo's agencies
PEOPLE = {
    "agent": ("lan", "Nguyễn Thị Lan", "1001", ""),
    "shift-manager": ("minh", "Trần Văn Minh", "1002", ""),
    "specialist": ("cuc", "Phạm Thị Cúc", "", "chay-thu-giao-thong-cv"),
    "leader": ("dung", "Võ Tiến Dũng", "", "chay-thu-giao-thong-ld"),
    "supervisor": ("hanh", "Đỗ Thị Hạnh", "", ""),
    "auditor": ("phuc", "Hoàng Văn Phúc", "", ""),
    "admin": ("quan", "Lý Minh Quân", "", ""),
}
#: the name of the demo's television
TELEVISION = "scripts/run --demo"
_HERE = From(address="127.0.0.1", browser="scripts/run --demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How somebody comes in."""

    role: str
    login: str
    password: str = field(repr=False)


async def sign_ins(database: Database, key: str) -> list[SignIn]:
    """One of each role; `key`: that of the accounts."""
    admin, door = UserAdmin(database, utc_now), AccountDesk(database, key, utc_now)
    made = []
    with by_the_service():
        there = {one.login: one for one in await admin.users()}
        kept = {one.id for one in await admin.roles()}
        for role in named_roles():
            if kept and role.id not in kept:
                await admin.add_role(role.id, role.name, role.permissions)
            given = await _given(admin, role, there.get(PEOPLE[role.id][0]))
            own = one_time_password()
            entered = await door.sign_in(given.user.login, given.password, _HERE)
            entered = await door.change_password(entered.signed, given.password, own, _HERE)
            await door.sign_out(entered.signed, _HERE)
            made.append(SignIn(role=role.name, login=given.user.login, password=own))
    return made


async def _given(admin: UserAdmin, role: Role, before: User | None) -> Given:
    """A password for the user of a role, new or put back: let in, without a second factor, with role, person and contact."""
    login, name, person, contact = PEOPLE[role.id]
    wanted = Wanted(roles=frozenset({role.id}), person=person, contact=contact, active=True)
    if before is None:
        return await admin.add(replace(wanted, login=login, name=name, active=None))
    try:
        await admin.change(before.id, before.version, wanted)
    except Refused:  # somebody else has become that person or contact point
        await admin.change(before.id, before.version, replace(wanted, person=None, contact=None))
    return await admin.reset(login, second=True)


async def television(database: Database) -> str:
    """The path of a new address for a television; that of an earlier demo is revoked."""
    desk = WallDesk(database, utc_now)
    with by_the_service():
        for one in await desk.list():
            if one.name == TELEVISION and one.revoked_at is None:
                await desk.revoke(one.id)
        _, key = await desk.add(TELEVISION, "service")
    return f"/wall/{key}"
