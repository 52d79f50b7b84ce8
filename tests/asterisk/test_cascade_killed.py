"""One kill -9 of the service finds seven citizens in seven moments of a transfer: each goes on, none is in silence, the log has them all.

The first step, its prompt, the talk, passing on and the private talk are in test_cascade_without_service.py.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from hotline1022.cascade.types import KeptCascade
from hotline1022.tickets.types import State
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import code_twice, takes
from tests.asterisk.cascade_world import (
    EVERYBODY,
    TAKES_AFTER,
    Agency,
    Talk,
    agency,
    at_once,
    called,
    cascades,
    manned,
    no_silence,
    outcomes,
    rang,
    rung,
    set_up,
    talk,
    ticket,
)
from tests.asterisk.world import eventually, legs, near, verify
from tests.lab import audio
from tests.lab.network import BUSY, Answers, Plan, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

#: seconds a telephone rings: until every citizen is in her moment
RING = 12
SECOND, THIRD, FOURTH, WAITING, BACK, DROPPED, BUTTON = PLACES = tuple(
    replace(agency(code), hunt=tuple(f"{step} {RING}" for step in EVERYBODY)) for code in range(781, 788)
)
LINES = tuple(str(101 + nth) for nth in range(len(PLACES)))
PERSON = Answers(after=0.3, talk=90)
#: seconds of each talk afterwards
TALK = 3


@dataclass(slots=True)
class Kill:
    """The death of the service, for which all wait and after which all go on."""

    desk: Screen
    together: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(len(PLACES)))
    done: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 0.0

    async def talk(self, place: Agency, *plans: Plan) -> Talk:
        """A citizen who talks with an agent, as all others do."""
        await set_up(self.desk.world, place, *plans)
        one = await talk(self.desk.world, f"0909750{place.code}")
        await self.together.wait()
        return one

    async def comes(self) -> None:
        """In the moment in which it is to come."""
        await self.together.wait()
        await self.done.wait()

    async def kill(self) -> None:
        """Now."""
        await self.desk.world.product.stop_service(signal.SIGKILL)
        self.at = time.time()
        self.done.set()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    async with manned(tmp_path_factory.mktemp("killed"), LINES, *PLACES) as world, screen(world) as one:

        async def kept() -> bool:
            return f"plan-{BUTTON.code}" in await world.product.asterisk.cli("database show hl1022")

        await eventually(kept, "Asterisk's own database has no plans", 60)
        yield one


async def second_step_rings(kill: Kill) -> Talk:
    world = kill.desk.world
    one = await kill.talk(SECOND, BUSY, Rings(), PERSON)
    await one.transfer(SECOND)
    await world.net.number(SECOND.numbers[1]).rings(20, nth=1)
    await kill.comes()
    await takes(world, SECOND.numbers[2], 1)
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one


async def third_step_listens(kill: Kill) -> Talk:
    world = kill.desk.world
    one = await kill.talk(THIRD, BUSY, BUSY, PERSON)
    await one.transfer(THIRD)
    leader = await called(world, THIRD.numbers[2])
    await kill.comes()
    await asyncio.sleep(TAKES_AFTER)
    await leader.press("1")
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one


async def last_step_rings_out(kill: Kill) -> Talk:
    """And the code is spoken by Asterisk alone, to the end."""
    world = kill.desk.world
    one = await kill.talk(FOURTH, BUSY, BUSY, BUSY, Rings())
    await one.transfer(FOURTH)
    last = await world.net.number(FOURTH.numbers[3]).rings(20, nth=1)
    await kill.comes()
    await last.ended(RING + 3)
    await one.citizen.ended(60)
    return one


async def agent_waits_to_introduce(kill: Kill) -> Talk:
    """The room, the private talk and the connecting are all without the service."""
    world = kill.desk.world
    one = await kill.talk(WAITING, Answers(after=RING - 3, talk=90))
    await kill.desk.transfer(one, WAITING, introduce=True)
    await world.net.number(WAITING.numbers[0]).rings(20, nth=1)
    await kill.comes()
    await takes(world, WAITING.numbers[0], 1)
    await asyncio.sleep(TALK)
    await one.agent.hangup()
    await asyncio.sleep(TALK)
    await one.citizen.hangup()
    return one


async def taken_back(kill: Kill) -> Talk:
    """The service dies as soon as it has asked for it: before the two are in their room."""
    world = kill.desk.world
    one = await kill.talk(BACK, Rings())
    call = await kill.desk.transfer(one, BACK, introduce=True)
    ringing = await world.net.number(BACK.numbers[0]).rings(20, nth=1)
    await kill.desk.state(call, "hunting")
    await kill.together.wait()
    await kill.desk.take_back(call)
    await kill.kill()
    await ringing.ended(2)
    await asyncio.sleep(TALK)
    await one.agent.hangup()
    await one.citizen.ended(5)
    return one


async def she_hangs_up(kill: Kill) -> Talk:
    world = kill.desk.world
    one = await kill.talk(DROPPED, Rings())
    await one.transfer(DROPPED)
    ringing = await world.net.number(DROPPED.numbers[0]).rings(20, nth=1)
    await kill.comes()
    await asyncio.sleep(0.5)
    await one.citizen.hangup()
    await ringing.ended(2)
    return one


async def phones_own_button(kill: Kill) -> Talk:
    world = kill.desk.world
    one = await kill.talk(BUTTON, PERSON)
    await kill.comes()
    await one.agent.refer(f"sip:{BUTTON.code}@{world.net.world.product}")
    specialist = await takes(world, BUTTON.numbers[0], 1)
    await asyncio.sleep(TALK)
    await specialist.hangup()
    await one.citizen.ended(10)
    return one


PLAYS = {
    SECOND: second_step_rings,
    THIRD: third_step_listens,
    FOURTH: last_step_rings_out,
    WAITING: agent_waits_to_introduce,
    BACK: taken_back,
    DROPPED: she_hangs_up,
    BUTTON: phones_own_button,
}
#: how the hunt ended and each of its steps, and what became of the ticket
ENDS = {
    SECOND: ("connected", ["busy", "no-answer", "taken"], State.ACCEPTED),
    THIRD: ("connected", ["busy", "busy", "taken"], State.ACCEPTED),
    FOURTH: ("nobody", ["busy", "busy", "busy", "no-answer"], State.NEW),
    WAITING: ("connected", ["taken"], State.ACCEPTED),
    BACK: ("taken-back", ["cancelled"], State.DROPPED),
    DROPPED: ("dropped", ["hung-up"], State.NEW),
    BUTTON: ("connected", ["taken"], State.ACCEPTED),
}


async def test_killed_in_any_moment_each_goes_on_and_is_in_the_log(desk: Screen) -> None:
    world, kill = desk.world, Kill(desk)
    async with asyncio.TaskGroup() as group:
        tasks = {place: group.create_task(play(kill), name=play.__name__) for place, play in PLAYS.items()}
    await world.quiet()
    await world.product.start_service()
    kept: dict[Agency, KeptCascade] = {}
    for place, task in tasks.items():
        one = task.result()
        call = await world.logged(one.citizen)
        (kept[place],) = await cascades(world, call)
        row, phones = kept[place].row, rung(world, place)
        made = await ticket(world, call)
        found = (str(row.outcome), [how for _, _, how in outcomes(kept[place])], made.state)
        assert found == ENDS[place], place.code
        assert row.code == ("" if place is BUTTON else made.code), "reserved before the service died, or not at all"
        at_once(kept[place], phones)
        no_silence(one.citizen)
        verify(world.product, call)
        if place is FOURTH:
            code_twice(call, one.citizen, made.code)
        if place is DROPPED:
            near(row.ended_at, one.citizen.ended_at, "the end of the hunt")
        if row.outcome == "connected":
            assert audio.heard_for(phones[-1].heard, one.citizen.frequency) == pytest.approx(TALK, abs=0.7)
        if place is BACK:
            (agent,) = legs(call, "agent")
            assert agent.talk_ms / 1000 > TALK
            assert audio.heard_for(one.agent.heard, one.citizen.frequency) > TALK
    for place in (SECOND, FOURTH):
        rang(next(leg for leg in rung(world, place) if leg.cause != 17), RING)
    # each was in her moment when it came
    waiting = rung(world, WAITING)[0]
    assert waiting.started_at < kill.at < (waiting.answered_at or 0)
    for place, nth in ((SECOND, 1), (FOURTH, 3), (DROPPED, 0)):
        assert rung(world, place)[nth].started_at < kill.at < (rung(world, place)[nth].ended_at or 0), place.code
    assert audio.heard_for(waiting.heard, tasks[WAITING].result().agent.frequency) > TALK - 1, "a private talk first"
