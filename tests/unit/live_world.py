"""The live link's consumer before an Asterisk in memory that fails, hangs and tells what a test says. Keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline1022.ami_bridge import types as live
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import ChannelId
from hotline1022.queue.agents import EMERGENCY, MAIN
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.lines.hands import INTERFACE
from hotline1022.service.lines.positions import Positions
from hotline1022.service.live import link as live_module
from hotline1022.service.live.link import Live
from tests.unit.queue_memory import Room, after, person

D = live.DeviceState


class Log:
    """What of the call log the live link uses."""

    def __init__(self) -> None:
        self.compared: list[Sequence[str]] = []
        self.watch: list[str] = []

    def call(self, call: str) -> None:
        return None

    def compare(self, living: Sequence[str], asked: datetime) -> None:
        self.compared.append(living)

    def watched(self, since: datetime) -> None:
        self.watch.append("watched")

    def unwatched(self, until: datetime) -> None:
        self.watch.append("unwatched")


@dataclass
class Asterisk:
    """service.live.Snapshot, and the actor's link."""

    members: dict[str, list[live.MemberNow]] = field(default_factory=dict)
    waits: list[live.CallerNow] = field(default_factory=list)
    phones: dict[str, live.DeviceState] = field(default_factory=dict)
    fails: int = 0
    hangs: bool = False
    asked: int = 0
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def up(self, seconds: float) -> None:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            self.fails -= 1
            raise Unavailable("the actor's link is not up")

    async def channels(self) -> Sequence[live.ChannelNow]:
        return []

    async def devices(self) -> dict[str, live.DeviceState]:
        return {INTERFACE + line: state for line, state in self.phones.items()}

    async def queues(self) -> Sequence[live.QueueNow]:
        if self.meanwhile:
            await self.meanwhile()
        return [
            live.QueueNow(
                queue=q, members=tuple(self.members.get(q, [])), callers=tuple(self.waits) if q == MAIN else ()
            )
            for q in (MAIN, EMERGENCY)
        ]


@dataclass
class Told:
    """service.live.News."""

    told: list[tuple[str, int]] = field(default_factory=list)

    def joined(self, event: live.CallerJoinedQueue, number: str) -> None:
        self.told.append(("joined", event.count))

    def left(self, event: live.CallerEvent, waiting: int) -> None:
        self.told.append(("left", waiting))

    def lost(self) -> None:
        self.told.append(("lost", 0))

    def asked_anew(self, waiting: int) -> None:
        self.told.append(("asked anew", waiting))


@dataclass
class House:
    room: Room = field(default_factory=Room)
    asterisk: Asterisk = field(default_factory=Asterisk)
    log: Log = field(default_factory=Log)
    waiting: WaitingRoom = field(default_factory=WaitingRoom)
    expected: ExpectedWait = field(default_factory=lambda: ExpectedWait(timedelta(0)))
    consumer: Live = field(init=False)

    def __post_init__(self) -> None:
        unused: Any = None
        self.languages: dict[str, str] = {}
        self.news = Told()

        async def language(call: str, value: str) -> None:
            self.languages[call] = value

        self.positions = Positions(language)
        log: Any = self.log
        self.consumer = Live(
            agents=self.room.agents,
            waiting=self.waiting,
            expected=self.expected,
            call_log=log,
            bell=self.room.bell,
            snapshot=self.asterisk,
            segments=unused,
            positions=self.positions,
            actor_up=self.asterisk.up,
            ring=timedelta(seconds=15),
            max_wait=timedelta(seconds=300),
            news=self.news,
        )

    async def tell(self, kind: type[live.MemberEvent], line: str, second: float, **more: Any) -> None:
        """An event of the main queue, or of the one that is named."""
        values: dict[str, Any] = {
            "queue": MAIN,
            "interface": INTERFACE + line,
            "member_name": person(line),
            "at": after(second),
        }
        if issubclass(kind, live.AgentEvent):
            values |= {"caller": ChannelId("hl1-1.1"), "channel": ChannelId("hl1-1.2")}
        await self.consumer.handle(kind(**values | more))

    async def status(self, line: str, second: float, state: D, queue: str = MAIN, *, in_call: bool = False) -> None:
        more = {"queue": queue, "state": state, "in_call": in_call, "calls": 0, "paused": False, "reason": ""}
        await self.tell(live.MemberStatus, line, second, **more)

    async def device(self, line: str, second: float, state: D) -> bool:
        """A phone changes; gives whether it is there now."""
        await self.consumer.handle(live.DeviceChanged(at=after(second), device=INTERFACE + line, state=state))
        return self.room.agents.view(line).reachable

    async def waits(self, since: float) -> None:
        """The citizen of `tell` began to wait in the main queue."""
        joined = live.CallerJoinedQueue(at=after(since), queue=MAIN, caller=ChannelId("hl1-1.1"), position=1, count=1)
        await self.consumer.handle(joined)

    async def rings(self, line: str, since: float, until: float, tried: float | None = None, **more: Any) -> None:
        """A ring that was not answered; `tried` is what app_queue says of its length."""
        await self.tell(live.AgentCalled, line, since, **more)
        rang = timedelta(seconds=until - since if tried is None else tried)
        await self.tell(live.AgentRingNoAnswer, line, until, rang=rang, **more)

    async def answers(self, line: str, second: float, **more: Any) -> None:
        await self.tell(live.AgentConnected, line, second, waited=timedelta(), rang=timedelta(), **more)

    async def completes(self, line: str, second: float, **more: Any) -> None:
        await self.tell(live.AgentCompleted, line, second, talked=timedelta(), reason="agent", **more)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(house.consumer.run())
        yield house
        task.cancel()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "RETRY_FIRST", 0.005)
    monkeypatch.setattr(live_module, "RETRY_CAP", 0.01)


def link(epoch: int) -> live.LinkUp:
    return live.LinkUp(at=after(0), epoch=epoch)
