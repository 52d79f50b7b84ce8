"""The transfer button of a phone: in a talk after a take-back, in the room of an introduction, by who was called, and for two calls.

Nobody is lost, nobody sits in silence, the recording goes on, and the log tells what became of it.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Agency,
    Talk,
    agency,
    answering,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    set_up,
    talk,
)
from tests.asterisk.world import eventually, legs, verify
from tests.lab import audio
from tests.lab.network import Answers, Leg, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

FIRST, NEXT, FREE, FREE_NEXT, QUICK, QUICK_NEXT, PRIVATE, TALKING = (agency(code) for code in range(771, 779))
PERSON = Answers(after=0.3, talk=90)
LINES = ("101", "102", "103", "104")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    places = (FIRST, NEXT, FREE, FREE_NEXT, QUICK, QUICK_NEXT, PRIVATE, TALKING)
    async with manned(tmp_path_factory.mktemp("button"), LINES, *places) as world, screen(world) as one:
        yield one


def at(desk: Screen, number: str | int) -> str:
    """A number of the hotline, as a phone's button asks for it."""
    return f"sip:{number}@{desk.world.net.world.product}"


async def in_vain(desk: Screen, leg: Leg, number: str | int) -> None:
    """This phone's button asks for that number, and its talk goes on."""
    await leg.refer(at(desk, number))

    async def refused() -> bool:
        return await leg.tells("TRANSFERSTATUS") == "FAILURE"

    await eventually(refused, f"{leg} was not refused {number}", 5)
    await leg.say(leg.frequency)
    await asyncio.sleep(0.5)
    assert leg.is_up


async def taken_back(desk: Screen, place: Agency, caller: str, *, stays: bool) -> Talk:
    """A citizen who is back with her agent; `stays`: in a room, else as a call of this phone."""
    world = desk.world
    await set_up(world, place, Rings())
    one = await talk(world, caller)
    call = await desk.transfer(one, place, introduce=stays)
    await world.net.number(place.numbers[0]).rings(20, nth=1)
    await desk.state(call, "hunting")
    await desk.take_back(call)
    agent = one.agent if stays else await answering(world, caller, 2)
    await asyncio.sleep(2.5)
    return Talk(world, one.citizen, agent, one.line)


async def is_taken(desk: Screen, one: Talk, place: Agency, hunts: int) -> None:
    """Somebody at the agency takes her, and the log has it all."""
    world = desk.world
    specialist = await called(world, place.numbers[0])
    await one.agent.ended(3)
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(3)
    await one.citizen.hangup()
    await specialist.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    kept = await cascades(world, logged, hunts)
    assert (outcomes(kept[-1]), str(kept[-1].row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert (kept[-1].row.origin, kept[-1].row.line) == ("phone", one.line)
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 2
    no_silence(one.citizen)
    verify(world.product, logged)


@pytest.mark.parametrize("stays", [True, False], ids=["in-a-room", "in-a-call"])
async def test_the_button_after_a_take_back_begins_a_further_hunt(desk: Screen, stays: bool) -> None:
    place, following = (FIRST, NEXT) if stays else (FREE, FREE_NEXT)
    await set_up(desk.world, following, PERSON)
    one = await taken_back(desk, place, f"09096800{place.code - 700}", stays=stays)
    # nowhere else: the two stay together
    for number in ("0901234567", "anew"):
        await in_vain(desk, one.agent, number)
        assert one.citizen.is_up, number
    await one.agent.refer(at(desk, following.code))
    await is_taken(desk, one, following, 2)


async def test_an_agent_who_keys_the_code_in_the_room_need_not_wait(desk: Screen) -> None:
    await set_up(desk.world, QUICK_NEXT, PERSON)
    one = await taken_back(desk, QUICK, "0909680020", stays=True)
    await one.agent.press(f"#1{QUICK_NEXT.code}", gap=0.1)
    await one.agent.hangup()
    await is_taken(desk, one, QUICK_NEXT, 2)


async def test_in_the_private_talk_the_button_does_nothing(desk: Screen) -> None:
    world = desk.world
    await set_up(world, PRIVATE, PERSON)
    one = await talk(world, "0909680030")
    call = await desk.transfer(one, PRIVATE, introduce=True)
    specialist = await called(world, PRIVATE.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "introducing")
    await in_vain(desk, one.agent, FREE.code)
    assert specialist.is_up and one.citizen.is_up
    await one.agent.hangup()
    await desk.state(call, "talking")
    await asyncio.sleep(2.5)
    await one.citizen.hangup()
    await specialist.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_whoever_was_called_cannot_send_her_anywhere(desk: Screen) -> None:
    world = desk.world
    await set_up(world, TALKING, PERSON)
    one = await talk(world, "0909680040")
    await one.transfer(TALKING)
    specialist = await called(world, TALKING.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(1)
    for number in (FREE.code, "0901234567"):
        await in_vain(desk, specialist, number)
        assert one.citizen.is_up, number
    await asyncio.sleep(2)
    await specialist.hangup()
    await one.citizen.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert not world.net.number("0901234567").legs
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_a_phone_that_joins_its_two_calls_has_her_back(desk: Screen) -> None:
    """She would stand in the phone's own codes, where nobody is."""
    world = desk.world
    one = await talk(world, "0909680050")
    await asyncio.sleep(1)
    for code in ("*43", "*11"):
        refused = await world.net.phone(one.line).dial(code)
        await refused.ended(3)
    second = await world.net.phone(one.line).dial("*13")
    await second.answered(5)
    await one.agent.join(second, str(world.net.world.product))
    await asyncio.gather(one.agent.ended(5), second.ended(5))
    again = await answering(world, one.citizen.who, 2)
    assert again.who == one.agent.who
    await asyncio.sleep(2.5)
    await one.citizen.hangup()
    await again.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    assert [leg.party for leg in legs(logged, "agent")] == [one.line] * 2
    assert audio.heard_for(again.heard, one.citizen.frequency) > 2
    no_silence(one.citizen, 3.0)
    verify(world.product, logged)

    async def not_paused() -> bool:
        return "paused" not in await world.product.asterisk.cli("queue show hl1022-main")

    await eventually(not_paused, "the line was paused by what she keyed", 2)
