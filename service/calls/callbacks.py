"""An agent calls a citizen back: the own phone rings, and the dialplan does the rest. Refuses who cannot call now, whom somebody
calls or talks with already or has reached meanwhile, and a number that is none; nothing is called without a row that was committed before.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from secrets import randbelow

from hotline1022.ami_bridge.ports import Actions
from hotline1022.core.callbacks import Callback, CallbackWhat, Talk
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.core.events import CallPlaced, CitizenTried, LegAnswered, LegEnded
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.masking import mask
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.core.turns import Turns
from hotline1022.db.unit import Database
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import Agents
from hotline1022.queue.types import AgentState, LineView
from hotline1022.service.calls.call_log import CallLog, Saved
from hotline1022.service.calls.callback_number import to_dial
from hotline1022.service.calls.callback_wanted import Wanted, dealt, talks, wanted
from hotline1022.service.calls.log_store import e164
from hotline1022.service.lines.hands import INTERFACE
from hotline1022.web.callback_wire import CallbackView

log = logging.getLogger(__name__)

#: the phone of an agent rings so long
RING_SECONDS = 25.0
#: a try of which the log knows no call by then has never rung
LAPSE = timedelta(seconds=60)
#: storing a fact takes a hundredth of it
STORE_SECONDS = 5.0
#: how often calls are looked at, and how much later than it should have stopped a phone may ring
LOOK_SECONDS, LOOK_LATE = 5.0, timedelta(seconds=10)
#: in place of how a dialling ended: Asterisk was not asked
NOT_ASKED = "not-asked"
_FREE = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP})


class CallBacks:
    """web.callback_port.CallBacks."""

    def __init__(
        self,
        *,
        database: Database,
        agents: Agents,
        actions: Actions,
        call_log: CallLog,
        own: Callable[[], Collection[str]],
        clock: Callable[[], datetime],
    ) -> None:
        """`own`: 1022's numbers in E.164."""
        self._database, self._agents, self._actions = database, agents, actions
        self._call_log, self._own, self._clock = call_log, own, clock
        self._turns = Turns()
        #: what agents are seen to do by the log: line, what, when
        self._told: asyncio.Queue[tuple[str, AgentEvent, datetime]] = asyncio.Queue()
        self._lapsed_at: datetime | None = None

    # -- to do

    async def begin(
        self, line: str, what: CallbackWhat, target: str, *, shown: Callable[[str], bool] | None = None, talk: str = ""
    ) -> CallbackView:
        """Ring the line's phone, which then calls the citizen; `shown`: whether her number is the one that was shown, `talk`: id of the
        call in which somebody talked with her, as was shown.
        """
        view = self._free(line)
        number = to_dial((await self._wanted(what, target, shown, talk)).number, self._own())
        await self._idle(line)
        async with self._turns.of(number):  # from looking whether anybody calls her until the log knows that we do
            self._nobody_talks(number)
            # a call that has ended since is stored before the log forgets it: what came of it is seen now
            found = await self._wanted(what, target, shown, talk)
            if to_dial(found.number, self._own()) != number:
                raise Refused("she has another number by now; load the list anew", error_id="callback-changed")
            return await self._begin(view, what, target, number)

    async def _wanted(self, what: CallbackWhat, target: str, shown: Callable[[str], bool] | None, talk: str) -> Wanted:
        """Whoever stands there, and was not reached since; but for a message or a ticket she is called all the same by who knows it."""
        async with self._database.reading() as tx:
            found = await wanted(tx, what, target)
            last = (await talks(tx, {target: found})).get(target)
        if shown is not None and not shown(found.number):
            raise Refused("she has another number than was shown; load the list anew", error_id="callback-changed")
        if last is not None and (what is CallbackWhat.ABANDONED or last.call != talk):
            raise dealt("talked", last.name, last.at, last.call)
        return found

    async def _begin(self, view: LineView, what: CallbackWhat, target: str, number: str) -> CallbackView:
        line, now = view.line, self._clock()
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

    def _nobody_talks(self, number: str) -> None:
        """The same citizen may stand in two lists, and may call just now."""
        for call in self._call_log.going_on():
            if e164(call.caller) != e164(number):
                continue
            if call.direction is Direction.OUT:
                raise _called_by(self._name(call.line) or call.person)
            raise Refused(
                "this citizen is calling 1022 just now; load the list anew in a moment", error_id="callback-here"
            )

    def _name(self, line: str) -> str:
        return next((one.name for one in self._agents.views() if one.line == line), "")

    async def _ring(self, new: Callback, number: str) -> None:
        """Written into the log first: a call of which nobody would know is not made."""
        call = CallId(ChannelId(new.call))
        known = {"line": new.line, "person": new.person, "number": number}
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._call_log.place(CallPlaced(at=new.asked_at, call=call, channel=call, **known))
            await self._actions.originate(
                f"{INTERFACE}{new.line}",
                "hl1022-callback",
                channel_id=call,
                call=call,
                caller_id=f'"{number}" <1022>',
                ring_seconds=RING_SECONDS,
                variables={"HL_TO": number, "HL_LINE": new.line, "HL_PERSON": new.person},
            )
        except TimeoutError:
            await self._not_made(new, call)
            raise Unavailable("the call log is behind; try again in a moment", error_id="call-log-behind") from None
        except HotlineError as error:
            # what was lost on the way may ring all the same: then the journal tells of it
            if error.error_id != "ami-link-lost":
                await self._not_made(new, call)
            raise

    async def _not_made(self, new: Callback, call: CallId) -> None:
        """Asterisk was not asked: the log says that it came to nothing, and nobody was called."""
        now = self._clock()
        self._call_log.note(CitizenTried(at=now, call=call, channel=call, status=NOT_ASKED))
        self._call_log.note(LegEnded(at=now, call=call, channel=call, cause=0))
        async with self._database.transaction() as tx:
            await tx.callbacks.forget(new.call)

    # -- to look at

    async def talks(self, rows: Mapping[str, tuple[str, datetime]]) -> Mapping[str, Talk]:
        """The last talk with each of these, id → number and since when she stands there; by its id."""
        async with self._database.reading() as tx:
            return await talks(tx, {id: Wanted(number=number, since=since) for id, (number, since) in rows.items()})

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
        """Something was stored: who calls a citizen rings, and talks; app_queue counts neither."""
        calls = {call.id: call for call in saved.calls if call.direction is Direction.OUT}
        for event in saved.events:
            call = calls.get(event.call)
            if call is None or event.channel != call.id:
                continue
            match event:
                case CallPlaced():
                    self._told.put_nowait((call.line, AgentEvent.RING, event.at))
                case LegAnswered():
                    self._told.put_nowait((call.line, AgentEvent.ANSWER, event.at))
                case LegEnded():
                    lifted = call.legs[call.id].answered_at is not None
                    self._told.put_nowait((call.line, AgentEvent.DONE if lifted else AgentEvent.RING_ENDED, event.at))

    async def run(self) -> None:
        """Until cancelled: follow what the log tells; and end what Asterisk never had."""
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    line, what, at = await self._told.get()
            except TimeoutError:
                await self._look()
                continue
            await self._agents.happened(line, what, at, counted=False)

    async def _look(self) -> None:
        """A phone that could not even be rung leaves no row in the journal: its call would ring for ever."""
        await self._lapse()
        before = self._clock() - timedelta(seconds=RING_SECONDS) - LOOK_LATE
        late = [one for one in self._call_log.going_on() if one.state is CallState.CALLING_AGENT]
        late = [one for one in late if one.entered_at < before]
        if not late:
            return
        try:
            there = {one.channel for one in await self._actions.channels()}
        except HotlineError as error:
            log.warning("calls to citizens cannot be looked at: %s", error)
            return
        for call in late:
            if call.id not in there:
                self._call_log.note(LegEnded(at=self._clock(), call=call.id, channel=call.id, cause=0))

    async def _lapse(self) -> None:
        """A try that was broken off before its phone rang is over, though nobody tries anybody else: its citizen may be called again."""
        now = self._clock()
        if self._lapsed_at is not None and abs(now - self._lapsed_at) < LAPSE:
            return
        try:
            async with self._database.transaction() as tx:
                await tx.callbacks.lapse(now - LAPSE, now)
        except HotlineError as error:
            log.warning("tries that never rang are not ended yet: %s", error)
            return
        self._lapsed_at = now


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
