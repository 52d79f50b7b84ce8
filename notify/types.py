"""Messages to people, as values: what is to be said to whom, how it went, what came back. Refuses naive times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from hotline1022.core.clock import aware

#: the template of a message that only tries a gateway
TEST = "test"


class Channel(StrEnum):
    """How a message goes."""

    SMS = "sms"
    EMAIL = "email"


class RecipientKind(StrEnum):
    """Whose message it is in the monthly statement."""

    CITIZEN = "citizen"
    AGENCY = "agency"


class Encoding(StrEnum):
    """The alphabet of an SMS: GSM-7 is Vietnamese without marks, at half the price; an email has none."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"
    NONE = ""


class MessageClass(StrEnum):
    """What the carrier takes it for: customer care may always be sent, advertising only under its own rules."""

    CARE = "care"
    ADVERTISING = "advertising"


class MessageState(StrEnum):
    """Where a message is. The database repeats this list; the moves are in states.py."""

    NEW = "new"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What goes into the outbox, in the transaction of the change that causes it."""

    #: the same key is the same message: the second one is not written
    key: str
    channel: Channel
    kind: RecipientKind
    #: E.164, or an address of email
    recipient: str
    name: str = ""
    #: "" where it belongs to no ticket
    ticket: str = ""
    #: contact point; "" for citizens
    contact: str = ""
    template: str = ""
    message_class: MessageClass = MessageClass.CARE
    encoding: Encoding = Encoding.NONE
    #: of an email
    subject: str = ""
    text: str
    #: of an email
    html: str = ""
    #: parts that are billed; 1 for an email
    parts: int = 1
    urgent: bool = False
    created_at: datetime
    #: quiet hours: not before; None = at once
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.created_at)
        if self.not_before is not None:
            aware(self.not_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the outbox as it stands."""

    id: str
    key: str
    channel: Channel
    kind: RecipientKind
    recipient: str
    name: str
    ticket: str
    contact: str
    template: str
    message_class: MessageClass
    encoding: Encoding
    subject: str
    text: str
    html: str
    parts: int
    urgent: bool
    created_at: datetime
    state: MessageState
    #: since when it may be sent: made, after quiet hours, or resent by hand
    ready_at: datetime
    #: when it may be sent next
    due_at: datetime
    #: requests that left, since it was made or last resent by hand
    tries: int
    #: times it was resent by hand after it had failed
    round: int
    #: which gateway has or had it; "" before the first try
    gateway: str
    begun_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    #: when to ask the gateway what became of it; None = no more
    ask_at: datetime | None
    asked: int
    error_id: str
    error: str

    @property
    def client_key(self) -> str:
        """By which a gateway knows the same message again."""
        return f"{self.id}-{self.round}" if self.round else self.id


#: state → next state: the cells of states.py that one trigger has
Moves = Mapping[MessageState, MessageState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What waits for the worker now."""

    #: channels that have messages to send
    new: frozenset[Channel]
    #: leases that ran out
    over: bool
    #: messages whose gateway is to be asked
    ask: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A request that left."""

    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFilter:
    """Which messages are wanted; None or "" = all. Latest first."""

    state: MessageState | None = None
    channel: Channel | None = None
    ticket: str = ""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a delivery receipt says of one part, once that is over."""

    #: the part's id in all its spellings, as it came first
    ids: tuple[str, ...]
    #: the phone, E.164
    number: str
    delivered: bool
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One incoming SMS, or one part of a long one, as the carrier handed it over."""

    sender: str
    recipient: str
    text: str
    #: the bytes as they came, in hexadecimal
    raw: str
    coding: int
    #: of a long SMS: the same for its parts; None = whole
    reference: int | None = None
    total: int = 1
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSms:
    """An SMS that came in; parts that are missing yet are shown as […]."""

    id: str
    gateway: str
    sender: str
    recipient: str
    text: str
    parts: int
    complete: bool
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTell:
    """A citizen whom no SMS reaches: people must tell. One open line a ticket; a later change takes its place."""

    ticket: str
    code: str
    name: str
    #: "" = not known
    number: str
    #: what happened, a TicketEvent
    event: str
    text: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTellRow:
    """A line of the list "tell the citizen"."""

    id: str
    ticket: str
    code: str
    name: str
    number: str
    event: str
    text: str
    since: datetime
    told_at: datetime | None
    told_by: str

    @property
    def mark(self) -> str:
        """Stands for what is to be told: another one when a later change has taken its place."""
        return sha256(f"{self.event}\n{self.text}".encode(errors="replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """Messages of one gateway, channel and kind of recipient in a month."""

    gateway: str
    channel: Channel
    kind: RecipientKind
    #: messages that the gateway took
    messages: int
    parts: int
    #: đồng
    price: int
    #: messages of which nobody knows whether it took them: perhaps on the invoice
    unknown: int


class Role(StrEnum):
    """What a contact point is in its agency."""

    SPECIALIST = "specialist"
    LEADER = "leader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A contact point that may get messages."""

    contact: str
    name: str
    role: Role
    #: mobile number in E.164; "" = none
    sms: str = ""
    email: str = ""


class TicketEvent(StrEnum):
    """What happened to a ticket that people are told of."""

    MADE = "made"
    FORWARDED = "forwarded"
    WITH_LEADER = "with-leader"
    ANSWERED = "answered"
    COMPLETED = "completed"
    EXTENDED = "extended"
    #: somebody took the citizen, and is to write down what was answered
    TAKEN = "taken"
    #: an agency has the open tickets of others that ended
    TAKEN_OVER = "taken-over"
    #: the deadline is near: to the specialist
    REMINDER = "reminder"
    #: the deadline is over: to the leader
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """A change of a ticket, with what messages say of it."""

    #: names the change: the same one twice makes no second message
    change: str
    ticket: str
    code: str
    event: TicketEvent
    agency: str
    category: str
    urgent: bool = False
    #: the citizen's; "" = not known
    name: str = ""
    phone: str = ""
    email: str = ""
    deadline: datetime | None = None
    #: what was answered, or why it was extended; in short
    answer: str = ""

    def __post_init__(self) -> None:
        if self.deadline is not None:
            aware(self.deadline)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """The open tickets that an agency has from others that ended, as its contact points are told of them."""

    #: names it: the same one twice makes no second message
    change: str
    agency: str
    #: names of those that ended
    former: tuple[str, ...]
    #: not empty; what is due first comes first
    tickets: tuple[TicketChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What one message says, as people write it; nothing of it is checked yet."""

    #: of an email
    subject: str = ""
    text: str
    #: of an SMS; an email has none
    encoding: Encoding = Encoding.NONE
    message_class: MessageClass = MessageClass.CARE
    #: of an SMS: it is never longer
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """A wording of one message that was put in force at the desk, or the file's that it followed."""

    #: which message: citizen.made.sms
    name: str
    #: counted for each name, from 1; the greatest is in force
    number: int
    subject: str
    text: str
    encoding: Encoding
    message_class: MessageClass
    parts: int
    note: str
    by: str
    at: datetime
    #: the version that came back; 0 = none
    again: int = 0
    #: the file of the settings, else the shipped one, leads while this is the newest
    from_file: bool = False

    def __post_init__(self) -> None:
        aware(self.at)

    @property
    def wording(self) -> Wording:
        """What it says."""
        return Wording(**{name: getattr(self, name) for name in Wording.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link is good for."""

    contact: str
    ticket: str
    #: from then on nothing; whole seconds
    expires: datetime

    def __post_init__(self) -> None:
        aware(self.expires)
