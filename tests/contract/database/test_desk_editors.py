"""Two admins at one user and at one role: the second does not bring back, unseen, what the first took away."""

from collections.abc import Sequence

from hotline1022.accounts.types import Permission, Wanted
from tests.contract.database.desk_world import Shown, World, world

__all__ = ["world"]


def chosen(page: Shown, name: str, values: Sequence[str]) -> set[str]:
    return {one for one in values if f'name="{name}" value="{one}" checked' in page.text}


async def test_a_role_that_was_taken_away_does_not_come_back(world: World) -> None:
    given = await world.admin.add(Wanted(login="hoa", name="Hoa", roles=frozenset({"admin", "agent"})))
    page = f"/desk/users/{given.user.id}"
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        stale = (await two.get(page)).forms.fields[page]
        assert (await one.send(page, page, name="Hoa", login="hoa", role=["agent"])).status == 303
        typed = [("name", "Hoa Mai"), ("login", "hoa"), ("role", "admin"), ("role", "agent"), ("role", "leader")]
        late = await two.post(page, [*stale.items(), *typed])
        assert late.status == 409 and "đã bỏ Quản trị." in late.text and 'value="Hoa Mai"' in late.text
        assert chosen(late, "role", ("admin", "agent", "leader")) == {"agent", "leader"}
        again = late.forms.fields[page]
        # what is wrong in the form does not hide what the other one did either
        assert (await one.send(page, page, name="Hoa Hồng", login="hoa", role=["agent"])).status == 303
        wrong = await two.post(page, [*again.items(), ("name", "Hoa Mai"), ("login", "HOA ?"), ("role", "agent")])
        assert wrong.status == 400 and "nay là “Hoa Hồng”." in wrong.text and 'value="Hoa Mai"' in wrong.text
        typed = [("name", "Hoa Mai"), ("login", "hoa"), ("role", "agent"), ("role", "leader")]
        assert (await two.post(page, [*wrong.forms.fields[page].items(), *typed])).status == 303
    assert (await world.admin.user(given.user.id)).roles == {"agent", "leader"}


async def test_a_permission_that_was_taken_away_does_not_come_back(world: World) -> None:
    await world.admin.add_role("to-truong", "Tổ trưởng", [Permission.LOOK, Permission.LISTEN])
    page = "/desk/roles/to-truong"
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        stale = (await two.get(page)).forms.fields[page]
        assert (await one.send(page, page, name="Tổ trưởng", may=["look"])).status == 303
        typed = [("name", "Tổ trưởng ca"), ("may", "look"), ("may", "listen"), ("may", "reports")]
        late = await two.post(page, [*stale.items(), *typed])
        assert late.status == 409 and 'id="meanwhile"' in late.text and 'value="Tổ trưởng ca"' in late.text
        assert chosen(late, "may", ("look", "listen", "reports")) == {"look", "reports"}
