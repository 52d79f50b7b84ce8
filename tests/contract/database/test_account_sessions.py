"""What a session of a user lasts, and what ends it: time, the admin, the user, a restore."""

from datetime import timedelta

from sqlalchemy import select

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.db.tables_accounts import sign_in_try, user_session
from hotline1022.service.accounts.desk import AccountDesk, Terms, terms_of
from hotline1022.service.settings.desk import DeskSettings
from hotline1022.service.settings.tree import Settings
from tests.contract.database.account_world import AGENT, HERE, NEW, World, told, world

__all__ = ["world"]


async def test_how_long_one_stays_signed_in_is_a_setting(world: World) -> None:
    settings = Settings(desk=DeskSettings(idle_minutes=5, session_hours=1))
    assert terms_of(Settings()) == Terms()
    await world.settled()
    desk = AccountDesk(world.database, "the key of the accounts", lambda: world.now, lambda: terms_of(settings))
    one, two = [await desk.sign_in("lan", NEW, HERE) for _ in range(2)]
    world.now += timedelta(minutes=4)
    await desk.seen(two.signed)
    world.now += timedelta(minutes=1)
    assert await desk.find(one.token) is None and await desk.find(two.token) is not None
    settings = Settings(desk=DeskSettings(idle_minutes=60, session_hours=24))
    assert await desk.find(one.token) is not None, "in force at once"
    world.now += timedelta(minutes=54)
    assert await desk.find(two.token) is not None
    world.now += timedelta(minutes=1)
    assert await desk.find(two.token) is None, "the end of then"


async def test_sessions_that_timed_out_are_swept_and_counted_no_more(world: World) -> None:
    entered = await world.settled()
    world.now += Terms().idle
    assert await world.desk.sessions(entered.signed.user.id) == []
    again = await world.desk.sign_in("lan", NEW, HERE)
    await world.desk.sweep()
    assert await world.desk.sign_out_everywhere(again.signed, HERE, here=True) == 1
    world.now += timedelta(days=31)
    await world.desk.sweep()
    async with world.database.reading() as tx:
        for table in (user_session, sign_in_try):
            assert (await tx._connection.execute(select(table))).first() is None


async def test_a_reset_ends_all_sessions(world: World) -> None:
    entered = await world.settled()
    other = await world.desk.sign_in("lan", NEW, HERE)
    await world.admin.reset("lan")
    assert [await world.desk.find(one.token) for one in (entered, other)] == [None, None]
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"


async def test_a_session_ends_when_nobody_is_there_and_at_the_end_of_the_day(world: World) -> None:
    entered = await world.settled()
    world.now += Terms().idle - timedelta(minutes=1)
    await world.desk.seen(entered.signed)
    world.now += Terms().idle - timedelta(minutes=1)
    assert await world.desk.find(entered.token) is not None
    world.now += timedelta(minutes=2)
    assert await world.desk.find(entered.token) is None
    entered = await world.desk.sign_in("lan", NEW, HERE)
    for _ in range(24):
        world.now += timedelta(minutes=30)
        await world.desk.seen(entered.signed)
    assert await world.desk.find(entered.token) is None


async def test_signing_out_here_there_and_everywhere(world: World) -> None:
    one = await world.settled()
    two, three = [await world.desk.sign_in("lan", NEW, HERE) for _ in range(2)]
    admin = await world.admin.by_login("admin")
    assert len(await world.desk.sessions(one.signed.user.id)) == 3
    assert await world.desk.sign_out(one.signed, HERE, id=two.signed.session.id) == 1
    assert await world.desk.find(two.token) is None
    assert await world.desk.sign_out_everywhere(one.signed, HERE) == 1
    assert await world.desk.find(three.token) is None and await world.desk.find(one.token) is not None
    assert await world.desk.sign_out(one.signed, HERE) == 1
    assert await world.desk.sign_out(one.signed, HERE) == 0
    assert await world.desk.find(one.token) is None
    assert await world.admin.sign_out(admin.id) == 0


async def test_nobody_ends_the_session_of_another_by_its_id(world: World) -> None:
    lan = await world.settled()
    given = await world.admin.add(Wanted(login="minh", name="Minh", roles=AGENT))
    minh = await world.desk.sign_in("minh", given.password, HERE)
    assert await world.desk.sign_out(minh.signed, HERE, id=lan.signed.session.id) == 0
    assert await world.desk.find(lan.token) is not None


async def test_who_is_shut_out_is_out_at_once_and_other_rights_are_in_force_at_once(world: World) -> None:
    entered = await world.settled()
    lan = await world.admin.by_login("lan")
    lan = await world.admin.change(lan.id, lan.version, Wanted(roles=frozenset({"auditor"})))
    found = await world.desk.find(entered.token)
    assert found is not None and found.may(Permission.LISTEN) and not found.may(Permission.ANSWER)
    await world.admin.change(lan.id, lan.version, Wanted(active=False))
    assert await world.desk.find(entered.token) is None
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"
    assert await told(world.admin.reset("lan")) == "user-ended"


async def test_a_restore_lets_nobody_be_in_again(world: World) -> None:
    entered = await world.settled()
    async with world.database.transaction() as tx:
        assert await tx.sessions.end_all("restored") >= 1
    assert await world.desk.find(entered.token) is None
