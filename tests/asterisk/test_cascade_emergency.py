"""Whoever is being put through presses 9, or hangs up before anybody is rung: 115 at once, nobody left behind, the ticket stays."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.tickets.types import State
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Agency,
    Talk,
    agency,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    set_up,
    talk,
    ticket,
)
from tests.asterisk.world import keys, outcome, verify
from tests.lab import audio
from tests.lab.network import Answers, Leg, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

FREE, STAYS, ROOM, BY_CODE, BY_SCREEN = (agency(code) for code in range(781, 786))
PERSON = Answers(after=0.3, talk=90)
LINES = ("101", "102", "103")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with manned(tmp_path_factory.mktemp("nine"), LINES, FREE, STAYS, ROOM, BY_CODE, BY_SCREEN) as world:
        await world.net.number("115").does(Answers(after=0.3, talk=3))
        async with screen(world) as one:
            yield one


async def hunted(desk: Screen, place: Agency, caller: str) -> tuple[Talk, Leg]:
    """A citizen for whom somebody rings (the agent is free, or stays), or is told about her in the room."""
    world = desk.world
    await set_up(world, place, PERSON if place is ROOM else Rings())
    one = await talk(world, caller)
    await asyncio.sleep(1)
    call = await desk.transfer(one, place, introduce=place is not FREE)
    if place is not ROOM:
        return one, await world.net.number(place.numbers[0]).rings(20, nth=1)
    specialist = await called(world, place.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "introducing")
    await asyncio.sleep(1)
    return one, specialist


@pytest.mark.parametrize("place", [FREE, STAYS, ROOM], ids=["rings", "rings-agent-stays", "in-private"])
async def test_9_while_somebody_is_called_for_her_is_115_at_once(desk: Screen, place: Agency) -> None:
    world = desk.world
    one, contact = await hunted(desk, place, f"09096200{place.code - 700}")
    emergency = world.net.number("115")
    count = len(emergency.legs)
    await one.citizen.press("9", gap=0)
    helper = await emergency.rings(1, nth=count + 1)
    await asyncio.gather(contact.ended(2), one.agent.ended(2))
    await one.citizen.ended(15)
    await world.quiet()
    call = await world.logged(one.citizen)
    assert (outcome(call), keys(call)[-1]) == (("emergency", "emergency-answered"), "9")
    (kept,) = await cascades(world, call)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "hung-up")], "dropped")
    assert (await ticket(world, call)).state is State.NEW
    assert audio.heard_for(one.citizen.heard, helper.frequency) > 2.5
    assert audio.heard_for(helper.heard, one.citizen.frequency) > 2.5
    assert audio.heard_for(contact.heard, one.citizen.frequency) == 0 if place is ROOM else contact.answered_at is None
    no_silence(one.citizen)
    verify(world.product, call)


async def test_the_agents_of_those_citizens_take_calls_again(desk: Screen) -> None:
    world = desk.world
    talks = await asyncio.gather(*(talk(world, f"090962010{nth}") for nth in range(len(LINES))))
    assert {one.line for one in talks} == set(LINES)
    await asyncio.gather(*(one.citizen.hangup() for one in talks))
    await world.quiet()


@pytest.mark.parametrize("place", [BY_CODE, BY_SCREEN], ids=["by-code", "by-screen"])
async def test_she_hangs_up_in_the_first_words_of_the_transfer(desk: Screen, place: Agency) -> None:
    world = desk.world
    await set_up(world, place, Rings())
    one = await talk(world, f"09096202{place.code - 700}")
    await asyncio.sleep(1)
    if place is BY_CODE:
        await one.transfer(place)
    else:
        await desk.transfer(one, place)
        await one.agent.ended(5)
    await asyncio.sleep(1)
    await one.citizen.hangup()
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert (outcomes(kept), str(kept.row.outcome)) == ([], "dropped")
    assert not any(world.net.number(number).legs for number in place.numbers)
    made = await ticket(world, call)
    assert (made.state, made.code, made.agency) == (State.NEW, kept.row.code, place.id)
    verify(world.product, call)
