"""What happens between the look at one's own password and the change that it was asked for: the password in force counts, and the
session that is open.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hotline1022.accounts.types import Entered, SignedIn, Wanted
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.service.accounts import password_look
from tests.contract.database.account_world import HERE, NEW, World, code, told

OTHER = "qua cau tre lac leo"
THIRD = "gio dua canh truc la da"
#: what asks for the own password
ACTS: dict[str, Callable[[World, SignedIn], Awaitable[object]]] = {
    "change": lambda world, signed: world.desk.change_password(signed, NEW, THIRD, HERE),
    "drop": lambda world, signed: world.desk.drop_second(signed, NEW, HERE),
    "begin": lambda world, signed: world.desk.begin_second(signed, NEW, HERE),
    "confirm": lambda world, signed: world.desk.confirm(signed, NEW, HERE),
}


@pytest.fixture
async def world(database: Database) -> World:
    return await World(database).begin()


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], Awaitable[object]]) -> None:
    """Once, right after the password was looked at (or the new one hashed), somebody else does something."""
    slow, done = getattr(password_look, name), False

    async def patched(*given: str) -> object:
        nonlocal done
        found = await slow(*given)
        if not done:
            done = True
            await act()
        return found

    monkeypatch.setattr(password_look, name, patched)


@pytest.mark.parametrize("what", list(ACTS))
async def test_a_password_that_was_changed_while_it_was_looked_at_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    entered = await world.settled()
    meanwhile(monkeypatch, "verify_secret", lambda: world.desk.change_password(entered.signed, NEW, OTHER, HERE))
    assert await told(ACTS[what](world, entered.signed)) == "password-wrong"
    assert (await world.desk.sign_in("lan", OTHER, HERE)).signed.user.login == "lan"


async def test_a_password_that_was_changed_while_the_new_one_was_hashed_is_not_overwritten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = await world.settled()
    meanwhile(monkeypatch, "hash_secret", lambda: world.desk.change_password(entered.signed, NEW, OTHER, HERE))
    assert await told(world.desk.change_password(entered.signed, NEW, THIRD, HERE)) == "password-wrong"
    assert (await world.desk.sign_in("lan", OTHER, HERE)).signed.user.login == "lan"


async def test_of_two_changes_at_once_one_passes(world: World) -> None:
    entered = await world.settled()
    wanted = [OTHER, THIRD, "nang am ven song que"]
    done = await asyncio.gather(
        *(world.desk.change_password(entered.signed, NEW, new, HERE) for new in wanted), return_exceptions=True
    )
    (place,) = [place for place, one in enumerate(done) if isinstance(one, Entered)]
    assert {one.error_id for one in done if isinstance(one, HotlineError)} == {"password-wrong"}
    assert (await world.desk.sign_in("lan", wanted[place], HERE)).signed.user.login == "lan"
    assert (await world.kinds()).count("user-password") == 2, "the first own one, and one more"


@pytest.mark.parametrize("what", ["reset", "shut out", "signed out"])
async def test_a_second_factor_stays_where_the_session_ended_while_the_password_was_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    secret = await world.with_second()
    begun = await world.desk.sign_in("lan", NEW, HERE)
    signed = (await world.desk.second(begun.signed, code(secret, world.now), HERE)).signed
    lan = await world.admin.by_login("lan")
    ends: dict[str, Callable[[], Awaitable[object]]] = {
        "reset": lambda: world.admin.reset("lan"),
        "shut out": lambda: world.admin.change(lan.id, lan.version, Wanted(active=False)),
        "signed out": lambda: world.desk.sign_out(signed, HERE),
    }
    meanwhile(monkeypatch, "verify_secret", ends[what])
    assert await told(world.desk.drop_second(signed, NEW, HERE)) == "session-over"
    assert (await world.admin.by_login("lan")).totp


async def test_a_second_factor_is_not_put_in_force_by_a_session_that_ended(world: World) -> None:
    entered = await world.settled()
    factor = await world.desk.begin_second(entered.signed, NEW, HERE)
    await world.desk.sign_out(entered.signed, HERE)
    assert factor.typed
    assert await told(world.desk.confirm_second(entered.signed, "000000", HERE)) == "session-over"
