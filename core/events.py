"""What can happen in a call, as frozen values. Refuses naive times; knows nothing of Asterisk's words.

Every event carries when it happened (`at`, aware UTC) and an `identity` that is the same each time the same fact is read,
so that reading it twice changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.ids import CallId, ChannelId

#: a prompt with one of these in its name is information that answers a question; the second is the state of a ticket
INFORMATION_PROMPTS = ("/info-", "/ticket-state-")
#: what an agent hears who begins to key a code in the talk (#1): the citizen hears music from then on
CODE_PROMPT = "pbx-transfer"
#: how a message may end: nothing could be recorded; silence ended it
RECORD_FAILED, RECORD_SILENCE = "error", "silence"


class LegKind(StrEnum):
    """Who is on a leg."""

    CITIZEN = "citizen"
    AGENT = "agent"
    EMERGENCY = "emergency"
    #: somebody at an agency: a specialist or a leader
    CONTACT = "contact"


class Mode(StrEnum):
    """Who led the citizen through the menu: the service, or the dialplan alone."""

    SERVICE = "service"
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    #: when it happened, aware UTC
    at: datetime
    #: the call it belongs to
    call: CallId
    #: the channel it happened on; the citizen's own where there is no other
    channel: ChannelId

    def __post_init__(self) -> None:
        aware(self.at)

    @property
    def identity(self) -> str:
        """Identity of the fact within its call: kind, channel and microsecond."""
        return f"{type(self).__name__}:{self.channel}:{int(self.at.timestamp() * 1_000_000)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntered(Event):
    """A citizen's call came in and was answered."""

    #: number dialled, digits only: 1022
    did: str
    #: caller's number, digits and +; "" when withheld
    caller: str
    #: what the carrier sent for it: `anonymous`, `(0274) 382-2222`; at most 64 harmless characters
    sent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(Event):
    """A call that was not answered: lines full, or no such number here."""

    did: str
    caller: str
    reason: str
    sent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlaced(Event):
    """1022 calls a citizen: the phone of this line is about to ring. It happens on that phone's channel, which leads the call.

    The service writes it down before it asks Asterisk; the journal tells it once more when the phone was lifted.
    """

    line: str
    #: who is logged in there
    person: str
    #: the citizen's number as it will be dialled, digits
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenTried(Event):
    """The dialling of the citizen is over, also by her hanging up; status is Asterisk's DIALSTATUS in lower case, or `trunk-full`.

    There is none where the agent hung up first.
    """

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(Event):
    """The citizen pressed a key (or said nothing: key is "")."""

    menu: str
    key: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken(Event):
    """The menu decided what comes next: `menu`, `agents`, `emergency`, `voicemail`, `status`; in `status` what came of the code: `told`, `wrong`, `later`, `away`."""

    menu: str
    step: str
    target: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptStarted(Event):
    """A prompt or music began to play to this channel."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEnded(Event):
    """It ended, by itself or by a key."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueJoined(Event):
    """The citizen began to wait for an agent."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(Event):
    """The wait ended without hanging up; status: answered, timeout, full, no-agents, key."""

    queue: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyStarted(Event):
    """The citizen asked for 115. origin: menu or queue."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyTried(Event):
    """One emergency number was tried; status is Asterisk's DIALSTATUS in lower case."""

    number: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyUnanswered(Event):
    """No emergency number answered: raises the alarm that repeats until seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailStarted(Event):
    """The citizen began to leave a message; reason: key, timeout, no-agents, full."""

    reason: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailEnded(Event):
    """The message ended; status is RECORD_STATUS in lower case."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStarted(Event):
    """A further phone began to ring for this call."""

    kind: LegKind
    #: line number for an agent's phone, telephone number otherwise
    party: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(Event):
    """That phone was picked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown(Event):
    """Who is at the leg: the person logged in at the line when it rang or answered."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """The channel began to exchange audio in a bridge."""

    bridge: str
    #: a room of an introduction, where the citizen hears nothing unless she is in it too
    room: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(Event):
    """It left that bridge."""

    bridge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The phone put the other side on hold (from AMI; unknown when the service was away)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The phone took the other side back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStarted(Event):
    """The recording of this channel began; `file` is the name stem in the spool, without -r.wav and -t.wav."""

    kind: LegKind
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioCounted(Event):
    """RTP packets that came in on this channel in its whole life (20 ms each)."""

    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeStarted(Event):
    """The hunt for somebody at an agency began."""

    #: the how-manieth hunt of this call, from 1
    hunt: int
    agency: str
    category: str
    #: id and code of the ticket that was reserved for it; "" when the service was away
    ticket: str
    code: str
    #: line of the agent who transferred
    line: str
    #: `phone` (by code, or the phone's own button) or `service` (by the API)
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferUnknown(Event):
    """An agent keyed a code that no agency has; the citizen went back to that agent."""

    wanted: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTried(Event):
    """The next step of the hunt."""

    #: counted from 1 within the hunt
    step: int
    role: str
    contact: str
    #: `office` or `mobile`
    which: str
    #: as dialled; "" when it is missing
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConfirmed(Event):
    """Who was called pressed a key, or none: key is ""; on that person's own channel."""

    step: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomEntered(Event):
    """Who was called talks with the agent in private first."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenTaken(Event):
    """Who was called is connected with the citizen now."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn(Event):
    """Who took the citizen passes her on, to the `leader` or `back` to 1022."""

    step: int
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded(Event):
    """The step is over; status is Asterisk's DIALSTATUS in lower case, or why nobody was called."""

    step: int
    status: str
    #: how far it came: "", `room` or `talk`
    taken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeEnded(Event):
    """The hunt is over: connected, nobody, back (passed back to 1022) or taken-back (by the agent)."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(Event):
    """The channel is gone; cause is the Q.850 cause of its own hangup. The citizen's LegEnded ends the call."""

    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLost(Event):
    """The channel was not among Asterisk's when looked for and no end was written: ended, time unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegWatched(Event):
    """The AMI link was up for the whole life of this leg: no Held means no hold. Without this, holds are unknown."""
