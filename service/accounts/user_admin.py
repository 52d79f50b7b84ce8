"""Users and roles, as an admin changes them; the first admin of a new house. Refuses one-time passwords that are good for ever,
and to leave nobody who may change users.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from hotline1022.accounts.roles import ADMIN, first_roles
from hotline1022.accounts.rules import login_of, name_of, one_time_password, role_id_of
from hotline1022.accounts.types import Given, Permission, Role, Secret, User, Wanted
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.people import check_person
from hotline1022.db.unit import Database, Work
from hotline1022.service.accounts.sign_in_tries import forget_codes
from hotline1022.service.lines.pins import hash_pin as hash_secret
from hotline1022.service.lines.pins import verify_pin as verify_secret
from hotline1022.web.page_words import words

#: a one-time password is good so long
GOOD_FOR = timedelta(days=3)
#: that of the first admin: the house may be set up on a Friday
FIRST_GOOD_FOR = timedelta(days=14)


def named_roles() -> tuple[Role, ...]:
    """The roles that a new house begins with, by their names in the catalogue of pages."""
    return first_roles(lambda id: words()(f"first-role.{id}"))


class UserAdmin:
    """What an admin does; who it is says the act under which it is done."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def first(self, keep: Callable[[Given], Awaitable[None]] | None = None) -> Given | None:
        """In a house where nobody may change users: the first roles, one admin, its password. None where somebody may.

        `keep` is told before it is there for good.
        """
        async with self._database.reading() as tx:
            if await tx.accounts.somebody():
                return None
        password, hashed = await _password()
        async with self._database.transaction() as tx:
            if await tx.accounts.somebody():  # another process was quicker
                return None
            wanted = Wanted(login=ADMIN, name=words()("first-role.admin"), roles=frozenset({ADMIN}))
            given = await self._add(tx, wanted, password, hashed, FIRST_GOOD_FOR)
            if keep is not None:
                await keep(given)
        return given

    async def add(self, wanted: Wanted) -> Given:
        """A new user with a one-time password.

        Invalid `login-invalid`, `name-invalid`, `roles-missing`, `person-invalid`; Refused `user-exists`, `user-…-taken`;
        NotFound `role-unknown`, `person-not-found`, `contact-unknown`.
        """
        password, hashed = await _password()
        async with self._database.transaction() as tx:
            return await self._add(tx, wanted, password, hashed, GOOD_FOR)

    async def _add(self, tx: Work, wanted: Wanted, password: str, hashed: str, good: timedelta) -> Given:
        now = self._clock()
        user = User(
            id=token_hex(8),
            login=login_of(wanted.login or ""),
            name=name_of(wanted.name or ""),
            roles=_roles(wanted.roles or frozenset()),
            person=wanted.person or "",
            contact=wanted.contact or "",
            must_change=True,
            created_at=now,
        )
        if not await tx.accounts.roles():
            for one in named_roles():
                await tx.accounts.add_role(one)
        await _linked(tx, user)
        await tx.accounts.add_user(user, Secret(password=hashed, password_until=now + good))
        tx.audit.add(fact(Kind.USER_CHANGED, f"user:{user.id}", now, {"before": None, "after": told(user)}))
        return Given(user=user, password=password, until=now + good)

    async def change(self, id: str, version: int, wanted: Wanted) -> User:
        """Change what is given; all sessions of a user who is shut out end, other rights are in force at the next request.

        As `add`, and Refused `user-changed`, `last-admin`; NotFound `user-unknown`.
        """
        now = self._clock()
        async with self._database.transaction() as tx:
            before = await tx.accounts.user(id)
            after = replace(
                before,
                version=version,
                login=before.login if wanted.login is None else login_of(wanted.login),
                name=before.name if wanted.name is None else name_of(wanted.name),
                roles=before.roles if wanted.roles is None else _roles(wanted.roles),
                person=before.person if wanted.person is None else wanted.person,
                contact=before.contact if wanted.contact is None else wanted.contact,
                active=before.active if wanted.active is None else wanted.active,
            )
            await _linked(tx, after, before)
            changed = await tx.accounts.change_user(after)
            if not changed.active:
                await tx.sessions.end("user-ended", user=id)
            tx.audit.add(fact(Kind.USER_CHANGED, f"user:{id}", now, {"before": told(before), "after": told(changed)}))
        return changed

    async def reset(self, login: str, *, second: bool = False) -> Given:
        """A new one-time password, and tries free again; with `second` the second factor is taken away too. All sessions end.

        NotFound `user-unknown`; Refused `user-ended`.
        """
        password, hashed = await _password()
        now = self._clock()
        async with self._database.transaction() as tx:
            user = await self._by_login(tx, login)
            if not user.active:
                text = f"user {user.login} is shut out; let the user in again first"
                raise Refused(text, error_id="user-ended")
            await tx.accounts.set_password(user.id, hashed, must_change=True, until=now + GOOD_FOR)
            if second:
                await tx.accounts.set_totp(user.id, b"", on=False)
            await forget_codes(tx, user.id)
            ended = await tx.sessions.end("password-reset", user=user.id)
            tx.audit.add(fact(Kind.USER_PASSWORD, f"user:{user.id}", now, {"by": "admin", "sessions": ended}))
            if second and user.totp:
                tx.audit.add(fact(Kind.USER_SECOND_FACTOR, f"user:{user.id}", now, {"by": "admin", "on": False}))
        return Given(user=replace(user, must_change=True), password=password, until=now + GOOD_FOR)

    async def sign_out(self, id: str) -> int:
        """End all sessions of a user; says how many were open. NotFound `user-unknown`."""
        async with self._database.transaction() as tx:
            await tx.accounts.user(id)
            ended = await tx.sessions.end("admin", user=id)
            tx.audit.add(fact(Kind.USER_SIGNED_OUT, f"user:{id}", self._clock(), {"by": "admin", "sessions": ended}))
        return ended

    async def still_opens(self, login: str, password: str) -> bool:
        """Whether a password that was given is the user's still, and was not changed."""
        async with self._database.reading() as tx:
            user = await tx.accounts.by_login(login)
            secret = await tx.accounts.secret(user.id) if user and user.must_change else None
        return secret is not None and await verify_secret(secret.password, password)

    async def users(self) -> Sequence[User]:
        """All."""
        async with self._database.reading() as tx:
            return await tx.accounts.users()

    async def user(self, id: str) -> User:
        """NotFound `user-unknown`."""
        async with self._database.reading() as tx:
            return await tx.accounts.user(id)

    async def by_login(self, login: str) -> User:
        """NotFound `user-unknown`."""
        async with self._database.reading() as tx:
            return await self._by_login(tx, login)

    async def _by_login(self, tx: Work, login: str) -> User:
        found = await tx.accounts.by_login(login.strip().lower())
        if found is None:
            raise NotFound(f"there is no user {login!r}; hotline1022 user list shows them", error_id="user-unknown")
        return found

    # ------------------------------------------------------------ roles

    async def roles(self) -> Sequence[Role]:
        """All."""
        async with self._database.reading() as tx:
            return await tx.accounts.roles()

    async def add_role(self, id: str, name: str, permissions: Iterable[str]) -> Role:
        """Invalid `role-invalid`, `name-invalid`, `permission-unknown`; Refused `role-exists`."""
        new = Role(id=role_id_of(id), name=name_of(name), permissions=_permissions(permissions))
        async with self._database.transaction() as tx:
            await tx.accounts.add_role(new)
            tx.audit.add(fact(Kind.ROLE_CHANGED, f"role:{id}", self._clock(), {"before": None, "after": _role(new)}))
        return new

    async def change_role(self, id: str, version: int, name: str, permissions: Iterable[str]) -> Role:
        """In force at once. As `add_role`, and NotFound `role-unknown`, Refused `role-changed`, `last-admin`."""
        async with self._database.transaction() as tx:
            before = next((one for one in await tx.accounts.roles() if one.id == id), None)
            wanted = Role(id=id, name=name_of(name), permissions=_permissions(permissions), version=version)
            after = await tx.accounts.change_role(wanted)
            detail = {"before": _role(before) if before else None, "after": _role(after)}
            tx.audit.add(fact(Kind.ROLE_CHANGED, f"role:{id}", self._clock(), detail))
        return after

    async def remove_role(self, id: str) -> None:
        """NotFound `role-unknown`; Refused `role-in-use`."""
        async with self._database.transaction() as tx:
            before = next((one for one in await tx.accounts.roles() if one.id == id), None)
            await tx.accounts.remove_role(id)
            detail = {"before": _role(before) if before else None, "after": None}
            tx.audit.add(fact(Kind.ROLE_CHANGED, f"role:{id}", self._clock(), detail))


def told(user: User) -> dict[str, object]:
    """What the audit tells of a user: an officer, not a citizen, and no secret."""
    return {
        "login": user.login,
        "name": user.name,
        "roles": sorted(user.roles),
        "person": user.person,
        "contact": user.contact,
        "active": user.active,
    }


def _role(one: Role) -> dict[str, object]:
    return {"name": one.name, "permissions": sorted(one.permissions)}


async def _password() -> tuple[str, str]:
    plain = one_time_password()
    return plain, await hash_secret(plain)


def _roles(given: frozenset[str]) -> frozenset[str]:
    if not given:
        raise Invalid("a user needs a role; hotline1022 user roles shows them", error_id="roles-missing")
    return given


def _permissions(given: Iterable[str]) -> frozenset[Permission]:
    words = set(given)
    if unknown := words - {one.value for one in Permission}:
        text = f"{', '.join(sorted(unknown))}: no such permission; there are {', '.join(Permission)}"
        raise Invalid(text, error_id="permission-unknown")
    return frozenset(map(Permission, words))


async def _linked(tx: Work, user: User, before: User | None = None) -> None:
    """The person and the contact point are there."""
    had = (before.person, before.contact) if before else ("", "")
    if user.person not in ("", had[0]) and await tx.agents.person(check_person(user.person)) is None:
        text = f"there is no person {user.person!r}; add the person first"
        raise NotFound(text, error_id="person-not-found")
    if user.contact not in ("", had[1]) and not await tx.accounts.contact_there(user.contact):
        text = f"there is no contact point {user.contact!r}; hotline1022 directory show lists them"
        raise NotFound(text, error_id="contact-unknown")


def fact(kind: Kind, subject: str, at: datetime, detail: Mapping[str, object]) -> Fact:
    """What was changed of users or roles, by whoever acts."""
    act = acting()
    return Fact(
        at=at,
        kind=kind,
        actor=act.actor if act else "service",
        origin=act.origin if act else "service",
        subject=subject,
        detail=detail,
    )
