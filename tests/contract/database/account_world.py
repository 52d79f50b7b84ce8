"""A house with an agent called lan, who signs in at the desk of accounts, and a clock that the test moves. Keeps nothing."""

from base64 import b32decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hotline1022.accounts.types import Entered, Factor, From, Wanted
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin
from tests.contract.database.made import T0

HERE = From(address="192.0.2.7", browser="Firefox")
NEW = "con meo den uong tra sen"
AGENT = frozenset({"agent"})


@dataclass(slots=True)
class World:
    """A house with an agent called lan, and a clock that the test moves."""

    database: Database
    now: datetime = T0

    def __post_init__(self) -> None:
        self.desk = AccountDesk(self.database, "the key of the accounts", lambda: self.now)
        self.admin = UserAdmin(self.database, lambda: self.now)

    desk: AccountDesk = None  # type: ignore[assignment]
    admin: UserAdmin = None  # type: ignore[assignment]
    once: str = ""

    async def begin(self) -> "World":
        await self.admin.first()
        self.once = (await self.admin.add(Wanted(login="lan", name="Nguyễn Thị Lan", roles=AGENT))).password
        return self

    async def settled(self) -> Entered:
        """Lan, with a password of her own."""
        entered = await self.desk.sign_in("lan", self.once, HERE)
        return await self.desk.change_password(entered.signed, self.once, NEW, HERE)

    async def kinds(self) -> list[str]:
        async with self.database.reading() as tx:
            portions = [portion async for portion in tx.audit.entries()]
        return [one.kind for portion in portions for one in portion if one.subject.startswith("user:")]

    async def with_second(self) -> bytes:
        """Lan has a second factor; its secret."""
        entered = await self.settled()
        secret = unpacked(await self.desk.begin_second(entered.signed, NEW, HERE))
        await self.desk.confirm_second(entered.signed, code(secret, self.now), HERE)
        await self.desk.sign_out(entered.signed, HERE)
        self.now += timedelta(seconds=30)
        return secret


def unpacked(factor: Factor) -> bytes:
    """The secret, as a telephone takes it from the picture and a person from the text."""
    (read,) = parse_qs(urlsplit(factor.address).query)["secret"]
    assert read == factor.typed.replace(" ", "")
    return b32decode(read)


def code(secret: bytes, at: datetime) -> str:
    return TOTP(secret, 6, SHA1(), 30).generate(int(at.timestamp())).decode()


@pytest.fixture
async def world(database: Database) -> World:
    return await World(database).begin()


async def told(attempt: object) -> str:
    with pytest.raises(HotlineError) as caught:
        await attempt  # type: ignore[misc]
    return caught.value.error_id
