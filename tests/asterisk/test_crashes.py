"""What breaks while citizens talk: the link to Asterisk is cut, and nobody's call is lost."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, agrees, eventually, hotline, keys, outcome, verify
from tests.lab.network import Answers, Key, Leg, Speak, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("crash")) as one:
        await one.people("101")
        await one.on_duty("101")
        await one.net.number("115").does(Answers(after=0.3, talk=1.5))
        yield one


async def talking(world: World, caller: str) -> tuple[Leg, Leg]:
    """A citizen and the agent, talking."""
    citizen = await world.net.call("1022", caller=caller, script=[Wait(1), Key("0"), Speak(1), STAY])
    phone = world.net.phone("101")

    async def answered() -> bool:
        return any(leg.other == caller and leg.answered_at is not None for leg in phone.legs)

    await eventually(answered, "the agent did not answer", 20)
    await asyncio.sleep(1.5)
    return citizen, next(leg for leg in phone.legs if leg.other == caller)


async def sessions(world: World) -> set[int]:
    """File descriptors of the service's links in Asterisk."""
    said = await world.product.asterisk.cli("manager show connected")
    rows = (re.match(r"\s*hl1022-(?:reader|actor)\s+\S+\s+\d+\s+\d+\s+(\d+)", row) for row in said.splitlines())
    return {int(row[1]) for row in rows if row}


async def test_the_link_to_asterisk_is_cut_in_a_call(world: World) -> None:
    await world.net.phone("101").does(Answers(after=0.3, talk=6))
    citizen, agent = await talking(world, "0909100001")
    before = await sessions(world)
    assert len(before) == 2
    for link in before:
        await world.product.asterisk.cli(f"manager kick session {link}")

    async def back() -> bool:
        return len(await sessions(world)) == 2

    await eventually(back, "the service did not come back to Asterisk", 20)
    other = await world.net.call("1022", caller="0909100002", script=[Wait(1), Key("9"), STAY])
    await asyncio.gather(citizen.ended(60), other.ended(60))
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("answered", "agent-answered") and not call.call.backfilled and keys(call) == ["0"]
    agrees(call, citizen, agent)
    verify(world.product, call)
    # what happened on the link while it was down is not known: the hold is unknown, not nought
    assert [leg.hold_ms for leg in call.legs if leg.kind == "agent"] == [None]
    assert outcome(await world.logged(other)) == ("emergency", "emergency-answered")
