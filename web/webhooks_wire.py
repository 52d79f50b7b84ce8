"""What requests about webhooks carry, and what the answers are. Refuses nothing itself: rules.py and webhooks/ do."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.web.rules import Rule
from hotline1022.web.types import When
from hotline1022.webhooks.types import Delivery, DeliveryState, EventKind, Given, PausedWhy, Sent, Webhook

Name = Annotated[str, Rule(doc="as people read it", low=1, high=80)]
Url = Annotated[str, Rule(doc="https://host/path; http:// for this machine alone", low=1, high=500)]
Kinds = Annotated[tuple[EventKind, ...], Rule(doc="what it is told of, one at least", high=20)]
Numbers = Annotated[bool, Rule(doc="whether it is told telephone numbers; only by whoever may see them")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookBody:
    """A new webhook."""

    name: Name
    url: Url
    kinds: Kinds
    numbers: Numbers = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """What is to be changed; what is left out stays."""

    version: Annotated[int, Rule(doc="the one that was seen: who changes another one is told", low=1)]
    name: Name | None = None
    url: Url | None = None
    kinds: Kinds | None = None
    numbers: Numbers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """A webhook, without its secret."""

    id: str
    name: str
    url: str
    kinds: tuple[EventKind, ...]
    numbers: bool
    created_at: When
    created_by: str
    version: int
    paused_at: When | None
    paused_why: PausedWhy | None
    failures: Annotated[int, Rule(doc="tries in a row that failed")]
    failing_since: When | None
    retry_at: Annotated[When | None, Rule(doc="until then it is left alone")]
    succeeded_at: When | None
    error_id: Annotated[str, Rule(doc="what was wrong the last time; empty = nothing")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookList:
    """All webhooks."""

    webhooks: tuple[WebhookView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSecret:
    """A webhook, and the secret that is shown once."""

    webhook: WebhookView
    secret: Annotated[str, Rule(doc="whsec_ and base64 of 32 bytes: by this the receiver checks signatures")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One event for one webhook."""

    id: Annotated[str, Rule(doc="webhook-id of its requests, the same in each try")]
    kind: EventKind
    thing: Annotated[str, Rule(doc="call:ID or ticket:ID")]
    at: Annotated[When, Rule(doc="when it happened")]
    state: DeliveryState
    tries: int
    due_at: When
    ended_at: When | None
    status: Annotated[int, Rule(doc="of the last answer; 0 = none came")]
    error_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryList:
    """The last hundred events, newest first."""

    deliveries: tuple[DeliveryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTried:
    """What became of the event that tries it."""

    taken: bool
    status: Annotated[int, Rule(doc="of the answer; 0 = none came")]
    error_id: str


def webhook_view(one: Webhook) -> WebhookView:
    """As it is told."""
    same = {name: getattr(one, name) for name in WebhookView.__dataclass_fields__ if name != "kinds"}
    return WebhookView(kinds=tuple(kind for kind in EventKind if kind in one.kinds), **same)


def given_view(given: Given) -> GivenSecret:
    """As it is told."""
    return GivenSecret(webhook=webhook_view(given.webhook), secret=given.secret)


def delivery_view(one: Delivery) -> DeliveryView:
    """As it is told."""
    return DeliveryView(**{name: getattr(one, name) for name in DeliveryView.__dataclass_fields__})


def tried_view(sent: Sent) -> WebhookTried:
    """As it is told."""
    return WebhookTried(taken=sent.taken, status=sent.status, error_id=sent.error_id)
