"""Passwords and second factors at the door: what each lets do, and what is refused, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline1022.accounts.types import Entered, Permission, Stage, Wanted
from hotline1022.core.errors import Invalid, Refused
from hotline1022.db.tables_accounts import user_account, user_session
from hotline1022.service.accounts import password_look
from hotline1022.service.accounts.desk import TO_CHANGE, AccountDesk
from hotline1022.service.accounts.user_admin import GOOD_FOR
from tests.contract.database.account_world import HERE, NEW, World, code, told, unpacked, world

__all__ = ["world"]


async def test_a_password_that_was_given_lets_nobody_do_anything_but_change_it(world: World) -> None:
    entered = await world.desk.sign_in(" Lan ", world.once, HERE)
    assert entered.signed.session.stage is Stage.CHANGE
    assert not entered.signed.may(Permission.ANSWER)
    changed = await world.desk.change_password(entered.signed, world.once, NEW, HERE)
    assert changed.signed.may(Permission.ANSWER) and not changed.signed.may(Permission.USERS)
    assert changed.token != entered.token
    assert await world.desk.find(entered.token) is None
    found = await world.desk.find(changed.token)
    assert found is not None and found.may(Permission.ANSWER) and not found.user.must_change
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "sign-in-wrong"
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.may(Permission.ANSWER)
    assert await world.kinds() == [
        "user-changed", "user-changed", "user-signed-in", "user-password", "user-signed-in"
    ]  # fmt: skip


async def test_nothing_that_lets_in_is_in_the_database(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    async with world.database.reading() as tx:
        kept = [
            repr((await tx._connection.execute(select(table))).mappings().all())
            for table in (user_account, user_session)
        ]
    text = "".join(kept)
    for hidden in (world.once, NEW, entered.token, repr(secret)[2:-1], secret.hex()):
        assert hidden not in text
    assert entered.token not in repr(entered)


async def test_a_given_password_ends(world: World) -> None:
    world.now += GOOD_FOR
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "password-over"


@pytest.mark.parametrize("what", ["reset", "shut"])
async def test_a_password_that_is_taken_away_while_it_is_looked_at_opens_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await world.settled()
    lan = await world.admin.by_login("lan")

    async def slow(hashed: str, plain: str) -> bool:
        if what == "reset":
            await world.admin.reset("lan")
        else:
            await world.admin.change(lan.id, lan.version, Wanted(active=False))
        return True

    monkeypatch.setattr(password_look, "verify_secret", slow)
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"
    assert await world.desk.sessions(lan.id) == []


async def test_a_given_password_is_changed_within_a_quarter_of_an_hour_of_its_first_use(world: World) -> None:
    await world.desk.sign_in("lan", world.once, HERE)
    world.now += TO_CHANGE
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "password-over"


async def test_a_second_factor_stands_between(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    assert entered.signed.session.stage is Stage.SECOND and not entered.signed.may(Permission.ANSWER)
    assert await told(world.desk.change_password(entered.signed, NEW, NEW + " x", HERE)) == "session-over"
    assert await told(world.desk.second(entered.signed, "000 000", HERE)) == "code-wrong"
    done = await world.desk.second(entered.signed, code(secret, world.now), HERE)
    assert done.signed.may(Permission.ANSWER) and done.token != entered.token
    assert await world.desk.find(entered.token) is None
    again = await world.desk.sign_in("lan", NEW, HERE)
    assert await told(world.desk.second(again.signed, code(secret, world.now), HERE)) == "code-wrong", "used"
    late = code(secret, world.now)
    world.now += timedelta(seconds=30)
    assert await told(world.desk.second(again.signed, late, HERE)) == "code-wrong", "used, though within the leeway"
    assert (await world.desk.second(again.signed, code(secret, world.now), HERE)).signed.may(Permission.ANSWER)


async def test_one_code_lets_one_in(world: World) -> None:
    secret = await world.with_second()
    entered = [await world.desk.sign_in("lan", NEW, HERE) for _ in range(3)]
    now = code(secret, world.now)
    done = await asyncio.gather(*(world.desk.second(one.signed, now, HERE) for one in entered), return_exceptions=True)
    assert sum(isinstance(one, Entered) for one in done) == 1


async def test_codes_are_not_guessed(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    for _ in range(5):
        assert await told(world.desk.second(entered.signed, "123456", HERE)) == "code-wrong"
    assert await told(world.desk.second(entered.signed, code(secret, world.now), HERE)) == "sign-in-wait"


async def test_a_lost_telephone_is_taken_away_by_the_admin(world: World) -> None:
    await world.with_second()
    given = await world.admin.reset("lan", second=True)
    entered = await world.desk.sign_in("lan", given.password, HERE)
    assert entered.signed.session.stage is Stage.CHANGE and not entered.signed.user.totp


async def test_a_factor_of_another_key_or_another_user_is_not_taken(world: World) -> None:
    secret = await world.with_second()
    other = AccountDesk(world.database, "another key", lambda: world.now)
    entered = await other.sign_in("lan", NEW, HERE)
    assert await told(other.second(entered.signed, code(secret, world.now), HERE)) == "code-unreadable"


async def test_ones_own_password_is_asked_for_again(world: World) -> None:
    entered = await world.settled()
    assert await told(world.desk.begin_second(entered.signed, "wrong", HERE)) == "password-wrong"
    assert await told(world.desk.change_password(entered.signed, "wrong", "abc", HERE)) == "password-wrong"
    secret = unpacked(await world.desk.begin_second(entered.signed, NEW, HERE))
    assert await told(world.desk.confirm_second(entered.signed, "1", HERE)) == "code-wrong"
    await world.desk.confirm_second(entered.signed, code(secret, world.now), HERE)
    signed = await world.desk.find(entered.token)
    assert signed is not None and signed.user.totp
    assert await told(world.desk.begin_second(signed, NEW, HERE)) == "second-on"
    assert await told(world.desk.drop_second(signed, "wrong", HERE)) == "password-wrong"
    await world.desk.drop_second(signed, NEW, HERE)
    again = await world.desk.sign_in("lan", NEW, HERE)
    assert again.signed.may(Permission.ANSWER)


@pytest.mark.parametrize(
    ("new", "error"),
    [("ngan", "password-short"), ("matkhau12345", "password-weak"), ("nguyenthilan", "password-weak"),
     ("Binhduong2026", "password-weak"), ("x" * 129, "password-long"), (NEW, "password-same")],
)  # fmt: skip
async def test_what_is_guessed_is_no_password(world: World, new: str, error: str) -> None:
    entered = await world.settled()
    with pytest.raises((Invalid, Refused)) as caught:
        await world.desk.change_password(entered.signed, NEW, new, HERE)
    assert caught.value.error_id == error
    assert new not in str(caught.value)
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"


async def test_a_factor_that_the_admin_takes_away_has_its_entry_and_none_that_was_not_there(world: World) -> None:
    await world.with_second()
    before = (await world.kinds()).count("user-second-factor")
    await world.admin.reset("lan", second=True)
    await world.admin.reset("lan", second=True)
    assert (await world.kinds()).count("user-second-factor") == before + 1
