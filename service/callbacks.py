"""An agent calls a citizen back: the own phone rings, and the dialplan does the rest. Refuses who cannot call now, whom somebody
calls already, and a number that is none; nothing is called without a row that was committed before.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import randbelow

from hotline1022.ami_bridge.ports import Actions
from hotline1022.core.call import Call
from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.events import LegAnswered
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.masking import mask
from hotline1022.core.outcomes import Direction, Reason
from hotline1022.db.unit import Database, Work
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import Agents
from hotline1022.queue.types import AgentState, LineView
from hotline1022.service.call_log import Saved
from hotline1022.service.callback_number import to_dial
from hotline1022.service.hands import INTERFACE
from hotline1022.service.log_store import e164
from hotline1022.web.callback_wire import CallbackView

log = logging.getLogger(__name__)

#: the phone of an agent rings so long
RING_SECONDS = 25.0
#: a try of which the log knows no call by then has never rung
LAPSE = timedelta(seconds=60)
_FREE = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP})


class CallBacks:
    """web.callback_port.CallBacks."""

    def __init__(
        self,
        *,
        database: Database,
        agents: Agents,
        actions: Actions,
        going_on: Callable[[], Sequence[Call]],
        own: Callable[[], Collection[str]],
        clock: Callable[[], datetime],
    ) -> None:
        """`own`: 1022's numbers in E.164."""
        self._database, self._agents, self._actions = database, agents, actions
        self._going_on, self._own, self._clock = going_on, own, clock
        self._lifted: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue()

    # -- to do

    async def begin(self, line: str, what: CallbackWhat, target: str) -> CallbackView:
        """Ring the line's phone, which then calls the citizen."""
        view = self._free(line)
        async with self._database.reading() as tx:
            caller = await _wanted(tx, what, target)
        number = to_dial(caller, self._own())
        await self._idle(line)
        self._nobody_calls(number)
        now = self._clock()
        new = Callback(
            call=_call_id(now),
            what=what,
            target=target,
            line=line,
            person=view.person,
            name=view.name or view.person,
            asked_at=now,
        )
        async with self._database.transaction() as tx:
            await tx.callbacks.lapse(now - LAPSE, now)
            if not await tx.callbacks.begin(new):
                raise _called_already(await tx.callbacks.going_on(what, target, line), line)
        await self._ring(new, number)
        log.info("call %s: line %s calls %s back (%s)", new.call, line, mask(number), what)
        return CallbackView(call=new.call, line=line, number=number)

    def _free(self, line: str) -> LineView:
        view = self._agents.view(line)
        if not view.person:
            raise Refused(f"nobody is logged in at line {line}; log in there first", error_id="line-empty")
        if not view.reachable:
            raise Refused(f"the phone of line {line} is not registered; look at its cable", error_id="phone-gone")
        if view.state not in _FREE:
            raise Refused(f"line {line} rings or talks; end that call first", error_id="line-busy")
        return view

    async def _idle(self, line: str) -> None:
        """Asterisk itself says whether the phone is in use; Unavailable when it does not answer."""
        own = f"{INTERFACE}{line}-"
        if any(one.name.startswith(own) for one in await self._actions.channels()):
            raise Refused(f"the phone of line {line} is in use; hang up first", error_id="line-busy")

    def _nobody_calls(self, number: str) -> None:
        """The same citizen may stand in two lists."""
        for call in self._going_on():
            if call.direction is Direction.OUT and e164(call.caller) == e164(number):
                raise _called_by(self._name(call.line) or call.person)

    def _name(self, line: str) -> str:
        return next((one.name for one in self._agents.views() if one.line == line), "")

    async def _ring(self, new: Callback, number: str) -> None:
        try:
            await self._actions.originate(
                f"{INTERFACE}{new.line}",
                "hl1022-callback",
                channel_id=ChannelId(new.call),
                call=CallId(ChannelId(new.call)),
                caller_id=f'"{number}" <1022>',
                before_ringing="hl1022-callback-ring",
                ring_seconds=RING_SECONDS,
                variables={"HL_TO": number, "HL_LINE": new.line, "HL_PERSON": new.person},
            )
        except HotlineError as error:
            # what was lost on the way may ring all the same: then the log tells of it, else the try lapses
            if error.error_id != "ami-link-lost":
                async with self._database.transaction() as tx:
                    await tx.callbacks.forget(new.call)
            raise

    # -- to look at

    async def tried(self, what: CallbackWhat, rows: Mapping[str, str]) -> Mapping[str, Callback]:
        """The last try for each row of a list, id → citizen's number, by its id; of numbers that gave up, whatever it was for."""
        async with self._database.reading() as tx:
            found = dict(await tx.callbacks.latest(what, rows))
            if what is CallbackWhat.ABANDONED:
                told = await tx.callbacks.latest_to(rows.values())
                for target, number in rows.items():
                    if number in told and (target not in found or told[number].asked_at > found[target].asked_at):
                        found[target] = told[number]
        return found

    # -- what the call log tells

    def saved(self, saved: Saved) -> None:
        """Something was stored: who has lifted to call a citizen is no more idle."""
        calls = {call.id: call for call in saved.calls if call.direction is Direction.OUT}
        for event in saved.events:
            if isinstance(event, LegAnswered) and event.call in calls and event.channel == event.call:
                self._lifted.put_nowait((calls[event.call].line, event.at))

    async def run(self) -> None:
        """Until cancelled: who has lifted to call a citizen talks, whatever the queue's members say."""
        while True:
            line, at = await self._lifted.get()
            await self._agents.happened(line, AgentEvent.ANSWER, at)


async def _wanted(tx: Work, what: CallbackWhat, target: str) -> str:
    """The number of whoever stands in the list with this; NotFound `callback-unknown` where nobody does."""
    match what:
        case CallbackWhat.ABANDONED:
            found = await tx.calls.load([target])
            if found and found[0].call.reason is Reason.IN_QUEUE:
                return found[0].call.caller_e164 or found[0].call.caller_raw
        case CallbackWhat.VOICEMAIL:
            message = await tx.recordings.voicemail(target)
            if message is not None:
                return message.caller
        case CallbackWhat.TICKET:
            line = await tx.to_tell.open_of(target)
            if line is not None:
                return line.number
    raise NotFound("this citizen is not in that list any more; load the list anew", error_id="callback-unknown")


def _call_id(now: datetime) -> str:
    """As Asterisk's own ids are, under another name: none of them can be the same."""
    return f"out-{int(now.timestamp())}.{now.microsecond:06d}{randbelow(1000):03d}"


def _called_already(other: Callback | None, line: str) -> Refused:
    if other is not None and other.line == line:
        return Refused(f"line {line} calls a citizen already; end that call first", error_id="line-busy")
    return _called_by(other.name if other is not None else "")


def _called_by(name: str) -> Refused:
    who = name or "somebody"
    return Refused(
        f"{who} is calling this citizen just now; load the list anew in a moment", error_id="callback-running"
    )
