"""Transfers as phones and carriers see them: the phone's own transfer button, whose number is shown, a trunk without a free channel."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    agency,
    at_once,
    called,
    cascades,
    directory,
    outcomes,
    rung,
    set_up,
    talk,
)
from tests.asterisk.world import World, hotline, legs, verify
from tests.lab.network import CONGESTION, Answers

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

BUTTON, WITHHELD, FULL, NO_CIRCUIT = (agency(code) for code in (741, 742, 743, 744))
PERSON = Answers(after=0.3, talk=60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A trunk of three channels: one citizen, one called person, and one that is kept for 115."""
    tables = '[cascade]\ncaller = "citizen"'
    folder = tmp_path_factory.mktemp("button")
    agencies = directory(BUTTON, WITHHELD, FULL, NO_CIRCUIT)
    async with hotline(folder, tables, directory=agencies, trunk="channels = 3", ring_seconds=20) as one:
        await one.people("101", "102")
        await one.on_duty("101", "102")
        yield one


async def test_the_phones_own_button_transfers_too(world: World) -> None:
    await set_up(world, BUTTON, PERSON)
    one = await talk(world, "0909800001")
    await asyncio.sleep(1)
    await one.agent.refer(f"sip:{BUTTON.code}@{world.net.world.product}")
    specialist = await called(world, BUTTON.numbers[0])
    assert specialist.other == "0909800001", "cascade.caller = citizen: hers in From"
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(3)
    await specialist.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert (outcomes(kept), kept.row.line) == ([("specialist", "office", "taken")], one.line)
    verify(world.product, call)


async def test_a_phone_transfers_nowhere_else(world: World) -> None:
    """Neither to the public network nor to another context: the talk goes on."""
    one = await talk(world, "0909800002")
    await asyncio.sleep(1)
    for number in ("0901234567", "115", "s", "*11", "begin"):
        await one.agent.refer(f"sip:{number}@{world.net.world.product}")
        await asyncio.sleep(1)
        assert one.citizen.is_up, number
    assert not world.net.number("0901234567").legs and not world.net.number("115").legs
    await one.citizen.hangup()
    await world.quiet()
    call = await world.logged(one.citizen)
    assert await cascades(world, call, count=0) == [] and len(legs(call, "agent")) == 1


async def test_without_a_number_of_hers_none_is_shown(world: World) -> None:
    await set_up(world, WITHHELD, PERSON)
    one = await talk(world, "anonymous", anonymous=True)
    await asyncio.sleep(1)
    await one.transfer(WITHHELD)
    specialist = await called(world, WITHHELD.numbers[0])
    assert not any(letter.isdigit() for letter in specialist.other)
    await one.citizen.hangup()
    await world.quiet()


async def test_a_carrier_without_a_circuit_is_a_full_trunk_too(world: World) -> None:
    """Whose channel it was is free for the next one, who is called although no other is."""
    await set_up(world, NO_CIRCUIT, CONGESTION, CONGESTION, CONGESTION, PERSON)
    one = await talk(world, "0909800005")
    await asyncio.sleep(1)
    await one.transfer(NO_CIRCUIT)
    leader = await called(world, NO_CIRCUIT.numbers[3])
    await asyncio.sleep(TAKES_AFTER)
    await leader.press("1")
    await asyncio.sleep(3)
    await leader.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    call = await world.logged(one.citizen)
    (kept,) = await cascades(world, call)
    assert [how for _, _, how in outcomes(kept)] == [*["trunk-full"] * 3, "taken"]
    assert [step.cause for step in kept.steps[:3]] == [34] * 3 and str(kept.row.outcome) == "connected"
    at_once(kept, rung(world, NO_CIRCUIT))


async def test_the_last_channel_of_the_trunk_is_kept_for_115(world: World) -> None:
    """Of three channels two citizens have two: nobody at the agency is called, the ticket comes at once, and 9 gets through."""
    await set_up(world, FULL, PERSON, PERSON, PERSON, PERSON)
    await world.net.number("115").does(Answers(after=0.3, talk=3))
    first = await talk(world, "0909800003")
    second = await talk(world, "0909800004")
    await asyncio.sleep(1)
    await first.transfer(FULL)
    await asyncio.sleep(8)
    assert first.citizen.is_up
    await first.citizen.press("9")
    await world.net.number("115").rings(5, nth=1)
    await first.citizen.ended(15)
    await second.citizen.hangup()
    await world.quiet()
    call = await world.logged(first.citizen)
    (kept,) = await cascades(world, call)
    assert [how for _, _, how in outcomes(kept)] == ["trunk-full"] * 4 and str(kept.row.outcome) == "nobody"
    assert not any(world.net.number(number).legs for number in FULL.numbers)
    assert str(call.call.reason) == "emergency-answered"
