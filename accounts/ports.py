"""What the pages need of the accounts; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from hotline1022.accounts.types import Entered, Factor, From, Given, Role, Session, SignedIn, User, Wanted


class Door(Protocol):
    """Signing in and out; see service/accounts/desk.py for what each refuses."""

    async def sign_in(self, login: str, password: str, whence: From) -> Entered:
        """Refused `sign-in-wrong`, `sign-in-wait`, `password-over`."""
        ...

    async def second(self, signed: SignedIn, code: str, whence: From) -> Entered:
        """Refused `code-wrong`, `code-unreadable`, `sign-in-wait`, `session-over`."""
        ...

    async def find(self, token: str) -> SignedIn | None:
        """Who stands behind a cookie."""
        ...

    async def whose(self, token: str) -> str:
        """Id of the user whose session this cookie was and is no more; "" for any other cookie."""
        ...

    async def confirm(self, signed: SignedIn, password: str, whence: From) -> None:
        """The own password once more. Refused `password-wrong`, `sign-in-wait`, `session-over`."""
        ...

    async def seen(self, signed: SignedIn) -> None:
        """A request came."""
        ...

    async def sign_out(self, signed: SignedIn, whence: From, *, id: str = "") -> int:
        """End this session, or that one of the same user."""
        ...

    async def sign_out_everywhere(self, signed: SignedIn, whence: From, *, here: bool = False) -> int:
        """End all others, or all."""
        ...

    async def sessions(self, user: str) -> Sequence[Session]:
        """All that are open."""
        ...

    async def change_password(self, signed: SignedIn, old: str, new: str, whence: From) -> Entered:
        """Refused `password-wrong`, `password-same`, `sign-in-wait`; Invalid `password-…`."""
        ...

    async def begin_second(self, signed: SignedIn, password: str, whence: From) -> Factor:
        """Refused `password-wrong`, `second-on`, `sign-in-wait`."""
        ...

    async def confirm_second(self, signed: SignedIn, code: str, whence: From) -> Sequence[str]:
        """The recovery codes. Refused `code-wrong`, `second-none`, `sign-in-wait`."""
        ...

    async def new_codes(self, signed: SignedIn, password: str, whence: From) -> Sequence[str]:
        """Other recovery codes. Refused `password-wrong`, `second-off`, `sign-in-wait`."""
        ...

    async def codes_left(self, user: str) -> int:
        """Recovery codes that were not used."""
        ...

    async def drop_second(self, signed: SignedIn, password: str, whence: From) -> None:
        """Refused `password-wrong`, `sign-in-wait`."""
        ...


class Users(Protocol):
    """What an admin does with users and roles; see service/accounts/user_admin.py for what each refuses."""

    async def users(self) -> Sequence[User]:
        """All."""
        ...

    async def user(self, id: str) -> User:
        """NotFound `user-unknown`."""
        ...

    async def add(self, wanted: Wanted) -> Given:
        """With a one-time password."""
        ...

    async def change(self, id: str, version: int, wanted: Wanted) -> User:
        """What is given."""
        ...

    async def reset(self, login: str, *, second: bool = False) -> Given:
        """Another one-time password."""
        ...

    async def sign_out(self, id: str) -> int:
        """End all sessions of a user."""
        ...

    async def roles(self) -> Sequence[Role]:
        """All."""
        ...

    async def add_role(self, id: str, name: str, permissions: Iterable[str]) -> Role:
        """A new one."""
        ...

    async def change_role(self, id: str, version: int, name: str, permissions: Iterable[str]) -> Role:
        """In force at once."""
        ...

    async def remove_role(self, id: str) -> None:
        """Nobody may have it."""
        ...
