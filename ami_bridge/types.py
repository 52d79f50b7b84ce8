"""What Asterisk's live link tells, as frozen values: nothing of AMI's words leaves this folder. Refuses naive times.

The call log does not come from here but from Asterisk's journal; these are for live state, holds and alarms.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.ids import CallId, ChannelId


class DeviceState(StrEnum):
    """What the phone behind a queue member does, as the queue sees it."""

    UNKNOWN = "unknown"
    NOT_IN_USE = "not-in-use"
    IN_USE = "in-use"
    BUSY = "busy"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    RINGING = "ringing"
    RING_IN_USE = "ring-in-use"
    ON_HOLD = "on-hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """Base of all live events."""

    #: when it happened (Asterisk's clock if it sends time stamps, else when it was read), aware UTC
    at: datetime

    def __post_init__(self) -> None:
        aware(self.at)


# The link itself


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUp(LiveEvent):
    """Logged in (again): whatever was known before may be stale; ask anew (channels, queues)."""

    #: counts from 1 in the life of the process; each epoch needs its own resync
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDown(LiveEvent):
    """The link was lost: nothing is heard until the next LinkUp."""

    epoch: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRefused(LiveEvent):
    """Asterisk refuses the account: an alarm; tried again only after a long pause."""

    username: str
    message: str


# Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent(LiveEvent):
    """Something about one channel."""

    channel: ChannelId
    #: Asterisk's name of it, `PJSIP/line-101-00000004`
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(ChannelEvent):
    """This phone put the other side on hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(ChannelEvent):
    """This phone took the other side back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused(ChannelEvent):
    """This phone's own button was to send the other side there, and Asterisk could not: out of a room it never can."""

    context: str
    exten: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginateEnded(LiveEvent):
    """An asked-for call was answered, or was not. `action_id` is what `originate` returned."""

    action_id: str
    answered: bool
    #: Asterisk's reason number: 0 failed, 1 hung up, 3 no answer, 4 answered, 5 busy, 8 congestion
    reason: int
    channel: ChannelId


# Members of a queue


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvent(LiveEvent):
    """Something about a member of a queue."""

    queue: str
    interface: str
    #: the person: MemberName
    member_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(MemberEvent):
    """The member was added."""

    paused: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(MemberEvent):
    """The member was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPaused(MemberEvent):
    """The member was paused, or taken back (`paused` false)."""

    paused: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStatus(MemberEvent):
    """The member's phone changed its state."""

    state: DeviceState
    in_call: bool
    #: calls taken since the member was added
    calls: int
    paused: bool
    reason: str


# Calls of a queue


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent(MemberEvent):
    """Something between a waiting caller and a member."""

    #: the caller's channel; "" where it ended first: app_queue then sends the event without it
    caller: ChannelId
    #: the member's channel; "" while there is none, or where it ended first
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCalled(AgentEvent):
    """The member's phone is being rung for this caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected(AgentEvent):
    """The member answered."""

    waited: timedelta
    rang: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCompleted(AgentEvent):
    """The queue says that they parted. Its talk time is wrong after a transfer: do not use it for the log."""

    talked: timedelta
    #: caller, agent or transfer
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRingNoAnswer(AgentEvent):
    """The phone rang and was not answered, or refused, or the citizen's time was over: the same event for all three."""

    #: what the whole round had where its time ran out, else until the refusal, in whole seconds
    rang: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerEvent(LiveEvent):
    """Something about a waiting caller."""

    queue: str
    caller: ChannelId
    #: 1 is next
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoinedQueue(CallerEvent):
    """The caller began to wait; `count` now wait."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeftQueue(CallerEvent):
    """The caller waits no more; `count` still wait. Says nothing of why."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAbandoned(CallerEvent):
    """The caller hung up while waiting."""

    waited: timedelta


# Phones and alarms


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(LiveEvent):
    """A phone changed its state, whether it is in a queue or not."""

    #: `PJSIP/line-101`
    device: str
    state: DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSignalled(LiveEvent):
    """The dialplan raises an alarm: `UserEvent(HLAlarm,Kind: …,Call: …,Detail: …)`."""

    kind: str
    #: the call it is about; the channel's own id where the dialplan names none; "" without a channel
    call: CallId
    channel: ChannelId
    detail: str


# What a resync finds


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNow:
    """One channel that exists."""

    channel: ChannelId
    name: str
    linked: ChannelId
    #: Asterisk's word: Down, Ring, Ringing, Up, Busy …
    state: str
    caller_number: str
    context: str
    exten: str
    application: str
    bridge: str
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberNow:
    """One member of a queue as it stands."""

    queue: str
    interface: str
    member_name: str
    state_interface: str
    state: DeviceState
    in_call: bool
    paused: bool
    reason: str
    calls: int
    #: end of the last call; None: none yet
    last_call: datetime | None
    #: the member was added at; None where Asterisk does not say
    logged_in: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNow:
    """One caller who waits."""

    queue: str
    caller: ChannelId
    name: str
    position: int
    caller_number: str
    waited: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """One queue as it stands."""

    queue: str
    members: tuple[MemberNow, ...]
    callers: tuple[CallerNow, ...]
