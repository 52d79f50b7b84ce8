"""Who was shut out at the desk, over both databases: no PIN opens a line, and who sits at one is logged out, however it came about."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline1022.accounts.types import User, Wanted
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.ids import PersonId
from hotline1022.core.standing import Standing
from hotline1022.db.stores import SqlAgentStore
from hotline1022.db.unit import Database
from hotline1022.queue.agents import Agents
from hotline1022.queue.types import AgentState, Person
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.lines.pins import hash_pin, verify_pin
from hotline1022.service.lines.shut_out import ShutOut
from tests.contract.database.made import HASH, at
from tests.unit.queue_memory import MemoryBell, MemoryHands

PIN = "471100"
ROLES = frozenset({"agent"})


@pytest.fixture
async def admin(database: Database) -> UserAdmin:
    made = UserAdmin(database, utc_now)
    await made.first()
    return made


async def add(database: Database, *people: str, hashed: str = HASH) -> None:
    async with database.transaction() as tx:
        for one in people:
            await tx.agents.add_person(Person(id=PersonId(one), name=f"Người {one}", pin_hash=hashed, active=True))


async def account(admin: UserAdmin, person: str, login: str = "lan") -> User:
    return (await admin.add(Wanted(login=login, name="Nguyễn Thị Lan", roles=ROLES, person=person))).user


async def active(admin: UserAdmin, user: User, is_: bool) -> None:
    known = await admin.user(user.id)
    await admin.change(user.id, known.version, Wanted(active=is_))


def agents_of(database: Database, hands: MemoryHands) -> Agents:
    return Agents(
        lines=("101", "102"),
        reasons=["1"],
        store=SqlAgentStore(database),
        hands=hands,
        bell=MemoryBell(),
        verify_pin=verify_pin,
        wrap_up=timedelta(seconds=10),
    )


async def test_what_somebody_is_stands_in_both_rows(database: Database, admin: UserAdmin) -> None:
    await add(database, "1001", "1002", "1003", "1004")
    lan, binh = await account(admin, "1001"), await account(admin, "1002", "binh")
    store = SqlAgentStore(database)

    async def all_of() -> dict[str, Standing]:
        return dict(await store.standings(["1001", "1002", "1003", "1004", "9999"]))

    here = dict.fromkeys(("1001", "1002", "1003", "1004"), Standing.IN_FORCE)
    assert await all_of() == here, "1003 and 1004 have no account, and need none; 9999 is nobody"
    await active(admin, lan, False)
    async with database.transaction() as tx:
        await tx.agents.change_person("1002", active=False)
        await tx.agents.change_person("1004", active=False)
    assert await all_of() == here | {
        "1001": Standing.SHUT_OUT,
        "1002": Standing.ENDED,
        "1004": Standing.ENDED,
    }
    await account(admin, "1001", "lan2")
    assert (await all_of())["1001"] is Standing.IN_FORCE, "another account has the person now"
    assert (await admin.user(binh.id)).active, "an account at the desk is not the person's end"
    assert dict(await store.standings([])) == {}


async def test_a_pin_opens_nothing_and_a_line_is_left(database: Database, admin: UserAdmin) -> None:
    await add(database, "1001", "1002", hashed=await hash_pin(PIN))
    lan = await account(admin, "1001")
    hands = MemoryHands()
    agents = agents_of(database, hands)
    watch = ShutOut(agents, SqlAgentStore(database))
    await agents.login("101", "1001", PIN)
    await agents.login("102", "1002", PIN)
    await watch.look()
    assert {view.person for view in agents.views()} == {"1001", "1002"}
    await active(admin, lan, False)
    await watch.look()
    assert [(view.person, view.state) for view in agents.views()] == [
        ("", AgentState.LOGGED_OUT),
        ("1002", AgentState.READY),
    ]
    assert {line for _, line in hands.members} == {"102"}
    with pytest.raises(Refused) as caught:
        await agents.login("101", "1001", PIN)
    assert caught.value.error_id == "pin-wrong"
    async with database.reading() as tx:
        assert [one.person for one in await tx.agents.open_sessions()] == ["1002"]
        over = await tx.agents.session_at("101", utc_now() - timedelta(milliseconds=1))
        assert over is None or over.end_reason == "shut-out"
    await active(admin, lan, True)
    assert (await agents.login("101", "1001", PIN)).person == "1001"


async def test_a_restart_lets_nobody_stay(database: Database, admin: UserAdmin) -> None:
    """Shut out while the service was down: Asterisk still has the member, and the database the session."""
    await add(database, "1001", hashed=await hash_pin(PIN))
    lan = await account(admin, "1001")
    hands = MemoryHands()
    await agents_of(database, hands).login("101", "1001", PIN)
    await active(admin, lan, False)
    anew = agents_of(database, hands)
    await anew.resync([])
    assert anew.view("101").person == "1001"
    await ShutOut(anew, SqlAgentStore(database)).look()
    assert anew.view("101").person == "" and hands.members == {}


async def test_who_is_shut_out_between_pin_and_session_gets_none(database: Database, admin: UserAdmin) -> None:
    await add(database, "1001")
    lan = await account(admin, "1001")
    store = SqlAgentStore(database)
    await active(admin, lan, False)
    with pytest.raises(Refused) as caught:
        await store.open_session("1001", "101", at(0))
    assert caught.value.error_id == "pin-wrong"
    with pytest.raises(NotFound):
        await store.open_session("9999", "101", at(0))


async def test_a_session_waits_for_who_is_just_being_shut_out(database: Database, admin: UserAdmin) -> None:
    await add(database, "1001")
    lan = await account(admin, "1001")
    async with database.transaction() as tx:
        await tx.accounts.change_user(replace(lan, active=False))
        opening = asyncio.create_task(SqlAgentStore(database).open_session("1001", "101", at(0)))
        done, _ = await asyncio.wait([opening], timeout=0.3)
        assert not done, "it was opened by what is in force no more"
    with pytest.raises(Refused) as caught:
        await opening
    assert caught.value.error_id == "pin-wrong"
