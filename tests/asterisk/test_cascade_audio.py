"""Twenty transfers of each kind at once: every person's track is complete, second by second, and each heard whom they should.

This is where the usual recording on Debian's Asterisk loses whoever is bridged after somebody else in half of the calls.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import complete, takes
from tests.asterisk.cascade_world import Talk, agency, cascades, manned, set_up, talk
from tests.lab.network import Answers, Leg

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),
]
#: transfers of each kind, as many at a time as two cores carry
RUNS, AT_A_TIME = 20, 5
LINES = tuple(str(number) for number in range(120, 120 + AT_A_TIME))
PLACES = tuple(agency(code) for code in range(750, 750 + AT_A_TIME))
#: seconds with each person
TALK = 4.0
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with manned(tmp_path_factory.mktemp("twenty"), LINES, *PLACES) as world:
        for place in PLACES:
            await set_up(world, place, PERSON, None, PERSON)
        async with screen(world) as one:
            yield one


async def by_code(desk: Screen, number: int, place: int) -> tuple[Talk, list[Leg]]:
    """By code, and the specialist takes her."""
    world = desk.world
    one = await talk(world, f"0909900{number:03d}")
    await asyncio.sleep(TALK / 2)
    nth = len(world.net.number(PLACES[place].numbers[0]).legs) + 1
    await one.transfer(PLACES[place])
    specialist = await takes(world, PLACES[place].numbers[0], nth)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one, [specialist]


async def passed_on(desk: Screen, number: int, place: int) -> tuple[Talk, list[Leg]]:
    """By code, and the specialist passes her on to the leader."""
    world = desk.world
    one = await talk(world, f"0909901{number:03d}")
    await asyncio.sleep(TALK / 2)
    first, second = PLACES[place].numbers[0], PLACES[place].numbers[2]
    nth = [len(world.net.number(each).legs) + 1 for each in (first, second)]
    await one.transfer(PLACES[place])
    specialist = await takes(world, first, nth[0])
    await asyncio.sleep(TALK)
    await specialist.press("#2")
    leader = await takes(world, second, nth[1])
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one, [specialist, leader]


async def introduced(desk: Screen, number: int, place: int) -> tuple[Talk, list[Leg]]:
    """From the screen, with a private talk first."""
    world = desk.world
    one = await talk(world, f"0909902{number:03d}")
    await asyncio.sleep(TALK / 2)
    nth = len(world.net.number(PLACES[place].numbers[0]).legs) + 1
    call = await desk.transfer(one, PLACES[place], introduce=True)
    specialist = await takes(world, PLACES[place].numbers[0], nth)
    await desk.state(call, "introducing")
    await asyncio.sleep(TALK / 2)
    await one.agent.hangup()
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one, [specialist]


@pytest.mark.parametrize("path", [by_code, passed_on, introduced], ids=lambda path: path.__name__)
async def test_twenty_transfers_with_every_track_complete(desk: Screen, path: object) -> None:
    world = desk.world
    assert path in (by_code, passed_on, introduced)
    play = {by_code: by_code, passed_on: passed_on, introduced: introduced}[path]
    for begin in range(0, RUNS, AT_A_TIME):
        played = await asyncio.gather(*(play(desk, begin + place, place) for place in range(AT_A_TIME)))
        await world.quiet()
        for one, people in played:
            call = await world.logged(one.citizen)
            (kept,) = await cascades(world, call)
            assert str(kept.row.outcome) == "connected"
            complete(world, call, one, people, by_code=path is not introduced)
