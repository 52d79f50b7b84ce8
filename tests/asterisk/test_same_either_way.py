"""The same twenty calls with the service alive, killed and stopped by SIGSTOP make the same rows."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.types import CallDetail
from tests.asterisk.world import STAY, World, agrees, hotline, keys, outcome, verify
from tests.lab.network import BUSY, Answers, HangUp, Key, Keys, Leg, Rings, Speak, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(280)]
#: one phone for each call that rings one at the same time, so that no call waits for another
LINES = tuple(str(number) for number in range(101, 109))
TABLES = f"[lines]\nnumbers = {list(LINES)}\n[emergency]\nnumbers = ['115', '116']".replace("'", '"')
#: after the greeting with a dead, a frozen and a living service alike: the short choice or the menu speaks
LATER = Wait(10)
#: nobody held; a link that was cut cannot know, one that was only not read may have kept the events
HOLDS: dict[str, set[int | None]] = {"alive": {0}, "killed": {None}, "stopped": {0, None}}


@dataclass(frozen=True, slots=True, eq=False)
class Citizen:
    """What one citizen does. The keys mean the same whoever leads her; `then` begins when a phone rings for her."""

    script: Sequence[Step]
    reason: str
    did: str = "1022"
    then: Sequence[Step] = ()
    #: `then` begins when that phone is picked up
    answered: bool = False


#: agents pick up and talk for three seconds, 115 for two
ANSWERED = (
    Citizen([LATER, Key("0"), STAY], "agent-answered"),
    Citizen([LATER, Key("0"), Wait(6), Speak(1), STAY], "agent-answered", "02741022"),
    Citizen([LATER, Key("0")], "agent-answered", "+842741022", [Wait(1.5), HangUp()], answered=True),
    Citizen([Wait(2), Keys("11"), Wait(5), Key("0"), STAY], "agent-answered"),
    Citizen([Wait(2), Key("9"), STAY], "emergency-answered"),
    Citizen([LATER, Key("9"), STAY], "emergency-answered", "02741022"),
    Citizen([Wait(2), Keys("115", gap=0.1), STAY], "emergency-answered", "+842741022"),
    Citizen([LATER, Keys("115", gap=0.1), STAY], "emergency-answered"),
    Citizen([Wait(2), Key("9")], "emergency-answered", then=[Wait(1), HangUp()], answered=True),
    Citizen([Wait(0.3), HangUp()], "in-menu"),
    Citizen([Wait(3), HangUp()], "in-menu", "02741022"),
    Citizen([LATER, HangUp()], "in-menu"),
)
#: agents' phones ring and nobody comes; 115 is busy, 116 picks up
UNANSWERED = (
    Citizen([LATER, Key("0")], "in-queue", then=[Wait(1), HangUp()]),
    Citizen([LATER, Key("0")], "in-queue", then=[Wait(1), Key("5"), Wait(1), HangUp()]),
    Citizen([LATER, Key("0")], "emergency-answered", then=[Wait(1), Key("9"), STAY]),
    Citizen([LATER, Key("0")], "message-left", then=[Wait(1), Key("*"), Wait(9), Speak(3), Key("#"), STAY]),
    Citizen([LATER, Key("0")], "message-left", "02741022", [Wait(1), Key("*"), Wait(9), Speak(2), Wait(1), HangUp()]),
    Citizen([LATER, Key("0")], "in-queue", then=[Wait(1), Key("*"), Wait(1), HangUp()]),
    Citizen([Wait(2), Key("9"), STAY], "emergency-answered"),
    Citizen([Wait(2), Keys("115", gap=0.1)], "in-emergency", then=[Wait(0.5), HangUp()]),
)


def called_for(world: World, citizen: Leg) -> list[Leg]:
    """Every phone that rang for this citizen."""
    places = [world.net.number("115"), world.net.number("116"), *(world.net.phone(line) for line in LINES)]
    return [leg for place in places for leg in place.legs if leg.other == citizen.who]


async def rings(world: World, citizen: Leg, *, answered: bool) -> None:
    """A phone that is not busy rings for her, or is picked up."""
    async with asyncio.timeout(40), world.net.changed:
        await world.net.changed.wait_for(
            lambda: any(
                leg.answered_at is not None if answered else leg.who != "115" for leg in called_for(world, citizen)
            )
        )


async def calls(world: World, one: Citizen, number: str) -> Leg:
    """One citizen's call from beginning to end."""
    leg = await world.net.call(one.did, caller=number, script=one.script)
    if one.then:
        await rings(world, leg, answered=one.answered)
        leg.follow(tuple(one.then))
    return await leg.ended(120)


async def all_call(world: World, number: str) -> dict[Citizen, Leg]:
    """All twenty, in two waves; twelve at once, then eight."""
    legs: dict[Citizen, Leg] = {}
    net = world.net
    for wave, agents, first in (
        (ANSWERED, Answers(after=0.5, talk=3), Answers(after=1, talk=2)),
        (UNANSWERED, Rings(), BUSY),
    ):
        for line in LINES:
            await net.phone(line).does(agents)
        await net.number("115").does(first)
        await net.number("116").does(Answers(after=2, talk=2))
        at = len(legs)
        found = await asyncio.gather(
            *(calls(world, one, f"{number}{place:02d}") for place, one in enumerate(wave, start=at))
        )
        legs |= dict(zip(wave, found, strict=True))
        await world.quiet()
    return legs


def row(call: CallDetail) -> dict[str, Any]:
    """What must be the same: all but ids, clock, the callers' numbers and which of equal agents it was."""
    number = call.call.caller_raw
    return {
        "number": number[-2:],
        "did": call.call.did,
        "outcome": outcome(call),
        "keys": keys(call),
        "legs": sorted(
            (str(leg.kind), leg.party if leg.kind == "emergency" else "",
             leg.cause, leg.answered_at is not None, bool(leg.person))
            for leg in call.legs
        ),
        "tracks": sorted((str(track.kind), str(track.side), str(track.status)) for track in call.tracks),
    }  # fmt: skip


def moments(call: CallDetail, citizen: Leg) -> list[float]:
    """Answer and end against what the network saw; talk; how long each phone rang and was up. Seconds."""
    assert call.call.answered_at and call.call.ended_at and citizen.answered_at and citizen.ended_at
    found = [
        call.call.answered_at.timestamp() - citizen.answered_at,
        call.call.ended_at.timestamp() - citizen.ended_at,
        call.call.talk_ms / 1000,
    ]
    for leg in sorted(call.legs, key=lambda leg: leg.started_at):
        if leg.kind != "citizen" and leg.ended_at is not None:
            found.append(((leg.answered_at or leg.ended_at) - leg.started_at).total_seconds())
            found.append((leg.ended_at - (leg.answered_at or leg.ended_at)).total_seconds())
    return found


async def twenty(folder: Path, number: str, way: str) -> dict[Citizen, tuple[CallDetail, Leg]]:
    """The twenty calls with the service in this state, and what is in the log when it is well again."""
    async with hotline(folder, TABLES, ring_seconds=60) as world:
        await world.people(*LINES)
        await world.on_duty(*LINES)
        process = world.product.process
        assert process is not None
        if way == "killed":
            await world.product.stop_service(signal.SIGKILL)
        elif way == "stopped":
            process.send_signal(signal.SIGSTOP)
        try:
            legs = await all_call(world, number)
        finally:
            if way == "stopped":
                process.send_signal(signal.SIGCONT)
        if way == "killed":
            await world.product.start_service()
        found: dict[Citizen, tuple[CallDetail, Leg]] = {}
        for one, leg in legs.items():
            call = await world.logged(leg)
            agrees(call, leg, *called_for(world, leg))
            verify(world.product, call)
            assert call.call.backfilled == (way != "alive"), (way, one)
            for agent in call.legs:
                if agent.kind == "agent" and agent.answered_at is not None:
                    assert agent.hold_ms in HOLDS[way], (way, one)
            found[one] = call, leg
        return found


async def test_rows_agree(tmp_path: Path) -> None:
    """Three hotlines at once, so that it takes a third of the time."""
    ways = {"alive": "09070000", "killed": "09070001", "stopped": "09070002"}
    results = await asyncio.gather(*(twenty(tmp_path / way, number, way) for way, number in ways.items()))
    alive, *others = results
    assert len(alive) == 20
    for one, (call, leg) in alive.items():
        assert str(call.call.reason) == one.reason, one
        for way, other in zip(("killed", "stopped"), others, strict=True):
            later, later_leg = other[one]
            assert row(call) == row(later), (way, one)
            assert moments(call, leg) == pytest.approx(moments(later, later_leg), abs=1.0), (way, one)
