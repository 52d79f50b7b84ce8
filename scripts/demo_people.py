"""Somebody of each role who may sign in at the demo's desk. Their passwords are made anew and told each time: nobody keeps them."""

from dataclasses import dataclass, field

from hotline1022.accounts.rules import one_time_password
from hotline1022.accounts.types import From, Wanted
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin, named_roles

#: role → login, name, person of the queue, contact point of the demo's agencies
PEOPLE = {
    "agent": ("lan", "Nguyễn Thị Lan", "1001", ""),
    "shift-manager": ("minh", "Trần Văn Minh", "1002", ""),
    "specialist": ("cuc", "Phạm Thị Cúc", "", "chay-thu-xay-dung-cv"),
    "leader": ("dung", "Võ Tiến Dũng", "", "chay-thu-xay-dung-ld"),
    "supervisor": ("hanh", "Đỗ Thị Hạnh", "", ""),
    "auditor": ("phuc", "Hoàng Văn Phúc", "", ""),
    "admin": ("quan", "Lý Minh Quân", "", ""),
}
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
        for role in named_roles():
            login, name, person, contact = PEOPLE[role.id]
            wanted = Wanted(login=login, name=name, roles=frozenset({role.id}), person=person, contact=contact)
            given = await (admin.reset(login) if login in there else admin.add(wanted))
            own = one_time_password()
            entered = await door.sign_in(login, given.password, _HERE)
            entered = await door.change_password(entered.signed, given.password, own, _HERE)
            await door.sign_out(entered.signed, _HERE)
            made.append(SignIn(role=role.name, login=login, password=own))
    return made
