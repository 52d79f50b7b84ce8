"""A disk that is nearly full: nobody leaves a message, every caller hears so; the queue and 115 go on, with the service dead too."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.db.types import CallDetail
from tests.asterisk.world import STAY, World, eventually, hotline, keys, outcome
from tests.lab.network import Answers, Key, Leg, Rings, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(280)]
#: more than any disk of a test has in use
TABLES = "[disk]\nalarm_percent = 90\nvoicemail_percent = 50"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("disk"), TABLES, ring_seconds=5) as one:
        await one.people("101")
        await one.net.number("115").does(Answers(after=0.3, talk=1.5))
        yield one


async def told(world: World, citizen: Leg) -> tuple[CallDetail, list[str]]:
    """Her call, and which words about messages she heard."""
    call = await world.logged(citizen)
    prompts = [event.data["prompt"].rpartition("/")[2] for event in call.events if event.kind == "PromptStarted"]
    return call, [prompt for prompt in prompts if prompt.startswith("voicemail")]


async def test_no_message_is_taken_and_everything_else_goes_on(world: World) -> None:
    asterisk, net = world.product.asterisk, world.net

    async def closed() -> bool:
        return "disk" in await asterisk.cli("database get hl1022 no-voicemail")

    await eventually(closed, "Asterisk does not know that the disk is nearly full", 30)
    assert {"disk-low", "disk-no-voicemail"} <= {alarm.kind for alarm in await world.alarms()}

    await world.on_duty()
    nobody = await net.call("1022", caller="0907000001", script=[Wait(1), Key("0"), STAY])
    emergency = await net.call("1022", caller="0907000002", script=[Wait(1), Key("0"), Wait(9), Key("9"), STAY])
    await asyncio.gather(nobody.ended(60), emergency.ended(60))
    call, words = await told(world, nobody)
    assert words == ["voicemail-closed", "voicemail-later"]
    assert outcome(call)[0] == "abandoned" and not call.voicemails
    call, _ = await told(world, emergency)
    assert outcome(call) == ("emergency", "emergency-answered") and keys(call) == ["0", "9"]

    await world.on_duty("101")
    await net.phone("101").does(Answers(after=0.5, talk=2))
    wants = await net.call("1022", caller="0907000003", script=[Wait(1), Key("7"), STAY])
    await wants.ended(60)
    call, words = await told(world, wants)
    assert words == ["voicemail-closed"] and outcome(call) == ("answered", "agent-answered")


async def test_the_dialplan_knows_it_without_the_service(world: World) -> None:
    net = world.net
    await world.on_duty("101")
    await net.phone("101").does(Rings())
    await world.product.stop_service(signal.SIGKILL)
    waits = await net.call(
        "1022", caller="0907000004", script=[Wait(1), Key("0"), Wait(8), Key("*"), Wait(12), Key("9"), STAY]
    )
    await waits.ended(90)
    await world.product.start_service()
    call, words = await told(world, waits)
    assert words == ["voicemail-closed"] and keys(call)[-2:] == ["*", "9"]
    assert outcome(call) == ("emergency", "emergency-answered")
