"""A call as a fold over its events: `apply(call, event)` gives the next call and what has to follow from it.

Pure: no clock, no I/O. The table says which state follows which; a cell that is missing is an `Anomaly`, never silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline1022.core import cascade as c
from hotline1022.core import events as e
from hotline1022.core.changed import changed
from hotline1022.core.clock import ms_between
from hotline1022.core.endings import outcome
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.legs import Leg, ended_leg, joined_leg, keying_leg, music_ended, parted_leg
from hotline1022.core.outcomes import CallState, Direction, Reason, Result


class Trigger(StrEnum):
    """What an event means for the state of the call."""

    MENU = "menu"
    QUEUE = "queue"
    QUEUE_LEFT = "queue-left"
    EMERGENCY = "emergency"
    AGENT_TALK = "agent-talk"
    EMERGENCY_TALK = "emergency-talk"
    CONTACT_TALK = "contact-talk"
    PARTED = "parted"
    VOICEMAIL = "voicemail"
    LIFTED = "lifted"
    END = "end"


_S, _T = CallState, Trigger
#: state × trigger → state; docs/call-states.md is drawn from it.
TABLE: dict[tuple[CallState, Trigger], CallState] = {
    (_S.MENU, _T.MENU): _S.MENU,
    (_S.MENU, _T.QUEUE): _S.WAITING,
    (_S.MENU, _T.EMERGENCY): _S.EMERGENCY,
    (_S.MENU, _T.VOICEMAIL): _S.VOICEMAIL,
    (_S.WAITING, _T.MENU): _S.WAITING,
    (_S.WAITING, _T.AGENT_TALK): _S.TALKING,
    (_S.WAITING, _T.QUEUE_LEFT): _S.AFTER,
    (_S.AFTER, _T.MENU): _S.AFTER,
    (_S.AFTER, _T.QUEUE): _S.WAITING,
    (_S.AFTER, _T.VOICEMAIL): _S.VOICEMAIL,
    (_S.AFTER, _T.EMERGENCY): _S.EMERGENCY,
    (_S.AFTER, _T.AGENT_TALK): _S.TALKING,
    (_S.AFTER, _T.CONTACT_TALK): _S.TALKING,
    (_S.TALKING, _T.PARTED): _S.AFTER,
    (_S.EMERGENCY, _T.EMERGENCY_TALK): _S.EMERGENCY_TALKING,
    (_S.EMERGENCY, _T.AGENT_TALK): _S.EMERGENCY_TALKING,
    (_S.EMERGENCY, _T.QUEUE): _S.EMERGENCY,
    (_S.EMERGENCY, _T.QUEUE_LEFT): _S.EMERGENCY,
    (_S.EMERGENCY_TALKING, _T.PARTED): _S.EMERGENCY,
    (_S.VOICEMAIL, _T.MENU): _S.VOICEMAIL,
    (_S.VOICEMAIL, _T.EMERGENCY): _S.EMERGENCY,
    (_S.CALLING_AGENT, _T.LIFTED): _S.CALLING_CITIZEN,
    (_S.CALLING_CITIZEN, _T.AGENT_TALK): _S.TALKING,
} | {(state, _T.END): _S.ENDED for state in _S if state is not _S.ENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Effect: the call is over; its tracks can be filed when the last leg is gone."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Effect: people must know at once, and again until one of them has seen it."""

    kind: str
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Effect: an event that the table has no cell for; the event is kept, the state is not changed."""

    call: CallId
    state: CallState
    trigger: Trigger


Effect = Ended | RaiseAlarm | Anomaly


@dataclass(frozen=True, kw_only=True)  # no slots: see `changed`
class Call:
    """Everything known of one call. Times are aware UTC."""

    id: CallId
    entered_at: datetime
    state: CallState = CallState.MENU
    direction: Direction = Direction.IN
    did: str = ""
    #: the citizen's number, whoever began
    caller: str = ""
    sent: str = ""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    result: Result | None = None
    reason: Reason | None = None
    category: str = ""
    modes: frozenset[e.Mode] = frozenset()
    keys: tuple[str, ...] = ()
    informed: bool = False
    waiting_since: datetime | None = None
    waited_ms: int | None = None
    emergency_at: datetime | None = None
    emergency_unanswered: bool = False
    #: an agent talked with her after she had asked for 115
    emergency_by_agent: bool = False
    voicemail_at: datetime | None = None
    voicemail_file: str = ""
    voicemail_reason: str = ""
    voicemail_ended_at: datetime | None = None
    voicemail_status: str = ""
    #: first agent's line and person that the citizen talked with
    line: str = ""
    person: str = ""
    #: an agent has talked with her, for however short a time: what is known of its length may end with a power cut
    met: bool = False
    legs: dict[ChannelId, Leg] = field(default_factory=dict)
    tracks: tuple[e.TrackStarted, ...] = ()
    refused: str = ""
    #: of a call to a citizen: how the dialling ended
    tried: str = ""
    #: hunts for somebody at an agency, oldest first
    cascades: tuple[c.Cascade, ...] = ()

    @property
    def citizen(self) -> ChannelId:
        """The citizen's own channel: who began leads the call, and that is not she where 1022 calls her; "" before she rings."""
        if self.direction is Direction.IN:
            return self.id
        hers = [leg.channel for leg in self.legs.values() if leg.kind is e.LegKind.CITIZEN]
        return hers[-1] if hers else ChannelId("")

    @property
    def mode(self) -> str:
        """`service`, `static`, or `mixed` when the service was lost on the way; "" before the first step."""
        return next(iter(self.modes)).value if len(self.modes) == 1 else "mixed" if self.modes else ""

    @property
    def complete(self) -> bool:
        """Ended, and every leg gone: nothing more will be written to its tracks."""
        return self.state is CallState.ENDED and all(leg.ended_at is not None for leg in self.legs.values())

    @property
    def talk_ms(self) -> int:
        """Time in which citizen and somebody else were in one bridge, from bridge events, without keying in it where to."""
        return sum(leg.talk_ms for leg in self.legs.values() if leg.channel != self.citizen)


#: with one of these a call begins
BEGINNINGS = (e.CallEntered, e.CallRefused, e.CallPlaced)


def begin(event: e.Event) -> Call:
    """The call as it is before its first event, one of BEGINNINGS."""
    return Call(id=event.call, entered_at=event.at)


def fold(history: Iterable[e.Event]) -> Call | None:
    """The call that these events make, oldest first; None without a beginning."""
    call: Call | None = None
    for event in history:
        if call is None:
            if not isinstance(event, BEGINNINGS):
                continue
            call = begin(event)
        call, _ = apply(call, event)
    return call


def apply(call: Call, event: e.Event) -> tuple[Call, tuple[Effect, ...]]:
    """The call after the event, and what follows. Late events of an ended call still complete its legs."""
    call = _cascades(call, event)
    match event:
        case e.CallEntered():
            citizen = Leg(channel=event.channel, kind=e.LegKind.CITIZEN, party=event.caller, started_at=event.at)
            return changed(call, did=event.did, caller=event.caller, sent=event.sent, legs={event.channel: citizen}), ()
        case e.CallRefused():
            call = changed(call, did=event.did, caller=event.caller, sent=event.sent, refused=event.reason)
            return _end(call, event.at)
        case e.CallPlaced():
            return _placed(call, event), ()
        case e.CitizenTried():
            return changed(call, tried=event.status), ()
        case e.KeyPressed():
            return changed(call, keys=(*call.keys, event.key), modes=call.modes | _mode(event.mode)), ()
        case e.CascadeStarted() | e.TransferUnknown() | e.StepConfirmed() | e.PassedOn():
            return _keyed(call, event), ()
        case e.StepTaken():
            return _step(call, event)
        case e.QueueJoined():
            return _queued(call, event.at)
        case e.QueueLeft():
            return _move(_waited(call, event.at), Trigger.QUEUE_LEFT)
        case e.EmergencyStarted():
            return _move(changed(_waited(call, event.at), emergency_at=event.at), Trigger.EMERGENCY)
        case e.EmergencyUnanswered():
            call = changed(call, emergency_unanswered=True)
            return call, (RaiseAlarm(kind="emergency-unanswered", call=call.id),)
        case e.VoicemailStarted():
            call = changed(call, voicemail_at=event.at, voicemail_file=event.file, voicemail_reason=event.reason)
            return _move(call, Trigger.VOICEMAIL)
        case e.VoicemailEnded():
            return changed(call, voicemail_ended_at=event.at, voicemail_status=event.status), ()
        case e.LegStarted():
            leg = Leg(channel=event.channel, kind=event.kind, party=event.party, started_at=event.at)
            return _with_leg(call, leg), ()
        case e.TrackStarted():
            return changed(call, tracks=(*call.tracks, event)), ()
        case e.Joined() | e.Parted():
            return _bridge(call, event)
        case e.LegEnded() | e.CallLost():
            return _leg_ended(call, event)
        case e.LegAnswered() if call.state is CallState.CALLING_AGENT and event.channel == call.id:
            return _move(_leg_fact(call, event), Trigger.LIFTED)
        case e.LegAnswered() | e.PersonKnown() | e.Held() | e.Resumed() | e.AudioCounted() | e.LegWatched():
            return _leg_fact(call, event), ()
        case e.PromptStarted():
            return _prompt(call, event), ()
        case e.PromptEnded():
            back = event.channel == call.citizen and any(leg.keying for leg in call.legs.values())
            return (changed(call, legs=music_ended(call.legs, call.citizen, event.at)) if back else call), ()
        case _:  # EmergencyTried, what cascades tell: history only
            return call, ()


def _placed(call: Call, event: e.CallPlaced) -> Call:
    """The agent's phone, which leads the call; the citizen's comes later. Told twice, it changes nothing."""
    if call.legs:
        return call
    agent = Leg(channel=event.channel, kind=e.LegKind.AGENT, party=event.line, started_at=event.at, person=event.person)
    return changed(
        call,
        direction=Direction.OUT,
        state=CallState.CALLING_AGENT,
        caller=event.number,
        line=event.line,
        person=event.person,
        legs={event.channel: agent},
    )


def _cascades(call: Call, event: e.Event) -> Call:
    """The call's hunts after the event; reading a beginning twice begins nothing."""
    hunts = tuple(c.apply(one, event) for one in call.cascades)
    if isinstance(event, e.CascadeStarted) and all(one.hunt != event.hunt for one in hunts):
        hunts = (*hunts, c.begun(event))
    return changed(call, cascades=hunts) if hunts else call


#: #1 and three digits transfer; #2 and #0 pass on
_TRANSFER_KEYS, _PASS_KEYS = 5, 2


def _keyed(call: Call, event: e.CascadeStarted | e.TransferUnknown | e.StepConfirmed | e.PassedOn) -> Call:
    """The leg of who pressed keys that only its own channel knows."""
    match event:
        case e.StepConfirmed():
            leg, keys = call.legs.get(event.channel), len(event.key)
        case e.PassedOn():
            leg, keys = call.legs.get(event.channel), _PASS_KEYS
        case _:
            by_phone = isinstance(event, e.TransferUnknown) or event.origin == "phone"
            agents = [one for one in call.legs.values() if one.kind is e.LegKind.AGENT and one.party == event.line]
            leg, keys = (agents[-1] if agents else None), _TRANSFER_KEYS if by_phone else 0
    return call if leg is None else _with_leg(call, changed(leg, keys=leg.keys + keys))


def _mode(mode: e.Mode) -> frozenset[e.Mode]:
    return frozenset({mode})


def _move(call: Call, trigger: Trigger) -> tuple[Call, tuple[Effect, ...]]:
    following = TABLE.get((call.state, trigger))
    if following is None:
        return call, (Anomaly(call=call.id, state=call.state, trigger=trigger),)
    return (call if following is call.state else changed(call, state=following)), ()


def _step(call: Call, event: e.StepTaken) -> tuple[Call, tuple[Effect, ...]]:
    call = changed(
        call,
        modes=call.modes | _mode(event.mode),
        category=event.target or call.category,
    )
    return _move(call, Trigger.MENU)


def _queued(call: Call, at: datetime) -> tuple[Call, tuple[Effect, ...]]:
    """Waits, from the first time on: who comes back from a closed voicemail, and has not talked with anybody, waits still."""
    call, follows = _move(changed(call, waiting_since=call.waiting_since or at), Trigger.QUEUE)
    again = call.state is CallState.WAITING and not call.line
    return (changed(call, waited_ms=None) if again else call), follows


def _waited(call: Call, at: datetime) -> Call:
    if call.waiting_since is None or call.waited_ms is not None:
        return call
    return changed(call, waited_ms=ms_between(call.waiting_since, at))


def _with_leg(call: Call, leg: Leg) -> Call:
    return changed(call, legs={**call.legs, leg.channel: leg})


def _leg_fact(call: Call, event: e.Event) -> Call:
    leg = call.legs.get(event.channel)
    if leg is None:
        return call
    match event:
        case e.LegAnswered():
            if leg.answered_at is not None:
                return call
            if event.channel == call.id:
                call = changed(call, answered_at=event.at)
            leg = changed(leg, answered_at=event.at)
        case e.PersonKnown():
            leg = changed(leg, person=event.person)
        case e.AudioCounted():
            leg = changed(leg, rtp_received=event.received)
        case e.Held():
            leg = changed(leg, held_since=leg.held_since or event.at)
        case e.Resumed():
            leg = leg.resumed(event.at)
        case e.LegWatched():
            leg = changed(leg, watched=True)
    return _with_leg(call, leg)


def _prompt(call: Call, event: e.PromptStarted) -> Call:
    if event.prompt == e.CODE_PROMPT and event.channel in call.legs:
        return changed(call, legs=keying_leg(call.legs, call.citizen, event.channel, event.at))
    heard = any(part in event.prompt for part in e.INFORMATION_PROMPTS)
    return changed(call, informed=True) if heard and not call.informed else call


def _bridge(call: Call, event: e.Joined | e.Parted) -> tuple[Call, tuple[Effect, ...]]:
    """Two of the call's channels in one bridge talk; whoever leaves ends the talk of both."""
    if event.channel not in call.legs:
        return call, ()
    if isinstance(event, e.Parted):
        was_talking = any(leg.with_citizen for leg in call.legs.values())
        call = changed(call, legs=parted_leg(call.legs, call.citizen, event.channel, event.at))
        talking = any(leg.with_citizen for leg in call.legs.values())
        return _move(call, Trigger.PARTED) if was_talking and not talking else (call, ())
    legs, partner = joined_leg(call.legs, call.citizen, event.channel, event.bridge, event.at, room=event.room)
    call = changed(call, legs=legs)
    if partner is None:
        return call, ()
    if partner.kind is e.LegKind.EMERGENCY:
        return _move(call, Trigger.EMERGENCY_TALK)
    if partner.kind is e.LegKind.CONTACT:
        return _move(call, Trigger.CONTACT_TALK)
    call = changed(call, met=True, emergency_by_agent=call.emergency_by_agent or call.emergency_at is not None)
    if not call.line:
        call = changed(_waited(call, event.at), line=partner.party, person=partner.person)
    return _move(call, Trigger.AGENT_TALK)


def _leg_ended(call: Call, event: e.LegEnded | e.CallLost) -> tuple[Call, tuple[Effect, ...]]:
    leg = call.legs.get(event.channel)
    if leg is not None and leg.ended_at is None:
        cause = event.cause if isinstance(event, e.LegEnded) else None
        call = _with_leg(call, ended_leg(leg, event.at, cause))
    if call.state is CallState.ENDED or not _leads(call, event.channel):
        return call, ()
    return _end(call, event.at, lost=isinstance(event, e.CallLost))


def _leads(call: Call, channel: ChannelId) -> bool:
    """Whether the call ends with this channel, which has just ended: that of who began it; of a call to a citizen hers too as soon as
    she was put through, or is there without the agent, whose end is none of the call then.
    """
    if call.direction is Direction.IN:
        return channel == call.id
    agent, hers = call.legs[call.id], call.legs.get(call.citizen)
    if channel == call.id:
        return hers is None or hers.answered_at is None or hers.ended_at is not None
    return channel == call.citizen and (bool(call.cascades) or agent.ended_at is not None)


def _end(call: Call, at: datetime, *, lost: bool = False) -> tuple[Call, tuple[Effect, ...]]:
    call = _waited(call, at)
    result, reason = (Result.FAILED, Reason.END_UNKNOWN) if lost else outcome(call, at)
    call = changed(call, state=CallState.ENDED, ended_at=at, result=result, reason=reason)
    return call, (Ended(call=call.id),)
