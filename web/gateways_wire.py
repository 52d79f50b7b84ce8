"""What requests about gateways carry, and what is told of them: never an account, a key or a password. Refuses nothing itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from hotline1022.notify.types import Channel, MessageState
from hotline1022.web.rules import Rule
from hotline1022.web.types import When


class GatewayState(StrEnum):
    """How a gateway stands."""

    READY = "ready"
    #: it wants us slower, and is left alone for a while
    SLOWED = "slowed"
    #: it does not answer, or refuses our account
    AWAY = "away"
    #: nothing is sent: messages become files
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEvent:
    """A message that the gateway took, or that people must look at; not whose it is."""

    at: When
    template: str
    state: MessageState
    error_id: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayView:
    """The way out of one channel."""

    channel: Channel
    gateway: Annotated[str, Rule(doc="folder, speedsms, esms, smpp, mail, or the name of an own profile")]
    state: GatewayState
    since: Annotated[When | None, Rule(doc="since when it is away")]
    until: Annotated[When | None, Rule(doc="until when it is left alone")]
    error_id: Annotated[str, Rule(doc="why it is away or slowed; empty = it is not")]
    server: Annotated[str, Rule(doc="host and port; empty where the profile has the address, or there is none")]
    encrypted: Annotated[bool, Rule(doc="TLS")]
    from_name: Annotated[str, Rule(doc="brand name, or address, that people see")]
    has_account: Annotated[bool, Rule(doc="an account is set; it is never told")]
    has_secret: Annotated[bool, Rule(doc="a secret is set; it is never told")]
    per_minute: Annotated[int, Rule(doc="messages a minute at most; 0 = no cap")]
    per_number: Annotated[int, Rule(doc="messages to one recipient an hour at most; 0 = no cap")]
    price: Annotated[int, Rule(doc="of one part; đồng")]
    waiting: Annotated[int, Rule(doc="messages that wait")]
    waiting_since: Annotated[When | None, Rule(doc="since when the oldest of them may be sent")]
    sending: int
    failed: Annotated[int, Rule(doc="messages that failed for good, of all times")]
    unknown: Annotated[int, Rule(doc="messages of which nobody knows whether they left")]
    taken: Annotated[tuple[GatewayEvent, ...], Rule(doc="the last that it took, latest first")]
    bad: Annotated[tuple[GatewayEvent, ...], Rule(doc="the last that people must look at, latest first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayList:
    """The way out of each channel."""

    gateways: tuple[GatewayView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTestBody:
    """Whom the message that tries it goes to."""

    to: Annotated[str, Rule(doc="a mobile number, or an address of email", low=1, high=254)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTest:
    """A message that tries a gateway, as it stands."""

    id: str
    channel: Channel
    recipient: str
    state: MessageState
    #: nothing more is to come but a receipt
    over: bool
    gateway: str
    tries: int
    created_at: When
    sent_at: When | None
    error_id: str
    error: str
