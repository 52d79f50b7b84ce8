"""The same calls with the service alive, and killed and started afterwards, make the same rows."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from hotline1022.db.types import CallDetail
from tests.asterisk.world import STAY, World, hotline, keys, outcome, verify
from tests.lab.network import Answers, HangUp, Key, Keys, Leg, Speak, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
#: What citizens do that does not depend on who leads them, by the last digit of their number. With the service the
#: greeting is followed by the menu, without it by the short choice; keys 0, 9 and 115 mean the same in both.
SCRIPTS: dict[str, list[Step]] = {
    "1": [Wait(8), Key("0"), Wait(9), Speak(1), STAY],
    "2": [Wait(2), Key("9"), STAY],
    "3": [Wait(8), Keys("115", gap=0.1), STAY],
    "4": [Wait(3), HangUp()],
    "5": [Wait(9), HangUp()],
    "6": [Wait(9.5), Key("0"), STAY],
}
SETTLED = {"1": "agent-answered", "2": "emergency-answered", "3": "emergency-answered", "6": "agent-answered"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("same")) as one:
        await one.people("101", "102")
        await one.on_duty("101", "102")
        for line in ("101", "102"):
            await one.net.phone(line).does(Answers(after=0.5, talk=3))
        await one.net.number("115").does(Answers(after=0.5, talk=2))
        yield one


async def calls(world: World, number: str) -> dict[str, Leg]:
    """Everybody calls, and all calls end."""
    citizens = {
        one: await world.net.call("02741022", caller=f"{number}{one}", script=script) for one, script in SCRIPTS.items()
    }
    await asyncio.gather(*(leg.ended(120) for leg in citizens.values()))
    await world.quiet()
    return citizens


def row(call: CallDetail, ignore: str) -> dict[str, Any]:
    """What must be the same: all but ids, clock, the two callers' numbers and which of two equal agents took it."""
    number = call.call.caller_raw.removeprefix(ignore)
    return {
        "number": number,
        "did": call.call.did,
        "outcome": outcome(call),
        "keys": keys(call),
        "legs": sorted(
            (str(leg.kind), number if leg.kind == "citizen" else leg.party if leg.kind == "emergency" else "agent",
             leg.cause, leg.answered_at is not None, bool(leg.person))
            for leg in call.legs
        ),
        "tracks": sorted((str(track.kind), str(track.side)) for track in call.tracks),
    }  # fmt: skip


def moments(call: CallDetail, citizen: Leg) -> list[float]:
    """When it was answered and ended, against what the network saw; and how long the talk was."""
    assert call.call.answered_at and call.call.ended_at and citizen.answered_at and citizen.ended_at
    return [
        call.call.answered_at.timestamp() - citizen.answered_at,
        call.call.ended_at.timestamp() - citizen.ended_at,
        call.call.talk_ms / 1000,
        *sorted((leg.answered_at - leg.started_at).total_seconds() for leg in call.legs if leg.answered_at),
    ]


async def test_rows_agree(world: World) -> None:
    alive = await calls(world, "090700000")
    before = {one: await world.logged(leg) for one, leg in alive.items()}
    await world.product.stop_service(signal.SIGKILL)
    dead = await calls(world, "090700001")
    await world.product.start_service()
    after = {one: await world.logged(leg) for one, leg in dead.items()}
    for one, call in before.items():
        later = after[one]
        assert not call.call.backfilled and later.call.backfilled, one
        assert row(call, "090700000") == row(later, "090700001"), one
        assert moments(call, alive[one]) == pytest.approx(moments(later, dead[one]), abs=1.0), one
        assert str(call.call.reason) == SETTLED.get(one, "in-menu")
        verify(world.product, call)
        verify(world.product, later)
