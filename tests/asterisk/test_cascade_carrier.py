"""Transfers as phones and carriers see them: the phone's own transfer button, whose number is shown, a trunk without a free channel."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    agency,
    called,
    cascades,
    directory,
    outcomes,
    set_up,
    talk,
)
from tests.asterisk.world import World, hotline, legs, verify
from tests.lab.network import Answers

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

BUTTON, WITHHELD, FULL = (agency(code) for code in (741, 742, 743))
PERSON = Answers(after=0.3, talk=60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A trunk of three channels: one citizen, one called person, and one that is kept for 115."""
    tables = '[cascade]\ncaller = "citizen"'
    folder = tmp_path_factory.mktemp("button")
    async with hotline(folder, tables, directory=directory(BUTTON, WITHHELD, FULL), ring_seconds=20) as one:
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
