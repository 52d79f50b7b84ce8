"""A right to listen that somebody has who is signed in: it ends with the session, with the role, with the user."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from hotline1022.accounts.types import From, Permission, Wanted
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import HotlineError
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.web.asker import of_session
from hotline1022.web.listening_wire import ListenRight
from tests.contract.database import test_listening
from tests.contract.database.test_listening import WANTED, House

WHENCE = From(address="10.0.0.7")
house = test_listening.house
OWN = "sen trắng nở bên hồ 5"


class Auditor:
    """A user with the auditor's role, and a right that she was given."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.admin = UserAdmin(house.world.database, utc_now)
        self.door = AccountDesk(house.world.database, "key", utc_now)

    async def enter(self) -> ListenRight:
        await self.admin.first()
        given = await self.admin.add(Wanted(login="lan", name="Nguyễn Thị Lan", roles=frozenset({"auditor"})))
        entered = await self.door.sign_in("lan", given.password, WHENCE)
        entered = await self.door.change_password(entered.signed, given.password, OWN, WHENCE)
        signed = await self.door.find(entered.token)
        assert signed is not None
        self.signed = signed
        asker = of_session(signed, None)
        right = await self.house.desk.grant(self.house.recording, WANTED, asker, "10.0.0.7", datetime.now(UTC))
        assert await self.house.hear(right, 0, 1000)
        return right

    async def sign_out(self) -> None:
        await self.door.sign_out(self.signed, WHENCE)

    async def lose_the_role(self) -> None:
        user = await self.admin.user(self.signed.user.id)
        await self.admin.change(user.id, user.version, Wanted(roles=frozenset({"agent"})))

    async def lose_the_permission(self) -> None:
        (role,) = [one for one in await self.admin.roles() if one.id == "auditor"]
        left = role.permissions - {Permission.LISTEN}
        await self.admin.change_role(role.id, role.version, role.name, left)

    async def be_shut_out(self) -> None:
        user = await self.admin.user(self.signed.user.id)
        await self.admin.change(user.id, user.version, Wanted(active=False))


@pytest.mark.parametrize(
    "end", [Auditor.sign_out, Auditor.lose_the_role, Auditor.lose_the_permission, Auditor.be_shut_out]
)
async def test_it_ends_with_what_it_hangs_on(house: House, end: Callable[[Auditor], Awaitable[None]]) -> None:
    auditor = Auditor(house)
    right = await auditor.enter()
    await house.book.flush()
    assert {one.actor for one in await house.played()} == {"user:lan"}
    await end(auditor)
    with pytest.raises(HotlineError) as caught:
        await house.hear(right, 0, 1000)
    assert caught.value.error_id == "listen-unknown"
