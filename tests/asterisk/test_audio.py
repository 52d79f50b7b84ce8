"""Recordings second by second: each person's own track has that person's tone and no other's, in call after call.

The phones' own recordings are the witness of what was said and heard; a phone that is silent, and one that holds and comes
back with an RTP stream that starts anew, included.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline1022.db.types import CallDetail
from hotline1022.recordings.types import TrackRow
from tests.asterisk.world import STAY, World, agrees, hotline, legs, outcome, verify
from tests.lab import audio
from tests.lab.handset import Handset
from tests.lab.network import BUSY, Answers, Key, Leg, Step, Wait
from tests.lab.world_conf import Address

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
CALLS = 10
#: windows of half a second in which a tone begins or ends are neither with nor without it
EDGE = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    tables = '[emergency]\nnumbers = ["115", "116"]\nring_seconds = 5'
    async with hotline(tmp_path_factory.mktemp("audio"), tables, ring_seconds=5) as one:
        await one.people("101", "102", "103")
        yield one


def file_of(world: World, track: TrackRow) -> Path:
    return world.product.settings.paths.recordings / track.path


def track_of(call: CallDetail, channel: str, side: str = "r") -> TrackRow:
    """The first segment of this side of this channel."""
    found = [one for one in call.tracks if one.channel == channel and str(one.side) == side]
    return min(found, key=lambda one: one.segment_started_at)


def windows(path: Path, frequencies: set[int]) -> list[set[float]]:
    """Which of these tones sound in each half second."""
    return audio.tones(path, frequencies, window=0.5)


async def test_ten_calls_at_once_and_two_agents_one_after_the_other(world: World) -> None:
    """Ten citizens at once: two agents take one after the other, 116 all the rest; nobody is in another's track."""
    net = world.net
    await world.on_duty("101", "102")
    for line in ("101", "102"):
        await net.phone(line).does(Answers(after=0.3, talk=3))
    await net.number("115").does(BUSY)
    await net.number("116").does(Answers(after=0.3, talk=3))
    citizens: list[Leg] = []
    for number in range(CALLS):
        script: list[Step] = [Wait(1 + number % 3), Key("9" if number % 2 else "0"), STAY]
        citizens.append(await net.call("1022", caller=f"09060000{number:02d}", script=script, talk=True))
    await asyncio.gather(*(leg.ended(150) for leg in citizens))
    await world.quiet()
    places = [net.phone("101"), net.phone("102"), net.number("115"), net.number("116")]
    for citizen in citizens:
        called = [leg for place in places for leg in place.legs if leg.other == citizen.who]
        call = await world.logged(citizen)
        agrees(call, citizen, *called)
        verify(world.product, call)
        (other,) = (leg for leg in called if leg.answered_at is not None)
        (partner,) = (leg for leg in call.legs if leg.kind != "citizen" and leg.answered_at is not None)
        both = {citizen.frequency, other.frequency}
        everybody = both | {leg.frequency for leg in citizens} | {place.frequency for place in places}
        said = windows(file_of(world, track_of(call, call.call.id)), everybody)
        assert all(heard == {citizen.frequency} for heard in said[EDGE:-EDGE]), f"{citizen.who} said {said}"
        answer = windows(file_of(world, track_of(call, partner.channel)), everybody)
        assert len(answer) >= 5 and all(heard == {other.frequency} for heard in answer[1:-1]), f"{other} said {answer}"
        reached = windows(file_of(world, track_of(call, partner.channel, "t")), everybody)
        assert all(heard == {citizen.frequency} for heard in reached[EDGE:-EDGE]), f"{other} heard {reached}"
        # the network's own recordings: what each of the two really received
        assert audio.heard_for(other.heard, citizen.frequency) >= 2.0
        assert audio.heard_for(citizen.heard, other.frequency) == pytest.approx(3.0, abs=0.6)
        assert not audio.holes(citizen.heard, other.frequency)


async def test_what_asterisk_did_not_write_is_marked(world: World) -> None:
    """The citizen's `heard` file may have zeros where somebody spoke: then the row says how much, and the original has it."""
    net = world.net
    await world.on_duty("101")
    await net.phone("101").does(Answers(after=0.3, talk=4))
    citizens = [await net.call("1022", caller=f"090601000{n}", script=[Wait(1), Key("0"), STAY]) for n in range(3)]
    await asyncio.gather(*(leg.ended(90) for leg in citizens))
    await world.quiet()
    for citizen in citizens:
        call = await world.logged(citizen)
        agent = legs(call, "agent")[-1]
        frequency = net.phone("101").frequency
        written = audio.heard_for(file_of(world, track_of(call, call.call.id, "t")), frequency)
        original = audio.heard_for(file_of(world, track_of(call, agent.channel)), frequency)
        assert original == pytest.approx(4.0, abs=0.4)
        lost = track_of(call, call.call.id, "t").lost_ms / 1000
        assert written + lost == pytest.approx(original, abs=0.7)


async def test_phones_that_send_no_audio(world: World) -> None:
    net = world.net
    await world.on_duty("101")
    await net.phone("101").does(Answers(after=0.3, talk=4, silent=True))
    citizen = await net.call("1022", caller="0906020001", script=[Wait(1), Key("0"), STAY], silent=True)
    await citizen.ended(60)
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("answered", "agent-answered")
    agrees(call, citizen, *[leg for leg in net.phone("101").legs if leg.other == citizen.who])
    assert call.call.talk_ms == pytest.approx(4000, abs=700), "talk is bridge time, not what was to be heard"
    agent = legs(call, "agent")[-1]
    for channel, lasted in ((call.call.id, citizen.lasted), (agent.channel, 4.0)):
        track = track_of(call, channel)
        assert track.lost_ms == 0, "nothing was sent, so nothing was lost"
        assert (track.duration_ms + track.gap_ms) / 1000 == pytest.approx(lasted, abs=1.0), (
            "a gap is marked, not hidden"
        )


async def test_hold_and_resume_with_a_new_stream(world: World, tmp_path: Path) -> None:
    """The phone comes back with another source that counts from below: a late packet, says Debian's recorder, for half a minute."""
    product = world.product
    await world.on_duty()
    await world.net.phone("103").unplug()
    asterisk = product.settings.asterisk
    address = Address(host=asterisk.bind, port=asterisk.sip_port)
    async with Handset(address, line="103", secret=product.prepared.secrets.line("103"), folder=tmp_path) as phone:
        await phone.register()
        await product.cli("people", "list")
        await product.log_in("103", "1003")
        citizen = await world.net.call("1022", caller="0906030001", script=[Wait(1), Key("0"), STAY], talk=True)
        held = await phone.rings(40)
        await held.answer()
        await asyncio.sleep(3)
        await held.hold()
        await asyncio.sleep(2.5)
        await held.resume(sequence=held.media.sequence - 1500)
        await asyncio.sleep(4)
        await held.hangup()
        await citizen.ended(30)
        await world.quiet()
        call = await world.logged(citizen)
        await phone.register(seconds=0)
    (agent,) = legs(call, "agent")
    assert agent.hold_ms == pytest.approx(2500, abs=500)
    said = [one for one in call.tracks if one.channel == agent.channel and str(one.side) == "r"]
    assert len(said) == 2, "the new stream has a piece of its own"
    verify(product, call)
    before, after = (
        audio.heard_for(file_of(world, one), phone.frequency)
        for one in sorted(said, key=lambda one: one.segment_started_at)
    )
    assert before == pytest.approx(3.0, abs=0.4)
    assert after == pytest.approx(4.0, abs=0.8), "without its first half second, in which the recorder changes"
    assert not audio.holes(file_of(world, max(said, key=lambda one: one.segment_started_at)), phone.frequency)
    assert sum(one.lost_ms for one in said) <= 600
    assert audio.heard_for(held.heard, citizen.frequency) == pytest.approx(7.0, abs=1.2)
    await product.asterisk.cli("queue remove member PJSIP/line-103 from hl1022-main")
    await product.asterisk.cli("queue remove member PJSIP/line-103 from hl1022-emergency")
    await world.net.phone("103").plug()
