"""Transfers to an agency, by code from the agent's phone: every outcome of a step, chains of them, who passes on, who hangs up.

What the log, the ticket and the recordings say is compared with what the telephones saw.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from hotline1022.tickets.types import State
from tests.asterisk.cascade_sound import code_twice, unsent
from tests.asterisk.cascade_world import (
    RING,
    TAKES_AFTER,
    Agency,
    agency,
    answering,
    at_once,
    called,
    cascades,
    causes,
    directory,
    is_told,
    no_silence,
    outcomes,
    rang,
    rung,
    set_up,
    shut,
    talk,
    ticket,
)
from tests.asterisk.world import World, agrees, hotline, keys, legs, outcome, verify
from tests.lab import audio
from tests.lab.network import BUSY, REJECTS, UNREACHABLE, Answers, Leg, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

CHAIN, NOBODY, DROPPED, PASSED, BACK, SHUT, SHARED = (agency(code) for code in range(711, 718))
SHUT = replace(SHUT, hours=shut())
MISSING, TWICE = agency(718, missing=(0, 2)), agency(720)
SHORT = replace(agency(719), hunt=("leader.office 5", "specialist.mobile 8"))
MACHINE = Answers(after=0.3, talk=60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    everybody = directory(CHAIN, NOBODY, DROPPED, PASSED, BACK, SHUT, SHARED, MISSING, SHORT, TWICE)
    async with hotline(tmp_path_factory.mktemp("cascade"), directory=everybody, ring_seconds=20) as one:
        await one.people("101", "102", "103")
        await one.on_duty("101", "102", "103")
        yield one


async def test_busy_a_machine_no_answer_and_the_leader_takes(world: World) -> None:
    await set_up(world, CHAIN, BUSY, MACHINE, Rings(), MACHINE)
    one = await talk(world, "0909500001")
    await asyncio.sleep(2)
    await one.transfer(CHAIN)
    leader = await called(world, CHAIN.numbers[3], limit=60)
    await asyncio.sleep(TAKES_AFTER)
    await leader.press("1")
    await asyncio.sleep(5)
    await leader.hangup()
    await one.citizen.ended(15)
    await world.quiet()
    call = await world.logged(one.citizen)
    assert outcome(call) == ("answered", "agent-answered")
    (kept,) = await cascades(world, call)
    assert outcomes(kept) == [
        ("specialist", "office", "busy"),
        ("specialist", "mobile", "not-confirmed"),
        ("leader", "office", "no-answer"),
        ("leader", "mobile", "taken"),
    ]
    at_once(kept, rung(world, CHAIN))
    rang(world.net.number(CHAIN.numbers[2]).legs[0])
    assert (str(kept.row.outcome), kept.row.taken_by, kept.row.category) == ("connected", "cq-711-ld", "construction")
    assert causes(kept) == [17, 16, 0, 16]
    made = await ticket(world, call)
    assert (made.state, made.owner, made.agency) == (State.ACCEPTED, "cq-711-ld", "cq-711")
    assert (made.code, made.category_name) == (kept.row.code, "Xây dựng")
    # what the telephones saw
    agrees(call, one.citizen, one.agent, *rung(world, CHAIN))
    verify(world.product, call)
    talked = next(leg for leg in legs(call, "contact") if leg.party == CHAIN.numbers[3])
    heard = audio.heard_for(leader.heard, one.citizen.frequency)
    assert talked.talk_ms / 1000 == pytest.approx(heard, abs=0.6) and heard > 4
    assert audio.heard_for(one.citizen.heard, leader.frequency) == pytest.approx(heard, abs=0.6)
    assert not audio.holes(one.citizen.heard, leader.frequency)
    machine = world.net.number(CHAIN.numbers[1]).legs[0]
    assert audio.heard_for(one.citizen.heard, machine.frequency) == 0, "the machine swallowed the citizen"
    no_silence(one.citizen)


async def test_nobody_the_code_is_spoken_and_0_leads_to_an_agent(world: World) -> None:
    await set_up(world, NOBODY, REJECTS, UNREACHABLE, BUSY, Rings())
    one = await talk(world, "0909500002")
    await asyncio.sleep(1)
    await one.transfer(NOBODY)
    last = await world.net.number(NOBODY.numbers[3]).rings(40, nth=1)
    await last.ended(20)
    await is_told(world, one.citizen, "hl1022/cascade-zero")
    await one.citizen.press("0")
    agent = await answering(world, "0909500002", 2)
    await asyncio.sleep(2)
    await one.citizen.hangup()
    await agent.ended(5)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert [how for _, _, how in outcomes(kept)] == ["refused", "unreachable", "busy", "no-answer"]
    at_once(kept, rung(world, NOBODY))
    rang(last)
    assert causes(kept) == [21, 19, 17, 0]
    agrees(call, one.citizen, one.agent, agent, *rung(world, NOBODY))
    assert str(kept.row.outcome) == "nobody" and kept.row.taken_at is None
    made = await ticket(world, call)
    assert made.state is State.NEW and made.code == kept.row.code and made.phone.endswith("909500002")
    assert keys(call)[-1] == "0"
    code_twice(call, one.citizen, made.code)
    no_silence(one.citizen)
    verify(world.product, call)


async def test_the_citizen_hangs_up_in_the_second_step(world: World) -> None:
    await set_up(world, DROPPED, BUSY, MACHINE)
    one = await talk(world, "0909500003")
    await asyncio.sleep(1)
    await one.transfer(DROPPED)
    specialist = await called(world, DROPPED.numbers[1])
    await asyncio.sleep(1)
    await one.citizen.hangup()
    await specialist.ended(2)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert outcomes(kept) == [("specialist", "office", "busy"), ("specialist", "mobile", "hung-up")]
    assert str(kept.row.outcome) == "dropped"
    assert (await ticket(world, call)).state is State.NEW, "the ticket stays"
    verify(world.product, call)


async def test_who_took_the_citizen_passes_her_on_to_the_leader(world: World) -> None:
    await set_up(world, PASSED, MACHINE, MACHINE, MACHINE, MACHINE)
    one = await talk(world, "0909500004")
    await asyncio.sleep(1)
    await one.transfer(PASSED)
    specialist = await called(world, PASSED.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(4)
    await specialist.press("#2")
    await specialist.ended(5)
    leader = await called(world, PASSED.numbers[2])
    assert specialist.other == leader.other == "0909500004", "her number, asserted beside ours"
    await asyncio.sleep(TAKES_AFTER)
    await leader.press("1")
    await asyncio.sleep(4)
    await one.citizen.hangup()
    await leader.ended(5)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert outcomes(kept) == [("specialist", "office", "taken"), ("leader", "office", "taken")]
    assert (str(kept.row.outcome), kept.row.passed, kept.row.taken_by) == ("connected", "leader", "cq-714-ld")
    assert (await ticket(world, call)).owner == "cq-714-ld"
    assert causes(kept) == [16, 16]
    agrees(call, one.citizen, one.agent, specialist, leader)
    first, second = legs(call, "contact")
    for leg, phone in ((first, specialist), (second, leader)):
        heard = audio.heard_for(phone.heard, one.citizen.frequency)
        assert leg.talk_ms / 1000 == pytest.approx(heard, abs=0.6) and heard > 3
        assert audio.heard_for(one.citizen.heard, phone.frequency) == pytest.approx(heard, abs=0.7)
    no_silence(one.citizen)
    verify(world.product, call)


async def test_who_took_the_citizen_passes_her_back_to_1022(world: World) -> None:
    await set_up(world, BACK, MACHINE)
    one = await talk(world, "0909500005")
    await asyncio.sleep(1)
    await one.transfer(BACK)
    specialist = await called(world, BACK.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(3)
    await specialist.press("#0")
    await specialist.ended(5)
    agent = await answering(world, "0909500005", 2)
    await asyncio.sleep(2)
    await agent.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert (str(kept.row.outcome), kept.row.passed) == ("back", "back")
    assert outcomes(kept) == [("specialist", "office", "taken")]
    assert (await ticket(world, call)).state is State.NEW
    no_silence(one.citizen)


async def outside_hours(world: World) -> Leg:
    one = await talk(world, "0909500006")
    await one.transfer(SHUT)
    await is_told(world, one.citizen, "hl1022/cascade-kept")
    await one.citizen.hangup()
    return one.citizen


async def numbers_missing(world: World) -> Leg:
    await set_up(world, MISSING, None, MACHINE)
    one = await talk(world, "0909500007")
    await one.transfer(MISSING)
    specialist = await called(world, MISSING.numbers[1])
    await asyncio.sleep(1)
    await specialist.press("2")
    await specialist.ended(5)
    last = await world.net.number(MISSING.numbers[3]).rings(20, nth=1)
    await last.ended(RING + 3)
    await one.citizen.hangup()
    return one.citizen


async def two_steps(world: World) -> Leg:
    await set_up(world, SHORT, *[Rings()] * 4)
    one = await talk(world, "0909500011")
    await one.transfer(SHORT)
    last = await world.net.number(SHORT.numbers[1]).rings(30, nth=1)
    await last.ended(12)
    await is_told(world, one.citizen, "hl1022/cascade-kept")
    await one.citizen.hangup()
    return one.citizen


async def test_whom_an_agency_rings_is_data_and_who_has_no_hours_or_no_number_is_skipped(world: World) -> None:
    citizens = await asyncio.gather(outside_hours(world), numbers_missing(world), two_steps(world))
    await world.quiet()
    calls = [await world.logged(citizen) for citizen in citizens]
    shut, missing, short = [(await cascades(world, call))[0] for call in calls]
    assert [how for _, _, how in outcomes(shut)] == ["outside-hours"] * 4 and str(shut.row.outcome) == "nobody"
    assert not any(world.net.number(number).legs for number in SHUT.numbers)
    at_once(shut, [])

    assert [how for _, _, how in outcomes(missing)] == ["number-missing", "refused", "number-missing", "unreachable"]
    at_once(missing, rung(world, MISSING))
    assert causes(missing) == [None, 16, None, 1]

    assert outcomes(short) == [("leader", "office", "no-answer"), ("specialist", "mobile", "no-answer")]
    leader, specialist = rung(world, SHORT)
    assert (leader.who, specialist.who) == (SHORT.numbers[2], SHORT.numbers[1])
    rang(leader, 5)
    rang(specialist, 8)
    at_once(short, [leader, specialist])
    assert str(short.row.outcome) == "nobody"


@pytest.mark.parametrize("place", [TWICE, SHARED], ids=["two-lines", "one-line"])
async def test_two_citizens_at_the_same_time_for_one_specialist(world: World, place: Agency) -> None:
    """The number has two lines, and each citizen one of them; or one, and the second citizen gets the next number."""
    second_number = place.numbers[0 if place is TWICE else 1]
    await set_up(world, place, MACHINE, MACHINE)
    callers = [f"09095{place.code}0{nth}" for nth in (1, 2)]
    first, second = await asyncio.gather(*(talk(world, caller) for caller in callers))
    await asyncio.sleep(1)

    async def a_moment_later() -> None:
        await asyncio.sleep(1)
        await second.transfer(place)

    async def taken(number: str, nth: int) -> Leg:
        phone = await called(world, number, nth)
        if place is SHARED:
            await world.net.number(place.numbers[0]).does(BUSY)
        await asyncio.sleep(TAKES_AFTER)
        await phone.press("1")
        return phone

    *_, one_phone, other_phone = await asyncio.gather(
        first.transfer(place),
        a_moment_later(),
        taken(place.numbers[0], 1),
        taken(second_number, 2 if place is TWICE else 1),
    )
    await asyncio.sleep(3)
    await asyncio.gather(first.citizen.hangup(), second.citizen.hangup())
    await world.quiet()
    for one, phone, steps in ((first, one_phone, 1), (second, other_phone, 1 if place is TWICE else 2)):
        assert phone.other == one.citizen.who
        call = await world.logged(one.citizen)
        (kept,) = await cascades(world, call)
        assert [how for _, _, how in outcomes(kept)] == ["busy", "taken"][-steps:]
        at_once(kept, [leg for leg in rung(world, place) if leg.other == one.citizen.who])
        assert str(kept.row.outcome) == "connected"
        assert audio.heard_for(phone.heard, one.citizen.frequency) > 2
        other = second if one is first else first
        for stranger in (other.citizen, other.agent):
            assert audio.heard_for(phone.heard, stranger.frequency) == 0, f"{phone} heard {stranger}"
            assert audio.heard_for(one.citizen.heard, stranger.frequency) == 0, f"{one.citizen} heard {stranger}"
        no_silence(one.citizen)
        verify(world.product, call, missing=unsent(one.citizen, one.agent, phone))


async def test_a_code_that_no_agency_has_brings_the_citizen_back_to_this_agent(world: World) -> None:
    one = await talk(world, "0909500010")
    await asyncio.sleep(1)
    await one.agent.press("#1799")
    again = await answering(world, "0909500010", 2)
    await asyncio.sleep(3)
    await again.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    call = await world.logged(one.citizen)
    assert await cascades(world, call, count=0) == []
    assert [leg.party for leg in legs(call, "agent")] == [one.line, one.line]
    verify(world.product, call)
