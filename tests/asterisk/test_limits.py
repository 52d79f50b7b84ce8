"""What is full, late or gone: one channel stays free for 115, nobody waits for ever, and nobody is lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline1022.db.types import CallDetail
from tests.asterisk.product import Product, running
from tests.asterisk.world import STAY, World, agrees, eventually, hotline, keys, outcome, verify
from tests.lab.network import Address, Answers, HangUp, Key, Rings, Speak, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("limits"), max_wait_seconds=10, ring_seconds=60) as one:
        await one.people("101", "102")
        yield one


def why_a_message(call: CallDetail) -> list[str]:
    return [event.data["reason"] for event in call.events if event.kind == "VoicemailStarted"]


async def test_nobody_waits_longer_than_the_longest_wait(world: World) -> None:
    await world.on_duty("101")
    await world.net.phone("101").does(Rings())
    leaves_a_message: list[Step] = [Wait(1), Key("0"), Wait(24), Speak(12), Key("#"), STAY]
    citizen = await world.net.call("1022", caller="0909400001", script=leaves_a_message)
    rung = await world.net.phone("101").rings(20)
    await asyncio.gather(citizen.ended(90), rung.ended(90))
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("voicemail", "message-left") and why_a_message(call) == ["timeout"]
    assert call.call.wait_ms == pytest.approx(10_000, abs=1500)
    agrees(call, citizen, rung)
    verify(world.product, call)


async def test_the_last_phone_is_gone_while_somebody_waits(world: World) -> None:
    await world.on_duty("101", "102")
    for line in ("101", "102"):
        await world.net.phone(line).does(Rings())
    script: list[Step] = [Wait(1), Key("0"), Wait(24), Speak(12), Key("#"), STAY]
    citizen = await world.net.call("1022", caller="0909400002", script=script)

    async def rings() -> bool:
        return any(leg.other == citizen.who for line in ("101", "102") for leg in world.net.phone(line).legs)

    await eventually(rings, "no phone rang", 20)
    await asyncio.gather(*(world.net.phone(line).unplug() for line in ("101", "102")))
    await citizen.ended(90)
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("voicemail", "message-left") and why_a_message(call)[0] in {"no-agents", "timeout"}
    await asyncio.gather(*(world.net.phone(line).plug() for line in ("101", "102")))


async def test_a_number_that_is_withheld_and_one_that_is_no_number(world: World) -> None:
    """Whatever stands where the number should stand is nobody's number; what was sent is kept, and says nothing to anybody."""
    await world.net.number("115").does(Answers(after=0.3, talk=1.5))
    hostile = "0909|key=9~${EPOCH};x"
    script: list[Step] = [Wait(1), Key("9"), STAY]
    hidden = await world.net.call("1022", caller="0909400003", anonymous=True, script=script)
    strange = await world.net.call("1022", caller=hostile, script=script)
    await asyncio.gather(hidden.ended(40), strange.ended(40))
    await world.quiet()

    async def theirs() -> list[CallDetail]:
        return [one for one in await world.everything() if one.call.caller_raw == ""]

    async with asyncio.timeout(60):
        while len(found := await theirs()) < 2 or not all(one.tracks for one in found):  # noqa: ASYNC110
            await asyncio.sleep(0.3)
    assert {one.call.caller_sent for one in found} == {"anonymous", "0909key9EPOCH"}
    for call in found:
        assert outcome(call) == ("emergency", "emergency-answered") and keys(call) == ["9"]
        assert call.call.did == "1022"
        verify(world.product, call)


async def test_one_channel_is_kept_for_115(tmp_path: Path) -> None:
    product = await asyncio.to_thread(Product.make, tmp_path, trunk="channels = 2")
    async with running(product), product.network(tmp_path / "net") as net:
        await net.registered()
        world = World(product, net)
        await net.number("115").does(Answers(after=0.3, talk=3))
        first = await net.call("1022", caller="0909400011", script=[Wait(5), Key("9"), STAY])
        await first.answered(20)
        second = await net.call("1022", caller="0909400012", script=[Wait(1), HangUp()])
        await second.ended(20)
        assert second.answered_at is None and second.cause == 17
        await first.ended(40)
        await world.quiet()
        urgent = await world.logged(first)
        assert outcome(urgent) == ("emergency", "emergency-answered")
        agrees(urgent, first, *net.number("115").legs)
        refused = await world.logged(second)
        assert outcome(refused) == ("refused", "lines-full") and not refused.tracks


async def test_carrier_and_phones_at_one_address(tmp_path: Path) -> None:
    """A phone registers where the carrier calls from, and a citizen whose number is that of a line is still a citizen."""
    product = await asyncio.to_thread(Product.make, tmp_path)
    trunk = product.settings.trunk
    async with (
        running(product),
        product.network(tmp_path / "net", phones_at=Address(host=trunk.host, port=trunk.port)) as net,
    ):
        await net.registered()
        world = World(product, net)
        await world.people("101")
        await world.on_duty("101")
        await net.phone("101").does(Answers(after=0.3, talk=2))
        citizen = await net.call("1022", caller="101", script=[Wait(1), Key("0"), STAY])
        await citizen.ended(60)
        await world.quiet()
        call = await world.logged(citizen)
        assert outcome(call) == ("answered", "agent-answered")
        agrees(call, citizen, *net.phone("101").legs)
