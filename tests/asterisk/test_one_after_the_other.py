"""Ten citizens talk with two people after each other within one call: each of the three has a track, complete, second by second.

This is where the usual recording on Debian's Asterisk loses the second conversation in half of the calls.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.recordings.types import TrackRow
from hotline1022.service.settings.secrets import Secrets
from tests.asterisk.world import STAY, World, agrees, hotline, legs, outcome, verify
from tests.lab import audio
from tests.lab.ami import Ami
from tests.lab.network import Answers, Key, Leg, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
CALLS = 10
#: two phones for each call, and after a talk a phone has peace for so long that the other one is rung
LINES = tuple(str(number) for number in range(120, 120 + 2 * CALLS))
WRAP_UP = 60
#: seconds with each of the two
TALK = 4.0
#: windows of half a second in which a tone begins or ends
EDGE = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    tables = f"[lines]\nnumbers = {list(LINES)}".replace("'", '"')
    folder = tmp_path_factory.mktemp("after")
    async with hotline(folder, tables, ring_seconds=20, wrap_up_seconds=WRAP_UP) as one:
        await one.people(*LINES)
        await one.on_duty(*LINES)
        for line in LINES:
            await one.net.phone(line).does(Answers(after=0.3))
        yield one


async def sends_on(world: World, secrets: Secrets, channels: list[str]) -> None:
    """Take citizens from their agents and have them wait for the next ones, as a transfer does."""
    async with Ami("127.0.0.1", world.product.settings.asterisk.ami_port, "hl1022-actor", secrets.ami_actor) as ami:
        for channel in channels:
            await ami.action(
                {
                    "Action": "Redirect",
                    "Channel": channel,
                    "Context": "hl1022-agents",
                    "Exten": "s",
                    "Priority": "wait",
                }
            )


def picked_up(world: World, citizen: Leg) -> list[Leg]:
    """The phones that took her, in order."""
    found = [leg for line in LINES for leg in world.net.phone(line).legs if leg.other == citizen.who]
    return sorted((leg for leg in found if leg.answered_at is not None), key=lambda leg: leg.started_at)


async def all_talk(world: World, citizens: list[Leg], people: int) -> None:
    """Each of them has been picked up by so many."""
    async with asyncio.timeout(60), world.net.changed:
        await world.net.changed.wait_for(lambda: all(len(picked_up(world, one)) == people for one in citizens))
    await asyncio.sleep(TALK)


async def test_three_tracks_each_complete(world: World) -> None:
    net = world.net
    citizens = [
        await net.call("1022", caller=f"09091000{n:02d}", script=[Wait(1), Key("0"), STAY], talk=True)
        for n in range(CALLS)
    ]
    await all_talk(world, citizens, 1)
    channels = {
        row["uniqueid"]: row["channame"] for row in world.product.journal() if row.get("userdeftype") == "HL_ENTRY"
    }
    assert len(channels) == CALLS
    await sends_on(world, world.product.prepared.secrets, list(channels.values()))
    await all_talk(world, citizens, 2)
    await asyncio.gather(*(one.hangup() for one in citizens))
    await world.quiet()

    def windows(track: TrackRow, tones: set[int]) -> list[set[float]]:
        return audio.tones(world.product.settings.paths.recordings / track.path, tones, window=0.5)

    for citizen in citizens:
        call = await world.logged(citizen)
        assert outcome(call) == ("answered", "agent-answered")
        both = picked_up(world, citizen)
        agrees(call, citizen, *both)
        verify(world.product, call)
        first, second = legs(call, "agent")
        assert first.channel != second.channel and first.party != second.party
        assert call.call.talk_ms == pytest.approx(first.talk_ms + second.talk_ms, abs=50)
        tones = {citizen.frequency, both[0].frequency, both[1].frequency}
        track = {(str(one.channel), str(one.side)): one for one in call.tracks}
        said = windows(track[str(call.call.id), "r"], tones)
        assert all(heard == {citizen.frequency} for heard in said[EDGE:-EDGE]), f"{citizen.who} said {said}"
        for leg, phone in zip((first, second), both, strict=True):
            lasted = phone.lasted
            answer = windows(track[str(leg.channel), "r"], tones)
            assert len(answer) / 2 == pytest.approx(lasted, abs=1.0)
            assert all(heard == {phone.frequency} for heard in answer[1:-1]), f"{phone} said {answer}"
            reached = windows(track[str(leg.channel), "t"], tones)
            assert all(heard == {citizen.frequency} for heard in reached[EDGE:-EDGE]), f"{phone} heard {reached}"
            # the network's own recordings: what each of the two really received
            assert audio.heard_for(citizen.heard, phone.frequency) == pytest.approx(leg.talk_ms / 1000, abs=0.6)
            assert audio.heard_for(phone.heard, citizen.frequency) == pytest.approx(leg.talk_ms / 1000, abs=0.6)
            assert not audio.holes(citizen.heard, phone.frequency)
