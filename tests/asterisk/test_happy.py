"""The ordinary day of the hotline: each citizen gets what the menu promises, and the log says what the network saw."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.db.unit import Database
from tests.asterisk.world import STAY, World, agrees, first_words, hotline, keys, legs, outcome, verify
from tests.lab import audio
from tests.lab.network import Answers, HangUp, Key, Keys, Rings, Speak, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(280)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("happy"), ring_seconds=5) as one:
        await one.people("101", "102")
        yield one


async def test_nobody_is_logged_in_and_a_message_is_taken(world: World) -> None:
    await world.on_duty()
    speaks = await world.net.call(
        "1022", caller="0903000001", script=[Wait(1), Key("0"), Wait(22), Speak(4), Key("#"), STAY]
    )
    leaves = await world.net.call("02741022", caller="0903000002", script=[Wait(1), Key("0"), Wait(12), HangUp()])
    await asyncio.gather(speaks.ended(120), leaves.ended(120))
    await world.quiet()

    call = await world.logged(speaks)
    assert outcome(call) == ("voicemail", "message-left") and keys(call) == ["0"]
    agrees(call, speaks)
    verify(world.product, call, missing=1000)
    (message,) = call.voicemails
    file = world.product.settings.paths.recordings / message.path
    assert message.reason == "no-agents" and message.caller == "+84903000001" and message.heard_at is None
    assert audio.heard_for(file, speaks.frequency) == pytest.approx(4.0, abs=0.6)
    async with Database(world.product.settings.database_url) as database, database.reading() as tx:
        assert [one.call_id for one in await tx.recordings.voicemails(heard=False, limit=10)] == [call.call.id]

    gone = await world.logged(leaves)
    assert outcome(gone)[0] in {"voicemail", "abandoned"} and not gone.voicemails
    agrees(gone, leaves)


async def test_the_log_says_what_the_network_saw(world: World) -> None:
    await world.on_duty("101")
    await world.net.phone("101").does(Answers(after=1, talk=4))
    citizen = await world.net.call(
        "(0274)1022", caller="0903000011", script=[Wait(1.5), Key("2"), Wait(6.5), Speak(2), STAY]
    )
    agent = await world.net.phone("101").rings(40)
    await asyncio.gather(citizen.ended(60), agent.ended(60))
    await world.quiet()
    assert agent.other == citizen.who
    assert first_words(citizen) <= 0.5

    call = await world.logged(citizen)
    row = call.call
    assert outcome(call) == ("answered", "agent-answered") and keys(call) == ["2"]
    assert (row.category, row.mode, row.line, row.person) == ("environment-land", "service", "101", "1001")
    assert row.caller_e164 == "+84903000011" and not row.backfilled
    agrees(call, citizen, agent)
    verify(world.product, call)
    (leg,) = legs(call, "agent")
    assert leg.person == "1001" and leg.cause == 16 and leg.hold_ms == 0
    assert agent.answered_at is not None
    joined = next(event.at.timestamp() for event in call.events if event.kind == "QueueJoined")
    assert row.wait_ms == pytest.approx((agent.answered_at - joined) * 1000, abs=500)
    assert row.talk_ms == pytest.approx(agent.lasted * 1000, abs=500)
    folder = world.product.settings.paths.recordings
    for track in call.tracks:
        own, other = (
            (agent.frequency, citizen.frequency) if track.kind == "agent" else (citizen.frequency, agent.frequency)
        )
        heard, absent = (own, other) if track.side == "r" else (other, own)
        sounds = audio.heard_for(folder / track.path, heard) + track.lost_ms / 1000
        assert sounds >= 1.0, f"{track.id} has neither the tone nor a mark that it was lost"
        assert audio.heard_for(folder / track.path, absent) == 0.0, track.id


async def test_two_citizens_one_agent(world: World) -> None:
    await world.on_duty("101")
    phone = world.net.phone("101")
    await phone.does(Answers(after=0.5, talk=4))
    before = len(phone.legs)
    first = await world.net.call("1022", caller="0903000021", script=[Wait(1), Key("0"), STAY])
    await first.answered(20)
    second = await world.net.call("1022", caller="0903000022", script=[Wait(2), Key("0"), STAY])
    await asyncio.gather(first.ended(90), second.ended(90))
    await world.quiet()
    rings = [leg for leg in phone.legs[before:] if leg.answered_at is not None]
    assert [leg.other for leg in rings] == [first.who, second.who]
    earlier, later = await world.logged(first), await world.logged(second)
    agrees(earlier, first, *[leg for leg in phone.legs[before:] if leg.other == first.who])
    agrees(later, second, *[leg for leg in phone.legs[before:] if leg.other == second.who])
    for call in (earlier, later):
        assert outcome(call) == ("answered", "agent-answered") and call.call.person == "1001"
        verify(world.product, call)
    assert earlier.call.wait_ms is not None and later.call.wait_ms is not None
    assert later.call.wait_ms > earlier.call.wait_ms + 1000
    assert legs(later, "agent")[-1].answered_at >= legs(earlier, "agent")[-1].ended_at  # type: ignore[operator]


async def test_every_way_through_the_menu_and_every_point_of_hanging_up(world: World) -> None:
    net = world.net
    await world.on_duty("101")
    phone = net.phone("101")
    await phone.does(Rings())
    before = len(phone.legs)
    gone = {
        ("abandoned", "in-menu", "", "greeting"): await net.call("1022", caller="0903000031", script=[Wait(2), HangUp()]),
        ("abandoned", "in-menu", "", "menu"): await net.call("1022", caller="0903000032", script=[Wait(9), HangUp()]),
        ("informed", "heard-information", "61", "information"): await net.call(
            "1022", caller="0903000033", script=[Wait(2), Key("6"), Wait(2), Key("1"), Wait(3), HangUp()]
        ),
        ("abandoned", "in-queue", "0", "ringing"): await net.call(
            "1022", caller="0903000034", script=[Wait(1), Key("0"), Wait(13), HangUp()]
        ),
        ("abandoned", "in-queue", "0", "queue"): await net.call(
            "1022", caller="0903000035", script=[Wait(3), Key("0"), Wait(9), HangUp()]
        ),
    }  # fmt: skip
    silent = await net.call("1022", caller="0903000036", script=[STAY])
    wrong = await net.call("1022", caller="0903000037", script=[Wait(8), Keys("11"), Wait(8), Keys("11"), STAY])
    await asyncio.gather(*(leg.ended(90) for leg in gone.values()))
    await phone.does(Answers(after=0.5, talk=2))
    await asyncio.gather(silent.ended(160), wrong.ended(160))
    await world.quiet()

    for (result, reason, pressed, where), leg in gone.items():
        call = await world.logged(leg)
        assert outcome(call) == (result, reason), where
        assert "".join(keys(call)) == pressed, where
        agrees(call, leg, *[ring for ring in phone.legs[before:] if ring.other == leg.who])
        verify(world.product, call)
    ringing = await world.logged(gone["abandoned", "in-queue", "0", "ringing"])
    assert all(leg.answered_at is None and leg.person == "1001" for leg in legs(ringing, "agent"))
    assert legs(ringing, "agent"), "her call rang at the agent's phone"

    for leg, pressed in ((silent, ""), (wrong, "1111")):
        call = await world.logged(leg)
        assert outcome(call) == ("answered", "agent-answered") and "".join(keys(call)) == pressed
        agrees(call, leg, *[ring for ring in phone.legs[before:] if ring.other == leg.who])
        verify(world.product, call)
        assert "too-many-tries" in " ".join(str(e.data.get("prompt")) for e in call.events if e.kind == "PromptStarted")
        assert audio.longest_silence(leg.heard).length < 7.0

    members = await world.product.asterisk.cli("queue show hl1022-main")
    assert "paused" not in members, "the last agent is never paused"
    assert "last-agent-no-answer" in {alarm.kind for alarm in await world.alarms()}


async def test_who_hung_up_waiting_is_listed_until_the_number_was_reached(world: World) -> None:
    async def listed() -> set[str]:
        async with Database(world.product.settings.database_url) as database, database.reading() as tx:
            return {one.caller for one in await tx.calls.abandoned()}

    assert await listed() == {"+84903000034", "+84903000035"}
    await world.on_duty("101")
    await world.net.phone("101").does(Answers(after=0.5, talk=2))
    again = await world.net.call("1022", caller="+84903000034", script=[Wait(1), Key("0"), STAY])
    await again.ended(60)
    await world.quiet()
    assert outcome(await world.logged(again)) == ("answered", "agent-answered")
    assert await listed() == {"+84903000035"}
