"""The private room of an introduction never holds one person alone: the agent's line dies in any moment of the joining.

One hotline has a door in its dialplan in which who pressed 1 stands for a second, so that the agent surely dies meanwhile.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Agency,
    agency,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    set_up,
    talk,
)
from tests.asterisk.world import World, eventually, verify
from tests.lab import audio
from tests.lab.network import Answers, Leg

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

PERSON = Answers(after=0.3, talk=90)
DOOR, DOOR_DEAD = agency(751), agency(752)
#: seconds from the key to the agent's death: before, while and after the two come into the room
DEATHS = {agency(753 + nth): 0.12 + nth * 0.05 for nth in range(6)}
LINES = tuple(str(number) for number in range(101, 107))
GUEST = " same => n,ConfBridge(hl1022-in-${HL_CALL},hl1022-room,hl1022-guest)\n"
#: a guest who stands alone in the room is fetched out of it in this time, seconds
ALONE = 2.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    folder = tmp_path_factory.mktemp("room")
    async with manned(folder, LINES, DOOR, DOOR_DEAD, *DEATHS) as world, screen(world) as one:
        yield one


@contextmanager
def a_door(world: World) -> Iterator[None]:
    """Who pressed 1 has seen that the agent is there, and enters a second later. Needs a reload before and after."""
    (file,) = world.product.config.parent.rglob("hl1022/cascade.conf")
    text = file.read_text(encoding="utf-8")
    assert text.count(GUEST) == 1
    file.write_text(text.replace(GUEST, f" same => n,Wait(1)\n{GUEST}"), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


async def reloaded(world: World) -> None:
    assert "reloaded" in await world.product.asterisk.cli("dialplan reload")


async def introduced(desk: Screen, place: Agency, caller: str, dies: float) -> tuple[Leg, Leg, Leg]:
    """The agent's line dies so many seconds after 1 was pressed; gives citizen, agent and specialist."""
    await set_up(desk.world, place, PERSON)
    one = await talk(desk.world, caller)
    await desk.transfer(one, place, introduce=True)
    specialist = await called(desk.world, place.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1", gap=dies)
    await one.agent.hangup()
    return one.citizen, one.agent, specialist


async def together(desk: Screen, citizen: Leg, agent: Leg, specialist: Leg) -> None:
    """She and the specialist hear each other soon after the agent has gone; the log says so."""
    world = desk.world
    logged = await world.logged(citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert kept.row.taken_at is not None and agent.ended_at is not None
    # the second in the door, and half of one for the pieces of the tracks
    assert kept.row.taken_at.timestamp() - agent.ended_at <= ALONE + 0.5
    assert audio.heard_for(citizen.heard, specialist.frequency) > 1.5
    assert audio.heard_for(specialist.heard, citizen.frequency) > 1.5
    no_silence(citizen)
    verify(world.product, logged)


async def talks(specialist: Leg, seconds: float = 2.5) -> None:
    """Time to be put together in, and to talk."""
    assert specialist.is_up
    await asyncio.sleep(ALONE + seconds)


async def test_the_agent_dies_while_the_specialist_stands_in_the_door(desk: Screen) -> None:
    world = desk.world
    with a_door(world):
        await reloaded(world)
    try:
        people = await introduced(desk, DOOR, "0909670001", 0.5)
        await talks(people[2])
        await people[0].hangup()
        await people[2].ended(5)
        await world.quiet()
        await together(desk, *people)
    finally:
        await reloaded(world)


async def test_the_service_is_dead_then(desk: Screen) -> None:
    world = desk.world
    with a_door(world):
        await reloaded(world)
    try:
        await set_up(world, DOOR_DEAD, PERSON)
        one = await talk(world, "0909670002")
        await desk.transfer(one, DOOR_DEAD, introduce=True)
        specialist = await called(world, DOOR_DEAD.numbers[0])
        await world.product.stop_service(signal.SIGKILL)
        await asyncio.sleep(TAKES_AFTER)
        await specialist.press("1", gap=0.5)
        await one.agent.hangup()
        await talks(specialist)
        await one.citizen.hangup()
        await specialist.ended(5)
        await world.quiet()
    finally:
        await reloaded(world)
        await world.product.start_service()
    await together(desk, one.citizen, one.agent, specialist)


async def test_whenever_the_agent_dies_the_two_talk_soon(desk: Screen) -> None:
    world = desk.world
    places = [(place, f"09096701{place.code - 700}", after) for place, after in DEATHS.items()]
    played = await asyncio.gather(*(introduced(desk, *one) for one in places))
    await talks(played[-1][2])
    for citizen, _, specialist in played:
        await citizen.hangup()
        await specialist.ended(5)
    await world.quiet()
    for people in played:
        await together(desk, *people)


async def test_no_guard_stays_behind(desk: Screen) -> None:
    """The channel that looks after the room is gone as soon as there is nobody to look for."""

    async def none() -> bool:
        return "hl1022-left-late" not in await desk.world.product.asterisk.cli("core show channels concise")

    await eventually(none, "a guard of a room is left", 4)
