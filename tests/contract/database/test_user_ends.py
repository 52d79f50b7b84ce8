"""What ends with a contact point at the desk: account and sessions, at once; told twice nothing more, and never the last admin's."""

from datetime import date
from typing import Any

from hotline1022.accounts.types import Wanted
from hotline1022.audit.types import Kind
from hotline1022.directory.types import Contact
from hotline1022.service.accounts.user_ends import UserEnds
from tests.contract.database.desk_world import World, world
from tests.contract.database.handling_world import LEADER, SPECIALIST

__all__ = ["world"]

DAY = date(2026, 11, 25)


def ended(world: World, contact: str) -> Contact:
    return world.directory.now.contacts[contact]


async def test_an_ended_contact_point_is_shut_out_at_once(world: World) -> None:
    ends = UserEnds(world.database, lambda: world.now)
    async with (
        world.signed_in("specialist", login="cv", contact=SPECIALIST) as gone,
        world.signed_in("leader", login="ld", contact=LEADER) as stays,
    ):
        assert (await gone.get("/desk/account")).status == 200
        for _ in range(2):  # told again at each start
            await ends(ended(world, SPECIALIST), DAY)
        assert (await gone.get("/desk/account")).goes_to.startswith("/desk/sign-in")
        assert (await stays.get("/desk/account")).status == 200
    user = await world.admin.by_login("cv")
    assert user is not None and (user.active, user.contact) == (False, "")
    async with world.database.reading() as tx:
        told: list[Any] = [
            one.detail async for one in tx.audit.of_kind(Kind.USER_CHANGED) if one.detail.get("by") == "contact-ended"
        ]
    ((before, after),) = [(one["before"], one["after"]) for one in told]
    assert (before["contact"], before["active"], after["contact"], after["active"]) == (SPECIALIST, True, "", False)
    # let in again by an admin, for another task: the next start of the service leaves that alone
    await world.admin.change(user.id, user.version, Wanted(active=True))
    await ends(ended(world, SPECIALIST), DAY)
    again = await world.admin.by_login("cv")
    assert again is not None and again.active


async def test_the_last_admin_keeps_the_account_without_the_agency(world: World) -> None:
    admin = await world.admin.by_login("admin")
    assert admin is not None
    await world.admin.change(admin.id, admin.version, Wanted(contact=SPECIALIST))
    await UserEnds(world.database, lambda: world.now)(ended(world, SPECIALIST), DAY)
    after = await world.admin.by_login("admin")
    assert after is not None and (after.active, after.contact) == (True, "")
