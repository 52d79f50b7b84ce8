"""What the live link tells becomes the agents' states, the queue's view, holds and alarms. The log does not depend on it.

Each reconnect asks Asterisk anew for everything: AMI has no replay.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from hotline1022.ami_bridge import types as live
from hotline1022.core import events as e
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import MAIN, Agents, Member
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.ports import AlarmBell
from hotline1022.queue.types import Waiting
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.call_log import CallLog
from hotline1022.service.hands import INTERFACE
from hotline1022.service.segments import Resumed, Segments

log = logging.getLogger(__name__)

_GONE = frozenset({live.DeviceState.UNAVAILABLE, live.DeviceState.INVALID, live.DeviceState.UNKNOWN})


class Snapshot(Protocol):
    """Asks Asterisk for everything; Unavailable when it does not answer."""

    async def channels(self) -> Sequence[live.ChannelNow]:
        """All channels."""
        ...

    async def queues(self) -> Sequence[live.QueueNow]:
        """All queues with members and callers."""
        ...


def line_of(interface: str) -> str | None:
    """The line behind a member's interface, or None when it is not one of ours."""
    return interface.removeprefix(INTERFACE) if interface.startswith(INTERFACE) else None


class Live:
    """Consumes live events in order."""

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
        actor_up: Callable[[float], Awaitable[None]],
    ) -> None:
        self._agents, self._waiting, self._expected = agents, waiting, expected
        self._call_log, self._bell, self._snapshot = call_log, bell, snapshot
        self._segments, self._actor_up = segments, actor_up
        self._talking_since: dict[str, datetime] = {}
        self.up = False

    async def handle(self, event: live.LiveEvent) -> None:
        """Follow one event."""
        match event:
            case live.LinkUp():
                await self._link_up(event)
            case live.LinkDown():
                if self.up:
                    self._call_log.unwatched(event.at)
                self.up = False
            case live.LinkRefused():
                await self._bell.ring("ami-refused", f"account {event.username}: {event.message}")
            case live.Held() | live.Resumed():
                await self._hold(event)
            case live.AgentEvent() | live.MemberEvent():
                await self._member(event)
            case live.CallerJoinedQueue():
                call = CallId(event.caller)
                known = self._call_log.call(call)
                self._waiting.joined(event.queue, call, event.position, known.caller if known else "", event.at)
            case live.CallerLeftQueue() | live.CallerAbandoned():
                self._waiting.left(event.queue, CallId(event.caller))
            case live.AlarmSignalled():
                await self._bell.ring(event.kind, event.detail, event.call)
            case _:
                pass  # channels that end and contacts that change are told by the journal and by the members' states

    async def _link_up(self, event: live.LinkUp) -> None:
        await self._actor_up(10.0)
        asked = datetime.now(UTC)
        self._call_log.compare([c.channel for c in await self._snapshot.channels()], asked)
        queues = await self._snapshot.queues()
        members: dict[str, Member] = {}
        waiting: list[Waiting] = []
        for queue in queues:
            for member in queue.members:
                line = line_of(member.interface)
                if line is None:
                    continue
                await self._agents.reachable(line, member.state not in _GONE)
                if queue.queue == MAIN:
                    members[line] = Member(
                        line=line, person=member.member_name, paused=member.paused, reason=member.reason
                    )
            waiting += [
                Waiting(
                    call=CallId(caller.caller),
                    queue=caller.queue,
                    position=caller.position,
                    since=event.at - caller.waited,
                    number=caller.caller_number,
                )
                for caller in queue.callers
            ]
        self._waiting.resync(waiting)
        await self._agents.resync(list(members.values()))
        self._call_log.watched(datetime.now(UTC))
        self.up = True
        log.info(
            "live link up (%d): %d members, %d waiting",
            event.epoch,
            len(members),
            len(waiting),
        )

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

    async def _member(self, event: live.MemberEvent) -> None:
        line = line_of(event.interface)
        if line is None:
            return
        agents, at = self._agents, event.at
        match event:
            case live.MemberStatus():
                await agents.reachable(line, event.state not in _GONE, at)
            case live.AgentCalled():
                await agents.happened(line, AgentEvent.RING, at)
            case live.AgentConnected():
                self._talking_since[line] = at
                await agents.happened(line, AgentEvent.ANSWER, at)
            case live.AgentCompleted():
                since = self._talking_since.pop(line, None)
                if since is not None:
                    self._expected.answered(at - since)
                await agents.happened(line, AgentEvent.DONE, at)
            case live.AgentRingNoAnswer():
                await agents.rang_out(line, at)
            case _:
                pass  # added, removed, paused: our own doing, followed when it was asked for
