"""A citizen who was called back and talks with the agent, and what a test asks of her being put through: the log, the tracks, no silence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.types import CallDetail
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import unsent
from tests.asterisk.cascade_world import Agency, cascades, directory, no_silence
from tests.asterisk.test_callback import AGENT, begun, logged, on_duty, shown
from tests.asterisk.world import hotline, legs, near, verify
from tests.lab.network import Answers, Leg


@dataclass(slots=True)
class Called:
    """A citizen whom an agent has called back: the two talk."""

    desk: Screen
    #: id of the call
    id: str
    citizen: Leg
    agent: Leg
    line: str

    async def key(self, code: str | int) -> None:
        """The agent keys #1 and this."""
        await self.agent.press(f"#1{code}")

    async def transfer(self, to: Agency, *, introduce: bool = False) -> None:
        """From the agent's screen."""
        body = {"call": self.id, "agency": to.id, "category": "construction", "note": "", "introduce": introduce}
        status, told = await self.desk.ask("POST", "/api/cascades", body)
        assert status == 201, told

    async def ended(
        self, *outcomes: str, silence: float = 2.0, reason: Reason = Reason.CITIZEN_ANSWERED
    ) -> tuple[CallDetail, list[KeptCascade]]:
        """The call as the log has it, filed, and its hunts, which ended so; what holds of every such call holds. `silence`: the longest
        that she heard, seconds."""
        await self.desk.world.quiet()
        call = await logged(self.desk.world, self.id)
        row = call.call
        assert (row.direction, row.line) == (Direction.OUT, self.line)
        assert (row.result, row.reason) == (Result.REACHED, reason)
        near(row.ended_at, self.citizen.ended_at, "the end of the call")
        (hers,) = legs(call, "citizen")
        near(hers.ended_at, self.citizen.ended_at, f"{self.citizen} ends")
        kept = await cascades(self.desk.world, call, len(outcomes))
        assert [str(one.row.outcome) for one in kept] == list(outcomes)
        assert {one.row.line for one in kept} <= {self.line}
        no_silence(self.citizen, silence)
        verify(self.desk.world.product, call, missing=unsent(self.citizen, self.agent))
        # each who answered is on the recording, on a track of the own
        answered = {leg.channel for leg in call.legs if leg.answered_at is not None}
        assert {track.channel for track in call.tracks if str(track.side) == "r"} == answered
        _, told = await self.desk.ask("GET", f"/api/calls?caller={self.citizen.who}")
        assert all(one["id"] != self.id for one in told["calls"]), "a call out is no call that came in"
        return call, kept


@asynccontextmanager
async def desk_of(folder: Path, lines: tuple[str, ...], *places: Agency) -> AsyncIterator[Screen]:
    """A hotline with these agencies, and somebody logged in at each of these lines, who may call back."""
    tables = f"[lines]\nnumbers = {list(lines)}".replace("'", '"')
    async with hotline(folder, tables, directory=directory(*places), ring_seconds=20) as world, screen(world) as one:
        await world.people(*lines)
        for line in lines:
            await on_duty(one, line)
        world.on = set(lines)
        yield one


async def talks(desk: Screen, line: str, number: str) -> Called:
    """The agent of this line has called her back, and the two hear each other."""
    call, agent = await begun(desk, line, number, Answers(after=0.3), AGENT)
    citizen = await desk.world.net.number(number).rings(10, nth=1)
    await shown(desk, line, "talking")
    await asyncio.sleep(1.5)
    return Called(desk, call, citizen, agent, line)
