"""Asterisk is killed or restarted while citizens talk: the call is in the log once, its tracks are kept, the next one is served."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.core.outcomes import CallState
from tests.asterisk.world import STAY, World, eventually, hotline, keys, outcome
from tests.lab.network import Answers, HangUp, Key, Leg, Speak, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]

#: Asterisk writes a track 32 KiB at a time: killed, it takes along what it had not written, ms of A-law
TAKEN_ALONG = 32768 // 8


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("ends")) as one:
        await one.people("101")
        await one.on_duty("101")
        yield one


async def talks(world: World, caller: str) -> tuple[Leg, Leg]:
    """A citizen and the agent have been talking for six seconds."""
    await world.net.phone("101").does(Answers(after=0.3, talk=9))
    citizen = await world.net.call("1022", caller=caller, script=[Wait(1), Key("0"), Speak(1), Wait(17), HangUp()])
    phone = world.net.phone("101")

    async def answered() -> bool:
        return any(leg.other == caller and leg.answered_at is not None for leg in phone.legs)

    await eventually(answered, "the agent did not answer", 20)
    await asyncio.sleep(6)
    assert [one.call.state for one in await world.everything() if one.call.caller_raw == caller] == [CallState.TALKING]
    return citizen, next(leg for leg in phone.legs if leg.other == caller)


async def serves(world: World, caller: str) -> None:
    """The person who was on duty still is: the next citizen reaches her, and is in the log."""
    await world.net.registered()
    await world.net.phone("101").does(Answers(after=0.3, talk=1))
    following = await world.net.call("1022", caller=caller, script=[Wait(1), Key("0"), STAY])
    await following.ended(60)
    await world.quiet()
    after = await world.logged(following)

    assert outcome(after) == ("answered", "agent-answered") and after.call.person == "1001"


@pytest.mark.parametrize("way", ["killed", "stopped"])
async def test_asterisk_ends_in_a_call(world: World, way: str) -> None:
    asterisk = world.product.asterisk
    who = "09092" if way == "killed" else "09093"
    citizen, agent = await talks(world, f"{who}00001")
    await (asterisk.kill9() if way == "killed" else asterisk.stop())
    await asyncio.sleep(1)
    await asterisk.start()
    await asyncio.gather(citizen.ended(60), agent.ended(60))
    await world.net.quiet(product=asterisk, limit=60)

    call = await world.logged(citizen)
    # nobody wrote down how a killed Asterisk's call ended, and the log does not make it up
    assert outcome(call) == (("failed", "end-unknown") if way == "killed" else ("answered", "agent-answered"))
    assert keys(call) == ["0"] and call.call.person == "1001"
    assert {str(track.kind) for track in call.tracks} == {"citizen", "agent"}
    for track in call.tracks:
        file = world.product.settings.paths.recordings / track.path
        assert file.stat().st_size == track.bytes
        talked = 6000 if track.kind == "agent" else 8000
        assert track.duration_ms >= talked - (TAKEN_ALONG if way == "killed" else 0) - 1000, track
    await serves(world, f"{who}00002")


async def test_a_pause_and_its_reason_survive_both(world: World) -> None:
    product, phone = world.product, world.net.phone("101")
    await world.net.registered()
    await (await phone.dial("*13", keys="2")).ended(40)
    assert "paused:2" in await product.asterisk.cli("queue show hl1022-main")
    await asyncio.sleep(2)  # Asterisk's own database is written by a thread in the background
    await product.stop_service(signal.SIGKILL)
    await product.asterisk.kill9()
    await product.asterisk.start()
    await product.start_service()
    await world.net.registered()
    assert "1001 (PJSIP/line-101)" in await product.asterisk.cli("queue show hl1022-main")
    assert "paused:2" in await product.asterisk.cli("queue show hl1022-main")
    await (await phone.dial("*14")).ended(40)
    await serves(world, "0909400009")
