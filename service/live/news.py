"""What happens becomes events on the bus: one method for each source. Refuses to break the source: an event that fails is
logged and missing.

What is stored is told after its commit, the rest when it is heard. docs/decisions/022-live-events.md has the table.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from hotline1022.ami_bridge import types as ami
from hotline1022.core.call import Call
from hotline1022.core.cascade import Cascade, State
from hotline1022.core.events import CallEntered
from hotline1022.core.ids import CallId
from hotline1022.core.live import Event, Topic
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.db.types import AlarmRow
from hotline1022.queue.types import LineView
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.live.line_calls import AtLine, LineCalls, placed
from hotline1022.tickets.types import HIDDEN, Changed, Ticket

log = logging.getLogger(__name__)

#: calls of which the last hunt is known at most
HUNTS = 2000


def _harmless(source: Callable[..., None]) -> Callable[..., None]:
    """Like the dispatcher of events: what browsers are told must not break a call."""

    @wraps(source)
    def told(*args: Any) -> None:
        try:
            source(*args)
        except Exception:
            log.exception("live events: %s failed", source.__name__)

    return told


class LiveNews:
    """Give its methods to the sources."""

    def __init__(
        self,
        *,
        publish: Callable[[Event], None],
        at_lines: LineCalls,
        call: Callable[[CallId], Call | None],
        going_on: Callable[[], int],
    ) -> None:
        self._publish, self._at_lines, self._call, self._going_on = publish, at_lines, call, going_on
        self._people: dict[str, str] = {}
        #: the last hunt of each call as it was told
        self._hunts: dict[CallId, dict[str, Any]] = {}
        #: rings of calls of which the log knew nothing yet
        self._unknown: set[CallId] = set()
        #: calls that 1022 makes, as they were told; at no line: she was put through
        self._placed: dict[CallId, tuple[CallState, AtLine | None]] = {}
        #: those of them whose citizen hears music while her agent waits
        self._apart: set[CallId] = set()
        #: citizens who were taken back, as they were told
        self._back: dict[CallId, AtLine] = {}
        #: the link is away, and of the lines the log alone tells: call → what of it was told
        self._away: dict[CallId, list[AtLine]] | None = {}

    def _tell(self, topic: Topic, what: str, **facts: Any) -> None:
        self._publish(Event(topic=topic, what=what, facts=facts))

    # -- lines, and the call at each

    @_harmless
    def line(self, view: LineView) -> None:
        """A line is another than before. Who has just left hears of it too."""
        people = frozenset({view.person, self._people.get(view.line, "")} - {""})
        self._people[view.line] = view.person
        facts = {name: getattr(view, name) for name in _LINE}
        self._publish(Event(topic=Topic.LINES, what="line", facts=facts, line=view.line, people=people))

    @_harmless
    def lines_changed(self) -> None:
        """There are other lines than before."""
        self._tell(Topic.LINES, "changed")

    @_harmless
    def heard(self, event: ami.LiveEvent) -> None:
        """The live link, as it is read."""
        before, after = self._at_lines.heard(event)
        if isinstance(event, ami.LinkUp | ami.LinkDown):
            self._unknown.clear()
            self._away = self._at_lines.all_in_log() if isinstance(event, ami.LinkDown) else None
        if before == after:
            return
        if before is not None and (after is None or after.call != before.call):
            self._at_line("over", before)
            self._unknown.discard(before.call)
        if after is None:
            return
        if before is None or after.call != before.call:
            self._rings("ring", after)
        if after.answered_at is not None:
            self._at_line("talk", after)

    def _rings(self, what: str, at: AtLine) -> None:
        call = self._call(at.call)
        if call is None:
            self._unknown.add(at.call)
        facts = {
            "since": at.since,
            "number": call.caller if call else "",
            "category": call.category if call else "",
            "keys": call.keys if call else (),
            "waiting_since": (call and call.waiting_since) or at.waiting_since,
        }
        self._at_line(what, at, **facts)

    def _at_line(self, what: str, at: AtLine, **facts: Any) -> None:
        people = frozenset({self._people.get(at.line, "")} - {""})
        facts = {"line": at.line, "call": at.call, **facts}
        self._publish(Event(topic=Topic.CALL, what=what, facts=facts, line=at.line, people=people))

    # -- the queue

    @_harmless
    def joined(self, event: ami.CallerJoinedQueue, number: str) -> None:
        """Somebody began to wait."""
        place = {"position": event.position, "since": event.at, "waiting": event.count}
        self._tell(Topic.QUEUE, "joined", call=event.caller, queue=event.queue, number=number, **place)

    @_harmless
    def left(self, event: ami.CallerEvent, waiting: int) -> None:
        """Somebody waits no more."""
        self._tell(Topic.QUEUE, "left", call=event.caller, queue=event.queue, waiting=waiting)

    @_harmless
    def lost(self) -> None:
        """Asterisk tells nothing any more: what is shown is old from now on, and of calls at lines the log alone knows."""
        self._tell(Topic.LINES, "changed")
        self._tell(Topic.CALL, "changed")

    @_harmless
    def asked_anew(self, waiting: int) -> None:
        """Asterisk told everything, after a link that was cut."""
        self._tell(Topic.QUEUE, "changed", waiting=waiting)
        self._tell(Topic.LINES, "changed")
        self._tell(Topic.CALL, "changed")

    # -- what is stored

    @_harmless
    def saved(self, saved: Saved) -> None:
        """The call log has committed this."""
        made = [call for call in saved.calls if call.direction is Direction.OUT]
        came = [call for call in saved.calls if call.direction is Direction.IN]
        ended = sum(call.state is CallState.ENDED for call in came)
        entered = sum(isinstance(event, CallEntered) for event in saved.events)
        moved = [self._make(call) for call in made]
        if ended or entered or any(moved):
            counted = {"entered": entered, "ended": ended, "made": sum(moved)}
            self._tell(Topic.FIGURES, "calls", going_on=self._going_on(), **counted)
        for call in saved.calls:
            if call.id in self._unknown:
                self._unknown.discard(call.id)
                for at in self._at_lines.of_call(call.id):
                    self._rings("known", at)
            if call.cascades:
                self._hunt(call)
                self._taken_back(call)
            if self._away is not None:
                self._by_log(call, self._away)

    def _by_log(self, call: Call, told: dict[CallId, list[AtLine]]) -> None:
        """A phone rings, talks, is free while the link is away: later than the link would say it, but said."""
        before, after = told.pop(call.id, []), self._at_lines.in_log(call)
        if after:
            told[call.id] = after
        was, now = {(one.line, one.since): one for one in before}, {(one.line, one.since): one for one in after}
        for place in was.keys() - now.keys():
            self._at_line("over", was[place])
        for place, at in now.items():
            known = was.get(place)
            if known is None:
                self._rings("ring", at)
            if at.answered_at is not None and (known is None or known.answered_at is None):
                self._at_line("talk", at)

    def _make(self, call: Call) -> bool:
        """A call that 1022 makes: it rings at the agent's own line, is dialled, talks, is over, for the line or for all. Whether it has
        begun or ended.
        """
        at, (state, known) = placed(call), self._placed.get(call.id, (None, None))
        if at is None:
            self._apart.discard(call.id)
            if state is None:
                return False
            self._placed[call.id] = (call.state, None)
            if call.state is CallState.ENDED:
                del self._placed[call.id]
            if known is not None:
                self._at_line("over", known)
            return known is not None or call.state is CallState.ENDED
        self._placed[call.id] = (call.state, at)
        if known is None:
            self._rings("ring", at)
        elif at.answered_at is not None and known.answered_at is None:
            self._at_line("talk", at)
        elif call.state is CallState.CALLING_CITIZEN and state is not call.state:
            self._at_line("dialled", at)
        else:
            self._parted(call, at)
        return known is None

    def _parted(self, call: Call, at: AtLine) -> None:
        """Who called her back stays to introduce, and she hears music meanwhile; or has her back."""
        if call.state is CallState.AFTER and call.id not in self._apart and any(map(_goes_on, call.cascades)):
            self._apart.add(call.id)
            self._at_line("apart", at)
        elif call.state is CallState.TALKING and call.id in self._apart:
            self._apart.discard(call.id)
            self._at_line("talk", at)

    def _taken_back(self, call: Call) -> None:
        """She rings at the agent's line again, talks, is gone: past the queue, so that the log alone knows."""
        at = None if call.state is CallState.ENDED else self._at_lines.came_back(call)
        before = self._back.pop(call.id, None)
        if at is not None:
            self._back[call.id] = at
        if before is not None and (at is None or (at.line, at.since) != (before.line, before.since)):
            self._at_line("over", before)
            before = None
        if at is not None and before is None:
            self._rings("ring", at)
        if at is not None and at.answered_at is not None and (before is None or before.answered_at is None):
            self._at_line("talk", at)

    def _hunt(self, call: Call) -> None:
        hunt = call.cascades[-1]
        step = hunt.steps[-1] if hunt.steps else None
        facts = {name: getattr(hunt, name) for name in _HUNT}
        facts |= {"step": step.number if step else None, "role": step.role if step else ""}
        facts |= {"step_outcome": step.outcome if step else None}
        facts |= {"step_answered_at": step.answered_at if step else None}
        told = self._hunts.get(call.id)
        if call.complete:
            self._hunts.pop(call.id, None)
        else:
            self._hunts[call.id] = facts
            if len(self._hunts) > HUNTS:  # of calls that were filed without their last word
                self._hunts.pop(next(iter(self._hunts)))
        if facts != told:
            people = frozenset({self._people.get(hunt.line, "")} - {""})
            self._publish(Event(topic=Topic.CASCADES, what="cascade", facts=facts, line=hunt.line, people=people))

    @_harmless
    def ticket(self, changed: Changed) -> None:
        """A transaction with this change has committed. Of a hidden ticket nobody is told."""
        before, after = changed.before, changed.after
        if after.state in HIDDEN:
            return
        facts = {"ticket": after.id, "action": changed.row.action} | {name: getattr(after, name) for name in _TICKET}
        agencies = _agencies(after) | (_agencies(before) if before else frozenset())
        self._publish(Event(topic=Topic.TICKETS, what="ticket", facts=facts, agencies=agencies))

    @_harmless
    def alarm(self, alarm: AlarmRow) -> None:
        """Raised, and committed."""
        self._tell(Topic.ALARMS, "raised", **_alarm(alarm))

    @_harmless
    def alarm_seen(self, alarm: AlarmRow) -> None:
        """Somebody has seen it."""
        self._tell(Topic.ALARMS, "seen", **_alarm(alarm), seen_by=alarm.seen_by, seen_at=alarm.seen_at)


#: what is told as it is
_LINE = ("line", "reachable", "person", "name", "state", "since", "reason")
_HUNT = ("call", "hunt", "state", "outcome", "agency", "category", "ticket", "code", "line", "started_at", "ended_at")
_TICKET = ("code", "version", "state", "urgency", "agency", "category", "owner", "answer_by")


def _goes_on(hunt: Cascade) -> bool:
    return hunt.state is not State.ENDED


def _agencies(ticket: Ticket) -> frozenset[str]:
    return frozenset({ticket.agency} - {""})


def _alarm(alarm: AlarmRow) -> dict[str, Any]:
    return {
        "alarm": alarm.id,
        "kind": alarm.kind,
        "call": alarm.call_id,
        "raised_at": alarm.raised_at,
        "detail": alarm.detail,
    }
