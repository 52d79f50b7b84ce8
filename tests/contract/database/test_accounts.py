"""Users and roles: one login each, one account a person, and somebody is always left who may change users."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission, Role, Wanted
from hotline1022.audit.types import Kind
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.ids import PersonId
from hotline1022.db.tables_accounts import user_account
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.accounts.user_admin import FIRST_GOOD_FOR, GOOD_FOR, UserAdmin
from hotline1022.service.accounts.user_rights import rights_of
from tests.contract.database.made import HASH, T0

ADMINS = frozenset({"admin"})


@pytest.fixture
async def admin(database: Database) -> UserAdmin:
    """A house with its first admin."""
    made = UserAdmin(database, lambda: T0)
    assert await made.first() is not None
    return made


async def entries(database: Database, kind: Kind) -> list[dict[str, object]]:
    async with database.reading() as tx:
        return [dict(one.detail) async for one in tx.audit.of_kind(kind)]


def refused(error: pytest.ExceptionInfo[HotlineError]) -> str:
    return error.value.error_id


async def test_a_new_house_has_seven_roles_and_one_admin_once(database: Database) -> None:
    made = UserAdmin(database, lambda: T0)
    given = await made.first()
    assert given is not None and given.until == T0 + FIRST_GOOD_FOR
    assert given.user.must_change and given.user.roles == ADMINS
    assert await made.first() is None
    assert {one.id for one in await made.roles()} == {
        "admin", "agent", "auditor", "leader", "shift-manager", "specialist", "supervisor"
    }  # fmt: skip
    async with database.reading() as tx:
        rows = (await tx._connection.execute(select(user_account))).mappings().all()
    assert len(rows) == 1
    assert given.password not in repr(rows) and given.password not in repr(given)
    assert (await entries(database, Kind.USER_CHANGED))[0]["before"] is None


async def test_a_house_whose_people_cannot_change_users_gets_its_admin(database: Database) -> None:
    made = UserAdmin(database, lambda: T0)
    await made.add(Wanted(login="lan", name="Lan", roles=frozenset({"agent"})))
    given = await made.first()
    assert given is not None and given.user.login == "admin"
    assert await made.first() is None


async def test_two_processes_that_start_at_once_make_one_admin(database: Database) -> None:
    made = [UserAdmin(database, lambda: T0) for _ in range(3)]
    given = await asyncio.gather(*(one.first() for one in made), return_exceptions=True)
    assert sum(1 for one in given if one is not None and not isinstance(one, BaseException)) == 1
    assert len(await made[0].users()) == 1


async def test_a_user_is_made_with_a_password_for_three_days(admin: UserAdmin, database: Database) -> None:
    given = await admin.add(Wanted(login=" Lan.Nguyen ", name="Nguyễn  Thị Lan", roles=frozenset({"agent"})))
    assert (given.user.login, given.user.name, given.until) == ("lan.nguyen", "Nguyễn Thị Lan", T0 + GOOD_FOR)
    async with database.reading() as tx:
        secret = await tx.accounts.secret(given.user.id)
        assert secret.password.startswith("$argon2id$") and secret.password_until == T0 + GOOD_FOR
        assert (await rights_of(tx, given.user)).permissions == first_roles()[0].permissions
    told = (await entries(database, Kind.USER_CHANGED))[-1]
    assert told["after"] == {
        "active": True, "contact": "", "login": "lan.nguyen", "name": "Nguyễn Thị Lan", "person": "", "roles": ["agent"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted(login="ADMIN", name="x", roles=ADMINS), "user-exists"),
        (Wanted(login="lân", name="x", roles=ADMINS), "login-invalid"),
        (Wanted(login="a", name="x", roles=ADMINS), "login-invalid"),
        (Wanted(login="lan", name=" ", roles=ADMINS), "name-invalid"),
        (Wanted(login="lan", name="x\u202ey", roles=ADMINS), "name-invalid"),
        (Wanted(login="lan", name="x"), "roles-missing"),
        (Wanted(login="lan", name="x", roles=frozenset({"nobody"})), "role-unknown"),
        (Wanted(login="lan", name="x", roles=ADMINS, person="4711"), "person-not-found"),
        (Wanted(login="lan", name="x", roles=ADMINS, person="x"), "person-invalid"),
        (Wanted(login="lan", name="x", roles=ADMINS, contact="so-y-te"), "contact-unknown"),
    ],
)
async def test_what_cannot_be_changes_nothing(admin: UserAdmin, wanted: Wanted, error: str) -> None:
    with pytest.raises((Invalid, NotFound, Refused)) as caught:
        await admin.add(wanted)
    assert refused(caught) == error
    assert len(await admin.users()) == 1


async def test_a_person_has_one_account(admin: UserAdmin, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Lan", pin_hash=HASH, active=True))
    lan = (await admin.add(Wanted(login="lan", name="Lan", roles=frozenset({"agent"}), person="1001"))).user
    with pytest.raises(Refused) as caught:
        await admin.add(Wanted(login="lan2", name="Lan", roles=frozenset({"agent"}), person="1001"))
    assert refused(caught) == "user-person-taken"
    await admin.change(lan.id, lan.version, Wanted(active=False))
    await admin.add(Wanted(login="lan2", name="Lan", roles=frozenset({"agent"}), person="1001"))
    shut = await admin.by_login("lan")
    with pytest.raises(Refused) as caught:
        await admin.change(shut.id, shut.version, Wanted(active=True))
    assert refused(caught) == "user-person-taken"


async def test_who_saw_an_older_version_changes_nothing(admin: UserAdmin) -> None:
    lan = (await admin.add(Wanted(login="lan", name="Lan", roles=frozenset({"agent"})))).user
    done = await admin.change(lan.id, lan.version, Wanted(name="Nguyễn Thị Lan"))
    assert (done.name, done.version, done.roles) == ("Nguyễn Thị Lan", 2, frozenset({"agent"}))
    with pytest.raises(Refused) as caught:
        await admin.change(lan.id, lan.version, Wanted(roles=ADMINS))
    assert refused(caught) == "user-changed"
    assert (await admin.by_login("lan")).roles == frozenset({"agent"})


async def test_somebody_is_left_who_may_change_users(admin: UserAdmin) -> None:
    only = await admin.by_login("admin")
    role = next(one for one in await admin.roles() if one.id == "admin")
    less = sorted(role.permissions - {Permission.USERS})
    for attempt in (
        admin.change(only.id, only.version, Wanted(active=False)),
        admin.change(only.id, only.version, Wanted(roles=frozenset({"agent"}))),
        admin.change_role("admin", role.version, role.name, less),
    ):
        with pytest.raises(Refused) as caught:
            await attempt
        assert refused(caught) == "last-admin"
    assert await admin.by_login("admin") == only


async def test_two_admins_who_shut_each_other_out_at_once_leave_one(admin: UserAdmin) -> None:
    first = await admin.by_login("admin")
    second = (await admin.add(Wanted(login="two", name="Two", roles=ADMINS))).user
    done = await asyncio.gather(
        *(admin.change(one.id, one.version, Wanted(active=False)) for one in (first, second)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Refused", "User"]
    assert [one.active for one in await admin.users()].count(True) == 1


async def test_a_role_is_changed_as_it_was_seen_and_at_once(admin: UserAdmin, database: Database) -> None:
    made = await admin.add_role("thong-ke", "Thống kê", ["look", "reports"])
    user = (await admin.add(Wanted(login="tk", name="TK", roles=frozenset({"thong-ke", "auditor"})))).user
    after = await admin.change_role("thong-ke", made.version, "Thống kê", ["look"])
    assert after == Role(id="thong-ke", name="Thống kê", permissions=frozenset({Permission.LOOK}), version=2)
    async with database.reading() as tx:
        assert (await rights_of(tx, user)).permissions == {Permission.LOOK, Permission.LISTEN}
    for attempt, error in (
        (admin.change_role("thong-ke", 1, "x", []), "role-changed"),
        (admin.change_role("nobody", 1, "x", []), "role-unknown"),
        (admin.add_role("thong-ke", "x", []), "role-exists"),
        (admin.add_role("Thống", "x", []), "role-invalid"),
        (admin.change_role("thong-ke", 2, "x", ["fly"]), "permission-unknown"),
        (admin.remove_role("thong-ke"), "role-in-use"),
        (admin.remove_role("nobody"), "role-unknown"),
    ):
        with pytest.raises(HotlineError) as caught:
            await attempt
        assert refused(caught) == error
    await admin.change(user.id, user.version, Wanted(roles=frozenset({"auditor"})))
    await admin.remove_role("thong-ke")
    assert "thong-ke" not in {one.id for one in await admin.roles()}
    assert [one["after"] is None for one in await entries(database, Kind.ROLE_CHANGED)] == [False, False, True]


async def test_words_of_a_later_version_allow_nothing(admin: UserAdmin, database: Database) -> None:
    await admin.add_role("later", "Later", ["look"])
    user = (await admin.add(Wanted(login="tk", name="TK", roles=frozenset({"later"})))).user
    async with database.transaction() as tx:
        await tx._connection.exec_driver_sql(
            "UPDATE role SET permissions = '[\"look\", \"teleport\"]' WHERE id = 'later'"
        )
        assert (await rights_of(tx, user)).permissions == {Permission.LOOK}


async def test_a_hash_is_all_that_can_be_kept(admin: UserAdmin, database: Database) -> None:
    user = await admin.by_login("admin")
    with pytest.raises(HotlineError):
        async with database.transaction() as tx:
            await tx.accounts.set_password(user.id, "plain words", must_change=False, until=None)


async def test_old_counts_of_tries_go(database: Database) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    async with database.transaction() as tx:
        for second in range(4):
            at = now + timedelta(seconds=second)
            assert await tx.accounts.count_try("x", at, tries=4, since=at - timedelta(minutes=10))
        assert not await tx.accounts.count_try("x", now, tries=4, since=now - timedelta(minutes=10))
        assert await tx.accounts.tries(["x", "y"], now - timedelta(minutes=10)) == {"x": 4}
        await tx.accounts.forget_old_tries(now + timedelta(hours=1))
        assert await tx.accounts.count_try("x", now, tries=1, since=now - timedelta(minutes=10))


async def test_the_same_user_twice_is_not_made_by_a_race(admin: UserAdmin) -> None:
    wanted = Wanted(login="lan", name="Lan", roles=frozenset({"agent"}))
    done = await asyncio.gather(*(admin.add(wanted) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(one, Refused) and one.error_id == "user-exists" for one in done) == 2
    assert replace((await admin.by_login("lan")), id="") is not None
