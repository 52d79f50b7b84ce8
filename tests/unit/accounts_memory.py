"""The door of the desk and its users in memory: cookies that tests give out. The real one is tried in tests/contract/database/test_desk_pages.py."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from hotline1022.accounts.types import (
    Entered,
    Factor,
    From,
    Given,
    Permission,
    Role,
    Session,
    SignedIn,
    Stage,
    User,
    Wanted,
)
from hotline1022.core.errors import Refused, Unavailable

#: the password of everybody
OWN = "sen trắng nở bên hồ 5"
#: a code of everybody's second factor
CODE = "123456"
#: recovery codes of everybody
RECOVERY = ("abcd-efgh-jkmn", "bcde-fghj-kmnp")
#: bodies for each route of the own account that takes one
BODIES: dict[str, dict[str, str]] = {
    "/api/sign-in": {"login": "lan", "password": OWN},
    "/api/me/second": {"code": CODE},
    "/api/people/{person}": {"name": "Nguyễn Thị Ánh", "before": "Nguyễn Thị Ánh"},
    "/api/me/confirm": {"password": OWN},
    "/api/me/password": {"old": OWN, "new": "mây bay qua đồng lúa 7"},
    "/api/me/sessions/end": {},
    "/api/me/second/begin": {"password": OWN},
    "/api/me/second/confirm": {"code": CODE},
    "/api/me/second/codes": {"password": OWN},
    "/api/me/second/drop": {"password": OWN},
}


@dataclass
class MemoryDoor:
    """Knows the sessions that were put into it."""

    known: dict[str, SignedIn] = field(default_factory=dict)

    async def find(self, token: str) -> SignedIn | None:
        return self.known.get(token)

    async def whose(self, token: str) -> str:
        return ""

    async def sign_in(self, login: str, password: str, whence: From) -> Entered:
        if password != OWN:
            raise Refused("the name or the password is wrong", error_id="sign-in-wrong")
        cookie = self.let_in(login, frozenset(), AT)
        return Entered(signed=self.known[cookie], token=cookie)

    async def second(self, signed: SignedIn, code: str, whence: From) -> Entered:
        await self.confirm_second(signed, code, whence)
        whole = replace(signed, session=replace(signed.session, stage=Stage.FULL))
        return Entered(signed=whole, token=cookie_of(signed.user.login))

    async def confirm(self, signed: SignedIn, password: str, whence: From) -> None:
        if password != OWN:
            raise Refused("the password is wrong", error_id="password-wrong")
        for cookie, one in self.known.items():
            if one.session.id == signed.session.id:
                self.known[cookie] = replace(one, session=replace(one.session, confirmed_at=one.session.seen_at))

    async def sessions(self, user: str) -> Sequence[Session]:
        return [one.session for one in self.known.values() if one.user.id == user]

    async def sign_out(self, signed: SignedIn, whence: From, *, id: str = "") -> int:
        return 1

    async def sign_out_everywhere(self, signed: SignedIn, whence: From, *, here: bool = False) -> int:
        return 2

    async def change_password(self, signed: SignedIn, old: str, new: str, whence: From) -> Entered:
        await self.confirm(signed, old, whence)
        return Entered(signed=signed, token=cookie_of(signed.user.login))

    async def begin_second(self, signed: SignedIn, password: str, whence: From) -> Factor:
        await self.confirm(signed, password, whence)
        return Factor(address=f"otpauth://totp/1022:{signed.user.login}?secret=GEZDGNBV", typed="GEZD GNBV")

    async def confirm_second(self, signed: SignedIn, code: str, whence: From) -> Sequence[str]:
        if code != CODE:
            raise Refused("the code is wrong", error_id="code-wrong")
        return RECOVERY

    async def new_codes(self, signed: SignedIn, password: str, whence: From) -> Sequence[str]:
        await self.confirm(signed, password, whence)
        return RECOVERY

    async def codes_left(self, user: str) -> int:
        return len(RECOVERY)

    async def drop_second(self, signed: SignedIn, password: str, whence: From) -> None:
        await self.confirm(signed, password, whence)

    def let_in(
        self,
        login: str,
        permissions: frozenset[Permission],
        at: datetime,
        *,
        person: str = "",
        contact: str = "",
        stage: Stage = Stage.FULL,
        hears_own: bool = False,
    ) -> str:
        """The cookie of somebody who may do this."""
        user = User(
            id=sha256(login.encode()).hexdigest()[:16],
            login=login,
            name=f"Người {login}",
            roles=frozenset({login}),
            person=person,
            contact=contact,
            created_at=at,
        )
        session = Session(
            id=user.id, user=user.id, stage=stage, made_at=at, seen_at=at, ends_at=at + timedelta(hours=12),
            origin="127.0.0.1", browser="",
        )  # fmt: skip
        cookie = cookie_of(login)
        self.known[cookie] = SignedIn(user=user, session=session, permissions=permissions, hears_own=hears_own)
        return cookie

    def __getattr__(self, name: str) -> Any:
        raise Unavailable("the accounts are away")


def cookie_of(login: str) -> str:
    """The cookie that `let_in` gives."""
    return base64.urlsafe_b64encode(sha256(login.encode()).digest()).decode().rstrip("=")


AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@dataclass
class MemoryUsers:
    """accounts.ports.Users for one user and one role, without the rules of the real one (service/accounts/user_admin.py)."""

    user_: User = field(
        default_factory=lambda: User(
            id="e" * 16, login="lan", name="Nguyễn Thị Lan", roles=frozenset({"night"}), created_at=AT
        )
    )
    role: Role = field(
        default_factory=lambda: Role(id="night", name="Ca đêm", permissions=frozenset({Permission.LOOK}))
    )

    async def users(self) -> Sequence[User]:
        return [self.user_]

    async def user(self, id: str) -> User:
        return self.user_

    async def add(self, wanted: Wanted) -> Given:
        user = replace(self.user_, login=wanted.login or "", name=wanted.name or "", must_change=True)
        return Given(user=user, password="ba con 3 mèo", until=AT)

    async def change(self, id: str, version: int, wanted: Wanted) -> User:
        return replace(self.user_, name=wanted.name or self.user_.name, version=version + 1)

    async def reset(self, login: str, *, second: bool = False) -> Given:
        return Given(user=self.user_, password="ba con 3 mèo", until=AT)

    async def sign_out(self, id: str) -> int:
        return 2

    async def roles(self) -> Sequence[Role]:
        return [self.role]

    async def add_role(self, id: str, name: str, permissions: Iterable[str]) -> Role:
        return Role(id=id, name=name, permissions=frozenset(map(Permission, permissions)))

    async def change_role(self, id: str, version: int, name: str, permissions: Iterable[str]) -> Role:
        return Role(id=id, name=name, permissions=frozenset(map(Permission, permissions)), version=version + 1)

    async def remove_role(self, id: str) -> None:
        return None
