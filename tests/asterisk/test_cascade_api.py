"""Transfers from the agent's screen: at once, introduced, connected, cancelled before, in and after the prompt, and refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.core.ids import CallId
from hotline1022.tickets.types import State
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    agency,
    answering,
    called,
    cascades,
    directory,
    no_silence,
    outcomes,
    set_up,
    talk,
    ticket,
)
from tests.asterisk.world import eventually, hotline, legs, verify
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

AT_ONCE, INTRODUCED, CONNECTED, BEFORE, PROMPT, ROOM, GONE, ALONE, NOBODY = (agency(code) for code in range(721, 730))
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    everybody = directory(AT_ONCE, INTRODUCED, CONNECTED, BEFORE, PROMPT, ROOM, GONE, ALONE, NOBODY)
    async with hotline(tmp_path_factory.mktemp("screen"), directory=everybody, ring_seconds=20) as world:
        await world.people("101", "102", "103")
        await world.on_duty("101", "102", "103")
        async with screen(world) as one:
            yield one


async def test_at_once_the_agent_is_free_and_the_note_is_in_the_ticket(desk: Screen) -> None:
    world = desk.world
    await set_up(world, AT_ONCE, PERSON)
    one = await talk(world, "0909600001")
    await asyncio.sleep(1)
    call = await desk.transfer(one, AT_ONCE, note="Xây trái phép ở hẻm 14")
    await one.agent.ended(5)
    specialist = await called(world, AT_ONCE.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "talking")
    status, told = await desk.ask("POST", f"/api/calls/{call}/take-back")
    assert (status, told["error_id"]) == (409, "citizen-taken")
    await asyncio.sleep(3)
    await specialist.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (str(kept.row.outcome), kept.row.origin, kept.row.line) == ("connected", "service", one.line)
    made = await ticket(world, logged)
    assert (made.state, made.content) == (State.ACCEPTED, "Xây trái phép ở hẻm 14")
    no_silence(one.citizen)
    verify(world.product, logged)


@pytest.mark.parametrize(("to", "by"), [(INTRODUCED, "hangs up"), (CONNECTED, "connects")], ids=["hangup", "connect"])
async def test_the_agent_introduces_in_private_and_leaves(desk: Screen, to: object, by: str) -> None:
    world = desk.world
    assert to in (INTRODUCED, CONNECTED)
    place = INTRODUCED if to is INTRODUCED else CONNECTED
    caller = f"09096000{place.code - 700}"
    await set_up(world, place, BUSY, PERSON)
    one = await talk(world, caller)
    await asyncio.sleep(1)
    call = await desk.transfer(one, place, introduce=True)
    specialist = await called(world, place.numbers[1])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "introducing")
    await asyncio.sleep(4)
    if by == "hangs up":
        await one.agent.hangup()
    else:
        assert (await desk.ask("POST", f"/api/calls/{call}/connect"))[0] == 200
        await one.agent.ended(5)
    await desk.state(call, "talking")
    await asyncio.sleep(4)
    await one.citizen.hangup()
    await specialist.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert outcomes(kept) == [("specialist", "office", "busy"), ("specialist", "mobile", "taken")]
    assert str(kept.row.outcome) == "connected"
    # in private: each of the two heard the other, and the citizen neither
    assert audio.heard_for(specialist.heard, one.agent.frequency) > 3
    assert audio.heard_for(one.agent.heard, specialist.frequency) > 3
    talked = next(leg for leg in legs(logged, "contact") if leg.party == place.numbers[1])
    with_her = audio.heard_for(one.citizen.heard, specialist.frequency)
    assert with_her == pytest.approx(talked.talk_ms / 1000, abs=0.7) and with_her > 3
    assert audio.heard_for(specialist.heard, one.citizen.frequency) == pytest.approx(with_her, abs=0.7)
    no_silence(one.citizen)
    verify(world.product, logged)


async def at_her_line(desk: Screen, line: str, call: CallId) -> None:
    """The page of the agent has the citizen who came back past the queue, and talks."""

    async def there() -> bool:
        _, told = await desk.ask("GET", f"/api/lines/{line}/call")
        return told["call"] is not None and told["call"]["call"] == call and bool(told["call"]["answered_at"])

    await eventually(there, "the call at the line", 5)


async def test_cancelled_before_anybody_has_picked_up(desk: Screen) -> None:
    world = desk.world
    await set_up(world, BEFORE, Rings())
    one = await talk(world, "0909600004")
    await asyncio.sleep(1)
    call = await desk.transfer(one, BEFORE)
    await one.agent.ended(5)
    ringing = await world.net.number(BEFORE.numbers[0]).rings(20, nth=1)
    await desk.state(call, "hunting")
    assert (await desk.ask("POST", f"/api/calls/{call}/take-back"))[0] == 200
    await ringing.ended(5)
    again = await answering(world, "0909600004", 2)
    await at_her_line(desk, one.line, call)
    assert again.who == one.agent.who, "the citizen is back with this agent"
    await asyncio.sleep(3)
    await again.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "cancelled")], "taken-back")
    assert (await ticket(world, logged)).state is State.DROPPED
    assert audio.heard_for(again.heard, one.citizen.frequency) > 2
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_cancelled_in_the_prompt_the_agent_who_stayed_has_her_at_once(desk: Screen) -> None:
    world = desk.world
    await set_up(world, PROMPT, PERSON)
    one = await talk(world, "0909600005")
    await asyncio.sleep(1)
    call = await desk.transfer(one, PROMPT, introduce=True)
    specialist = await called(world, PROMPT.numbers[0])
    await asyncio.sleep(1)
    assert (await desk.ask("POST", f"/api/calls/{call}/take-back"))[0] == 200
    await specialist.ended(3)
    await asyncio.sleep(4)
    assert one.agent.is_up
    await one.agent.hangup()
    await one.citizen.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "cancelled")], "taken-back")
    assert audio.heard_for(one.citizen.heard, specialist.frequency) == 0
    (leg,) = legs(logged, "agent")
    both = audio.heard_for(one.agent.heard, one.citizen.frequency)
    assert leg.talk_ms / 1000 == pytest.approx(both, abs=1.0) and both > 4
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_cancelled_in_the_private_talk(desk: Screen) -> None:
    world = desk.world
    await set_up(world, ROOM, PERSON)
    one = await talk(world, "0909600006")
    await asyncio.sleep(1)
    call = await desk.transfer(one, ROOM, introduce=True)
    specialist = await called(world, ROOM.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "introducing")
    await asyncio.sleep(2)
    assert (await desk.ask("POST", f"/api/calls/{call}/take-back"))[0] == 200
    await specialist.ended(3)
    await asyncio.sleep(4)
    await one.citizen.hangup()
    await one.agent.ended(3)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert outcomes(kept)[0][2] == "cancelled" and str(kept.row.outcome) == "taken-back"
    assert audio.heard_for(specialist.heard, one.citizen.frequency) == 0
    assert audio.heard_for(one.agent.heard, one.citizen.frequency) > 4
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_the_citizen_hangs_up_while_two_talk_about_her_and_nobody_is_left(desk: Screen) -> None:
    world = desk.world
    await set_up(world, GONE, PERSON)
    one = await talk(world, "0909600007")
    await asyncio.sleep(1)
    call = await desk.transfer(one, GONE, introduce=True)
    specialist = await called(world, GONE.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await desk.state(call, "introducing")
    await one.citizen.hangup()
    await asyncio.gather(specialist.ended(3), one.agent.ended(3))
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "hung-up")], "dropped")
    assert (await ticket(world, logged)).state is State.NEW
    verify(world.product, logged)


async def test_the_agent_who_waits_to_introduce_leaves_and_the_specialist_gets_her(desk: Screen) -> None:
    world = desk.world
    await set_up(world, ALONE, Answers(after=3, talk=90))
    one = await talk(world, "0909600008")
    await asyncio.sleep(1)
    await desk.transfer(one, ALONE, introduce=True)
    await world.net.number(ALONE.numbers[0]).rings(20, nth=1)
    await one.agent.hangup()
    specialist = await called(world, ALONE.numbers[0])
    await asyncio.sleep(TAKES_AFTER)
    await specialist.press("1")
    await asyncio.sleep(4)
    await one.citizen.hangup()
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert (outcomes(kept), str(kept.row.outcome)) == ([("specialist", "office", "taken")], "connected")
    assert audio.heard_for(specialist.heard, one.citizen.frequency) > 2.5
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_nobody_takes_her_and_the_agent_who_stayed_has_her_back(desk: Screen) -> None:
    world = desk.world
    await set_up(world, NOBODY, BUSY, BUSY, BUSY, BUSY)
    one = await talk(world, "0909600009")
    await asyncio.sleep(1)
    await desk.transfer(one, NOBODY, introduce=True)
    last = await world.net.number(NOBODY.numbers[3]).rings(20, nth=1)
    await last.ended(5)
    await asyncio.sleep(9)
    assert one.agent.is_up
    await one.agent.hangup()
    await one.citizen.ended(5)
    await world.quiet()
    logged = await world.logged(one.citizen)
    (kept,) = await cascades(world, logged)
    assert [how for _, _, how in outcomes(kept)] == ["busy"] * 4 and str(kept.row.outcome) == "nobody"
    assert audio.heard_for(one.agent.heard, one.citizen.frequency) > 4
    assert (await ticket(world, logged)).state is State.NEW
    no_silence(one.citizen)
    verify(world.product, logged)


async def test_what_cannot_be_is_refused_and_changes_nothing(desk: Screen) -> None:
    world = desk.world
    for path in ("/api/calls/hl1-1.1/take-back", "/api/calls/hl1-1.1/connect"):
        status, told = await desk.ask("POST", path)
        assert (status, told["error_id"]) == (404, "call-unknown")
    one = await talk(world, "0909600010")
    call = await desk.call_of("0909600010")
    for body, error in (
        ({"call": call, "agency": "no-such-agency"}, "agency-unknown"),
        ({"call": call, "category": "no-such-category"}, "category-unknown"),
        ({"call": "hl1-1.1", "agency": AT_ONCE.id}, "call-unknown"),
    ):
        status, told = await desk.ask("POST", "/api/cascades", body)
        assert (status, told["error_id"]) == (404, error)
    for path, error in (("take-back", "cascade-none"), ("connect", "cascade-none")):
        status, told = await desk.ask("POST", f"/api/calls/{call}/{path}")
        assert (status, told["error_id"]) == (409, error)
    await asyncio.sleep(2)
    assert one.agent.is_up and one.citizen.is_up

    async def listed() -> bool:
        _, told = await desk.ask("GET", "/api/cascades?agency=no-such-agency")
        return told == {"cascades": []}

    await eventually(listed, "a cascade of no agency is listed", 2)
    await one.citizen.hangup()
    await world.quiet()
