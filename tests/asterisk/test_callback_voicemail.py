"""A citizen who was called back and put through where nobody takes her, and nobody of 1022 either: after hours, with the queue too long,
with the service dead. She is told what happens at every moment, what she says is a message as anybody's, and the record has it.
"""

import asyncio
import hashlib
import json
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.core.outcomes import Reason
from hotline1022.db.types import CallDetail, VoicemailView
from hotline1022.db.unit import Database
from hotline1022.tickets.types import Channel, Purpose, State
from tests.asterisk.callback_world import Called, talks
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import code_twice, said, told
from tests.asterisk.cascade_world import agency, directory, outcomes, set_up, shut, ticket
from tests.asterisk.test_callback import on_duty, still_listed
from tests.asterisk.world import eventually, hotline, keys
from tests.lab import audio
from tests.lab.network import BUSY, Rings
from tests.lab.prompts import kept_prompts

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(280)]

BUSY_ALL, SHUT, DEAD = PLACES = (agency(744), agency(745, hours=shut()), agency(746, hours=shut()))
LINES = ("101", "102")
#: seconds that a citizen waits in the queue at most, and for which she speaks
WAITS, SPEAKS = 12, 5.0
#: a hunt in which nobody is rung
ALL_SHUT = [(role, which, "outside-hours") for role in ("specialist", "leader") for which in ("office", "mobile")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    tables = f"[lines]\nnumbers = {list(LINES)}".replace("'", '"')
    folder, places = tmp_path_factory.mktemp("left"), directory(*PLACES)
    async with (
        hotline(folder, tables, directory=places, ring_seconds=60, max_wait_seconds=WAITS) as world,
        screen(world) as one,
    ):
        await world.people(*LINES)
        for line in LINES:
            await on_duty(one, line)
        world.on = set(LINES)

        async def kept() -> bool:
            return f"plan-{DEAD.code}" in await world.product.asterisk.cli("database show hl1022")

        await eventually(kept, "Asterisk's own database has no plans", 60)
        yield one


async def hears(one: Called, prompt: str, limit: float = 60) -> None:
    """Wait until she begins to hear it, as Asterisk's journal has it: the service may be dead."""
    product = one.desk.world.product

    async def begun() -> bool:
        rows = product.journal()
        of_hers = f"call={one.id}|kind=citizen"
        hers = {row["uniqueid"] for row in rows if row["userdeftype"] == "HL_LEG" and of_hers in row["eventextra"]}
        streams = [row for row in rows if row["uniqueid"] in hers and row["eventenum"] == "STREAM_BEGIN"]
        return any(json.loads(row["eventextra"]).get("sound") == prompt for row in streams)

    await eventually(begun, f"{one.citizen} is not told {prompt}", limit)


async def beep(one: Called, reason: str, limit: float = 60) -> None:
    """Wait until she may speak."""
    product = one.desk.world.product

    async def taken() -> bool:
        rows = [row["eventextra"] for row in product.journal() if row["userdeftype"] == "HL_VOICEMAIL"]
        return any(f"reason={reason}|file={one.id}~" in text for text in rows)

    await eventually(taken, f"{one.citizen} is not asked for a message ({reason})", limit)


async def message_of(one: Called, call: CallDetail, reason: str, seconds: float) -> VoicemailView:
    """Her message is whole, hers, unheard, in the list of messages, and of her call; she heard silence only while she spoke."""
    world = one.desk.world
    (message,) = call.voicemails
    assert (message.reason, message.heard_at) == (reason, None)
    assert message.caller.endswith(one.citizen.who[1:]), "whom to call back"
    file = world.product.settings.paths.recordings / message.path
    assert hashlib.sha256(file.read_bytes()).hexdigest() == message.sha256
    assert audio.heard_for(file, one.citizen.frequency) == pytest.approx(seconds, abs=1.2)
    _, listed = await one.desk.ask("GET", "/api/voicemails?heard=false")
    assert [row["id"] for row in listed["voicemails"] if row["call"] == one.id] == [message.id]
    gaps = audio.silences(one.citizen.heard, at_least=2.0)
    assert len(gaps) <= 1, f"{one.citizen} was left in silence: {gaps}"
    kinds = [event.kind for event in call.events]
    assert kinds.index("CascadeEnded") < kinds.index("VoicemailStarted")
    # she speaks into a message and is on the recording of the call too
    hers = [track for track in call.tracks if str(track.kind) == "citizen" and str(track.side) == "r"]
    assert len(hers) == 1 and hers[0].duration_ms > message.duration_ms
    return message


async def ticket_of_message(one: Called) -> None:
    """It has a ticket of its own as any message, beside the one of the hunt; not one for each try."""
    database = one.desk.world.product.settings.database_url

    async def made() -> bool:
        async with Database(database) as open_one, open_one.reading() as tx:
            found = await tx.tickets.made_by_call(one.id, Purpose.VOICEMAIL)
        return found is not None and found.channel is Channel.VOICEMAIL and found.phone.endswith(one.citizen.who[1:])

    await eventually(made, "no ticket was made of the message", 90)


def prompts(call: CallDetail) -> list[str]:
    """What she was told from the end of the hunt on, without digits and music."""
    every = said(call)
    told_then = every[every.index("hl1022/cascade-zero") :]
    return [one.removeprefix("hl1022/") for one in told_then if one.startswith("hl1022/") or one == "beep"]


async def test_after_hours_she_hears_the_code_twice_and_the_call_ends(desk: Screen) -> None:
    one = await talks(desk, "101", "0903155001")
    await one.transfer(SHUT)
    await one.agent.ended(10)
    await one.citizen.ended(90)
    call, (kept,) = await one.ended("nobody")
    assert outcomes(kept) == ALL_SHUT
    assert not [leg for number in SHUT.numbers for leg in desk.world.net.number(number).legs], "nobody was rung"
    made = await ticket(desk.world, call)
    assert (made.state, made.agency, made.code) == (State.NEW, SHUT.id, kept.row.code)
    code_twice(call, one.citizen, made.code)
    assert prompts(call) == ["cascade-zero"] and not call.voicemails


async def test_after_hours_and_nobody_at_1022_takes_her_message(desk: Screen) -> None:
    """All have gone home; she asks for an agent all the same, and hangs up when she has spoken."""
    one = await talks(desk, "102", "0903155011")
    await one.transfer(SHUT)
    await one.agent.ended(10)
    for line in LINES:
        await on_duty(desk, line, on=False)
    try:
        await hears(one, "hl1022/cascade-zero")
        await one.citizen.press("0")
        await beep(one, "no-agents")
        await asyncio.sleep(SPEAKS)
        await one.citizen.hangup()
        call, (kept,) = await one.ended("nobody", silence=SPEAKS + 3)
        assert outcomes(kept) == ALL_SHUT and keys(call) == ["0"]
        await message_of(one, call, "no-agents", SPEAKS)
        assert prompts(call) == ["cascade-zero", "cascade-back", "no-agents", "voicemail", "beep"]
        assert not await still_listed(desk, one.citizen.who), "the call for which she stood there has reached her"
        await ticket_of_message(one)
        assert (await ticket(desk.world, call)).state is State.NEW, "and what was written down goes to the agency"
    finally:
        for line in LINES:
            await on_duty(desk, line)


async def test_nobody_at_the_agency_and_nobody_lifts_at_1022(desk: Screen) -> None:
    world = desk.world
    await set_up(world, BUSY_ALL, BUSY, BUSY, BUSY, BUSY)
    one = await talks(desk, "101", "0903155021")
    await one.key(BUSY_ALL.code)
    await one.agent.ended(10)
    for line in LINES:
        await world.net.phone(line).does(Rings())
    await hears(one, "hl1022/cascade-zero")
    await one.citizen.press("0")
    await beep(one, "timeout")
    await asyncio.sleep(SPEAKS)
    await one.citizen.press("#")
    await one.citizen.ended(30)
    call, (kept,) = await one.ended("nobody", silence=SPEAKS + 3)
    assert {outcome for _, _, outcome in outcomes(kept)} == {"busy"}
    await message_of(one, call, "timeout", SPEAKS)
    assert prompts(call)[-4:] == ["waited-long", "voicemail", "beep", "voicemail-thanks"]
    thanks = kept_prompts() / "sounds" / "vi" / "hl1022" / "voicemail-thanks.wav"
    assert told(one.citizen.heard, thanks), "she heard that it was taken"
    _, figures = await desk.ask("GET", "/api/queue")
    assert not figures.get("waiting"), figures
    _, abandoned = await desk.ask("GET", "/api/abandoned")
    assert all(not row["caller"].endswith(one.citizen.who[1:]) for row in abandoned["abandoned"])


async def test_115_from_the_way_to_the_message(desk: Screen) -> None:
    """While she is told that nobody is there, 9 is 115: not the message."""
    world = desk.world
    await world.net.number("115").does(Rings())
    one = await talks(desk, "101", "0903155031")
    await one.transfer(SHUT)
    await one.agent.ended(10)
    for line in LINES:
        await on_duty(desk, line, on=False)
    try:
        await hears(one, "hl1022/cascade-zero")
        await one.citizen.press("0")
        await hears(one, "hl1022/no-agents")
        await one.citizen.press("9", gap=0)
        helper = await world.net.number("115").rings(5, nth=1)
        assert helper.other.endswith(one.citizen.who[1:])
        await one.citizen.hangup()
        await helper.ended(5)
        call, _ = await one.ended("nobody", reason=Reason.IN_EMERGENCY)
        assert not call.voicemails
    finally:
        for line in LINES:
            await on_duty(desk, line)


async def test_with_the_service_dead_too(desk: Screen) -> None:
    """Asterisk judges the hours by itself, no ticket can be reserved, nobody lifts: the message is filed when the service is back."""
    world = desk.world
    one = await talks(desk, "102", "0903155041")
    await world.product.stop_service(signal.SIGKILL)
    for line in LINES:
        await world.net.phone(line).does(Rings())
    await one.key(DEAD.code)
    await one.agent.ended(10)
    await hears(one, "hl1022/cascade-zero")
    await one.citizen.press("0")
    await beep(one, "timeout")
    await asyncio.sleep(SPEAKS)
    await one.citizen.press("#")
    await one.citizen.ended(30)
    await world.quiet()
    await world.product.start_service()
    call, (kept,) = await one.ended("nobody", silence=SPEAKS + 3)
    assert outcomes(kept) == ALL_SHUT and kept.row.code == "", "no ticket could be reserved"
    assert "hl1022/cascade-kept-plain" in said(call)
    await message_of(one, call, "timeout", SPEAKS)
    assert (await ticket(world, call)).state is State.NEW, "made when the service was back"
