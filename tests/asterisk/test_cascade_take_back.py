"""An agent takes a citizen back: again and again, twice at once, to put her through anew by #1, and while the agent's own line dies."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Agency,
    agency,
    answering,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    rung,
    set_up,
    talk,
)
from tests.asterisk.world import eventually, legs, verify
from tests.lab import audio
from tests.lab.network import Answers, Leg, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

RINGING, PROMPT, BY_CODE, UNKNOWN, AT_ONCE, ALONE, LISTENING = (agency(code) for code in range(761, 768))
PERSON = Answers(after=0.3, talk=90)
#: seconds of the agent's death after the take-back was asked for: before, while and after the two are put together
DEATHS = {agency(770 + nth): nth * 0.08 for nth in range(6)}
LINES = tuple(str(number) for number in range(101, 107))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    places = (RINGING, PROMPT, BY_CODE, UNKNOWN, AT_ONCE, ALONE, LISTENING, *DEATHS)
    async with manned(tmp_path_factory.mktemp("back"), LINES, *places) as world, screen(world) as one:
        yield one


async def test_taken_back_twice_and_put_through_by_code_from_there(desk: Screen) -> None:
    world = desk.world
    await set_up(world, RINGING, Rings())
    await set_up(world, PROMPT, PERSON)
    await set_up(world, BY_CODE, PERSON)
    one = await talk(world, "0909610001")
    await asyncio.sleep(1)
    call = await desk.transfer(one, RINGING, introduce=True)
    ringing = await world.net.number(RINGING.numbers[0]).rings(20, nth=1)
    await desk.take_back(call)
    await ringing.ended(2)
    await asyncio.sleep(3)
    await desk.transfer(one, PROMPT, introduce=True)
    listening = await called(world, PROMPT.numbers[0])
    await asyncio.sleep(1)
    await desk.take_back(call)
    await listening.ended(2)
    await asyncio.sleep(3)
    assert one.agent.is_up
    await one.transfer(BY_CODE)
    specialist = await called(world, BY_CODE.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(3)
    await one.citizen.hangup()
    await world.quiet()
    logged = await world.logged(one.citizen)
    hunts = await cascades(world, logged, 3)
    assert [(str(kept.row.outcome), *outcomes(kept)) for kept in hunts] == [
        ("taken-back", ("specialist", "office", "cancelled")),
        ("taken-back", ("specialist", "office", "cancelled")),
        ("connected", ("specialist", "office", "taken")),
    ]
    assert (hunts[2].row.origin, hunts[2].row.line) == ("phone", one.line)
    # with the agent before, between and after, and with nobody whom she was not given
    (leg,) = legs(logged, "agent")
    both = audio.heard_for(one.agent.heard, one.citizen.frequency)
    assert leg.talk_ms / 1000 == pytest.approx(both, abs=1.0) and both > 6
    assert audio.heard_for(one.citizen.heard, one.agent.frequency) == pytest.approx(both, abs=1.5)
    assert audio.heard_for(listening.heard, one.citizen.frequency) == 0
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 2.5
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_a_code_that_no_agency_has_keyed_there_leaves_the_two_together(desk: Screen) -> None:
    world = desk.world
    await set_up(world, UNKNOWN, Rings())
    one = await talk(world, "0909610002")
    await asyncio.sleep(1)
    call = await desk.transfer(one, UNKNOWN, introduce=True)
    await world.net.number(UNKNOWN.numbers[0]).rings(20, nth=1)
    await desk.take_back(call)
    await asyncio.sleep(2)
    # neither what is no code, nor one that nobody has
    await one.agent.press("#15")
    await asyncio.sleep(5)
    assert one.agent.is_up and one.citizen.is_up
    await one.agent.press("#1799")

    async def asked() -> bool:
        return any(row["userdeftype"] == "HL_CASCADE_UNKNOWN" for row in world.product.journal())

    await eventually(asked, "no code was asked for", 10)
    await asyncio.sleep(4)
    await one.agent.hangup()
    await one.citizen.ended(3)
    await world.quiet()
    logged = await world.logged(one.citizen)
    assert len(legs(logged, "agent")) == 1
    heard = audio.tones(one.agent.heard, [one.citizen.frequency])
    assert heard[-2], f"the agent heard {heard}"
    no_silence(one.citizen)
    verify(world.product, logged)


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "is-free"])
async def test_two_take_backs_at_the_same_moment_are_one(desk: Screen, stays: bool) -> None:
    world = desk.world
    place = AT_ONCE if stays else ALONE
    await set_up(world, place, Rings())
    one = await talk(world, f"09096100{place.code - 700}")
    await asyncio.sleep(1)
    call = await desk.transfer(one, place, introduce=stays)
    ringing = await world.net.number(place.numbers[0]).rings(20, nth=1)
    await desk.state(call, "hunting")
    await asyncio.gather(desk.take_back(call), desk.take_back(call))
    await ringing.ended(2)
    agent = one.agent if stays else await answering(world, one.citizen.who, 2)
    await asyncio.sleep(4)
    assert agent.is_up and one.citizen.is_up
    await one.citizen.hangup()
    await agent.ended(3)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "cancelled")], "taken-back")
    assert [leg.party for leg in legs(logged, "agent")] == [one.line] * (1 if stays else 2), "rung once"
    assert audio.heard_for(agent.heard, one.citizen.frequency) > 3
    assert not audio.holes(agent.heard, one.citizen.frequency)[1 if stays else 0 :], "the two were parted"
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_taken_back_in_the_prompt_when_the_agent_has_left(desk: Screen) -> None:
    """Whoever is listening is cut off at once, the same agent is called, and the key that was not pressed is not missed."""
    world = desk.world
    await set_up(world, LISTENING, PERSON, PERSON)
    one = await talk(world, "0909610067")
    await asyncio.sleep(1)
    call = await desk.transfer(one, LISTENING)
    await one.agent.ended(5)
    listening = await called(world, LISTENING.numbers[0])
    await asyncio.sleep(0.5)
    await desk.take_back(call)
    await listening.ended(2)
    again = await answering(world, one.citizen.who, 2)
    await asyncio.sleep(3)
    await one.citizen.hangup()
    await again.ended(3)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "cancelled")], "taken-back")
    assert [leg.party for leg in legs(logged, "agent")] == [one.line] * 2, "the same agent"
    assert audio.heard_for(again.heard, one.citizen.frequency) > 2.5
    assert audio.heard_for(listening.heard, one.citizen.frequency) == 0
    assert audio.heard_for(one.citizen.heard, listening.frequency) == 0
    assert len(rung(world, LISTENING)) == 1, "nobody else is called"
    no_silence(one.citizen)
    verify(world.product, logged)


async def dies(desk: Screen, place: Agency, after: float) -> tuple[Leg, Leg]:
    """The agent's line dies that long after the take-back was asked for; gives the citizen and who has her then."""
    world = desk.world
    await set_up(world, place, Rings())
    one = await talk(world, f"09096102{place.code - 700}")
    call = await desk.transfer(one, place, introduce=True)
    await world.net.number(place.numbers[0]).rings(20, nth=1)
    await desk.state(call, "hunting")
    asked = asyncio.create_task(desk.take_back(call))
    await asyncio.sleep(after)
    await one.agent.hangup()
    await asked
    other = await answering(world, one.citizen.who, 2, limit=12)
    await asyncio.sleep(2)
    await one.citizen.hangup()
    await other.ended(3)
    return one.citizen, other


async def test_an_agent_whose_line_dies_in_that_moment_leaves_nobody_alone(desk: Screen) -> None:
    world = desk.world
    played = await asyncio.gather(*(dies(desk, place, after) for place, after in DEATHS.items()))
    await world.quiet()
    for citizen, other in played:
        logged = await world.logged(citizen)
        (kept,) = await cascades(world, logged)
        assert str(kept.row.outcome) == "taken-back"
        assert audio.heard_for(other.heard, citizen.frequency) > 1.5
        no_silence(citizen)
        verify(world.product, logged)
