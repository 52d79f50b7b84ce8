"""Twenty citizens who come back to 1022 in each way, with sound: passed back by `#0`, by 0 when nobody took them, to the agent who stayed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import complete, takes, told
from tests.asterisk.cascade_world import Agency, Talk, agency, answering, cascades, manned, set_up, talk
from tests.asterisk.world import eventually
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Leg

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),
]
#: citizens of each kind, and how many are in the house at a time
RUNS, AT_A_TIME = 20, 10
LINES = tuple(str(number) for number in range(120, 120 + AT_A_TIME))
PLACES = tuple(agency(code) for code in range(750, 750 + AT_A_TIME))
#: seconds with each person
TALK = 2.0
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with manned(tmp_path_factory.mktemp("ends"), LINES, *PLACES) as world, screen(world) as one:
        yield one


async def passed_back(desk: Screen, place: Agency, caller: str) -> tuple[Talk, list[Leg], Leg]:
    """Who took her passes her back: the next free agent."""
    world = desk.world
    nth = len(world.net.number(place.numbers[0]).legs) + 1
    one = await talk(world, caller)
    await asyncio.sleep(TALK / 2)
    await one.transfer(place)
    specialist = await takes(world, place.numbers[0], nth)
    await asyncio.sleep(TALK)
    await specialist.press("#0")
    again = await answering(world, caller, 2)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one, [specialist], again


async def zero(desk: Screen, place: Agency, caller: str) -> tuple[Talk, list[Leg], Leg]:
    """Nobody takes her; she presses 0 while her code is spoken: the next free agent."""
    world = desk.world
    nth = len(world.net.number(place.numbers[3]).legs) + 1
    one = await talk(world, caller)
    await asyncio.sleep(TALK / 2)
    await one.transfer(place)
    last = await world.net.number(place.numbers[3]).rings(30, nth=nth)
    await last.ended(5)
    await asyncio.sleep(TALK / 2)
    await one.citizen.press("0")
    again = await answering(world, caller, 2)
    await asyncio.sleep(TALK)
    await again.hangup()
    await one.citizen.ended(10)
    return one, [], again


async def stayed(desk: Screen, place: Agency, caller: str) -> tuple[Talk, list[Leg], None]:
    """Nobody takes her: she is back with the agent who stayed."""
    world = desk.world
    one = await talk(world, caller)
    await asyncio.sleep(TALK / 2)
    call = await desk.transfer(one, place, introduce=True)

    async def together() -> bool:
        return any(
            row["eventenum"] == "BRIDGE_ENTER" and row["uniqueid"] == call and "softmix" in row["eventextra"]
            for row in world.product.journal()
        )

    await eventually(together, f"{caller} is not in the room with her agent", 30)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    await one.agent.ended(3)
    return one, [], None


@pytest.mark.parametrize("play", [passed_back, zero, stayed], ids=lambda play: play.__name__)
async def test_twenty_with_every_track_complete(desk: Screen, play: object) -> None:
    world = desk.world
    kind = (passed_back, zero, stayed).index(play)
    run = (passed_back, zero, stayed)[kind]
    for place in PLACES:
        await set_up(world, place, *((PERSON,) if run is passed_back else (BUSY,) * 4))

    async def lane(number: int) -> list[tuple[Talk, list[Leg], Leg | None]]:
        """One after the other with the same agency, beside the other agencies; they do not all call in one moment."""
        await asyncio.sleep(number * 0.4)
        return [
            await run(desk, PLACES[number], f"090990{5 + kind}{each:03d}") for each in range(number, RUNS, AT_A_TIME)
        ]

    lanes = await asyncio.gather(*(lane(number) for number in range(AT_A_TIME)))
    await world.quiet()
    sounds = world.product.settings.paths.prompts / "sounds" / "vi" / "hl1022"
    heard: list[bool] = []
    for one, people, again in [each for found in lanes for each in found]:
        call = await world.logged(one.citizen)
        (kept,) = await cascades(world, call)
        assert str(kept.row.outcome) == {passed_back: "back", zero: "nobody", stayed: "nobody"}[run]
        back = [] if again is None else [again]
        complete(world, call, one, people, again=back, by_code=run is not stayed, partings=1 if run is stayed else 0)
        last = again or one.agent
        assert audio.heard_for(last.heard, one.citizen.frequency) > TALK - 0.5
        prompts = ("cascade-wait", "cascade-back")
        heard.append(all(told(one.citizen.heard, sounds / f"{prompt}.alaw") for prompt in prompts))
    # one in ten may have had late packets just then
    assert heard.count(True) >= 0.9 * RUNS, heard
