"""How often one may try at the door: what is said, and what is done for it, is the same for a name that nobody has; what is counted
stays small.
"""

import asyncio

import pytest
from sqlalchemy import event, func, select

from hotline1022.accounts.types import From
from hotline1022.core.errors import HotlineError
from hotline1022.db.tables_accounts import sign_in_try
from hotline1022.db.unit import Database
from hotline1022.service.accounts import password_look
from hotline1022.service.accounts.sign_in_tries import OF_ADDRESS, OF_BOTH, OF_NAME, WINDOW
from hotline1022.service.lines.pins import verify_pin
from tests.contract.database.account_world import HERE, NEW, World, code, told
from tests.lab.waiting import until

NAMES = ("lan", "nobody")


@pytest.fixture
async def world(database: Database) -> World:
    return await World(database).begin()


def place(number: int) -> From:
    return From(address=f"198.51.100.{number}")


async def said(world: World, login: str, password: str, whence: From) -> str:
    try:
        await world.desk.sign_in(login, password, whence)
    except HotlineError as error:
        return error.error_id
    return "in"


async def rows(world: World) -> int:
    async with world.database.reading() as tx:
        return (await tx._connection.execute(select(func.count()).select_from(sign_in_try))).scalar_one()


async def test_from_everywhere_a_name_that_nobody_has_is_answered_as_one_that_somebody_has(world: World) -> None:
    await world.settled()
    heard = {name: [await said(world, name, "guess", place(at)) for at in range(OF_NAME + 3)] for name in NAMES}
    assert heard["lan"] == heard["nobody"] == ["sign-in-wrong"] * OF_NAME + ["sign-in-wait"] * 3
    beside = {name: [await said(world, name, "guess", HERE) for _ in range(OF_BOTH + 1)] for name in NAMES}
    assert beside["lan"] == beside["nobody"], "also where the user came in before"
    world.now += WINDOW
    world.now += WINDOW
    assert await said(world, "lan", NEW, place(99)) == "in"


async def test_what_the_owner_does_is_not_seen_by_who_tries_the_name(world: World) -> None:
    await world.settled()
    near = From(address=f"{HERE.address}0")
    for name in NAMES:
        for whence in (place(1), near):
            assert [await said(world, name, "guess", whence) for _ in range(OF_BOTH)] == ["sign-in-wrong"] * OF_BOTH
    assert await said(world, "lan", NEW, HERE) == "in"
    for name in NAMES:
        assert [await said(world, name, "guess", whence) for whence in (place(1), near)] == ["sign-in-wait"] * 2
        left = [await said(world, name, "guess", place(at)) for at in range(10, 10 + OF_NAME)]
        assert left == ["sign-in-wrong"] * (OF_NAME - 2 * OF_BOTH) + ["sign-in-wait"] * (2 * OF_BOTH)


@pytest.mark.parametrize("tried", [0, OF_BOTH, OF_NAME])
async def test_for_a_name_that_nobody_has_the_same_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch, tried: int
) -> None:
    await world.settled()
    for name in NAMES:
        for at in range(tried):
            await said(world, name, "guess", place(1 if tried == OF_BOTH else at + 10))
    looks, statements, done = 0, [], {}

    async def counted(hashed: str, plain: str) -> bool:
        nonlocal looks
        looks += 1
        return await verify_pin(hashed, plain)

    def noted(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(" ".join(statement.split()).partition(" IN ")[0])  # none of them is written in another way

    monkeypatch.setattr(password_look, "verify_secret", counted)
    engines = {id(one): one.sync_engine for one in (world.database._engines.reader, world.database._engines.writer)}
    for engine in engines.values():
        event.listen(engine, "before_cursor_execute", noted)
    try:
        for name in NAMES:
            looks = 0
            statements.clear()
            answer = await said(world, name, "guess", place(1))
            done[name] = (answer, looks, tuple(statements))
    finally:
        for engine in engines.values():
            event.remove(engine, "before_cursor_execute", noted)
    assert done["lan"] == done["nobody"]
    assert done["lan"][1] == (0 if tried == OF_BOTH else 1), "what an address uses up is not looked at"


async def test_a_name_that_is_full_is_not_opened_from_elsewhere_by_the_right_password(world: World) -> None:
    await world.settled()
    for at in range(OF_NAME):
        await said(world, "lan", "guess", place(at))
    assert await said(world, "lan", NEW, place(77)) == "sign-in-wait"
    assert await said(world, "lan", NEW, HERE) == "in"


async def test_many_names_from_one_address_are_a_bounded_number_of_rows(world: World) -> None:
    await world.settled()
    answers = [await said(world, f"name{number}", "guess", place(1)) for number in range(200)]
    assert answers == ["sign-in-wrong"] * OF_ADDRESS + ["sign-in-wait"] * (200 - OF_ADDRESS)
    assert await rows(world) == 2 * OF_ADDRESS + 1
    world.now += WINDOW
    world.now += WINDOW
    await world.desk.sweep()
    assert await rows(world) == 0


async def test_no_more_is_counted_than_can_be_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends many at once, each from an address of its own, writes as fast as passwords are looked at, and no faster."""
    going, looking = asyncio.Event(), 0

    async def hanging(hashed: str, plain: str) -> bool:
        nonlocal looking
        looking += 1
        await going.wait()
        return False

    monkeypatch.setattr(password_look, "verify_secret", hanging)
    flood = [asyncio.create_task(said(world, f"name{number}", "guess", place(number))) for number in range(40)]
    await until(lambda: looking == password_look.AT_ONCE, "the first ones are looked at", 30)
    await asyncio.sleep(0.2)
    assert await rows(world) == 3 * password_look.AT_ONCE
    going.set()
    assert set(await asyncio.gather(*flood)) == {"sign-in-wrong"}


async def test_an_office_behind_one_address_signs_in_as_often_as_it_likes(world: World) -> None:
    await world.settled()
    for _ in range(OF_ADDRESS + 2):
        assert await said(world, "lan", NEW, HERE) == "in"
    assert await rows(world) == 0


async def test_with_a_second_factor_a_sign_in_counts_nowhere_in_the_end(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    assert await rows(world) == 3, "until the code is right"
    await world.desk.second(entered.signed, code(secret, world.now), HERE)
    assert await rows(world) == 0


async def test_who_mistypes_and_comes_in_may_mistype_again(world: World) -> None:
    await world.settled()
    for _ in range(2):
        heard = {await said(world, "lan", "guess", HERE) for _ in range(OF_BOTH - 1)}
        assert heard == {"sign-in-wrong"}
        assert await said(world, "lan", NEW, HERE) == "in"


async def test_a_new_password_frees_the_name(world: World) -> None:
    await world.settled()
    for at in range(OF_NAME):
        await said(world, "lan", "guess", place(at))
    given = await world.admin.reset("lan")
    assert await told(world.desk.sign_in("lan", NEW, place(1))) == "sign-in-wrong"
    assert await said(world, "lan", given.password, place(77)) == "in"
