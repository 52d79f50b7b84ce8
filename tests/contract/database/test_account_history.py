"""What became of a user and of a role stands on their pages, and the rights that a role had before a change can be had again."""

from collections.abc import AsyncIterator, Collection
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.audit.types import Kind
from hotline1022.db.unit import Database
from hotline1022.service.recordings.catalogue_view import entry_view
from hotline1022.web import evidence_wire as w
from tests.contract.database.desk_world import OWN, World, open_desk
from tests.unit.evidence_memory import MemoryEvidence


class Entries(MemoryEvidence):
    """What the audit of this database really tells of a thing."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    async def told_about(self, subject: str, kinds: Collection[Kind]) -> w.EntryList:
        async with self._database.reading() as tx:
            found = await tx.audit.told_about(subject, kinds)
        return w.EntryList(entries=tuple(map(entry_view, found)))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path, evidence=Entries(database)) as made:
        yield made


async def test_a_users_page_tells_who_changed_what(world: World) -> None:
    given = await world.admin.add(Wanted(login="hoa", name="Hoa", roles=frozenset({"agent"})))
    page = f"/desk/users/{given.user.id}"
    async with world.signed_in("admin", login="minh") as admin:
        assert (await admin.send(page, page, name="Hoa Mai", login="hoa", role=["agent", "leader"])).status == 303
        assert (await admin.send(page, f"{page}/shut")).status == 303
        told = (await admin.get(page)).text.partition('id="history"')[2]
        first, second, third = (told.index(one) for one in ("Đang dùng → Đã khoá", "Hoa → Hoa Mai", "Tạo mới."))
        assert first < second < third, "the latest first"
        assert "Thêm: Lãnh đạo đầu mối" in told and "minh" in told
        assert (await admin.send(page, f"{page}/let-in")).status == 303
    async with world.signed_in("agent", login="hoa-2") as hoa:
        for _ in range(55):  # evenings, and mornings
            await hoa.send("/desk", "/desk/sign-out")
            await hoa.enter("hoa-2", OWN)
    async with world.database.reading() as tx:
        (other,) = [one for one in await tx.accounts.users() if one.login == "hoa-2"]
    async with world.signed_in("admin", login="binh") as admin:
        page = f"/desk/users/{other.id}"
        assert (await admin.send(page, page, name="Hoa Hai", login="hoa-2", role=["agent", "leader"])).status == 303
        told = (await admin.get(page)).text.partition('id="history"')[2]
        assert "Hoa Hai" in told and "Đăng xuất" not in told.partition("</section>")[0], "what they did themselves"


async def test_the_rights_before_a_change_are_taken_again(world: World) -> None:
    await world.admin.add_role("to-truong", "Tổ trưởng", [Permission.LOOK, Permission.SHIFT])
    page = "/desk/roles/to-truong"
    async with world.signed_in("admin", login="minh") as admin:
        assert (await admin.send(page, page, name="Tổ trưởng", may=["look", "reports"])).status == 303
        shown = await admin.get(page)
        assert 'value="shift" checked' not in shown.text
        link = shown.text.partition(f'href="{page}?of=')[2].partition('"')[0]
        before = await admin.get(f"{page}?of={link}")
        assert 'value="shift" checked' in before.text and 'value="reports" checked' not in before.text
        assert "bộ quyền trước thay đổi lúc" in before.text
        hidden = before.forms.fields[page]
        typed = [("name", "Tổ trưởng"), ("may", "look"), ("may", "shift")]
        assert (await admin.post(page, [*hidden.items(), *typed])).status == 303
        for odd in ("0", "99999", "x"):
            assert (await admin.get(f"{page}?of={odd}")).status in (200, 400)
    (role,) = [one for one in await world.admin.roles() if one.id == "to-truong"]
    assert role.permissions == {Permission.LOOK, Permission.SHIFT}
