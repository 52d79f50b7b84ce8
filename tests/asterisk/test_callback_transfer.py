"""A citizen who was called back is put through to an agency: by code, by the phone's own button, from the screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.tickets.types import State
from tests.asterisk.callback_world import desk_of, talks
from tests.asterisk.cascade_api import Screen
from tests.asterisk.cascade_sound import takes
from tests.asterisk.cascade_world import TAKES_AFTER, agency, answering, called, outcomes, set_up, ticket
from tests.asterisk.test_callback import begun, logged, shown, state_of
from tests.asterisk.world import eventually, legs
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

KEYED, BUTTON, BACK, ROOM, NOBODY, PASSED = PLACES = tuple(agency(code) for code in range(751, 757))
PERSON = Answers(after=0.3, talk=90)
LINES = ("101", "102", "103")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with desk_of(tmp_path_factory.mktemp("put"), LINES, *PLACES) as one:
        yield one


async def test_by_code_the_agent_is_free_and_calls_somebody_else(desk: Screen) -> None:
    world = desk.world
    await set_up(world, KEYED, BUSY, PERSON)
    one = await talks(desk, "101", "0903122001")
    await one.key(KEYED.code)
    await one.agent.ended(10)
    specialist = await takes(world, KEYED.numbers[1], 1)

    async def free() -> bool:
        return await state_of(desk, "101") in {"ready", "wrap-up"}

    await eventually(free, "line 101 is not free", 5)
    other, phone = await begun(desk, "101", "0903122002", BUSY)
    await phone.ended(20)
    await asyncio.sleep(2)
    assert one.citizen.is_up and specialist.is_up
    await one.citizen.hangup()
    await specialist.ended(5)
    call, (kept,) = await one.ended("connected")
    assert outcomes(kept) == [("specialist", "office", "busy"), ("specialist", "mobile", "taken")]
    assert kept.row.origin == "phone"
    made = await ticket(world, call)
    assert made.state is State.ACCEPTED
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 2
    assert audio.heard_for(one.citizen.heard, specialist.frequency) > 2
    assert specialist.other == one.citizen.who, "the agency is shown her number, as of any citizen"
    assert str((await logged(world, other)).call.reason) == "citizen-busy"


async def test_by_the_phones_own_button(desk: Screen) -> None:
    world = desk.world
    await set_up(world, BUTTON, PERSON)
    one = await talks(desk, "102", "0903122011")
    await one.agent.refer(f"sip:{BUTTON.code}@{world.net.world.product}")
    specialist = await takes(world, BUTTON.numbers[0], 1)
    await one.agent.ended(5)
    await asyncio.sleep(2)
    await specialist.hangup()
    await one.citizen.ended(5)
    _, (kept,) = await one.ended("connected")
    assert (outcomes(kept), kept.row.origin) == ([("specialist", "office", "taken")], "phone")


async def test_from_the_screen_and_taken_back_before_anybody_picked_up(desk: Screen) -> None:
    world = desk.world
    await set_up(world, BACK, Rings())
    one = await talks(desk, "103", "0903122021")
    await one.transfer(BACK)
    await one.agent.ended(5)
    ringing = await world.net.number(BACK.numbers[0]).rings(20, nth=1)
    status, told = await desk.ask("POST", f"/api/calls/{one.id}/take-back")
    assert status == 200, told
    await ringing.ended(5)
    again = await answering(world, one.citizen.who, 1)
    assert again.who == one.agent.who
    assert (await shown(desk, "103", "talking"))["call"] == one.id
    await asyncio.sleep(2.5)
    await again.hangup()
    await one.citizen.ended(10)
    call, _ = await one.ended("taken-back")
    assert [leg.party for leg in legs(call, "agent")] == ["103", "103"]
    assert audio.heard_for(again.heard, one.citizen.frequency) > 2


async def test_introduced_in_private_and_connected(desk: Screen) -> None:
    world = desk.world
    await set_up(world, ROOM, PERSON)
    one = await talks(desk, "101", "0903122031")
    await one.transfer(ROOM, introduce=True)
    specialist = await called(world, ROOM.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(3)
    assert (await shown(desk, "101", "after"))["answered_at"]
    status, told = await desk.ask("POST", f"/api/calls/{one.id}/connect")
    assert status == 200, told
    await one.agent.ended(5)
    await asyncio.sleep(3)
    await one.citizen.hangup()
    await specialist.ended(5)
    call, (kept,) = await one.ended("connected")
    assert outcomes(kept) == [("specialist", "office", "taken")]
    assert len(legs(call, "agent")) == 1
    assert audio.heard_for(specialist.heard, one.agent.frequency) > 2
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 2


async def test_nobody_takes_her_and_the_agent_who_stayed_puts_her_through_again(desk: Screen) -> None:
    world = desk.world
    await set_up(world, NOBODY, BUSY, BUSY, BUSY, BUSY)
    await set_up(world, PASSED, PERSON, None, PERSON)
    one = await talks(desk, "102", "0903122041")
    await one.transfer(NOBODY, introduce=True)
    await asyncio.sleep(12)
    assert one.agent.is_up and one.citizen.is_up
    await one.agent.press(f"#1{PASSED.code}", gap=0.1)
    specialist = await takes(world, PASSED.numbers[0], 1)
    await one.agent.ended(5)
    await asyncio.sleep(2)
    await specialist.press("#2")
    leader = await takes(world, PASSED.numbers[2], 1)
    await specialist.ended(5)
    await asyncio.sleep(2)
    await leader.press("#0")
    await leader.ended(5)
    taker = await answering(world, one.citizen.who, 1)
    await asyncio.sleep(2.5)
    await one.citizen.hangup()
    await taker.ended(5)
    call, _ = await one.ended("nobody", "back")
    assert len(legs(call, "agent")) == 2
    assert audio.heard_for(taker.heard, one.citizen.frequency) > 2
