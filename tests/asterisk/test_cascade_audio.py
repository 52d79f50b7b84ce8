"""Twenty transfers of each kind at once: every person's track is complete, second by second, and each heard whom they should.

This is where the usual recording on Debian's Asterisk loses whoever is bridged after somebody else in half of the calls.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.db.types import CallDetail
from hotline1022.recordings.types import TrackRow
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import Talk, agency, called, cascades, directory, no_silence, set_up, talk
from tests.asterisk.world import World, hotline, legs, verify
from tests.lab import audio
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
#: the longest gap that one key makes, seconds
KEY = 0.3
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    tables = f"[lines]\nnumbers = {list(LINES)}".replace("'", '"')
    folder = tmp_path_factory.mktemp("twenty")
    async with hotline(folder, tables, directory=directory(*PLACES), ring_seconds=20) as world:
        await world.people(*LINES)
        await world.on_duty(*LINES)
        for place in PLACES:
            await set_up(world, place, PERSON, None, PERSON)
        async with screen(world) as one:
            yield one


async def takes(world: World, number: str, nth: int) -> Leg:
    """The n-th call to this number is taken by 1."""
    leg = await called(world, number, nth)
    await asyncio.sleep(1.2)
    await leg.press("1")
    return leg


def tones(world: World, track: TrackRow, frequencies: set[int]) -> list[set[float]]:
    return audio.tones(world.product.settings.paths.recordings / track.path, frequencies, window=0.5)


def complete(world: World, call: CallDetail, one: Talk, people: list[Leg]) -> None:
    """Each person's own words are on their track without a hole, and each heard the citizen as long as they talked."""
    everybody = {one.citizen.frequency, one.agent.frequency, *(leg.frequency for leg in people)}
    for leg in legs(call, "contact"):
        phone = next(found for found in people if found.who == leg.party)
        said = [track for track in call.tracks if track.channel == leg.channel and str(track.side) == "r"]
        written = sum(track.duration_ms for track in said) / 1000
        assert written == pytest.approx(phone.lasted, abs=1.0)
        for track in said:
            heard = tones(world, track, everybody)
            assert all(found == {phone.frequency} for found in heard[2:-2]), f"{phone} said {heard}"
        # talk time of each person, against the ears of both
        hers = audio.heard_for(one.citizen.heard, phone.frequency)
        theirs = audio.heard_for(phone.heard, one.citizen.frequency)
        assert leg.talk_ms / 1000 == pytest.approx(hers, abs=1.0) and leg.talk_ms / 1000 == pytest.approx(
            theirs, abs=1.0
        )
        # a phone that sends a key sends no sound meanwhile: only who passed on may have such a gap
        gaps = audio.holes(one.citizen.heard, phone.frequency)
        assert all(gap.length <= KEY for gap in gaps) and (not gaps or len(people) == 2), gaps
    (words,) = [t for t in call.tracks if t.channel == call.call.id and str(t.side) == "r"]
    spoken = tones(world, words, everybody)
    assert all(found == {one.citizen.frequency} for found in spoken[2:-2]), f"{one.citizen} said {spoken}"
    no_silence(one.citizen)
    verify(world.product, call)


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
            complete(world, call, one, people)
