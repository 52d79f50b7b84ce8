"""Asterisk first: the service is dead, stopped, hangs, cuts or is slow, and a citizen still reaches 115 and the agents.

What the citizens heard is measured, and when the service is back every call is in the log once, with its recordings.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from hotline1022.db.unit import Database
from tests.asterisk.world import (
    NEAR,
    STAY,
    World,
    agrees,
    eventually,
    first_words,
    hotline,
    keys,
    outcome,
    person,
    verify,
)
from tests.lab import audio
from tests.lab.network import Answers, Key, Leg, Speak, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
#: seconds of silence that a hung service may cost, and what a slow machine may add
SILENCE = 2.3
#: how a service may fail, by the last two digits of the caller's number
WAYS = {"01": "hangs", "02": "cuts", "03": "late", "04": "hangs-later", "05": "talks-nonsense", "06": "hangs-at-wait"}
MENU = b'SET VARIABLE HL_ANSWER "OK~menu~root~0~5~~hl1022/menu-root"\n'
AGENTS = b'SET VARIABLE HL_ANSWER "OK~agents~root~0~5~other~"\n'
#: who answers the first question and fails at a later one: the citizen presses a key in the menu
LATER = {"hangs-later", "hangs-at-wait"}
LINES = ("101", "102", "103")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A hotline whose service is started and ended by the tests; the agents are logged in from before."""
    async with hotline(tmp_path_factory.mktemp("alone"), service=False) as one:
        for line in LINES:
            await one.product.log_in(line, f"100{line[-1]}")
            await one.net.phone(line).does(Answers(after=1, talk=2.5))
        await one.net.number("115").does(Answers(after=0.5, talk=2))
        yield one


@asynccontextmanager
async def failing(port: int) -> AsyncIterator[list[str]]:
    """A server in the service's place that fails each caller in another way; yields whom it failed, and how."""
    failed: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = (await reader.readuntil(b"\n\n")).decode()
            fields = dict(line.split(": ", 1) for line in asked.splitlines() if ": " in line)
            way = WAYS[fields["agi_callerid"][-2:]]
            failed.append(way)
            match way:
                case "cuts":
                    return
                case "late":
                    await asyncio.sleep(3)
                case "talks-nonsense":
                    writer.write(b'SET VARIABLE HL_ANSWER "\xff\xfe?"\n')
                case "hangs-at-wait" if fields["agi_network_script"] == "menu" and fields.get("agi_arg_2") != "start":
                    writer.write(AGENTS)
                    await writer.drain()
                    await reader.readline()
                    return
                case "hangs-later" | "hangs-at-wait" if fields.get("agi_arg_2") == "start":
                    writer.write(MENU)
                    await writer.drain()
                    await reader.readline()
                    return
                case _:
                    await reader.read()
                    return
            if way == "late":
                writer.write(MENU)
            await writer.drain()
            await reader.readline()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield failed
    finally:
        server.close()


def rang(world: World, citizen: Leg) -> list[Leg]:
    """Every phone that was called for this citizen."""
    places = [world.net.number("115"), *(world.net.phone(line) for line in LINES)]
    return [leg for place in places for leg in place.legs if leg.other == citizen.who]


def never_silent(citizen: Leg) -> None:
    """From the answer to the end something was to be heard."""
    assert first_words(citizen) <= 0.5
    gap = audio.longest_silence(citizen.heard)
    assert gap.length <= SILENCE, f"{citizen.who} heard nothing for {gap.length:.1f} s from {gap.start:.1f} s on"


async def pair(world: World, number: str, tail: str) -> tuple[Leg, Leg]:
    """One citizen who waits for an agent, one who presses 9 after the greeting."""
    first: list[Step] = [Wait(7), Key("2")] if WAYS.get(tail) in LATER else []
    patient = await world.net.call("1022", caller=f"{number}1{tail}", script=[*first, Wait(14), Speak(1), STAY])
    urgent = await world.net.call("1022", caller=f"{number}2{tail}", script=[Wait(9), Key("9"), STAY])
    return patient, urgent


async def end_well(world: World, pairs: list[tuple[Leg, Leg]]) -> None:
    """Each patient one had an agent, each urgent one 115, and nobody heard silence."""
    await asyncio.gather(*(leg.ended(90) for both in pairs for leg in both))
    await world.quiet()
    for patient, urgent in pairs:
        answered = [leg.who for leg in rang(world, patient) if leg.answered_at is not None]
        assert len(answered) == 1 and answered[0].startswith("line-"), patient
        assert [leg.who for leg in rang(world, urgent)] == ["115"], urgent
        never_silent(patient)
        never_silent(urgent)


async def in_the_log(world: World, pairs: list[tuple[Leg, Leg]], *, backfilled: bool = True) -> None:
    """Afterwards the log knows all of it."""
    for patient, urgent in pairs:
        for citizen, wanted in (
            (patient, ("answered", "agent-answered")),
            (urgent, ("emergency", "emergency-answered")),
        ):
            call = await world.logged(citizen)
            assert outcome(call) == wanted
            assert call.call.backfilled or not backfilled
            assert (keys(call)[-1:] == ["9"]) == (citizen is urgent)
            agrees(call, citizen, *rang(world, citizen))
            verify(world.product, call)
            if citizen is patient:
                assert call.call.person.startswith("100")


async def test_nobody_listens_or_whoever_listens_fails_and_the_log_catches_up(world: World) -> None:
    nobody = [await pair(world, "0905000", "00")]
    await end_well(world, nobody)
    async with failing(world.product.settings.service.agi_port) as failed:
        pairs = [await pair(world, "0905000", tail) for tail in WAYS]
        await end_well(world, pairs)
    assert set(failed) == set(WAYS.values())
    await world.product.start_service()
    await in_the_log(world, nobody + pairs)


async def test_the_service_is_stopped_in_its_tracks(world: World) -> None:
    await world.people(*LINES)
    await world.on_duty(*LINES)
    process = world.product.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        stopped = [await pair(world, "0905001", "00")]
        await end_well(world, stopped)
    finally:
        process.send_signal(signal.SIGCONT)
    await in_the_log(world, stopped)


async def test_the_service_is_killed_in_calls_and_after_one(world: World) -> None:
    """One citizen talks, one hears the menu, one has just hung up when it dies; later calls find nobody."""
    net = world.net
    for line in LINES:
        await net.phone(line).does(Answers(after=0.5, talk=6))
    talking = await net.call("1022", caller="0905002001", script=[Wait(1), Key("2"), Wait(8), Speak(2), STAY])
    await asyncio.sleep(0.5)
    gone = await net.call("1022", caller="0905002002", script=[Wait(2)])
    reading = await net.call("1022", caller="0905002003", script=[Wait(11), Key("3"), STAY])
    agents = [asyncio.create_task(net.phone(line).rings(40)) for line in LINES]
    (rung, *_), waiting = await asyncio.wait(agents, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await rung.result().answered(10)
    await gone.hangup()
    await world.product.stop_service(signal.SIGKILL)
    later = await net.call("1022", caller="0905002004", script=[Wait(7), Key("0"), STAY])
    await asyncio.gather(*(leg.ended(90) for leg in (talking, reading, later)))
    await world.quiet()
    for citizen in (reading, later):
        never_silent(citizen)
    await world.product.start_service()
    for citizen, wanted, mode in (
        (talking, ("answered", "agent-answered"), "service"),
        (gone, ("abandoned", "in-menu"), "service"),
        (reading, ("answered", "agent-answered"), "mixed"),
        (later, ("answered", "agent-answered"), "static"),
    ):
        call = await world.logged(citizen)
        assert outcome(call) == wanted and call.call.mode == mode, citizen
        agrees(call, citizen, *rang(world, citizen))
        verify(world.product, call)


async def test_it_ends_and_starts_in_the_middle_of_a_call_and_knows_the_whole_of_it(world: World) -> None:
    for line in LINES:
        await world.net.phone(line).does(Answers(after=0.5, talk=2))
    citizen = await world.net.call("1022", caller="0905003001", script=[Wait(1), Key("6"), Wait(9), Key("0"), STAY])
    await citizen.answered(20)
    await asyncio.sleep(4)
    await world.product.stop_service(signal.SIGKILL)
    await world.product.start_service()
    await citizen.ended(60)
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("answered", "agent-answered") and keys(call) == ["6", "0"]
    assert call.call.mode == "service", "the service was back before the second key"
    agrees(call, citizen, *rang(world, citizen))
    verify(world.product, call)


async def test_it_is_killed_and_starts_while_an_agent_talks_and_her_wrap_up_follows_the_talk(world: World) -> None:
    """Nobody told the new service of the answer: it sees the talk at the phone, and hears its end."""
    if world.product.process is None:
        await world.product.start_service()
    if not world.on:
        await world.people(*LINES)
        await world.on_duty(*LINES)
    for line in LINES:
        await world.net.phone(line).does(Answers(after=0.3, talk=7))
    began = datetime.now(UTC)
    citizen = await world.net.call("1022", caller="0905004001", script=[Wait(1), Key("0"), STAY])

    async def talks() -> bool:
        return any(leg.answered_at is not None for leg in rang(world, citizen))

    await eventually(talks, "no agent answered", 20)
    await world.product.stop_service(signal.SIGKILL)
    await world.product.start_service()
    (agent,) = [leg for leg in rang(world, citizen) if leg.answered_at is not None]
    assert agent.ended_at is None, "the service was not back before the talk ended"
    await citizen.ended(30)
    await world.quiet()
    sits = person(agent.who.removeprefix("line-"))
    done: list[tuple[str, float]] = []

    async def ready_again() -> bool:
        async with Database(world.product.settings.database_url) as database, database.reading() as tx:
            found = await tx.agents.states(sits, since=began, until=datetime.now(UTC) + timedelta(seconds=1))
        done[:] = [(one.state, one.at.timestamp()) for one in found]
        return bool(done) and done[-1][0] == "ready"

    await eventually(ready_again, f"{sits} is not ready after the talk: {done}", 10)
    states = [state for state, _ in done]
    assert states[-3:] == ["talking", "wrap-up", "ready"] and states.count("wrap-up") == 1, done
    assert agent.ended_at is not None
    first_free = next(at for state, at in done if state in {"wrap-up", "ready"})
    assert first_free == pytest.approx(agent.ended_at, abs=NEAR), "not free before the talk's end"
