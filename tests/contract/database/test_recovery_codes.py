"""Recovery codes over both databases: each opens once in place of a code, is throttled and told as one, and goes with the second factor."""

import asyncio

import pytest

from hotline1022.accounts.recovery import COUNT, hashed, new_codes, read
from hotline1022.accounts.types import Entered, Stage
from hotline1022.audit.types import Kind
from hotline1022.core.errors import Refused
from hotline1022.db.tables_accounts import recovery_code
from hotline1022.service.accounts.sign_in_tries import OF_CODE
from tests.contract.database.account_world import HERE, NEW, World, code, told, unpacked, world

__all__ = ["world"]


def test_codes_are_read_however_they_are_grouped() -> None:
    codes = new_codes()
    assert len({*codes}) == COUNT == 10
    one = codes[0]
    plain = one.replace("-", "")
    assert {read(text) for text in (one, plain, plain.upper(), f" {one.replace('-', ' ')} ")} == {plain}
    assert {read(text) for text in ("", "123456", "123 456", plain + "a", plain[:-1], "0" * 12, "é" * 12)} == {""}
    assert hashed(one, "u", "k") == hashed(plain.upper(), "u", "k") != hashed(one, "v", "k") != hashed(one, "u", "l")


async def on(world: World) -> tuple[Entered, list[str]]:
    """Lan, with a second factor in force and what opens in its place."""
    entered = await world.settled()
    secret = unpacked(await world.desk.begin_second(entered.signed, NEW, HERE))
    return entered, list(await world.desk.confirm_second(entered.signed, code(secret, world.now), HERE))


async def second(world: World, typed: str) -> Entered:
    half = await world.desk.sign_in("lan", NEW, HERE)
    return await world.desk.second(half.signed, typed, HERE)


async def test_each_opens_once_and_is_an_entry(world: World) -> None:
    entered, codes = await on(world)
    id = entered.signed.user.id
    assert len(codes) == COUNT and await world.desk.codes_left(id) == COUNT
    came = await second(world, codes[3].upper().replace("-", " "))
    assert came.signed.session.stage is Stage.FULL and await world.desk.codes_left(id) == COUNT - 1
    assert await told(second(world, codes[3])) == "code-wrong"
    assert await told(second(world, new_codes()[0])) == "code-wrong"
    assert (await second(world, codes[0])).signed.session.stage is Stage.FULL
    async with world.database.reading() as tx:
        facts = [dict(one.detail) async for one in tx.audit.of_kind(Kind.USER_SECOND_FACTOR)]
        kept = (await tx._connection.execute(recovery_code.select())).all()
    assert [one.get("left") for one in facts if one.get("recovery") == "used"] == [9, 8]
    assert len(kept) == 8 and not any(plain in repr((kept, facts)) for plain in codes)


async def test_of_many_at_once_one_comes_in(world: World) -> None:
    _, codes = await on(world)
    halves = [await world.desk.sign_in("lan", NEW, HERE) for _ in range(4)]
    done = await asyncio.gather(
        *(world.desk.second(one.signed, codes[0], HERE) for one in halves), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Entered", "Refused", "Refused", "Refused"], done


async def test_tries_are_counted_as_those_of_codes(world: World) -> None:
    _, codes = await on(world)
    half = await world.desk.sign_in("lan", NEW, HERE)
    for _ in range(OF_CODE):
        assert await told(world.desk.second(half.signed, new_codes()[0], HERE)) == "code-wrong"
    assert await told(world.desk.second(half.signed, codes[0], HERE)) == "sign-in-wait"


async def test_new_ones_take_the_place_of_all_and_want_the_password(world: World) -> None:
    entered, codes = await on(world)
    assert await told(world.desk.new_codes(entered.signed, "wrong", HERE)) == "password-wrong"
    others = await world.desk.new_codes(entered.signed, NEW, HERE)
    assert await world.desk.codes_left(entered.signed.user.id) == COUNT and not {*others} & {*codes}
    assert await told(second(world, codes[0])) == "code-wrong"
    await second(world, others[0])


@pytest.mark.parametrize("how", ["drop", "reset"])
async def test_they_go_with_the_second_factor(world: World, how: str) -> None:
    entered, _ = await on(world)
    id = entered.signed.user.id
    if how == "drop":
        await world.desk.drop_second(entered.signed, NEW, HERE)
        with pytest.raises(Refused) as caught:
            await world.desk.new_codes(entered.signed, NEW, HERE)
        assert caught.value.error_id == "second-off"
    else:
        await world.admin.reset("lan", second=True)
    assert await world.desk.codes_left(id) == 0


async def test_another_key_opens_nothing(world: World) -> None:
    _, codes = await on(world)
    world.desk._key = "another key"
    assert await told(second(world, codes[0])) == "code-wrong"
