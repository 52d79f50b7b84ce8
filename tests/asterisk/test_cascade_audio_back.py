"""Twenty take-backs at any moment and twenty introductions with sound: nobody loses a second, nobody hears whom they should not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import complete, takes
from tests.asterisk.cascade_world import Talk, agency, called, cascades, manned, set_up, talk
from tests.asterisk.world import legs
from tests.lab import audio
from tests.lab.network import Answers, Leg, Rings

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
TALK = 3.0
PERSON = Answers(after=0.3, talk=90)
MOMENTS = ("rings", "prompt", "room")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with manned(tmp_path_factory.mktemp("forty"), LINES, *PLACES) as world, screen(world) as one:
        yield one


def moment(number: int) -> str:
    return MOMENTS[number % len(MOMENTS)]


async def taken_back(desk: Screen, number: int) -> tuple[Talk, Leg]:
    """While it rings, in the prompt, or after 1 in private; a little later each time."""
    world, place, nth = desk.world, PLACES[number % AT_A_TIME], number // AT_A_TIME + 1
    await set_up(world, place, Rings() if moment(number) == "rings" else PERSON)
    one = await talk(world, f"0909903{number:03d}")
    await asyncio.sleep(TALK / 2)
    call = await desk.transfer(one, place, introduce=True)
    if moment(number) == "rings":
        contact = await world.net.number(place.numbers[0]).rings(30, nth=nth)
    elif moment(number) == "prompt":
        contact = await called(world, place.numbers[0], nth)
    else:
        contact = await takes(world, place.numbers[0], nth)
    await asyncio.sleep(number * 0.1)
    await desk.take_back(call)
    await contact.ended(3)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    await one.agent.ended(3)
    return one, contact


async def connected(desk: Screen, number: int) -> tuple[Talk, Leg]:
    """From the screen, with a private talk first, and connected from there."""
    world, place, nth = desk.world, PLACES[number % AT_A_TIME], (RUNS + number) // AT_A_TIME + 1
    await set_up(world, place, PERSON)
    one = await talk(world, f"0909904{number:03d}")
    await asyncio.sleep(TALK / 2)
    call = await desk.transfer(one, place, introduce=True)
    contact = await takes(world, place.numbers[0], nth)
    await desk.state(call, "introducing")
    await asyncio.sleep(TALK / 2 + number * 0.05)
    assert (await desk.ask("POST", f"/api/calls/{call}/connect"))[0] == 200
    await one.agent.ended(5)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    await contact.ended(3)
    return one, contact


@pytest.mark.parametrize("play", [taken_back, connected], ids=lambda play: play.__name__)
async def test_twenty_with_every_track_complete(desk: Screen, play: object) -> None:
    world = desk.world
    assert play in (taken_back, connected)
    played: list[tuple[Talk, Leg]] = []
    run = taken_back if play is taken_back else connected
    for begin in range(0, RUNS, AT_A_TIME):
        played += await asyncio.gather(*(run(desk, begin + place) for place in range(AT_A_TIME)))
        await world.quiet()
    for number, (one, contact) in enumerate(played):
        call = await world.logged(one.citizen)
        (kept,) = await cascades(world, call)
        complete(world, call, one, [contact], by_code=False, partings=0 if play is connected else 1)
        private = play is connected or moment(number) == "room"
        assert (audio.heard_for(one.agent.heard, contact.frequency) > 0) == private
        if play is connected:
            assert str(kept.row.outcome) == "connected"
            assert audio.heard_for(one.citizen.heard, contact.frequency) > TALK - 1
        else:
            assert str(kept.row.outcome) == "taken-back"
            assert audio.heard_for(one.citizen.heard, contact.frequency) == 0
            (agent,) = legs(call, "agent")
            assert agent.talk_ms / 1000 > 1.5 * TALK - 0.5
