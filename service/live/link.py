"""What the live link tells becomes the agents' states, the queue's view, holds and alarms. The log does not depend on it.

Each reconnect asks Asterisk anew for everything: AMI has no replay. What cannot be asked then is asked again until it can.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hotline1022.ami_bridge import types as live
from hotline1022.core import events as e
from hotline1022.core.errors import HotlineError
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.said import said
from hotline1022.queue.agent_state import AgentEvent, RingEnd, ring_end
from hotline1022.queue.agents import MAIN, Agents, Member
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.ports import AlarmBell
from hotline1022.queue.types import Phone, Waiting
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.calls.call_log import CallLog
from hotline1022.service.calls.segments import Resumed, Segments
from hotline1022.service.lines.hands import INTERFACE, phone_of
from hotline1022.service.lines.positions import Positions

log = logging.getLogger(__name__)

#: seconds: the actor's link gets this long; one round of questions may take this long, and events wait for it; the first
#: and the longest pause before the next round
ACTOR_SECONDS, ROUND_SECONDS, RETRY_FIRST, RETRY_CAP = 10.0, 15.0, 0.5, 15.0
#: app_queue counts a citizen's time in whole seconds, and a resync tells it so
WAIT_SLACK = timedelta(seconds=2)


class Snapshot(Protocol):
    """Asks Asterisk for everything; Unavailable when it does not answer."""

    async def channels(self) -> Sequence[live.ChannelNow]:
        """All channels."""
        ...

    async def queues(self) -> Sequence[live.QueueNow]:
        """All queues with members and callers."""
        ...

    async def devices(self) -> Mapping[str, live.DeviceState]:
        """All phones that were ever there, whoever is logged in; nothing where Asterisk cannot say."""
        ...


class News(Protocol):
    """Hears what people see of the queue; raises nothing."""

    def joined(self, event: live.CallerJoinedQueue, number: str) -> None:
        """Somebody began to wait."""
        ...

    def left(self, event: live.CallerEvent, waiting: int) -> None:
        """Somebody waits no more; so many still do."""
        ...

    def lost(self) -> None:
        """Asterisk tells nothing any more."""
        ...

    def asked_anew(self, waiting: int) -> None:
        """Everything was asked anew."""
        ...


def line_of(interface: str) -> str | None:
    """The line behind a member's interface, or None when it is not one of ours."""
    return interface.removeprefix(INTERFACE) if interface.startswith(INTERFACE) else None


def _in_either(member: Member, in_emergency: bool) -> Member:
    """A call of the emergency queue is one as well; the main queue only says that the phone is in use."""
    return (
        replace(member, phone=Phone.IN_CALL, emergency=True) if in_emergency and member.phone is Phone.BUSY else member
    )


class Live:
    """Consumes live events in order by `handle`; `run` in the service's TaskGroup asks anew after each LinkUp."""

    def __init__(
        self,
        *,
        agents: Agents,
        waiting: WaitingRoom,
        expected: ExpectedWait,
        call_log: CallLog,
        bell: AlarmBell,
        snapshot: Snapshot,
        segments: Segments,
        positions: Positions,
        actor_up: Callable[[float], Awaitable[None]],
        ring: timedelta,
        max_wait: timedelta,
        news: News,
    ) -> None:
        self._agents, self._waiting, self._expected = agents, waiting, expected
        self._call_log, self._bell, self._snapshot = call_log, bell, snapshot
        self._segments, self._positions, self._actor_up = segments, positions, actor_up
        self._news = news
        #: how long a phone rings, and how long a citizen waits at most
        self.ring, self.max_wait = ring, max_wait
        self._talks: dict[str, live.AgentConnected] = {}
        self._rings: dict[str, datetime] = {}
        self._link: live.LinkUp | None = None
        self._link_changed = asyncio.Event()
        #: what was asked is put in force before a later event is
        self._order = asyncio.Lock()
        #: since when Asterisk has not told who waits and who is at which line; None: it does
        self.lost_at: datetime | None = datetime.now(UTC)
        self._asked = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether what is known is so now."""
        return self.lost_at is None

    async def known(self, seconds: float) -> bool:
        """Whether Asterisk has told, since the link is up, who is at which line; waits so long for it."""
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Until cancelled: after each LinkUp ask until everything was answered; the next change of the link ends that."""
        while True:
            self._link_changed.clear()
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(self._ask_until_answered(self._link))
                await self._link_changed.wait()
                asking.cancel()

    async def handle(self, event: live.LiveEvent) -> None:
        """Follow one event."""
        match event:
            case live.LinkUp():
                self._link_is(event, event.at)
            case live.LinkDown():
                self._link_is(None, event.at)
            case _:
                async with self._order:
                    await self._follow(event)

    def _link_is(self, link: live.LinkUp | None, at: datetime) -> None:
        """Up anew or down: an end that is heard from now on need not be of the talk that began before."""
        if self.up:
            self._call_log.unwatched(at)
            self.lost_at = at
            self._news.lost()
        self._link = link
        self._asked.clear()
        self._talks.clear()
        self._rings.clear()
        self._link_changed.set()

    async def _follow(self, event: live.LiveEvent) -> None:
        match event:
            case live.LinkRefused():
                await self._bell.ring(
                    "ami-refused", said("alarm-said.account", account=event.username, message=event.message)
                )
            case live.Held() | live.Resumed():
                await self._hold(event)
            case live.AgentEvent() | live.MemberEvent():
                await self._member(event)
            case live.DeviceChanged():
                await self._device(event.device, event.state, event.at)
            case live.CallerJoinedQueue():
                call = CallId(event.caller)
                known = self._call_log.call(call)
                number = known.caller if known else ""
                self._waiting.joined(event.queue, call, event.position, number, event.at)
                self._tell_positions(event.queue)
                self._news.joined(event, number)
            case live.CallerLeftQueue() | live.CallerAbandoned():
                if self._waiting.left(event.queue, CallId(event.caller)):
                    self._news.left(event, len(self._waiting.now(event.queue)))
                self._tell_positions(event.queue)
            case live.AlarmSignalled():
                await self._bell.ring(event.kind, event.detail, event.call)
            case _:
                pass  # channels that end are told by the journal

    async def _ask_until_answered(self, link: live.LinkUp | None) -> None:
        pause = RETRY_FIRST
        while link is not None:
            try:
                await self._actor_up(ACTOR_SECONDS)
                async with self._order, asyncio.timeout(ROUND_SECONDS):
                    await self._ask(link)
                return
            except (HotlineError, TimeoutError) as error:
                log.warning("live link: Asterisk's state is not known (%s); asked again in %g s", error, pause)
            except Exception:  # like the dispatcher of events: one bad answer must not end the service
                log.exception("live link: Asterisk's state is not understood; asked again in %g s", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_CAP)

    async def _ask(self, link: live.LinkUp) -> None:
        asked = datetime.now(UTC)
        self._call_log.compare([c.channel for c in await self._snapshot.channels()], asked)
        queues, devices = await self._snapshot.queues(), await self._snapshot.devices()
        members: dict[str, Member] = {}
        emergencies: set[str] = set()
        waiting: list[Waiting] = []
        for queue in queues:
            for member in queue.members:
                line = line_of(member.interface)
                if line is None:
                    continue
                if queue.queue == MAIN:
                    members[line] = Member(
                        line=line,
                        person=member.member_name,
                        paused=member.paused,
                        reason=member.reason,
                        phone=phone_of(member.state, member.in_call),
                    )
                elif member.in_call:
                    emergencies.add(line)
            waiting += [
                Waiting(
                    call=self._call_log.call_of(caller.caller) or CallId(caller.caller),
                    queue=caller.queue,
                    position=caller.position,
                    since=asked - caller.waited,
                    number=caller.caller_number,
                )
                for caller in queue.callers
            ]
        self._waiting.resync(waiting)
        self._tell_positions(MAIN)
        await self._agents.resync([_in_either(m, m.line in emergencies) for m in members.values()])
        for line in [one.line for one in self._agents.views() if devices and one.line not in members]:
            await self._device(INTERFACE + line, devices.get(INTERFACE + line, live.DeviceState.UNKNOWN), asked)
        if self._link is not link:
            return  # it was lost while the last answer came
        self._call_log.watched(datetime.now(UTC))
        self.lost_at = None
        self._asked.set()
        self._news.asked_anew(len(waiting))
        log.info("live link up (%d): %d members, %d waiting", link.epoch, len(members), len(waiting))

    def _tell_positions(self, queue: str) -> None:
        if queue == MAIN:
            self._positions.waiting(self._waiting.now(MAIN))

    async def _hold(self, event: live.Held | live.Resumed) -> None:
        call = self._call_log.call_of(ChannelId(event.channel))
        if call is None:
            return
        kind = e.Held if isinstance(event, live.Held) else e.Resumed
        self._call_log.note(kind(at=event.at, call=call, channel=event.channel))
        known = self._call_log.call(call)
        if kind is e.Resumed and known is not None:
            leg = known.legs.get(event.channel)
            if leg is not None and leg.ended_at is None:
                self._segments.want(Resumed(call=call, channel=event.channel, name=event.name, kind=leg.kind))

    async def _device(self, device: str, state: live.DeviceState, at: datetime) -> None:
        """Whether a phone is there, whoever is logged in; what it does otherwise is told by its queue."""
        line = line_of(device)
        if line is None:
            return
        if (phone := phone_of(state, False)) is Phone.GONE:
            await self._agents.phone(line, phone, at)
        else:
            await self._agents.reachable(line, True, at)

    async def _member(self, event: live.MemberEvent) -> None:
        line = line_of(event.interface)
        if line is None:
            return
        agents, at = self._agents, event.at
        match event:
            case live.MemberStatus():
                # both queues tell of each change of the phone, and each counts its own calls: one is enough
                if event.queue == MAIN or event.in_call:
                    await agents.phone(line, phone_of(event.state, event.in_call), at, counted=event.queue == MAIN)
            case live.AgentCalled():
                self._rings[line] = at
                await agents.happened(line, AgentEvent.RING, at)
            case live.AgentConnected():
                self._talks[line] = event
                await agents.happened(line, AgentEvent.ANSWER, at, counted=event.queue == MAIN)
            case live.AgentCompleted():
                begun = self._talks.get(line)
                if begun is not None and begun.channel != event.channel != "":
                    return  # of an earlier talk: the queue counts on after a transfer
                self._talks.pop(line, None)
                if begun is not None and begun.queue == MAIN:
                    self._expected.answered(at - begun.at)
                await agents.happened(line, AgentEvent.DONE, at)
            case live.AgentRingNoAnswer():
                await agents.rang_out(line, at, self._ring_end(line, event))
            case _:
                pass  # added, removed, paused: our own doing, followed when it was asked for

    def _ring_end(self, line: str, event: live.AgentRingNoAnswer) -> RingEnd:
        began = self._rings.pop(line, None)
        rang = event.rang if began is None else min(event.rang, event.at - began)
        since = next((w.since for w in self._waiting.now(MAIN) if w.call == event.caller), None)
        # a citizen of whom nothing is known here has hung up, or is in the emergency queue, whose limit is the dialplan's
        time_up = event.queue != MAIN or since is None or event.at - since >= self.max_wait - WAIT_SLACK
        return ring_end(rang=rang, tried=event.rang, whole=self.ring, time_up=time_up)
