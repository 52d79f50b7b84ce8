"""People at lines: log in, pause, log out, and what each is doing, fed by live events. Refuses two at a line or one at two.

Asterisk keeps the members through restarts; the database keeps the sessions; `resync` makes the two agree.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.said import said
from hotline1022.core.turns import Turns
from hotline1022.queue.agent_state import AgentEvent, RingEnd, follow, missed
from hotline1022.queue.pin_door import PinDoor
from hotline1022.queue.ports import AgentStore, AlarmBell, QueueHands
from hotline1022.queue.seat import Seat, idle, shown
from hotline1022.queue.types import NO_ANSWER, AgentState, LineView, Phone, Session

log = logging.getLogger(__name__)

MAIN, EMERGENCY = "hl1022-main", "hl1022-emergency"
#: states that belong to a call
_IN_CALL = frozenset({AgentState.TALKING, AgentState.WRAP_UP})
#: how long Asterisk may take to forget a login that failed, seconds
UNDO_SECONDS = 1.0
#: refusals in a row that are a missed call: a phone that is broken or set to "do not disturb", not one slip of a finger
REFUSALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What Asterisk says of one line in the main queue at a resync."""

    line: str
    person: str
    paused: bool
    reason: str
    phone: Phone
    #: the call that the phone is in is one of the emergency queue
    emergency: bool = False


class Agents:
    """All lines of the hotline."""

    def __init__(
        self,
        *,
        lines: Iterable[str],
        reasons: Iterable[str],
        store: AgentStore,
        hands: QueueHands,
        bell: AlarmBell,
        verify_pin: Callable[[str, str], Awaitable[bool]],
        wrap_up: timedelta,
        seen: Callable[[LineView], None] = lambda view: None,
    ) -> None:
        now = datetime.now(UTC)
        self._seats = {line: Seat(since=now) for line in lines}
        self._reasons = frozenset(reasons)
        self._store, self._hands, self._bell = store, hands, bell
        self._door = PinDoor(store, verify_pin)
        self.wrap_up = wrap_up
        #: told of each line as it is from now on
        self._seen = seen
        #: who logs out at a line is not put back by who makes it ready meanwhile
        self._turns = Turns()

    async def change(self, *, lines: Sequence[str], reasons: Iterable[str], wrap_up: timedelta) -> None:
        """New settings. Whoever sits at a line that is gone is logged out; a call under way goes on."""
        for line in [line for line in self._seats if line not in lines]:
            if self._seats[line].session is not None:
                await self.logout(line, "line-removed")
        now = datetime.now(UTC)
        self._seats = {line: self._seats.get(line) or Seat(since=now) for line in lines}
        self.allow(reasons)
        self.wrap_up = wrap_up

    def allow(self, reasons: Iterable[str]) -> None:
        """From now on one may pause for these reasons; who is in another pause stays in it."""
        self._reasons = frozenset(reasons)

    # -- what people do

    async def login(self, line: str, person: str, pin: str) -> LineView:
        """Log the person in at the line, after the PIN. The session is written first, then Asterisk is told.

        What fails or is broken off on the way is taken back: nobody is left logged in who was not told so.
        """
        before = self._seat(line).session
        known = await self._door.check(person, pin)
        opening = asyncio.ensure_future(self._store.open_session(person, line, datetime.now(UTC)))
        try:
            session = await asyncio.shield(opening)
            await self._hands.add(MAIN, line, person, paused=False, reason="")
            await self._hands.add(EMERGENCY, line, person, paused=False, reason="")
            phone = await self._hands.phone(MAIN, line)
        except BaseException:  # also a question of the dialplan that ran out of time: its limit is shorter than AMI's
            await asyncio.shield(self._undo_login(line, opening, before))
            raise
        seat = replace(
            self._seats[line],
            session=session,
            name=known.name,
            state=AgentState.LOGGED_OUT,
            reason="",
            refusals=0,
            reachable=phone is not Phone.GONE,
        )
        self._sit(line, seat)
        await self.happened(line, AgentEvent.LOGIN)
        await self.phone(line, phone)
        return self.view(line)

    async def logout(self, line: str, reason: str = "logout") -> LineView:
        """Log out whoever is there. A call under way goes on. The session is closed first: without the database nothing is done, and
        the line that still looks ready rings.
        """
        async with self._turns.of(line):
            seat = self._seat(line)
            if seat.session is None:
                raise Refused(f"nobody is logged in at line {line}", error_id="line-empty")
            await self._store.close_session(seat.session.id, datetime.now(UTC), reason)
            await self._hands.remove(MAIN, line)
            await self._hands.remove(EMERGENCY, line)
            await self._leave(line)
        await self._keep_one()
        return self.view(line)

    async def _leave(self, line: str) -> None:
        await self.happened(line, AgentEvent.LOGOUT)
        self._sit(line, replace(self._seats[line], session=None, name="", reason=""))

    async def pause(self, line: str, reason: str) -> LineView:
        """Pause with a reason of the list. The emergency queue still rings."""
        if reason not in self._reasons:
            codes = ", ".join(sorted(self._reasons))
            raise Invalid(f"pause reason {reason!r} is not in the list; use one of {codes}", error_id="reason-unknown")
        await self._pause(line, reason)
        await self._keep_one()
        return self.view(line)

    async def unpause(self, line: str) -> LineView:
        """Take the line back into the queue."""
        seat = self._seat(line)
        if seat.session is None:
            raise Refused(f"nobody is logged in at line {line}", error_id="line-empty")
        await self._hands.pause(MAIN, line, paused=False, reason="")
        self._sit(line, replace(self._seats[line], reason="", ring_missed=False, refusals=0))
        await self.happened(line, AgentEvent.UNPAUSE)
        return self.view(line)

    async def ready(self, line: str) -> LineView:
        """End the wrap-up: the next call rings at once, in Asterisk's queue too, which has a wrap-up of its own. Whoever is ready stays so.
        Refused `line-empty`, `wrap-up-none`.
        """
        async with self._turns.of(line):
            seat = self._seat(line)
            if seat.session is None:
                raise Refused(f"nobody is logged in at line {line}", error_id="line-empty")
            if seat.state is AgentState.READY:
                return self.view(line)
            if seat.state is not AgentState.WRAP_UP or seat.reason:
                text = f"line {line} writes nothing down after a call, it is {seat.state}; look at its state"
                raise Refused(text, error_id="wrap-up-none")
            await self._hands.renew(MAIN, line, seat.session.person)
            if reason := self._seat(line).reason:  # a pause came in between, and was taken out with the line
                await self._hands.pause(MAIN, line, paused=True, reason=reason)
            await self.happened(line, AgentEvent.WRAPPED_UP)
            return self.view(line)

    def rename(self, person: str, name: str) -> None:
        """Whoever it is, at a line or not, is called so from now on."""
        for line, seat in list(self._seats.items()):
            if seat.session is not None and seat.session.person == person:
                self._sit(line, replace(seat, name=name))

    # -- what happens

    async def happened(self, line: str, event: AgentEvent, at: datetime | None = None, *, counted: bool = True) -> None:
        """Follow the table for one line; an event without a cell changes nothing and is logged. `counted`: what is answered is a call of
        the main queue.
        """
        seat = self._seats.get(line)
        if seat is None:
            return
        if event is AgentEvent.ANSWER:
            seat = self._sit(line, replace(seat, refusals=0, counted=counted))
        following = follow(seat.state, event)
        if following is None:
            log.debug("line %s: %s means nothing while %s", line, event, seat.state)
            return
        if following is AgentState.READY:
            following = idle(seat)
        if following is seat.state:
            return
        at = at or datetime.now(UTC)
        self._sit(line, replace(seat, state=following, since=at))
        if seat.session is not None:
            await self._note(
                seat.session, following, seat.reason, at, counted=seat.counted or following not in _IN_CALL
            )

    async def rang_out(self, line: str, at: datetime, how: RingEnd = RingEnd.MISSED) -> None:
        """The phone was not answered: pause it with a visible reason, unless it is the last one.

        Nothing of that when the ring was cut short, and at the first refusals: only many in a row are a missed call.
        """
        await self.happened(line, AgentEvent.RING_ENDED, at)
        seat = self._seats.get(line)
        if seat is None or seat.session is None or seat.reason or how is RingEnd.CUT_SHORT:
            return
        refusals = seat.refusals + 1 if how is RingEnd.REFUSED else REFUSALS
        self._sit(line, replace(seat, refusals=refusals % REFUSALS))
        if refusals < REFUSALS:
            return
        if self._open_lines() - {line}:
            await self._pause(line, NO_ANSWER)
            await self._bell.ring("agent-no-answer", said("alarm-said.line", line=line, person=seat.session.person))
        else:
            self._sit(line, replace(self._seats[line], ring_missed=True))
            await self._bell.ring(
                "last-agent-no-answer", said("alarm-said.line-again", line=line, person=seat.session.person)
            )

    async def reachable(self, line: str, up: bool, at: datetime | None = None) -> None:
        """The phone registered, or is gone."""
        seat = self._seats.get(line)
        if seat is None or seat.reachable == up:
            return
        self._sit(line, replace(seat, reachable=up))
        await self.happened(line, AgentEvent.PHONE_BACK if up else AgentEvent.PHONE_LOST, at)
        if not up:
            await self._keep_one()

    async def phone(self, line: str, phone: Phone, at: datetime | None = None, *, counted: bool = True) -> None:
        """What the phone is seen to do: it tells what no event told. At most two things: a talk's end and the next ring. `counted`: the
        call that it may be in is one of the main queue.
        """
        if phone is not Phone.GONE:
            await self.reachable(line, True, at)
        for _ in range(2):
            seat = self._seats.get(line)
            event = missed(seat.state, phone) if seat else None
            if event is not None:
                await self.happened(line, event, at, counted=counted)
        if phone is Phone.GONE:
            await self.reachable(line, False, at)

    async def resync(self, members: Sequence[Member]) -> None:
        """After (re)connecting: Asterisk's members and the open sessions become one truth; the sessions decide who."""
        sat = {line: seat.session for line, seat in self._seats.items()}
        sessions: dict[str, Session] = {s.line: s for s in await self._store.open_sessions()}
        by_line = {m.line: m for m in members}
        for line in self._seats:
            session, member = sessions.get(line), by_line.get(line)
            if session is None:
                if member is not None:
                    await self._hands.remove(MAIN, line)
                    await self._hands.remove(EMERGENCY, line)
                    await self.phone(line, member.phone)
                if sat.get(line) is not None and self._seats[line].session is sat[line]:
                    await self._leave(line)  # its session was closed, and Asterisk did not answer then
                continue
            reason = member.reason if member is not None and member.paused else ""
            if member is None or member.person != session.person:
                await self._hands.add(MAIN, line, session.person, paused=bool(reason), reason=reason)
            await self._hands.add(EMERGENCY, line, session.person, paused=False, reason="")
            phone = member.phone if member is not None else await self._hands.phone(MAIN, line)
            counted = member is None or not member.emergency
            await self._restore(line, session, reason, phone, counted=counted)
            await self.phone(line, phone, counted=counted)

    async def _restore(self, line: str, session: Session, reason: str, phone: Phone, *, counted: bool) -> None:
        seat, now = self._seats[line], datetime.now(UTC)
        if seat.session is not None and seat.session.id == session.id and seat.state is not AgentState.LOGGED_OUT:
            seat = replace(seat, reason=reason)
            between_calls = seat.state in {AgentState.READY, AgentState.PAUSED}
            state, since = (idle(seat) if between_calls else seat.state), seat.since
            noted = state is seat.state
        else:
            person = await self._store.person(session.person)
            name = person.name if person else ""
            seat = replace(seat, session=session, name=name, reason=reason, reachable=phone is not Phone.GONE)
            seat = replace(seat, counted=counted)
            between = idle(seat)
            event = missed(between, phone)
            state = (follow(between, event) if event else None) or between
            known = await self._store.state_since(session.person, state, session.since)
            since, noted = known or now, known is not None
        self._sit(line, replace(seat, state=state, since=since if noted else now))
        if not noted:
            await self._note(session, state, reason, now, counted=seat.counted or state not in _IN_CALL)

    async def tick(self, now: datetime) -> None:
        """End wrap-up times that have run out, or that began in a time to come: the clock was set back meanwhile. Call it about once
        a second.
        """
        for line, seat in list(self._seats.items()):
            if seat.state is AgentState.WRAP_UP and abs(now - seat.since) >= self.wrap_up:
                await self.happened(line, AgentEvent.WRAPPED_UP, now)

    # -- what is seen

    def view(self, line: str) -> LineView:
        """One line; NotFound when there is no such line."""
        seat = self._seat(line)
        return LineView(
            line=line,  # type: ignore[arg-type]
            reachable=seat.reachable,
            person=seat.session.person if seat.session else "",
            name=seat.name,
            state=seat.state,
            since=seat.since,
            reason=seat.reason,
        )

    def views(self) -> list[LineView]:
        """All lines in order."""
        return [self.view(line) for line in self._seats]

    def present(self) -> list[str]:
        """People logged in."""
        return [s.session.person for s in self._seats.values() if s.session]

    def on(self) -> int:
        """Lines that take calls: logged in, reachable, not paused."""
        return len(self._open_lines())

    # -- inside

    def _seat(self, line: str) -> Seat:
        try:
            return self._seats[line]
        except KeyError:
            raise NotFound(
                f"there is no line {line!r}; lines are {', '.join(self._seats)}", error_id="line-unknown"
            ) from None

    def _sit(self, line: str, seat: Seat) -> Seat:
        """The line is so from now on."""
        before, self._seats[line] = self._seats[line], seat
        if shown(before) != shown(seat):
            self._seen(self.view(line))
        return seat

    def _open_lines(self) -> set[str]:
        return {n for n, s in self._seats.items() if s.session and s.reachable and not s.reason}

    async def _pause(self, line: str, reason: str) -> None:
        if self._seat(line).session is None:
            raise Refused(f"nobody is logged in at line {line}", error_id="line-empty")
        await self._hands.pause(MAIN, line, paused=True, reason=reason)
        self._sit(line, replace(self._seats[line], reason=reason))
        await self.happened(line, AgentEvent.PAUSE)

    async def _undo_login(self, line: str, opening: asyncio.Future[Session], before: Session | None) -> None:
        """Close the session that a login opened, and let Asterisk forget the line; who was there before stays."""
        await asyncio.wait([opening])
        if opening.cancelled() or opening.exception() is not None:
            return
        session = opening.result()
        if before is not None and before.id == session.id:
            return
        try:
            await self._store.close_session(session.id, datetime.now(UTC), "login-failed")
            async with asyncio.timeout(UNDO_SECONDS):
                await self._hands.remove(MAIN, line)
                await self._hands.remove(EMERGENCY, line)
        except (HotlineError, TimeoutError) as error:
            log.warning("line %s: a login that failed is not wholly taken back: %s", line, error)

    async def _note(
        self, session: Session, state: AgentState, reason: str, at: datetime, *, counted: bool = True
    ) -> None:
        """Write the history: without the database it has a hole, and what has to follow from the state follows."""
        try:
            await self._store.note_state(session.person, session.line, state, reason, at, counted=counted)
        except HotlineError as error:
            log.warning("line %s: %s is missing from the history of states: %s", session.line, state, error)

    async def _keep_one(self) -> None:
        """Nobody takes calls any more: lines that only missed a call come back, with an alarm."""
        if self._open_lines():
            return
        for line, seat in list(self._seats.items()):
            if seat.session and seat.reachable and seat.reason == NO_ANSWER:
                try:
                    await self.unpause(line)
                except HotlineError as error:
                    log.error("line %s is the last one and cannot be taken back: %s", line, error)
                    continue
                await self._bell.ring(
                    "last-agent-no-answer", said("alarm-said.line-again", line=line, person=seat.session.person)
                )
