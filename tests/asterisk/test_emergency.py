"""115 stands before everything: from every place, past every number that does not answer, and without the service."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from hotline1022.db.types import AlarmRow, CallDetail
from hotline1022.db.unit import Database
from tests.asterisk.world import STAY, World, agrees, eventually, hotline, keys, legs, outcome, verify
from tests.lab import audio
from tests.lab.network import BUSY, REJECTS, UNKNOWN, Answers, HangUp, Key, Keys, Leg, Plan, Refuses, Rings, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
#: 9 as soon as the greeting sounds
AT_ONCE: Sequence[Step] = (Wait(1), Key("9"), STAY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    tables = '[emergency]\nnumbers = ["115", "116"]\nring_seconds = 5\nalarm_repeat_seconds = 5'
    async with hotline(tmp_path_factory.mktemp("emergency"), tables, ring_seconds=5, wrap_up_seconds=60) as one:
        await one.people("101")
        yield one


def called_for(world: World, citizen: Leg) -> list[Leg]:
    """Every phone that rang for this citizen."""
    places = [world.net.number("115"), world.net.number("116"), world.net.phone("101")]
    return sorted(
        (leg for place in places for leg in place.legs if leg.other == citizen.who), key=lambda leg: leg.started_at
    )


async def settled(world: World, citizen: Leg) -> CallDetail:
    """The citizen's call in the log, compared with what the network saw."""
    call = await world.logged(citizen)
    agrees(call, citizen, *called_for(world, citizen))
    return call


def origins(call: CallDetail) -> list[str]:
    return [event.data["origin"] for event in call.events if event.kind == "EmergencyStarted"]


async def test_from_greeting_menu_and_queue_at_once(world: World) -> None:
    """The first calls of the day: the carrier has not yet answered a single OPTIONS, which must not matter."""
    net = world.net
    await net.number("115").does(Answers(after=0.5, talk=3))
    greeting = await net.call("1022", caller="0904000001", script=AT_ONCE)
    await greeting.ended(40)
    await world.on_duty("101")
    await net.phone("101").does(Rings())
    menu = await net.call("1022", caller="0904000002", script=[Wait(8), Keys("115", gap=0.1), STAY])
    queue = await net.call("1022", caller="0904000003", script=[Wait(1), Key("0"), Wait(15), Key("9"), STAY])
    # late enough to wait in the queue itself, where its own context reads the keys
    script: list[Step] = [Wait(1), Key("0"), Wait(16), Keys("115", gap=0.2), STAY]
    spelled = await net.call("1022", caller="0904000004", script=script)
    await asyncio.gather(menu.ended(60), queue.ended(60), spelled.ended(60))
    await world.quiet()
    for citizen, origin, pressed in (
        (greeting, "menu", ["9"]),
        (menu, "menu", ["115"]),
        (queue, "queue", ["0", "9"]),
        (spelled, "queue", ["0", "115"]),
    ):
        call = await settled(world, citizen)
        assert outcome(call) == ("emergency", "emergency-answered")
        assert origins(call) == [origin] and keys(call) == pressed
        (leg,) = legs(call, "emergency")
        assert leg.party == "115" and leg.cause == 16
        assert leg.talk_ms == pytest.approx(3000, abs=700)
        verify(world.product, call)
        pressed_at = next(event.at for event in call.events if event.kind == "EmergencyStarted").timestamp()
        invited = next(ring.started_at for ring in called_for(world, citizen) if ring.who == "115")
        assert invited - pressed_at <= 1.0


@pytest.mark.parametrize(
    ("tail", "plan"), [("11", BUSY), ("12", REJECTS), ("13", UNKNOWN), ("14", Rings())], ids=lambda value: str(value)
)
async def test_the_next_number_follows_within_a_second(world: World, tail: str, plan: Plan) -> None:
    net = world.net
    await net.number("115").does(plan)
    await net.number("116").does(Answers(after=0.3, talk=1.5))
    citizen = await net.call("1022", caller=f"09040000{tail}", script=AT_ONCE)
    await citizen.ended(60)
    await world.quiet()
    first, second = called_for(world, citizen)
    assert (first.who, second.who) == ("115", "116") and first.ended_at is not None
    # CANCEL to the one and INVITE to the other leave together: the network may see them in either order
    assert -0.1 <= second.started_at - first.ended_at <= 1.0
    if plan == Rings():
        # the network's clock stamps each of the two on its own: a few milliseconds early is no fault
        assert 4.9 <= second.started_at - first.started_at <= 6.0
    call = await settled(world, citizen)
    assert outcome(call) == ("emergency", "emergency-answered")
    tried = [(event.data["number"], event.data["status"]) for event in call.events if event.kind == "EmergencyTried"]
    assert [number for number, _ in tried] == ["115", "116"][: len(tried)] and tried[0][1] != "answer"
    verify(world.product, call)


async def test_who_drops_the_citizen_at_once_has_not_answered(world: World) -> None:
    """An exchange that is overloaded answers and hangs up: the next number is tried. And 1 before 9 is no other key than 9."""
    await world.net.number("115").does(Answers(after=0.3, talk=0.3))
    await world.net.number("116").does(Answers(after=0.3, talk=2))
    citizen = await world.net.call("1022", caller="0904000022", script=[Wait(8), Keys("19", gap=0.3), STAY])
    await citizen.ended(60)
    await world.quiet()
    call = await settled(world, citizen)
    assert outcome(call) == ("emergency", "emergency-answered") and keys(call) == ["19"]
    assert [leg.party for leg in legs(call, "emergency")] == ["115", "116"]
    tried = [event.data["status"] for event in call.events if event.kind == "EmergencyTried"]
    assert tried == ["dropped", "answer"]


async def test_it_rings_while_the_carrier_is_mute(world: World) -> None:
    await world.net.number("115").does(Refuses(cause=17, after=4))
    await world.net.number("116").does(Answers(after=0.3, talk=2))
    citizen = await world.net.call("1022", caller="0904000023", script=AT_ONCE)
    await citizen.ended(60)
    await world.quiet()
    assert outcome(await settled(world, citizen)) == ("emergency", "emergency-answered")
    # the pause of the ringing tone is 4 s, and the four seconds begin with a tone
    assert audio.longest_silence(citizen.heard).length <= 4.2


async def test_hanging_up_while_115_rings(world: World) -> None:
    await world.net.number("115").does(Rings())
    citizen = await world.net.call("1022", caller="0904000021", script=[Wait(1), Key("9"), Wait(2), HangUp()])
    await citizen.ended(40)
    await world.quiet()
    assert outcome(await settled(world, citizen)) == ("abandoned", "in-emergency")


async def test_nobody_answers_so_the_alarm_rings_and_even_a_paused_agent_is_called(world: World) -> None:
    net = world.net
    await world.on_duty("101")
    await net.number("115").does(BUSY)
    await net.number("116").does(BUSY)
    await net.phone("101").does(Answers(after=1, talk=5))
    await (await net.phone("101").dial("*13", keys="1")).ended(40)
    assert "paused" in await world.product.asterisk.cli("queue show hl1022-main")
    citizen = await net.call("1022", caller="0904000031", script=AT_ONCE)
    await citizen.ended(90)
    await world.quiet()
    call = await settled(world, citizen)
    assert outcome(call) == ("emergency", "emergency-by-agent")
    assert call.call.person == "1001" and legs(call, "agent")[-1].talk_ms > 0
    verify(world.product, call)

    async def ours() -> list[AlarmRow]:
        found = [one for one in await world.alarms() if one.call_id == call.call.id]
        assert {one.kind for one in found} == {"emergency-unanswered"} and len(found) == 1
        return found

    async def told_again() -> bool:
        return (await ours())[0].last_repeated_at is not None

    await eventually(told_again, "the alarm that nobody has seen was not told again", 30)
    async with Database(world.product.settings.database_url) as database, database.transaction() as tx:
        seen = await tx.alarms.mark_seen((await ours())[0].id, "trưởng ca", datetime.now(UTC))
    assert seen is not None and (await ours())[0].seen_at is not None
    await (await net.phone("101").dial("*14")).ended(40)


async def test_an_agent_who_puts_down_at_once_has_not_helped(world: World) -> None:
    """She picked up and hung up before she heard what it is about: the citizen is not cut off, and wrap-up does not count."""
    net = world.net
    await world.on_duty("101")
    phone = net.phone("101")
    for number in ("115", "116"):
        await net.number(number).does(BUSY)
    await phone.does(Answers(after=0.3, talk=1))
    before = len(phone.legs)
    citizen = await net.call("1022", caller="0904000032", script=AT_ONCE)
    dropped = await phone.rings(60, nth=before + 1)
    await dropped.ended(20)
    await phone.does(Answers(after=0.3, talk=5))
    await citizen.ended(120)
    await world.quiet()
    call = await settled(world, citizen)
    assert outcome(call) == ("emergency", "emergency-by-agent") and call.call.person == "1001"
    first, second = legs(call, "agent")
    assert first.talk_ms == 0 and second.talk_ms > 0


@pytest.mark.parametrize("pressed", ["115", "19", "119"])
async def test_every_way_to_115_while_waiting(world: World, pressed: str) -> None:
    net = world.net
    await world.on_duty("101")
    await net.phone("101").does(Rings())
    await net.number("115").does(Answers(after=0.3, talk=1.5))
    script: list[Step] = [Wait(1), Key("0"), Wait(8), Keys(pressed, gap=0.3), STAY]
    citizen = await net.call("1022", caller=f"09040006{len(pressed)}{pressed[-1]}", script=script)
    await citizen.ended(60)
    await world.quiet()
    call = await settled(world, citizen)
    assert outcome(call) == ("emergency", "emergency-answered") and origins(call) == ["queue"]


async def test_nobody_at_all_so_the_numbers_are_called_again(world: World) -> None:
    net = world.net
    await world.on_duty()
    for number in ("115", "116"):
        await net.number(number).does(BUSY)
    before = len(net.number("116").legs)
    citizen = await net.call("1022", caller="0904000041", script=AT_ONCE)
    await net.number("116").rings(40, nth=before + 1)
    await net.number("115").does(Answers(after=0.5, talk=2))
    await citizen.ended(90)
    await world.quiet()
    assert [leg.who for leg in called_for(world, citizen)] == ["115", "116", "115"]
    assert outcome(await settled(world, citizen)) == ("emergency", "emergency-answered")


async def test_without_the_service(world: World) -> None:
    net = world.net
    await net.number("115").does(Answers(after=0.5, talk=2))
    process = world.product.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        stopped = [
            await net.call("1022", caller="0904000051", script=AT_ONCE),
            await net.call("1022", caller="0904000052", script=[Wait(9), Key("9"), STAY]),
        ]
        await asyncio.gather(*(leg.ended(60) for leg in stopped))
    finally:
        process.send_signal(signal.SIGCONT)
    await world.product.stop_service(signal.SIGKILL)
    killed = [
        await net.call("1022", caller="0904000053", script=[Wait(2), Keys("115", gap=0.1), STAY]),
        await net.call("1022", caller="0904000054", script=[Wait(8), Keys("9"), STAY]),
    ]
    await asyncio.gather(*(leg.ended(60) for leg in killed))
    await world.quiet()
    await world.product.start_service()
    for citizen in (*stopped, *killed):
        call = await settled(world, citizen)
        assert outcome(call) == ("emergency", "emergency-answered")
        verify(world.product, call)
