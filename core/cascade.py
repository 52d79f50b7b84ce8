"""A cascade as a fold over the events of its call: who was called for the citizen, in which order, and how each try ended.

Pure. The table says which state follows which; what has no cell changes nothing but is kept in the history.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline1022.core import events as e
from hotline1022.core.ids import CallId, ChannelId


class State(StrEnum):
    """Where a cascade is."""

    #: somebody is being called, or listens to what it is about
    HUNTING = "hunting"
    #: who pressed 1 talks with the agent in private; the citizen hears music
    INTRODUCING = "introducing"
    #: citizen and specialist or leader talk
    TALKING = "talking"
    ENDED = "ended"


class Trigger(StrEnum):
    """What an event means for the state of the cascade."""

    TRY = "try"
    ROOM = "room"
    TAKEN = "taken"
    STEP_OVER = "step-over"
    END = "end"


class Outcome(StrEnum):
    """How a cascade ended."""

    #: somebody took the citizen, and it ended with that talk
    CONNECTED = "connected"
    #: nobody was left to be called: the request is kept
    NOBODY = "nobody"
    #: an agent took the citizen back
    TAKEN_BACK = "taken-back"
    #: who had taken the citizen passed her back to 1022
    BACK = "back"
    #: the citizen hung up before anybody had taken her
    DROPPED = "dropped"
    #: Asterisk died, or nothing more was ever heard of it
    LOST = "lost"


class StepOutcome(StrEnum):
    """How a step ended."""

    TAKEN = "taken"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    #: picked up, and neither 1 nor 2 was pressed: a machine, a voicemail, somebody who did not listen
    NOT_CONFIRMED = "not-confirmed"
    NUMBER_MISSING = "number-missing"
    TRUNK_FULL = "trunk-full"
    OUTSIDE_HOURS = "outside-hours"
    #: the agent took the citizen back meanwhile
    CANCELLED = "cancelled"
    #: the citizen hung up meanwhile
    HUNG_UP = "hung-up"
    LOST = "lost"


_S, _T = State, Trigger
#: state × trigger → state; docs/cascade-states.md is drawn from it
TABLE: dict[tuple[State, Trigger], State] = {
    (_S.HUNTING, _T.TRY): _S.HUNTING,
    (_S.HUNTING, _T.ROOM): _S.INTRODUCING,
    (_S.HUNTING, _T.TAKEN): _S.TALKING,
    (_S.HUNTING, _T.STEP_OVER): _S.HUNTING,
    (_S.INTRODUCING, _T.TAKEN): _S.TALKING,
    (_S.INTRODUCING, _T.STEP_OVER): _S.HUNTING,
    (_S.TALKING, _T.STEP_OVER): _S.HUNTING,
} | {(state, _T.END): _S.ENDED for state in _S if state is not _S.ENDED}

#: nobody was called at all: why, as the dialplan says it
_SKIPPED = {StepOutcome.NUMBER_MISSING, StepOutcome.TRUNK_FULL, StepOutcome.OUTSIDE_HOURS}
#: Q.850 causes of the called leg
_BUSY, _REFUSED = 17, 21
#: no circuit, congested switch, requested circuit not available: the carrier had no channel for it, as we may have none
_FULL = {34, 42, 44}
#: not there: 20, or 18 and 19 sooner than a phone could ring out (carriers say 480 for both)
_ABSENT, _RANG_OUT, SHORTEST_RING = 20, {18, 19}, timedelta(seconds=2)
#: with any other status the two have not talked: who had pressed 1 was gone before, or at once
CONNECTED = "answer"
#: a key with which who is called refuses
REFUSE = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One try. Times are aware UTC."""

    #: counted from 1
    number: int
    role: str
    contact: str
    which: str
    #: as dialled, "" when missing
    dialled: str
    started_at: datetime
    ended_at: datetime | None = None
    #: the called leg; "" when nobody was called
    channel: str = ""
    answered_at: datetime | None = None
    #: pressed by who was called; None: nothing was asked yet
    key: str | None = None
    taken_at: datetime | None = None
    #: Q.850 cause of the called leg's own end
    cause: int | None = None
    #: as the dialplan told it: DIALSTATUS, or why nobody was called
    status: str = ""
    #: it did not end by itself: cancelled, hung-up, lost
    cut: StepOutcome | None = None

    @property
    def outcome(self) -> StepOutcome | None:
        """How it ended; None while it goes on."""
        if self.taken_at is not None:
            return StepOutcome.TAKEN
        if self.cut is not None:
            return self.cut
        if self.ended_at is None:
            return None
        if self.status in _SKIPPED:
            return StepOutcome(self.status)
        if self.answered_at is not None:
            # who talked with the agent in private and left, or left the citizen at once, has refused too
            left_room = self.key == "1"
            return StepOutcome.REFUSED if self.key == REFUSE or left_room else StepOutcome.NOT_CONFIRMED
        if self.cause == _REFUSED:
            return StepOutcome.REFUSED
        if self.cause in _FULL:
            return StepOutcome.TRUNK_FULL
        if self.status == "busy" or self.cause == _BUSY:
            return StepOutcome.BUSY
        at_once = self.cause in _RANG_OUT and self.ended_at - self.started_at < SHORTEST_RING
        rang = self.status == "noanswer" and self.cause != _ABSENT and not at_once
        return StepOutcome.NO_ANSWER if rang else StepOutcome.UNREACHABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """One hunt of one call. Times are aware UTC."""

    call: CallId
    #: the how-manieth of the call, from 1
    hunt: int
    agency: str
    category: str
    ticket: str
    code: str
    line: str
    origin: str
    started_at: datetime
    #: the citizen's own channel, which is hunted for; of a call that came in it names the call
    citizen: ChannelId
    state: State = State.HUNTING
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    #: to whom it was passed on last: `leader`, `back`; "" = nobody passed it on
    passed: str = ""

    @property
    def taken(self) -> Step | None:
        """The last step in which somebody took the citizen."""
        return next((step for step in reversed(self.steps) if step.taken_at is not None), None)


def begun(event: e.CascadeStarted) -> Cascade:
    """The cascade as it begins."""
    return Cascade(
        call=event.call,
        hunt=event.hunt,
        agency=event.agency,
        category=event.category,
        ticket=event.ticket,
        code=event.code,
        line=event.line,
        origin=event.origin,
        started_at=event.at,
        citizen=event.channel,
    )


def apply(cascade: Cascade, event: e.Event) -> Cascade:
    """The cascade after an event of its call; of an ended one only the last leg's cause is still learnt.

    Read twice, or late, a fact of a step that is over changes nothing; where a step's end is missing, the next one ends it.
    """
    if isinstance(event, e.LegEnded) and event.channel != cascade.citizen:
        return _on_channel(cascade, event.channel, cause=event.cause)
    if cascade.state is State.ENDED:
        return cascade
    match event:
        case e.CascadeStarted() if event.hunt > cascade.hunt:
            return _end(cascade, event.at, Outcome.LOST)
        case e.StepTried():
            return _tried(cascade, event)
        case e.LegStarted() if event.kind is e.LegKind.CONTACT:
            known = any(step.channel == event.channel for step in cascade.steps)
            return cascade if known else _current(cascade, channel=event.channel)
        case e.LegAnswered():
            return _answered(cascade, event)
        case e.StepConfirmed():
            return _on_step(cascade, event.step, key=event.key)
        case e.RoomEntered() if not _over(cascade, event.step):
            return _move(cascade, Trigger.ROOM)
        case e.CitizenTaken() if not _over(cascade, event.step):
            taken = _on_step(cascade, event.step, taken_at=event.at, channel=event.channel)
            return _move(taken, Trigger.TAKEN)
        case e.PassedOn():
            return replace(cascade, passed=event.to)
        case e.StepEnded() if not _over(cascade, event.step):
            ended = _on_step(cascade, event.step, ended_at=event.at, status=event.status)
            if event.status != CONNECTED:
                ended = _on_step(ended, event.step, taken_at=None)
            return _move(ended, Trigger.STEP_OVER)
        case e.CascadeEnded():
            return _end(cascade, event.at, Outcome(event.outcome))
        case e.LegEnded() | e.CallLost() if event.channel == cascade.citizen:
            lost = isinstance(event, e.CallLost)
            talking = cascade.state is State.TALKING or _just_parted(cascade, event.at)
            return _end(cascade, event.at, Outcome.LOST if lost else Outcome.CONNECTED if talking else Outcome.DROPPED)
        case e.EmergencyStarted():
            return _end(cascade, event.at, Outcome.DROPPED)
    return cascade


def _tried(cascade: Cascade, event: e.StepTried) -> Cascade:
    if any(step.number == event.step for step in cascade.steps):
        return cascade
    if cascade.steps and cascade.steps[-1].ended_at is None:
        cascade = _move(_current(cascade, ended_at=event.at, cut=StepOutcome.LOST), Trigger.STEP_OVER)
    step = Step(
        number=event.step,
        role=event.role,
        contact=event.contact,
        which=event.which,
        dialled=event.number,
        started_at=event.at,
    )
    return _move(replace(cascade, steps=(*cascade.steps, step)), Trigger.TRY)


def _answered(cascade: Cascade, event: e.LegAnswered) -> Cascade:
    first = next((step.answered_at for step in cascade.steps if step.channel == event.channel), None)
    return _on_channel(cascade, event.channel, answered_at=first or event.at)


#: both hung up together: the citizen's end may be read before the end of the hunt
TOGETHER = timedelta(seconds=1)


def _just_parted(cascade: Cascade, at: datetime) -> bool:
    """The talk with who took the citizen ended at this moment, and that was all."""
    last = cascade.steps[-1] if cascade.steps else None
    return (
        last is not None and last.taken_at is not None and last.ended_at is not None and at - last.ended_at < TOGETHER
    )


_CUT = {
    Outcome.TAKEN_BACK: StepOutcome.CANCELLED,
    Outcome.DROPPED: StepOutcome.HUNG_UP,
    Outcome.LOST: StepOutcome.LOST,
}


def _end(cascade: Cascade, at: datetime, outcome: Outcome) -> Cascade:
    if cascade.steps and cascade.steps[-1].ended_at is None:
        cascade = _current(cascade, ended_at=at, cut=_CUT.get(outcome))
    return replace(_move(cascade, Trigger.END), outcome=outcome, ended_at=at)


def _move(cascade: Cascade, trigger: Trigger) -> Cascade:
    following = TABLE.get((cascade.state, trigger))
    return cascade if following is None else replace(cascade, state=following)


def _over(cascade: Cascade, number: int) -> bool:
    return any(step.number == number and step.ended_at is not None for step in cascade.steps)


def _current(cascade: Cascade, **changes: object) -> Cascade:
    """The step that goes on, changed; a late fact of a step that is over changes nothing."""
    if not cascade.steps or cascade.steps[-1].ended_at is not None:
        return cascade
    return _on_step(cascade, cascade.steps[-1].number, **changes)


def _on_step(cascade: Cascade, number: int, **changes: object) -> Cascade:
    """The step of this number, changed."""
    if not any(step.number == number for step in cascade.steps):
        return cascade
    steps = (replace(step, **changes) if step.number == number else step for step in cascade.steps)  # type: ignore[arg-type]
    return replace(cascade, steps=tuple(steps))


def _on_channel(cascade: Cascade, channel: ChannelId, **changes: object) -> Cascade:
    """The step whose leg this is, changed."""
    number = next((step.number for step in cascade.steps if step.channel == channel), 0)
    return _on_step(cascade, number, **changes)
