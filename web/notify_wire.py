"""What requests about messages carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.notify.types import Channel, Encoding, MessageState, RecipientKind
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, Number, When
from hotline1022.web.wire import Order

Recipient = Annotated[str, Rule(doc="number in E.164 or address; masked unless the token has scope agent or admin")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxQuery:
    """Filters of the list of messages."""

    state: MessageState | None = None
    channel: Channel | None = None
    ticket: Annotated[str | None, Rule(doc="id of a ticket", pattern=r"[A-Za-z0-9._~-]{1,128}")] = None
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendBody:
    """Resend by hand."""

    confirm: Annotated[bool, Rule(doc="true = an unknown one too, though it may arrive twice")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTellQuery:
    """Filters of the list of citizens to tell."""

    told: Annotated[
        bool | None, Rule(doc="only told ones, only untold ones; `skip` and `order` are for untold ones")
    ] = False
    limit: Limit = 100
    skip: Annotated[int, Rule(doc="so many are passed over", low=0, high=100_000)] = 0
    order: Annotated[Order, Rule(doc="latest or oldest first")] = Order.OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthQuery:
    """Which month."""

    month: Annotated[
        str | None, Rule(doc="such as 2026-11; left out, this month", pattern=r"20[0-9]{2}-(0[1-9]|1[0-2])")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message of the outbox."""

    id: str
    channel: Channel
    kind: RecipientKind
    recipient: Recipient
    name: str
    ticket: str
    contact: str
    template: str
    encoding: Encoding
    subject: str
    text: str
    parts: int
    urgent: bool
    created_at: When
    state: MessageState
    due_at: When
    tries: Annotated[int, Rule(doc="requests that left since it was made or last resent by hand")]
    gateway: str
    begun_at: When | None
    sent_at: When | None
    ended_at: When | None
    error_id: str
    error: Annotated[str, Rule(doc="why it failed, waits, or is not known")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageList:
    """Messages, latest first."""

    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledView:
    """One gateway, channel and kind of recipient."""

    gateway: str
    channel: Channel
    kind: RecipientKind
    messages: int
    parts: int
    price: Annotated[int, Rule(doc="đồng")]
    unknown: Annotated[int, Rule(doc="messages of which nobody knows whether the gateway took them")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A month, to lay beside the gateway's invoice."""

    month: str
    rows: tuple[BilledView, ...]
    sms: Annotated[int, Rule(doc="parts of SMS, which the contract counts")]
    price: Annotated[int, Rule(doc="đồng, all together")]
    budget: Annotated[int, Rule(doc="SMS that the contract has in a month")]
    left: Annotated[int, Rule(doc="SMS left; below 0 = over the budget")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBody:
    """What the citizen was told."""

    mark: Annotated[
        str,
        Rule(
            doc="the line's mark as it was read: it stands for the text, and is another one when that has changed",
            pattern=r"[0-9a-f]{16}",
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTellView:
    """A citizen whom no SMS reaches."""

    id: str
    ticket: str
    code: str
    name: str
    number: Number
    event: str
    text: Annotated[str, Rule(doc="what to tell")]
    mark: Annotated[str, Rule(doc="stands for the text, to say what was told; empty for who tells nobody")]
    since: When
    told_at: When | None
    told_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTellList:
    """Citizens to tell."""

    to_tell: tuple[ToTellView, ...]
    total: Annotated[int | None, Rule(doc="how many wait to be told; null where others were asked for")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundView:
    """An SMS that came in."""

    id: str
    gateway: str
    sender: Recipient
    recipient: Recipient
    text: Annotated[str, Rule(doc="[…] stands for a part that has not come yet")]
    parts: int
    complete: bool
    received_at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundList:
    """Incoming SMS, latest first."""

    inbound: tuple[InboundView, ...]
