"""Whoever pressed 1 is cut off in that very moment: has not taken the citizen, and the next number rings at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from hotline1022.tickets.types import State
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Agency,
    Talk,
    agency,
    at_once,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    set_up,
    talk,
    ticket,
)
from tests.asterisk.world import World, verify
from tests.lab import audio
from tests.lab.network import Answers, Leg

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),
]

#: seconds from the key to the cut, five at a time: before, while and after the two are connected
CUTS = tuple(
    (agency(790 + nth % 5), delay) for nth, delay in enumerate((0.0, 0.02, 0.05, 0.1, 0.15, 0.18, 0.2, 0.22, 0.25, 0.3))
)
PLACES = tuple(place for place, _ in CUTS[:5])
LINES = tuple(str(number) for number in range(101, 106))
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with manned(tmp_path_factory.mktemp("cut"), LINES, *PLACES) as one:
        for place in PLACES:
            await set_up(one, place, PERSON, PERSON)
        yield one


async def cut_off(world: World, place: Agency, delay: float, round_: int) -> tuple[Talk, Leg, Leg]:
    """Gives who was cut off after pressing 1, and who took her then."""
    one = await talk(world, f"09096400{round_}{place.code - 790}")
    await one.transfer(place)
    first = await called(world, place.numbers[0], round_)
    await asyncio.sleep(TAKES_AFTER)
    await first.press("1", gap=delay)
    await first.hangup()
    second = await called(world, place.numbers[1], round_, limit=5)
    await asyncio.sleep(TAKES_AFTER)
    await second.press("1")
    await asyncio.sleep(3)
    await one.citizen.hangup()
    return one, first, second


@pytest.mark.parametrize("round_", [1, 2])
async def test_cut_off_after_1_the_next_number_rings_at_once(world: World, round_: int) -> None:
    cuts = CUTS[5 * (round_ - 1) :][:5]
    played = await asyncio.gather(*(cut_off(world, place, delay, round_) for place, delay in cuts))
    await world.quiet()
    for one, first, second in played:
        call = await world.logged(one.citizen)
        (kept,) = await cascades(world, call)
        assert [how for _, _, how in outcomes(kept)][1:] == ["taken"] and str(kept.row.outcome) == "connected"
        # cut off before the key was understood: nobody has pressed 1
        assert kept.steps[0].outcome in {"refused", "not-confirmed"} and kept.steps[0].taken_at is None
        at_once(kept, [first, second])
        assert first.ended_at is not None and kept.steps[1].started_at.timestamp() - first.ended_at <= 1.0
        assert second.answered_at is not None and kept.steps[1].ended_at is not None
        assert kept.steps[1].ended_at - kept.steps[1].started_at > timedelta(seconds=3)
        assert (await ticket(world, call)).state is State.ACCEPTED
        assert audio.heard_for(second.heard, one.citizen.frequency) > 2.5
        no_silence(one.citizen)
        verify(world.product, call)
