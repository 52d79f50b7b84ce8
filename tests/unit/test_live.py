"""The live link's consumer: asks until it is answered, and follows events meanwhile."""

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
from hotline1022.queue.types import AgentState
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.lines.hands import INTERFACE
from hotline1022.service.lines.positions import Positions
from hotline1022.service.live import link as live_module
from hotline1022.service.live.link import Live
from tests.unit.queue_memory import Room, after, person
from tests.unit.test_hands import member

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


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "RETRY_FIRST", 0.005)
    monkeypatch.setattr(live_module, "RETRY_CAP", 0.01)


def link(epoch: int) -> live.LinkUp:
    return live.LinkUp(at=after(0), epoch=epoch)


async def test_what_could_not_be_asked_is_asked_again() -> None:
    async with running(House()) as house:
        house.asterisk.fails = 3
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
        assert house.asterisk.asked == 4 and house.log.compared == [[]] and house.log.watch == ["watched"]


async def test_with_the_database_away_at_first_the_members_are_known_later() -> None:
    house = House(room=await Room().login("101"))
    house.asterisk.members = {MAIN: [member("101", state=D.IN_USE, in_call=True)]}
    house.room.store.away = True
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked > 2)
        assert not house.consumer.up
        house.room.store.away = False
        await until(lambda: house.consumer.up)
        assert house.room.state() is AgentState.TALKING


async def test_events_are_followed_while_the_question_waits() -> None:
    house = House(room=await Room().login("101"))
    house.asterisk.hangs = True
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked == 1)
        await house.tell(live.AgentCalled, "101", 1)
        assert house.room.state() is AgentState.RINGING and not house.consumer.up


async def test_the_next_change_of_the_link_ends_the_asking() -> None:
    async with running(House()) as house:
        house.asterisk.hangs = True
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked == 1)
        await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
        house.asterisk.hangs = False
        await asyncio.sleep(0.03)
        assert house.asterisk.asked == 1 and not house.consumer.up
        await house.consumer.handle(link(2))
        await until(lambda: house.consumer.up)
        await house.consumer.handle(live.LinkDown(at=after(2), epoch=2, reason="cut"))
        assert not house.consumer.up and house.log.watch == ["watched", "unwatched"]


async def test_who_asks_before_asterisk_has_told_waits_for_it() -> None:
    """A code keyed on a phone in the moment of a start, or after a cut, is answered by what is true then."""
    async with running(House()) as house:
        house.asterisk.fails = 2
        assert not await house.consumer.known(0.001)
        asking = asyncio.create_task(house.consumer.known(5))
        await asyncio.sleep(0)
        assert not asking.done()
        await house.consumer.handle(link(1))
        assert await asking and house.consumer.up
        await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
        assert not await house.consumer.known(0.001)


async def test_a_link_that_is_lost_with_the_last_answer_is_not_up() -> None:
    async with running(House()) as house:
        lost = asyncio.Event()

        async def meanwhile() -> None:
            await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
            lost.set()

        house.asterisk.meanwhile = meanwhile
        await house.consumer.handle(link(1))
        await lost.wait()
        await asyncio.sleep(0)
        assert not house.consumer.up and house.log.watch == []


async def test_a_talk_in_the_emergency_queue_is_a_talk_after_a_restart() -> None:
    house = House(room=await Room().login("101"))
    house.room.start()
    house = House(room=house.room)
    busy = member("101", state=D.IN_USE)
    house.asterisk.members = {MAIN: [busy], EMERGENCY: [member("101", queue=EMERGENCY, state=D.IN_USE, in_call=True)]}
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert house.room.state() is AgentState.TALKING


async def test_the_phone_of_a_call_from_ringing_to_wrap_up() -> None:
    house = House(room=await Room().login("101"))
    states = []
    for step in (
        house.tell(live.AgentCalled, "101", 1),
        house.status("101", 1.1, D.RINGING),
        house.status("101", 3, D.IN_USE),
        house.answers("101", 3.1),
        house.status("101", 3.2, D.IN_USE, EMERGENCY),
        house.status("101", 20, D.ON_HOLD, in_call=True),
        house.status("101", 33, D.NOT_IN_USE, in_call=True),
        house.status("101", 33.1, D.NOT_IN_USE, EMERGENCY),
        house.completes("101", 33.2),
    ):
        await step
        states.append(house.room.state())
    assert states == ["ringing"] * 3 + ["talking"] * 3 + ["wrap-up"] * 3


async def test_a_phone_is_seen_to_come_and_go_although_nobody_is_logged_in_at_it() -> None:
    house = House()
    assert await house.device("101", 1, D.NOT_IN_USE)
    assert not await house.device("101", 2, D.UNAVAILABLE)
    assert await house.device("101", 3, D.RINGING)
    assert not await house.device("102", 4, D.INVALID)
    assert [(one.line, one.reachable) for one in house.room.seen] == [("101", True), ("101", False), ("101", True)]
    assert {one.state for one in house.room.seen} == {AgentState.LOGGED_OUT}


async def test_phones_of_empty_lines_are_asked_for_with_everything_else() -> None:
    house = House(room=await Room(lines=("101", "102", "103")).login("103"))
    await house.device("102", 1, D.NOT_IN_USE)
    house.asterisk.members = {MAIN: [member("103", person("103"))]}
    house.asterisk.phones = {"101": D.NOT_IN_USE, "103": D.UNAVAILABLE}
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert [one.reachable for one in house.room.agents.views()] == [True, False, True]


async def test_an_asterisk_that_cannot_say_which_phones_are_there_leaves_what_is_known() -> None:
    house = House()
    await house.device("101", 1, D.NOT_IN_USE)
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert house.room.agents.view("101").reachable


async def test_a_phone_that_is_gone_in_a_talk_is_gone_whoever_tells_it_first() -> None:
    house = House(room=await Room().login("101"))
    await house.answers("101", 1)
    await house.device("101", 5, D.IN_USE)
    assert house.room.state() is AgentState.TALKING
    await house.device("101", 9, D.UNAVAILABLE)
    await house.status("101", 9.01, D.UNAVAILABLE)
    assert house.room.state() is AgentState.UNREACHABLE
    await house.device("101", 12, D.NOT_IN_USE)
    assert house.room.state() is AgentState.READY


async def test_what_is_written_down_after_an_emergency_is_not_of_the_queue() -> None:
    house = House()
    await house.room.login("101")
    for queue, second in ((EMERGENCY, 0), (MAIN, 60)):
        await house.status("101", second, D.IN_USE, queue, in_call=True)
        await house.answers("101", second + 1, queue=queue)
        await house.completes("101", second + 30, queue=queue)
        assert house.room.state() is AgentState.WRAP_UP
        await house.room.agents.tick(after(second + 41))
    assert house.room.store.uncounted == [("101", "talking"), ("101", "wrap-up")]


async def test_a_phone_that_stops_ringing_unanswered_is_ready() -> None:
    house = House(room=await Room().login("101"))
    await house.tell(live.AgentCalled, "101", 1)
    await house.status("101", 1.1, D.RINGING)
    await house.status("101", 2, D.NOT_IN_USE)
    assert house.room.state() is AgentState.READY


async def test_the_end_of_an_earlier_talk_does_not_end_the_next() -> None:
    house = House(room=await Room().login("101"))
    await house.answers("101", 1, channel=ChannelId("hl1-1.2"))
    await house.status("101", 5, D.NOT_IN_USE)
    await house.answers("101", 20, channel=ChannelId("hl1-1.9"))
    await house.completes("101", 25, channel=ChannelId("hl1-1.2"))
    assert house.room.state() is AgentState.TALKING
    await house.completes("101", 30, channel=ChannelId("hl1-1.9"))
    assert house.room.state() is AgentState.WRAP_UP


async def test_talks_of_the_emergency_queue_say_nothing_of_the_expected_wait() -> None:
    house = House(room=await Room().login("101"))
    for number in range(5):
        await house.answers("101", 100 * number, queue=EMERGENCY)
        await house.completes("101", 100 * number + 60, queue=EMERGENCY)
    assert house.expected.at(1, 1) is None
    for number in range(5, 10):
        await house.answers("101", 100 * number)
        await house.completes("101", 100 * number + 30)
    assert house.expected.at(1, 1) == timedelta(seconds=30)


# ---------------------------------------------------------------- rings that nobody answers


async def test_the_end_of_the_longest_wait_is_not_the_phones_fault() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    for start in (0, 1000, 2000, 3000):
        await house.waits(start)
        await house.rings("102", start + 299, start + 300)
    assert house.room.state("102") is AgentState.READY and not house.room.bell.rung
    await house.rings("102", 3285, 3300)
    assert house.room.paused("102") == (True, "no-answer"), "this one could have been answered"


async def test_a_phone_that_refuses_is_paused_at_the_third_time() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    await house.waits(0)
    for second in (10, 12):
        await house.rings("102", second, second + 0.1, 0)
    assert not house.room.bell.rung
    await house.rings("102", 14, 18.3, 4)
    assert house.room.paused("102") == (True, "no-answer")


async def test_what_is_left_of_a_round_after_a_refusal_is_no_whole_ring() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    await house.waits(0)
    for second in (20, 40, 60):
        await house.rings("102", second, second + 1, 15)
    assert house.room.paused("102") == (False, "") and not house.room.bell.rung


async def test_the_emergency_queue_counts_no_refusals_but_missed_rings() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    for second in (20, 30, 40):
        await house.rings("102", second, second + 8, queue=EMERGENCY)
    assert not house.room.bell.rung
    await house.rings("102", 60, 75, queue=EMERGENCY)
    assert house.room.paused("102") == (True, "no-answer")


async def test_who_begins_and_ceases_to_wait_is_told_once_and_all_is_asked_anew_after_a_cut() -> None:
    house = House()
    assert house.consumer.lost_at is not None, "nobody has told anything yet"
    await house.waits(0)
    gone = {"at": after(5), "queue": MAIN, "caller": ChannelId("hl1-1.1"), "position": 1}
    await house.consumer.handle(live.CallerAbandoned(**gone, waited=timedelta(seconds=5)))  # type: ignore[arg-type]
    await house.consumer.handle(live.CallerLeftQueue(**gone, count=0))  # type: ignore[arg-type]
    assert house.news.told == [("joined", 1), ("left", 0)]
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
        assert house.news.told[2:] == [("asked anew", 0)]
        assert house.consumer.lost_at is None
        await house.consumer.handle(live.LinkDown(at=after(60), epoch=1, reason="cut"))
        house.asterisk.hangs = True
        await house.consumer.handle(link(2))
        assert house.consumer.lost_at == after(60), "a link alone tells nothing"
    assert house.news.told[3:] == [("lost", 0)], "what is shown is old from now on"
