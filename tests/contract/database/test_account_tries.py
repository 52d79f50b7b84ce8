"""Wrong tries at signing in: few from one place, few for one name, and nobody else shuts the owner out."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline1022.accounts.types import From, Permission, Stage
from hotline1022.db.tables_accounts import sign_in_try
from hotline1022.service.accounts.sign_in_tries import OF_ADDRESS, OF_BOTH, OF_NAME
from tests.contract.database.account_world import HERE, NEW, World, code, told, world

__all__ = ["world"]


@pytest.mark.parametrize("login", ["lan", "nobody", "", "x" * 5000, "lan\0", "' OR 1=1 --"])
async def test_a_wrong_one_is_not_told_apart(world: World, login: str) -> None:
    assert await told(world.desk.sign_in(login, "wrong", HERE)) == "sign-in-wrong"


async def test_few_tries_from_one_place_and_the_owner_still_comes_in(world: World) -> None:
    await world.settled()
    for _ in range(OF_BOTH):
        assert await told(world.desk.sign_in("lan", "guess", From(address="198.51.100.1"))) == "sign-in-wrong"
    assert await told(world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))) == "sign-in-wait"
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"
    world.now += timedelta(minutes=10, seconds=1)
    assert (await world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))).signed.user.login == "lan"


async def test_one_place_does_not_use_up_what_is_free_for_everybody(world: World) -> None:
    await world.settled()
    for _ in range(OF_NAME + 10):
        await told(world.desk.sign_in("lan", "guess", From(address="198.51.100.1")))
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"


async def test_ones_own_account_frees_nothing_for_the_names_of_others(world: World) -> None:
    await world.settled()
    for number in range(OF_ADDRESS - 1):
        await told(world.desk.sign_in(f"name{number}", "guess", HERE))
    await told(world.desk.sign_in("lan", "guess", HERE))
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wait", (
        "no success forgets what this address tried"
    )
    assert (await world.desk.sign_in("lan", NEW, From(address="203.0.113.9"))).signed.user.login == "lan"


async def test_what_is_full_is_refused_without_writing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(OF_BOTH):
        await told(world.desk.sign_in("lan", "guess", HERE))

    def writes() -> None:
        raise AssertionError("a refused try writes")

    monkeypatch.setattr(world.database, "transaction", writes)
    assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wait"


async def test_what_was_typed_in_the_wrong_field_is_kept_nowhere(world: World) -> None:
    await told(world.desk.sign_in("abcd-2fzr-k7mq-xyzw", "lan", HERE))
    async with world.database.reading() as tx:
        kept = (await tx._connection.execute(select(sign_in_try))).mappings().all()
    assert kept and "abcd" not in repr(kept) and "2fzr" not in repr(kept)


async def test_a_reset_frees_who_was_shut_out_at_the_own_place(world: World) -> None:
    await world.settled()
    for _ in range(OF_BOTH):
        await told(world.desk.sign_in("lan", "guess", HERE))
    given = await world.admin.reset("lan")
    assert (await world.desk.sign_in("lan", given.password, HERE)).signed.user.login == "lan"


async def test_many_at_the_same_moment_are_counted_as_many(world: World) -> None:
    attempts = (told(world.desk.sign_in("lan", "guess", HERE)) for _ in range(OF_BOTH + 4))
    answers = await asyncio.gather(*attempts)
    assert answers.count("sign-in-wrong") == OF_BOTH and answers.count("sign-in-wait") == 4


async def test_one_name_from_everywhere_is_shut_too_until_the_admin_resets_it(world: World) -> None:
    await world.settled()
    for number in range(OF_NAME):
        await told(world.desk.sign_in("lan", "guess", From(address=f"198.51.100.{number}")))
    assert await told(world.desk.sign_in("lan", NEW, From(address="203.0.113.9"))) == "sign-in-wait"
    given = await world.admin.reset("lan")
    entered = await world.desk.sign_in("lan", given.password, From(address="203.0.113.10"))
    assert entered.signed.session.stage is Stage.CHANGE


async def test_strangers_together_do_not_shut_a_user_out_of_the_own_place(world: World) -> None:
    """Whoever knows a name, such as admin, and has thirty addresses would keep its owner out of the house for ever."""
    entered = await world.settled()
    await world.desk.sign_out(entered.signed, HERE)
    for number in range(OF_NAME):
        await told(world.desk.sign_in("lan", "guess", From(address=f"198.51.100.{number}")))
    assert await told(world.desk.sign_in("lan", NEW, From(address="198.51.100.99"))) == "sign-in-wait"
    for _ in range(OF_BOTH - 1):
        assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wait", "as of a name that nobody has"
    back = await world.desk.sign_in("lan", NEW, HERE)
    assert back.signed.user.login == "lan"
    assert await told(world.desk.sign_in("lan", "guess", From(address="198.51.100.98"))) == "sign-in-wait", (
        "it frees no try for them, and is not seen"
    )
    changed = await world.desk.change_password(back.signed, NEW, f"{NEW} nong", HERE)
    await world.desk.sign_out(changed.signed, HERE)
    for _ in range(OF_BOTH):
        assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wrong"
    assert await told(world.desk.sign_in("lan", f"{NEW} nong", HERE)) == "sign-in-wait", (
        "no more tries there than anywhere"
    )


async def test_who_has_only_the_password_does_not_shut_the_owner_out(world: World) -> None:
    secret = await world.with_second()
    thief = await world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))
    for _ in range(10):
        await told(world.desk.second(thief.signed, "000000", From(address="198.51.100.1")))
    owner = await world.desk.sign_in("lan", NEW, HERE)
    assert (await world.desk.second(owner.signed, code(secret, world.now), HERE)).signed.may(Permission.ANSWER)
