"""A citizen who was called back is put through, and it does not go well: nobody there, 115, hang-ups, a wrong code, the service or
Asterisk killed. She is never left alone, and the log has all of it.
"""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.core.outcomes import Reason, Result
from hotline1022.tickets.types import State
from tests.asterisk.callback_world import desk_of, talks
from tests.asterisk.cascade_api import Screen
from tests.asterisk.cascade_sound import takes
from tests.asterisk.cascade_world import agency, answering, cascades, outcomes, set_up, ticket
from tests.asterisk.test_callback import logged, still_listed
from tests.asterisk.world import eventually, keys, legs
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

NOBODY, NINE, GONE, ALONE, STATIC, RINGING, KILLED = PLACES = tuple(agency(code) for code in range(761, 768))
PERSON = Answers(after=0.3, talk=90)
LINES = ("101", "102", "103")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with desk_of(tmp_path_factory.mktemp("ends"), LINES, *PLACES) as one:

        async def kept() -> bool:
            return f"plan-{STATIC.code}" in await one.world.product.asterisk.cli("database show hl1022")

        await eventually(kept, "Asterisk's own database has no plans", 60)
        yield one


async def test_nobody_takes_her_she_hears_the_code_and_0_leads_to_an_agent(desk: Screen) -> None:
    world = desk.world
    await set_up(world, NOBODY, BUSY, BUSY, BUSY, BUSY)
    one = await talks(desk, "101", "0903133001")
    await one.key(NOBODY.code)
    await one.agent.ended(10)
    for line in LINES:
        await world.net.phone(line).does(Answers(after=0.3))

    async def told() -> bool:
        _, found = await desk.ask("GET", f"/api/calls/{one.id}")
        return any(event["data"].get("prompt") == "hl1022/cascade-zero" for event in found["events"])

    await eventually(told, "she is not told of 0", 60)
    await one.citizen.press("0")
    agent = await answering(world, one.citizen.who, 1)
    await asyncio.sleep(2.5)
    _, shown = await desk.ask("GET", f"/api/lines/{agent.who.removeprefix('line-')}/call")
    assert shown["call"] and shown["call"]["call"] == one.id, (
        "the page has her, though the queue knows her channel alone"
    )
    await agent.hangup()
    await one.citizen.ended(10)
    call, _ = await one.ended("nobody")
    made = await ticket(world, call)
    assert made.state is State.NEW and made.phone.endswith("903133001")
    assert keys(call)[-1] == "0"
    assert audio.heard_for(agent.heard, one.citizen.frequency) > 2
    _, figures = await desk.ask("GET", "/api/queue")
    assert not figures.get("waiting"), figures


async def test_9_while_somebody_is_called_for_her_is_115(desk: Screen) -> None:
    world = desk.world
    await world.net.number("115").does(Answers(after=0.3, talk=3))
    await set_up(world, NINE, Rings())
    one = await talks(desk, "102", "0903133011")
    await one.transfer(NINE, introduce=True)
    ringing = await world.net.number(NINE.numbers[0]).rings(20, nth=1)
    await one.citizen.press("9", gap=0)
    helper = await world.net.number("115").rings(2, nth=1)
    assert helper.other.endswith("903133011"), "115 is shown her number"
    await asyncio.gather(ringing.ended(2), one.agent.ended(2))
    await one.citizen.ended(15)
    call, (kept,) = await one.ended("dropped", reason=Reason.EMERGENCY_ANSWERED)
    assert outcomes(kept) == [("specialist", "office", "hung-up")]
    assert any(event.kind == "EmergencyStarted" for event in call.events)
    assert audio.heard_for(helper.heard, one.citizen.frequency) > 2


async def test_she_hangs_up_while_somebody_is_called(desk: Screen) -> None:
    world = desk.world
    await set_up(world, GONE, Rings())
    await set_up(world, ALONE, Rings())
    free, stays = await talks(desk, "101", "0903133021"), await talks(desk, "103", "0903133022")
    await free.key(GONE.code)
    await stays.transfer(ALONE, introduce=True)
    ringing = [await world.net.number(one.numbers[0]).rings(20, nth=1) for one in (GONE, ALONE)]
    await asyncio.sleep(1)
    await asyncio.gather(free.citizen.hangup(), stays.citizen.hangup())
    await asyncio.gather(*(leg.ended(3) for leg in ringing), stays.agent.ended(3))
    for one in (free, stays):
        call, (kept,) = await one.ended("dropped")
        assert outcomes(kept) == [("specialist", "office", "hung-up")]
        assert (await ticket(world, call)).state is State.NEW


async def test_a_code_that_nobody_has_brings_her_back_to_the_phone(desk: Screen) -> None:
    world = desk.world
    one = await talks(desk, "102", "0903133031")
    await one.key(799)
    await one.agent.ended(10)
    again = await answering(world, one.citizen.who, 1)
    assert again.who == one.agent.who
    await asyncio.sleep(2)
    await one.citizen.hangup()
    await again.ended(5)
    call, _ = await one.ended()
    assert [leg.party for leg in legs(call, "agent")] == ["102", "102"]


async def test_a_phone_that_joins_its_two_calls_has_her_back(desk: Screen) -> None:
    world = desk.world
    one = await talks(desk, "103", "0903133041")
    second = await world.net.phone("103").dial("*13")
    await second.answered(5)
    await one.agent.join(second, str(world.net.world.product))
    await asyncio.gather(one.agent.ended(5), second.ended(5))
    again = await answering(world, one.citizen.who, 1)
    assert again.who == one.agent.who
    await asyncio.sleep(2.5)
    await one.citizen.hangup()
    await again.ended(5)
    call, _ = await one.ended(silence=3.0)
    assert audio.heard_for(again.heard, one.citizen.frequency) > 2
    assert [leg.party for leg in legs(call, "agent")] == ["103", "103"]


async def test_the_service_is_killed_and_she_goes_on(desk: Screen) -> None:
    """One for whom somebody rings in that moment, with her agent waiting; and one whose agent keys the code after it."""
    world = desk.world
    await set_up(world, RINGING, Answers(after=3, talk=90))
    await set_up(world, STATIC, PERSON)
    rung, late = await talks(desk, "101", "0903133051"), await talks(desk, "102", "0903133052")
    await rung.transfer(RINGING, introduce=True)
    await world.net.number(RINGING.numbers[0]).rings(20, nth=1)
    await world.product.stop_service(signal.SIGKILL)
    await late.key(STATIC.code)
    await late.agent.ended(10)
    first = await takes(world, RINGING.numbers[0], 1)
    await asyncio.sleep(3)
    await rung.agent.hangup()
    second = await takes(world, STATIC.numbers[0], 1)
    await asyncio.sleep(3)
    await asyncio.gather(rung.citizen.hangup(), second.hangup())
    await asyncio.gather(first.ended(5), late.citizen.ended(5))
    await world.quiet()
    await world.product.start_service()
    for one, phone in ((rung, first), (late, second)):
        call, (kept,) = await one.ended("connected")
        assert outcomes(kept) == [("specialist", "office", "taken")]
        assert (await ticket(world, call)).state is State.ACCEPTED
        assert audio.heard_for(phone.heard, one.citizen.frequency) > 2
    assert audio.heard_for(first.heard, rung.agent.frequency) > 2, "a private talk first"


async def test_asterisk_is_killed_while_the_agency_has_her(desk: Screen) -> None:
    world = desk.world
    await set_up(world, KILLED, PERSON)
    one = await talks(desk, "103", "0903133061")
    await one.key(KILLED.code)
    await one.agent.ended(10)
    specialist = await takes(world, KILLED.numbers[0], 1)
    await asyncio.sleep(6)
    await world.product.asterisk.kill9()
    await asyncio.sleep(1)
    await world.product.asterisk.start()
    await asyncio.gather(one.citizen.hangup(), specialist.hangup())
    await world.net.quiet(product=world.product.asterisk, limit=60)
    call = await logged(world, one.id)
    assert (call.call.result, call.call.reason) == (Result.FAILED, Reason.END_UNKNOWN)
    (kept,) = await cascades(world, call)
    assert str(kept.row.outcome) == "lost" and kept.row.taken_at is not None
    assert {str(track.kind) for track in call.tracks} == {"agent", "citizen", "contact"}
    assert (await ticket(world, call)).state is State.ACCEPTED
    assert not await still_listed(desk, "0903133061"), "the agent had talked with her"
