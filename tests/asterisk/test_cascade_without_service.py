"""Transfers while the service is dead, or dies in the middle: the citizen is never in silence, and the log has it all afterwards."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.tickets.types import State
from tests.asterisk.cascade_api import screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    agency,
    answering,
    at_once,
    called,
    cascades,
    directory,
    no_silence,
    outcomes,
    rung,
    set_up,
    talk,
    ticket,
)
from tests.asterisk.world import World, eventually, hotline, verify
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

#: killed before the transfer (PLAIN: and nobody takes her), while the first rings, in the prompt, in the talk, in the passing on; the
#: other moments are in test_cascade_killed.py
DEAD, RINGING, PROMPT, TALK, PASSING, PLAIN, FROZEN, INTRODUCED = (agency(code) for code in range(731, 739))
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    everybody = directory(DEAD, RINGING, PROMPT, TALK, PASSING, PLAIN, FROZEN, INTRODUCED)
    async with hotline(tmp_path_factory.mktemp("dying"), directory=everybody, ring_seconds=20) as one:
        await one.people("101", "102", "103")
        await one.on_duty("101", "102", "103")

        async def kept() -> bool:
            return "plan-738" in await one.product.asterisk.cli("database show hl1022")

        await eventually(kept, "Asterisk's own database has no plans", 60)
        yield one


async def dies(world: World) -> None:
    """The service is killed, as by a power cut of its own."""
    await world.product.stop_service(signal.SIGKILL)


async def test_dead_before_the_transfer_the_plan_in_asterisk_is_followed(world: World) -> None:
    await set_up(world, DEAD, BUSY, PERSON)
    one = await talk(world, "0909700001")
    await dies(world)
    await asyncio.sleep(1)
    await one.transfer(DEAD)
    specialist = await called(world, DEAD.numbers[1])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(4)
    await specialist.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    await world.product.start_service()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert outcomes(kept) == [("specialist", "office", "busy"), ("specialist", "mobile", "taken")]
    at_once(kept, rung(world, DEAD))
    assert kept.row.code == "", "no ticket could be reserved"
    made = await ticket(world, call)
    assert (made.state, made.owner, made.agency) == (State.ACCEPTED, "cq-731-cv", "cq-731")
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 3
    no_silence(one.citizen)
    verify(world.product, call)


async def test_dead_and_nobody_takes_her_she_is_told_that_somebody_will_call_back(world: World) -> None:
    await set_up(world, PLAIN, BUSY, BUSY, BUSY, BUSY)
    one = await talk(world, "0909700006")
    await dies(world)
    await asyncio.sleep(1)
    await one.transfer(PLAIN)
    last = await world.net.number(PLAIN.numbers[3]).rings(30, nth=1)
    await last.ended(5)
    await asyncio.sleep(3)
    await one.citizen.press("0")
    agent = await answering(world, "0909700006", 2)
    await asyncio.sleep(2)
    await agent.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    await world.product.start_service()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert [how for _, _, how in outcomes(kept)] == ["busy"] * 4 and str(kept.row.outcome) == "nobody"
    made = await ticket(world, call)
    assert made.state is State.NEW and made.phone.endswith("909700006")
    said = [event.data["prompt"] for event in call.events if event.kind == "PromptStarted"]
    assert "hl1022/cascade-kept-plain" in said and not any(prompt.startswith("digits/") for prompt in said)
    no_silence(one.citizen)


@pytest.mark.parametrize("step", ["ringing", "prompt", "talk", "passing"])
async def test_killed_in_a_step_it_goes_on_and_is_in_the_log(world: World, step: str) -> None:
    place = {"ringing": RINGING, "prompt": PROMPT, "talk": TALK, "passing": PASSING}[step]
    await set_up(world, place, Rings() if step == "ringing" else PERSON, PERSON, PERSON)
    one = await talk(world, f"09097000{place.code - 700}")
    await asyncio.sleep(1)
    await one.transfer(place)
    if step == "ringing":
        await world.net.number(place.numbers[0]).rings(20, nth=1)
        await dies(world)
        taker = await called(world, place.numbers[1])
    else:
        taker = await called(world, place.numbers[0])
    if step == "prompt":
        await dies(world)
    await asyncio.sleep(TAKES_AFTER)
    await taker.press("1")
    await asyncio.sleep(3)
    if step == "talk":
        await dies(world)
        await asyncio.sleep(1)
    if step == "passing":
        await taker.press("#2")
        await dies(world)
        taker = await called(world, place.numbers[2])
        await asyncio.sleep(TAKES_AFTER)
        await taker.press("1")
        await asyncio.sleep(3)
    await taker.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    await world.product.start_service()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert str(kept.row.outcome) == "connected" and len(kept.row.code) == 8
    assert [how for _, _, how in outcomes(kept)] == {
        "ringing": ["no-answer", "taken"],
        "passing": ["taken", "taken"],
    }.get(step, ["taken"])
    made = await ticket(world, call)
    assert (made.state, made.code) == (State.ACCEPTED, kept.row.code)
    assert made.owner == (f"cq-{place.code}-ld" if step == "passing" else f"cq-{place.code}-cv")
    no_silence(one.citizen)
    verify(world.product, call)


async def test_killed_while_the_agent_introduces_hanging_up_still_connects(world: World) -> None:
    await set_up(world, INTRODUCED, PERSON)
    one = await talk(world, "0909700008")
    await asyncio.sleep(1)
    async with screen(world) as desk:
        call = await desk.transfer(one, INTRODUCED, introduce=True)
        specialist = await called(world, INTRODUCED.numbers[0])
        await asyncio.sleep(TAKES_AFTER)
        await specialist.press("1")
        await desk.state(call, "introducing")
    await dies(world)
    await asyncio.sleep(2)
    await one.agent.hangup()
    await asyncio.sleep(4)
    await one.citizen.hangup()
    await specialist.ended(5)
    await world.quiet()
    await world.product.start_service()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 3
    assert (await ticket(world, logged)).state is State.ACCEPTED
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_a_frozen_service_costs_two_seconds_and_no_silence(world: World) -> None:
    await set_up(world, FROZEN, PERSON)
    one = await talk(world, "0909700007")
    await asyncio.sleep(1)
    process = world.product.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        await one.transfer(FROZEN)
        specialist = await called(world, FROZEN.numbers[0])
        await asyncio.sleep(TAKES_AFTER)
        await specialist.press("1")
        await asyncio.sleep(2)
    finally:
        process.send_signal(signal.SIGCONT)
    await specialist.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert (await ticket(world, call)).state is State.ACCEPTED
    no_silence(one.citizen)
    verify(world.product, call)
