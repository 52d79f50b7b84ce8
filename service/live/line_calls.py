"""Which call is at which line now, from the live link as it is read: the ring must not wait for what came before it. Refuses
to guess: what the link did not tell is asked of the call log.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.ami_bridge import types as live
from hotline1022.core.call import Call
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId
from hotline1022.core.legs import Leg
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.queue.types import Phone
from hotline1022.service.lines.hands import INTERFACE, phone_of

#: what a phone with a call of a queue is not
_WITHOUT = {Phone.GONE, Phone.IDLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLine:
    """A call that rings or talks at a line."""

    line: str
    call: CallId
    #: when it began to ring; where nobody saw that, when the leg did
    since: datetime
    answered_at: datetime | None = None
    #: since when the citizen waits, as the link told it: the log may read of it later than of the ring
    waiting_since: datetime | None = None


class LineCalls:
    """`heard` is given every live event; who wants to know of a change is told by what it returns."""

    def __init__(self, going_on: Callable[[], Iterable[Call]]) -> None:
        self._going_on = going_on
        #: None: the link told that there is none, whatever the log, which reads later, still says
        self._at: dict[str, AtLine | None] = {}
        #: line → when the link told that
        self._free: dict[str, datetime] = {}
        self._waiting: dict[CallId, datetime] = {}

    def at(self, line: str) -> AtLine | None:
        """The call at the line; the call log knows of one that began while the link was down, and of those that 1022 makes."""
        return self._at.get(line) or self._of_log(line)

    def of_call(self, call: CallId) -> list[AtLine]:
        """Where a call rings or talks, as the link told it."""
        return [one for one in self._at.values() if one is not None and one.call == call]

    def came_back(self, call: Call) -> AtLine | None:
        """Where a citizen rings or talks who was taken back from a transfer: no queue calls there, so the link tells nothing."""
        begun = call.cascades[-1].started_at if call.cascades else None
        for leg in call.legs.values():
            if begun is not None and leg.started_at > begun and self._is_at(leg, leg.party):
                known = self._at.get(leg.party)
                return _at_leg(call, leg) if known is None or known.call != call.id else None
        return None

    def in_log(self, call: Call) -> list[AtLine]:
        """Where a citizen who has called rings or talks, as the log alone has it; without the lines of `came_back`."""
        if call.direction is Direction.OUT or call.state is CallState.ENDED:
            return []
        begun = call.cascades[-1].started_at if call.cascades else None
        legs = (leg for leg in call.legs.values() if leg.kind is LegKind.AGENT and leg.ended_at is None)
        return [_at_leg(call, leg) for leg in legs if begun is None or leg.started_at <= begun]

    def all_in_log(self) -> dict[CallId, list[AtLine]]:
        """The same of all calls that go on."""
        return {call.id: self.in_log(call) for call in self._going_on()}

    def heard(self, event: live.LiveEvent) -> tuple[AtLine | None, AtLine | None]:
        """What was at the event's line before it, and what is now."""
        match event:
            case live.LinkUp() | live.LinkDown():  # what ends meanwhile is not heard
                self._at.clear()
                self._free.clear()
                self._waiting.clear()
            case live.CallerJoinedQueue():
                self._waiting[CallId(event.caller)] = event.at
            case live.CallerLeftQueue() | live.CallerAbandoned():
                self._waiting.pop(CallId(event.caller), None)
        if not isinstance(event, live.MemberEvent) or not event.interface.startswith(INTERFACE):
            return None, None
        line = event.interface.removeprefix(INTERFACE)
        before = self._at.get(line)
        after = _next(line, before, event)
        if after is not None and after.waiting_since is None and after.call in self._waiting:
            after = replace(after, waiting_since=self._waiting[after.call])
        if after is not None or line in self._at or _ends(event):
            self._at[line] = after
            if after is None and _ends(event):
                self._free[line] = event.at
        return before, after

    def _of_log(self, line: str) -> AtLine | None:
        for call in self._going_on():
            made = placed(call) if call.direction is Direction.OUT and call.line == line else None
            if made is not None:
                return made
            for leg in call.legs.values():
                if self._is_at(leg, line) and not (call.direction is Direction.OUT and leg.channel == call.id):
                    return _at_leg(call, leg)
        return None

    def _is_at(self, leg: Leg, line: str) -> bool:
        """Whether the log has it there; it reads later than the link, and what it had before the link said "free" is over."""
        free = self._free.get(line)
        there = leg.kind is LegKind.AGENT and leg.party == line and leg.ended_at is None
        return there and (free is None or leg.started_at > free)


def _at_leg(call: Call, leg: Leg) -> AtLine:
    return AtLine(line=leg.party, call=call.id, since=leg.started_at, answered_at=leg.answered_at)


def placed(call: Call) -> AtLine | None:
    """The call that 1022 makes, as it is at its line; answered since the two first talked. None: it is over, or she was put through
    and who called her is gone.
    """
    agent = call.legs[call.id]
    if call.state is CallState.ENDED or agent.ended_at is not None:
        return None
    first = agent.bridged[0][0] if agent.bridged else agent.talking_since
    return AtLine(line=call.line, call=call.id, since=agent.started_at, answered_at=first)


def _ends(event: live.MemberEvent) -> bool:
    """Whether nobody calls at the line after it, whatever was there."""
    if isinstance(event, live.MemberStatus):
        return phone_of(event.state, event.in_call) in _WITHOUT
    return isinstance(event, live.AgentCompleted | live.AgentRingNoAnswer | live.MemberRemoved)


def _next(line: str, before: AtLine | None, event: live.MemberEvent) -> AtLine | None:
    match event:
        case live.AgentCalled() if event.caller:
            return AtLine(line=line, call=CallId(event.caller), since=event.at)
        case live.AgentConnected() if event.caller:
            call = CallId(event.caller)
            known = before if before is not None and before.call == call else None
            return replace(known or AtLine(line=line, call=call, since=event.at), answered_at=event.at)
        case live.AgentCompleted() | live.AgentRingNoAnswer():
            # the caller is not named where she hung up first; of a call that was here earlier it ends nothing
            other = before is not None and event.caller not in ("", before.call)
            return before if other else None
        case live.MemberRemoved():
            return before if before is not None and before.answered_at is not None else None
        case _:
            return None if _ends(event) else before
