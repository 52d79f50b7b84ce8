"""An agent calls citizens back: who is reached, who is not and why, what is recorded, and what a kill of the service leaves whole."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.types import Batch, CallDetail, CallFilter, CallRow
from hotline1022.db.unit import Database
from hotline1022.service.calls.log_store import e164
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.world import STAY, World, eventually, filed, hotline, legs, near, person, verify
from tests.lab import audio
from tests.lab.network import BUSY, CONGESTION, REJECTS, UNKNOWN, Answers, Key, Leg, Plan, Rings, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(280)]

LINES = ("101", "102", "103", "104", "105", "106", "107")
AGENT = Answers(after=0.5, talk=100)
#: seconds that a citizen talks behind the notice
TALK = 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    lines = f"[lines]\nnumbers = {list(LINES)}".replace("'", '"')
    async with hotline(tmp_path_factory.mktemp("callback"), lines) as world, screen(world) as one:
        await world.people(*LINES)
        for line in LINES:
            await on_duty(one, line)
        yield one


async def on_duty(desk: Screen, line: str, *, on: bool = True) -> None:
    """Log somebody in there, or out, from the screen."""
    path, body = ("login", {"person": person(line), "pin": "2468"}) if on else ("logout", None)
    status, told = await desk.ask("POST", f"/api/lines/{line}/{path}", body)
    assert status == 200, told


async def gave_up(world: World, number: str) -> str:
    """A citizen hung up while waiting, an hour ago; her call."""
    at = datetime.now(UTC) - timedelta(hours=1)
    call = CallRow(
        id=f"hl1-1795470000.{int(number) % 100_000}",
        entered_at=at,
        ended_at=at + timedelta(seconds=20),
        did="1022",
        caller_raw=number,
        caller_e164=e164(number),
        state=CallState.ENDED,
        result=Result.ABANDONED,
        reason=Reason.IN_QUEUE,
        version=1,
    )
    async with Database(world.product.settings.database_url) as database, database.transaction() as tx:
        await tx.calls.save(Batch(calls=(call,)))
    return call.id


async def call_back(desk: Screen, line: str, target: str) -> tuple[int, dict[str, Any]]:
    """As the agent's screen does."""
    return await desk.ask("POST", f"/api/lines/{line}/calls", {"what": "abandoned", "id": target})


async def begun(desk: Screen, line: str, number: str, plan: Plan, agent: Plan = AGENT) -> tuple[str, Leg]:
    """The call that is made, and the agent's leg, ringing."""
    world = desk.world
    await world.net.number(number).does(plan)
    await world.net.phone(line).does(agent)
    ringing = asyncio.create_task(world.net.phone(line).rings(15))
    status, told = await call_back(desk, line, await gave_up(world, number))
    assert status == 201, told
    assert told["line"] == line and told["number"] == number
    return told["call"], await ringing


async def logged(world: World, call: str, seconds: float = 90) -> CallDetail:
    """The call, ended and filed."""
    found: list[CallDetail] = []

    async def done() -> bool:
        async with Database(world.product.settings.database_url) as database, database.reading() as tx:
            page = await tx.calls.list(CallFilter(direction=Direction.OUT, limit=200))
            found[:] = [await tx.calls.get(one.call.id) for one in page.calls if one.call.id == call]
        return bool(found) and filed(found[0])

    try:
        await eventually(done, f"call {call} is not in the log as ended and filed", seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; what is there: {found}\n{world.product.service_log()}") from None
    return found[0]


async def still_listed(desk: Screen, number: str) -> bool:
    """Whether the citizen still stands in the list of those who gave up."""
    _, told = await desk.ask("GET", "/api/abandoned")
    return any(one["caller"] == e164(number) for one in told["abandoned"])


async def state_of(desk: Screen, line: str) -> str:
    _, told = await desk.ask("GET", "/api/lines")
    return str(next(one["state"] for one in told["lines"] if one["line"] == line))


async def shown(desk: Screen, line: str, state: str) -> dict[str, Any]:
    """The call at the line, as soon as it is so far."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        _, told = await desk.ask("GET", f"/api/lines/{line}/call")
        found[:] = [told["call"]] if told["call"] else []
        return bool(found) and found[0]["state"] == state

    await eventually(there, f"the call at line {line} is not {state}: {found}", 20)
    return found[0]


def whole(world: World, call: CallDetail, agent: Leg, citizen: Leg) -> None:
    """Rows and tracks are what both telephones saw."""
    (own,), (hers,) = legs(call, "agent"), legs(call, "citizen")
    for leg, phone in ((own, agent), (hers, citizen)):
        near(leg.started_at, phone.started_at, f"{phone} rings")
        near(leg.answered_at, phone.answered_at, f"{phone} answers")
        near(leg.ended_at, phone.ended_at, f"{phone} ends")
    verify(world.product, call)
    folder = world.product.settings.paths.recordings
    said = {str(track.kind): folder / track.path for track in call.tracks if str(track.side) == "r"}
    assert said.keys() == {"agent", "citizen"}
    assert audio.heard_for(said["citizen"], citizen.frequency) >= TALK - 1
    assert audio.heard_for(said["agent"], agent.frequency) >= TALK - 1


async def test_she_is_reached_hears_the_notice_and_both_are_recorded(desk: Screen) -> None:
    world, number = desk.world, "0903111001"
    call, agent = await begun(desk, "101", number, Answers(after=2, talk=4 + TALK), Answers(after=1.5, talk=100))
    assert await agent.tells("CALLERID(name)") == number, "the agent's phone shows who is called"
    ringing = await shown(desk, "101", "calling-agent")
    assert (ringing["call"], ringing["caller"], ringing["direction"]) == (call, number, "out")
    assert await state_of(desk, "101") == "ringing"
    citizen = await world.net.number(number).rings(10, nth=1)
    assert citizen.other in world.product.settings.hotline.numbers
    await shown(desk, "101", "calling-citizen")
    await shown(desk, "101", "talking")
    assert await state_of(desk, "101") == "talking"
    await asyncio.gather(agent.ended(30), citizen.ended(30))
    await world.quiet()
    found = await logged(world, call)
    assert (found.call.result, found.call.reason) == (Result.REACHED, Reason.CITIZEN_ANSWERED)
    assert (found.call.direction, found.call.line, found.call.person) == (Direction.OUT, "101", person("101"))
    assert (found.call.caller_raw, found.call.caller_e164, found.call.did) == (number, e164(number), "")
    assert TALK * 1000 - 1500 <= found.call.talk_ms <= TALK * 1000 + 1500
    whole(world, found, agent, citizen)
    _, told = await desk.ask("GET", f"/api/calls/{call}")
    assert told["notice"]["prompt"] == "callback-notice" and not told["notice"]["before_recording"]
    assert not await still_listed(desk, number)
    async with Database(world.product.settings.database_url) as database, database.reading() as tx:
        (tried,) = (await tx.callbacks.latest_to([e164(number) or ""])).values()
    assert (tried.call, tried.reason, tried.name) == (call, Reason.CITIZEN_ANSWERED, "Người 101")
    assert await state_of(desk, "101") in {"ready", "wrap-up"}
    # of calls that came in it is none
    _, listed = await desk.ask("GET", f"/api/calls?caller={number}")
    assert [one["reason"] for one in listed["calls"]] == ["in-queue"]
    _, listed = await desk.ask("GET", f"/api/calls?caller={number}&direction=out")
    assert [one["id"] for one in listed["calls"]] == [call]


async def test_why_a_citizen_is_not_reached(desk: Screen) -> None:
    """Six at a time: each stays in the list, and her row says why."""
    world = desk.world
    plans: dict[str, tuple[Plan, Plan, Reason]] = {
        "0903111011": (BUSY, AGENT, Reason.CITIZEN_BUSY),
        "0903111012": (REJECTS, AGENT, Reason.CITIZEN_REFUSED),
        "0903111013": (UNKNOWN, AGENT, Reason.NUMBER_NOT_VALID),
        "0903111014": (CONGESTION, AGENT, Reason.LINE_TROUBLE),
        "0903111015": (Rings(), AGENT, Reason.CITIZEN_NO_ANSWER),
        "0903111016": (AGENT, Rings(), Reason.AGENT_NO_ANSWER),
        # she lifts and is gone while she is told that it is recorded
        "0903111017": (Answers(after=0.5, talk=1), AGENT, Reason.CITIZEN_HUNG_UP),
    }
    made = [
        await begun(desk, line, number, plan, agent)
        for line, (number, (plan, agent, _)) in zip(LINES, plans.items(), strict=True)
    ]
    await asyncio.gather(*(agent.ended(80) for _, agent in made))
    await world.quiet()
    for (call, _), (number, (_, _, reason)) in zip(made, plans.items(), strict=True):
        found = await logged(world, call)
        assert (found.call.result, found.call.reason, found.call.talk_ms) == (Result.UNREACHED, reason, 0), number
        assert await still_listed(desk, number), number
    assert not world.net.number("0903111016").legs, "nobody lifted: she was not called"


async def test_the_agent_hangs_up_while_it_rings_and_the_line_is_free_at_once(desk: Screen) -> None:
    world, number = desk.world, "0903111021"
    call, agent = await begun(desk, "102", number, Rings())
    citizen = await world.net.number(number).rings(10, nth=1)
    status, told = await call_back(desk, "103", await gave_up(world, number))
    assert (status, told["error_id"]) == (409, "callback-running") and "Người 102" in told["message"]
    status, told = await call_back(desk, "102", await gave_up(world, "0903111022"))
    assert (status, told["error_id"]) == (409, "line-busy")
    await agent.hangup()
    await citizen.ended(10)
    await world.quiet()
    found = await logged(world, call)
    assert (found.call.result, found.call.reason) == (Result.UNREACHED, Reason.AGENT_HUNG_UP)
    again, agent = await begun(desk, "102", number, BUSY)
    await agent.ended(20)
    assert (await logged(world, again)).call.reason is Reason.CITIZEN_BUSY


async def test_who_calls_a_citizen_is_not_rung_by_the_queue(desk: Screen) -> None:
    world, number = desk.world, "0903111031"
    others = [line for line in LINES if line != "101"]
    for line in others:
        await on_duty(desk, line, on=False)
    try:
        call, agent = await begun(desk, "101", number, Answers(after=0.5, talk=14))
        await shown(desk, "101", "talking")
        waits = await world.net.call("1022", caller="0903111032", script=[Wait(1), Key("0"), STAY])
        await asyncio.sleep(6)
        rung = [leg for leg in world.net.phone("101").legs if leg.other == "0903111032"]
        assert not rung, "the queue rings a line that talks"
        await asyncio.gather(agent.ended(30))
        taken = await world.net.phone("101").rings(30)
        assert taken.other == "0903111032"
        await asyncio.sleep(1)
        await waits.hangup()
        await taken.ended(10)
        await world.quiet()
        assert (await logged(world, call)).call.result is Result.REACHED
    finally:
        for line in others:
            await on_duty(desk, line)


async def test_a_kill_of_the_service_leaves_call_recording_and_log_whole(desk: Screen) -> None:
    """Killed while it rings at the citizen: the dialplan goes on alone, and the log is told after the next start."""
    world, number = desk.world, "0903111041"
    call, agent = await begun(desk, "104", number, Answers(after=4, talk=4 + TALK))
    await world.net.number(number).rings(10, nth=1)
    await shown(desk, "104", "calling-citizen")
    await world.product.stop_service(signal.SIGKILL)
    citizen = await world.net.number(number).rings(1, nth=1)
    await asyncio.gather(agent.ended(40), citizen.ended(40))
    await world.quiet()
    await world.product.start_service()
    found = await logged(world, call)
    assert (found.call.result, found.call.reason) == (Result.REACHED, Reason.CITIZEN_ANSWERED)
    whole(world, found, agent, citizen)
    assert not await still_listed(desk, number)
    # and nothing of it stands in the way of the next one
    again, agent = await begun(desk, "104", "0903111042", BUSY)
    await agent.ended(20)
    assert (await logged(world, again)).call.reason is Reason.CITIZEN_BUSY
