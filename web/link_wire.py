"""What programs send and are told by the signed link of an officer. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.tickets.types import Action, Named, State, Ticket
from hotline1022.web.rules import Rule
from hotline1022.web.tickets_wire import AttachmentView, Version
from hotline1022.web.types import When


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStep:
    """One step of a ticket, without the values that it changed."""

    at: When
    by: str
    action: Action
    after: State
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDetail:
    """The ticket of a link, and what its officer may do now."""

    ticket: Ticket
    allowed: Annotated[tuple[str, ...], Rule(doc="what may be done by the link, as its page offers it")]
    leaders: Annotated[tuple[Named, ...], Rule(doc="to whom it may be passed on")]
    attachments: tuple[AttachmentView, ...]
    history: tuple[LinkStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """What a link is good for."""

    ticket: str
    contact: str
    expires: When
    agency: Annotated[str, Rule(doc="name of the agency that has the ticket now")]
    shown: Annotated[
        LinkDetail | None,
        Rule(doc="null unless the request says Accept: application/json, and while another agency has the ticket"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkActBody:
    """What an act by a link needs, as the page asks for it."""

    version: Version
    why: Annotated[str, Rule(doc="the reason, for return, extend and wait", high=1000, lines=True)] = ""
    answer: Annotated[
        str, Rule(doc="for answer, and for complete where nothing was answered yet", high=4000, lines=True)
    ] = ""
    until: Annotated[date | None, Rule(doc="for extend: the new last day")] = None
    owner: Annotated[str, Rule(doc="for pass-to-leader: one of `leaders`", pattern=r"[a-z0-9-]{0,64}")] = ""
