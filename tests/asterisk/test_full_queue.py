"""A queue that is full: the next citizen is asked for a message with the reason, and whoever needs 115 still gets it."""

import asyncio
from pathlib import Path

import pytest

from hotline1022.db.types import CallDetail
from tests.asterisk.world import STAY, hotline, keys, outcome, verify
from tests.lab.network import Answers, HangUp, Key, Keys, Speak, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(150)]


def beep(call: CallDetail) -> float:
    """Seconds from the answer to the beep."""
    assert call.call.answered_at is not None
    (at,) = [event.at for event in call.events if event.kind == "VoicemailStarted"]
    return (at - call.call.answered_at).total_seconds()


async def test_the_queue_is_full(tmp_path: Path) -> None:
    async with hotline(tmp_path, max_length=1) as world:
        net = world.net
        await world.people("101")
        await world.on_duty("101")
        await net.phone("101").does(Answers(after=0.3, talk=22))
        await net.number("115").does(Answers(after=0.3, talk=1.5))
        first = await net.call("1022", caller="0909300001", script=[Wait(1), Key("0"), STAY])
        await net.phone("101").rings()
        await asyncio.sleep(1)
        second = await net.call("1022", caller="0909300002", script=[Wait(1), Key("0"), STAY])
        await asyncio.sleep(6)
        third = await net.call("1022", caller="0909300003", script=[Wait(1), Key("0"), Wait(26), Speak(2), HangUp()])
        hurried: list[Step] = [Wait(1), Key("0"), Wait(6), Keys("555", gap=1.5), Speak(3), Key("#"), STAY]
        sixth = await net.call("1022", caller="0909300006", script=hurried)
        fourth = await net.call("1022", caller="0909300004", script=[Wait(1), Key("9"), STAY])
        fifth = await net.call("1022", caller="0909300005", script=[Wait(1), Key("0"), Wait(6), Key("9"), STAY])
        await asyncio.gather(*(leg.ended(100) for leg in (first, second, third, fourth, fifth, sixth)))
        await world.quiet()
        assert outcome(await world.logged(first)) == ("answered", "agent-answered")
        assert outcome(await world.logged(second)) == ("answered", "agent-answered")
        message = await world.logged(third)
        assert outcome(message) == ("voicemail", "message-left")
        assert [event.data["reason"] for event in message.events if event.kind == "VoicemailStarted"] == ["full"]
        verify(world.product, message)
        skipped = await world.logged(sixth)
        assert outcome(skipped) == ("voicemail", "message-left") and keys(skipped)[:3] == ["0", "5", "5"]
        assert beep(skipped) < beep(message) - 6, "keys skip what is said before the beep"
        verify(world.product, skipped)
        for urgent in (fourth, fifth):
            assert outcome(await world.logged(urgent)) == ("emergency", "emergency-answered")
