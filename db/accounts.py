"""Roles, users and their secrets. Refuses to take the last one away who may change users, and what somebody else changed
meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from hotline1022.accounts.types import Permission, Role, Secret, User
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.db.sql import Repository, insert_new, run_many
from hotline1022.db.tables_accounts import recovery_code, role, sign_in_try, user_account, user_role
from hotline1022.db.tables_directory import contact_point
from hotline1022.db.tries import count_try, take_back_try

_USER = (
    "id",
    "login",
    "name",
    "person",
    "contact",
    "active",
    "must_change",
    "created_at",
    "last_sign_in_at",
    "version",
)
_WORDS = frozenset(one.value for one in Permission)


class AccountRepository(Repository):
    """Who may sign in, and what each may do."""

    async def roles(self) -> Sequence[Role]:
        """All, by id."""
        return [_role(row) for row in (await self._connection.execute(select(role).order_by(role.c.id))).mappings()]

    async def add_role(self, new: Role) -> None:
        """Refused `role-exists`."""
        done = await self._connection.execute(insert_new(self._dialect, role), _role_values(new))
        if not done.rowcount:
            raise Refused(f"there is a role {new.id} already; choose another id", error_id="role-exists")

    async def change_role(self, after: Role) -> Role:
        """Write it over the version that `after` names. NotFound `role-unknown`, Refused `role-changed`, `last-admin`."""
        await self._alone()
        values = _role_values(after) | {"version": after.version + 1}
        done = await self._connection.execute(
            update(role).where(role.c.id == after.id, role.c.version == after.version).values(values)
        )
        if not done.rowcount:
            await self._role_there(after.id)
            raise Refused(f"role {after.id} was changed meanwhile; look at it again", error_id="role-changed")
        await self._somebody_left()
        return _role(values)

    async def remove_role(self, id: str) -> None:
        """NotFound `role-unknown`, Refused `role-in-use`."""
        await self._alone()
        await self._role_there(id)
        if (await self._connection.execute(select(user_role).where(user_role.c.role_id == id).limit(1))).first():
            raise Refused(f"people have the role {id}; give them another one first", error_id="role-in-use")
        await self._connection.execute(delete(role).where(role.c.id == id))

    async def users(self) -> Sequence[User]:
        """All, by name typed."""
        return await self._users()

    async def user(self, id: str) -> User:
        """NotFound `user-unknown`."""
        found = await self._users(user_account.c.id == id)
        if not found:
            raise _nobody(id)
        return found[0]

    async def some(self, ids: Iterable[str]) -> Sequence[User]:
        """Those of these ids that there are."""
        wanted = sorted(set(ids))
        return await self._users(user_account.c.id.in_(wanted)) if wanted else []

    async def of_contact(self, contact: str) -> Sequence[User]:
        """Who is this contact point, shut out or not."""
        return await self._users(user_account.c.contact == contact)

    async def by_login(self, login: str) -> User | None:
        """Who types this."""
        found = await self._users(user_account.c.login == login)
        return found[0] if found else None

    async def allowed(self, roles: Iterable[str]) -> Sequence[frozenset[Permission]]:
        """What each of these roles allows; words of a later version of the program allow nothing."""
        rows = await self._connection.execute(select(role.c.permissions).where(role.c.id.in_(list(roles))))
        return [frozenset(Permission(word) for word in words if word in _WORDS) for words in rows.scalars()]

    async def add_user(self, new: User, secret: Secret) -> None:
        """Refused `user-exists`, `user-person-taken`, `user-contact-taken`; NotFound `role-unknown`."""
        await self._alone()
        await self._free(new)
        values = {name: getattr(new, name) for name in _USER} | _secret_values(secret) | {"totp_on": new.totp}
        await self._connection.execute(insert(user_account), [values])
        await self._give_roles(new)

    async def change_user(self, after: User) -> User:
        """Write it over the version that `after` names; secrets stay.

        NotFound `user-unknown`, `role-unknown`; Refused `user-changed`, `last-admin`, `user-exists`, `user-…-taken`.
        """
        await self._alone()
        before = await self.user(after.id)
        if before.version != after.version:
            raise Refused(f"user {before.login} was changed meanwhile; look at it again", error_id="user-changed")
        await self._free(after)
        values = {name: getattr(after, name) for name in ("login", "name", "person", "contact", "active")}
        await self._update(after.id, **values, version=after.version + 1)
        if after.roles != before.roles:
            await self._connection.execute(delete(user_role).where(user_role.c.user_id == after.id))
            await self._give_roles(after)
        await self._somebody_left()
        return await self.user(after.id)

    async def contact_there(self, id: str) -> bool:
        """Whether the directory has this contact point, today or not."""
        found = await self._connection.execute(select(contact_point.c.id).where(contact_point.c.id == id))
        return found.first() is not None

    async def lock(self, id: str) -> User:
        """One, and nobody changes it until this transaction ends; NotFound `user-unknown`."""
        if self._dialect == "postgresql":
            await self._connection.execute(select(user_account.c.id).where(user_account.c.id == id).with_for_update())
        return await self.user(id)

    async def secret(self, id: str) -> Secret:
        """What the door looks at; NotFound `user-unknown`."""
        found = await self._secret(id)
        if found is None:
            raise _nobody(id)
        return found

    async def at_the_door(self, login: str) -> tuple[User | None, Secret]:
        """Who types this, with what the door looks at; for nobody the same is asked of the database, and nothing found."""
        user = await self.by_login(login)
        return user, await self._secret(user.id if user else "") or Secret()

    async def set_password(self, id: str, hashed: str, *, must_change: bool, until: datetime | None) -> None:
        """As an Argon2id hash."""
        await self._update(id, password_hash=hashed, must_change=must_change, password_until=until)

    async def set_until(self, id: str, until: datetime) -> None:
        """A password that was given by somebody else is good so long."""
        await self._update(id, password_until=until)

    async def set_totp(self, id: str, sealed: bytes, *, on: bool) -> None:
        """A new second factor, in force or not yet; b"" takes it away. The recovery codes of the one before go with it."""
        await self.set_recovery(id, ())
        await self._update(id, totp=sealed, totp_on=on, totp_step=0)

    async def turn_totp_on(self, id: str) -> None:
        """The second factor that is there is in force."""
        await self._update(id, totp_on=True)

    async def take_step(self, id: str, step: int) -> bool:
        """A code of this step of 30 s was right; False when it, or a later one, was used before."""
        done = await self._connection.execute(
            update(user_account).where(user_account.c.id == id, user_account.c.totp_step < step).values(totp_step=step)
        )
        return bool(done.rowcount)

    async def set_recovery(self, id: str, hashes: Iterable[str]) -> None:
        """These, in place of those that were there."""
        await self._connection.execute(delete(recovery_code).where(recovery_code.c.user_id == id))
        await run_many(self._connection, insert(recovery_code), [{"user_id": id, "sha256": one} for one in hashes])

    async def take_recovery(self, id: str, hashed: str) -> bool:
        """Use one up; False when it is not there, or no more."""
        mine = (recovery_code.c.user_id == id, recovery_code.c.sha256 == hashed)
        return bool((await self._connection.execute(delete(recovery_code).where(*mine))).rowcount)

    async def recovery_left(self, id: str) -> int:
        """How many there are."""
        query = select(func.count()).select_from(recovery_code).where(recovery_code.c.user_id == id)
        return int((await self._connection.execute(query)).scalar_one())

    async def signed_in(self, id: str, at: datetime) -> None:
        """Note when."""
        await self._update(id, last_sign_in_at=at)

    async def tries(self, keys: Iterable[str], since: datetime) -> Mapping[str, int]:
        """How many tries there were; keys without any are left out."""
        wanted = (sign_in_try.c.key.in_(list(keys)), sign_in_try.c.last_at >= since)
        rows = await self._connection.execute(select(sign_in_try.c.key, sign_in_try.c.tries).where(*wanted))
        return {row.key: row.tries for row in rows}

    async def count_try(self, key: str, at: datetime, *, tries: int, since: datetime) -> bool:
        """Count one try at the door; see db/tries.py."""
        return await count_try(self._connection, sign_in_try, key, at, tries=tries, since=since)

    async def take_back_try(self, key: str, *, below: int) -> None:
        """One try less; see db/tries.py."""
        await take_back_try(self._connection, sign_in_try, key, below=below)

    async def forget_try(self, key: str) -> None:
        """All tries of this key."""
        await self._connection.execute(delete(sign_in_try).where(sign_in_try.c.key == key))

    async def forget_tries(self, *begins: str) -> None:
        """Those of all keys that begin so (they are hexadecimal with colons)."""
        for begin in begins:
            await self._connection.execute(delete(sign_in_try).where(sign_in_try.c.key.startswith(begin)))

    async def forget_old_tries(self, before: datetime) -> None:
        """Counts that shut nobody out any more."""
        await self._connection.execute(delete(sign_in_try).where(sign_in_try.c.last_at < before))

    # ------------------------------------------------------------ inside

    async def _secret(self, id: str) -> Secret | None:
        row = (await self._connection.execute(select(user_account).where(user_account.c.id == id))).mappings().first()
        if row is None:
            return None
        names = {
            "password": "password_hash",
            "password_until": "password_until",
            "totp": "totp",
            "totp_step": "totp_step",
        }
        return Secret(**{field: row[column] for field, column in names.items()})

    async def _users(self, *wanted: Any) -> list[User]:
        rows = (
            (await self._connection.execute(select(user_account).where(*wanted).order_by(user_account.c.login)))
            .mappings()
            .all()
        )
        ids = [row["id"] for row in rows]
        had: dict[str, set[str]] = {}
        query = select(user_role) if not wanted else select(user_role).where(user_role.c.user_id.in_(ids))
        for user_id, role_id in await self._connection.execute(query):
            had.setdefault(user_id, set()).add(role_id)
        return [
            User(
                **{name: row[name] for name in _USER},
                totp=row["totp_on"],
                roles=frozenset(had.get(row["id"], ())),
            )
            for row in rows
        ]

    async def _update(self, id: str, **values: Any) -> None:
        done = await self._connection.execute(update(user_account).where(user_account.c.id == id).values(values))
        if not done.rowcount:
            raise _nobody(id)

    async def _alone(self) -> None:
        """Whoever changes users and roles waits for who does: two admins must not take each other's rights at once."""
        if self._dialect == "postgresql":
            await self._connection.execute(select(role.c.id).order_by(role.c.id).with_for_update())

    async def _role_there(self, id: str) -> None:
        if not (await self._connection.execute(select(role.c.id).where(role.c.id == id))).first():
            raise NotFound(f"there is no role {id!r}; hotline1022 user roles shows them", error_id="role-unknown")

    async def _give_roles(self, one: User) -> None:
        for id in sorted(one.roles):
            await self._role_there(id)
            await self._connection.execute(insert(user_role), [{"user_id": one.id, "role_id": id}])

    async def _free(self, one: User) -> None:
        """Nobody else has its login, its person, its contact point."""
        table = user_account.c
        if (
            await self._connection.execute(select(table.id).where(table.login == one.login, table.id != one.id))
        ).first():
            raise Refused(f"there is a user {one.login} already; choose another name", error_id="user-exists")
        for name in ("person", "contact"):
            value = getattr(one, name)
            if not value or not one.active:
                continue
            wanted = (table[name] == value, table.active, table.id != one.id)
            found = (await self._connection.execute(select(table.login).where(*wanted))).scalar()
            if found is not None:
                text = f"{name} {value} belongs to user {found}; take it away there first"
                raise Refused(text, error_id=f"user-{name}-taken")

    async def _somebody_left(self) -> None:
        if not await self.somebody():
            text = "nobody would be left who may change users; give somebody else that right first"
            raise Refused(text, error_id="last-admin")

    async def somebody(self) -> bool:
        """Whether somebody who is not shut out may change users."""
        rows = await self._connection.execute(
            select(role.c.permissions)
            .join(user_role, user_role.c.role_id == role.c.id)
            .join(user_account, user_account.c.id == user_role.c.user_id)
            .where(user_account.c.active)
            .distinct()
        )
        return any(Permission.USERS in words for words in rows.scalars())


def _role(row: Mapping[Any, Any]) -> Role:
    known = frozenset(Permission(word) for word in row["permissions"] if word in _WORDS)
    return Role(id=row["id"], name=row["name"], permissions=known, version=row["version"])


def _role_values(one: Role) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "permissions": sorted(one.permissions), "version": one.version}


def _secret_values(one: Secret) -> dict[str, Any]:
    if one.password and not one.password.startswith("$argon2id$"):
        raise Invalid("a password is kept as its Argon2id hash alone")
    return {
        "password_hash": one.password,
        "password_until": one.password_until,
        "totp": one.totp,
        "totp_step": one.totp_step,
    }


def _nobody(id: str) -> NotFound:
    return NotFound(f"there is no user {id!r}; hotline1022 user list shows them", error_id="user-unknown")
