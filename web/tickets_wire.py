"""What requests about tickets carry, and what answers wrap around the values of tickets/types.py. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from hotline1022.tickets.types import Channel, Deadline, HistoryRow, Kind, Requester, Standing, State, Ticket, Urgency
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, When
from hotline1022.web.wire import IdOrNone, TextOrNone

_AN_ID = r"[a-z0-9][a-z0-9-]{0,63}"
CallText = Annotated[
    str, Rule(doc="id of a call: hl1-1795470208.58", pattern=r"[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}")
]
Version = Annotated[int, Rule(doc="the version that was read; another one now is 409 ticket-changed", low=1)]
Long = Rule(doc="up to 4000 characters, in lines", high=4000, lines=True)
_ID = r"[a-z0-9-]{0,64}"
#: what every mail server takes: a sign that nobody sees, copied with the address, would make it unreachable
EMAIL = r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190})?"


class Which(StrEnum):
    """Some states together, as people choose them above the list."""

    TODO = "todo"
    OPEN = "open"
    CLOSED = "closed"


class ListOrder(StrEnum):
    """In which order tickets come."""

    NEWEST = "newest"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilters:
    """By what tickets are counted and listed alike."""

    since: Annotated[datetime | None, Rule(doc="made at or after; a day alone means from its beginning")] = None
    until: Annotated[datetime | None, Rule(doc="made before; a day alone means through its end", until=True)] = None
    state: State | None = None
    agency: IdOrNone | None = None
    category: IdOrNone | None = None
    service: TextOrNone | None = None
    area: IdOrNone | None = None
    channel: Channel | None = None
    words: Annotated[
        str | None,
        Rule(
            doc="all of these words, with marks or without; who may not see the citizen finds them in code, content, "
            "answer, place, category, agency and service group alone, never in a name, an address or a number",
            low=1,
            high=120,
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketListed(TicketFilters):
    """By what tickets are listed alone."""

    code: Annotated[str | None, Rule(doc="code, 8 digits", pattern=r"[0-9]{8}")] = None
    phone: Annotated[
        str | None, Rule(doc="citizen's number in any way of writing; needs scope agent or admin", low=2, high=32)
    ] = None
    call: CallText | None = None
    which: Annotated[
        Which | None,
        Rule(
            doc="states together: open, closed; todo: what whoever asks has to do, an agency (or with `mine`) what it has not answered, "
            "1022 what is to be forwarded or completed"
        ),
    ] = None
    mine: Annotated[bool, Rule(doc="only those of the own agency, for who looks at all besides")] = False
    overdue: Annotated[
        bool, Rule(doc="only those that should have been forwarded, accepted or answered by now; late says which")
    ] = False
    due_since: Annotated[
        datetime | None,
        Rule(doc="the first deadline that counts is met by then: at or after; what is paused or closed has none"),
    ] = None
    due_until: Annotated[
        datetime | None, Rule(doc="the same: before; a day alone means through its end", until=True)
    ] = None
    standing: Annotated[Standing | None, Rule(doc="open or closed, in time or not, as figures count them")] = None
    at: Annotated[datetime | None, Rule(doc="when that is looked at; left out, now")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery(TicketListed):
    """Filters of the list of tickets."""

    order: Annotated[
        ListOrder,
        Rule(doc="due: what must be done first comes first, what is owed nothing last; of what is open alone"),
    ] = ListOrder.NEWEST
    cursor: Annotated[str | None, Rule(doc="the cursor that the page before gave", pattern=r"[A-Za-z0-9_-]{8,120}")] = (
        None
    )
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketBody:
    """A request as it is written down."""

    channel: Channel = Channel.PHONE
    urgency: Urgency = Urgency.ORDINARY
    kind: Annotated[Kind, Rule(doc="question = thắc mắc, report = phản ánh, proposal = kiến nghị")] = Kind.REPORT
    requester: Requester = Requester.PERSON
    name: Annotated[str, Rule(doc="of the citizen or the business", high=120)] = ""
    phone: Annotated[str, Rule(doc="in any way of writing", high=32)] = ""
    email: Annotated[str, Rule(doc="an address such as an@example.vn", pattern=EMAIL, high=254)] = ""
    address: Annotated[str, Rule(high=300)] = ""
    area: Annotated[str, Rule(doc="id of an area", pattern=_ID)] = ""
    area_name: Annotated[str, Rule(doc="where the area has no id", high=120)] = ""
    category: Annotated[str, Rule(doc="id of a category", pattern=_ID)] = ""
    service_group: Annotated[str, Rule(high=120)] = ""
    agency: Annotated[
        str, Rule(doc="id of an agency; left out, the one that answers for the category", pattern=_ID)
    ] = ""
    content: Annotated[str, Long] = ""
    calls: Annotated[tuple[CallText, ...], Rule(doc="calls that belong to it", high=20)] = ()
    answer: Annotated[
        str,
        Rule(doc="content of handling, where answered at once: made and completed in one act", high=4000, lines=True),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditBody:
    """A correction: what is left out stays."""

    version: Version
    why: Annotated[str, Rule(high=1000)] = ""
    urgency: Urgency | None = None
    kind: Kind | None = None
    requester: Requester | None = None
    name: Annotated[str | None, Rule(high=120)] = None
    phone: Annotated[str | None, Rule(high=32)] = None
    email: Annotated[str | None, Rule(doc="an address such as an@example.vn", pattern=EMAIL, high=254)] = None
    address: Annotated[str | None, Rule(high=300)] = None
    area: Annotated[str | None, Rule(doc="id of an area", pattern=_ID)] = None
    area_name: Annotated[str | None, Rule(high=120)] = None
    category: Annotated[str | None, Rule(doc="id of a category", pattern=_ID)] = None
    service_group: Annotated[str | None, Rule(high=120)] = None
    content: Annotated[str | None, Long] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActBody:
    """What an action needs: which does, the list in docs/tickets.md says."""

    version: Version
    why: Annotated[str, Rule(doc="the reason", high=1000)] = ""
    answer: Annotated[str, Long] = ""
    until: Annotated[date | None, Rule(doc="new last day, to extend")] = None
    agency: Annotated[str | None, Rule(doc="id, to forward: left out, the ticket's own", pattern=_AN_ID)] = None
    owner: Annotated[str | None, Rule(doc="id of the contact point who has it from now on", pattern=_AN_ID)] = None
    owner_name: Annotated[str, Rule(doc="where the directory does not know the contact point", high=120)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBody:
    """A call that belongs to a ticket."""

    version: Version
    call: CallText


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachQuery:
    """What people call the file; its type is that of Content-Type."""

    name: Annotated[str, Rule(doc="name of the file, without folders", pattern=r'[^/\\"]{1,120}')]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuery:
    """Which of a file."""

    copy: Annotated[
        str,
        Rule(
            doc="clean: of a picture (JPEG, PNG, WebP) a copy to hand out, without where, when, with what and by whom it was "
            "taken; left out: the file as it was stored",
            pattern="(clean)?",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuery:
    """Who asks."""

    asker: Annotated[
        str | None,
        Rule(doc="whom a portal asks for, such as an address: wrong codes are counted for each", low=1, high=64),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """A file of a ticket."""

    id: str
    name: str
    media_type: str
    size: Annotated[int, Rule(doc="bytes")]
    sha256: str
    stored_at: When
    stored_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFile:
    """A file on the disk, compared with its hash; never dumped."""

    view: AttachmentView
    path: Path


_PASSED = Rule(doc="deadlines that have passed and count in its state")


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTicket:
    """A ticket that is late, and with what."""

    ticket: Annotated[str, Rule(doc="id")]
    late: Annotated[tuple[Deadline, ...], _PASSED]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage:
    """Tickets, newest first, or in the order that is asked for."""

    tickets: tuple[Ticket, ...]
    late: Annotated[tuple[LateTicket, ...], Rule(doc="those of this page that are late now")]
    next: Annotated[str | None, Rule(doc="cursor of the next page; null = this is the last")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDetail:
    """One ticket, what may be done to it now, and its files. Its recordings are those of its calls."""

    ticket: Ticket
    allowed: Annotated[tuple[str, ...], Rule(doc="actions")]
    late: Annotated[tuple[Deadline, ...], _PASSED]
    attachments: tuple[AttachmentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryList:
    """Every change of a ticket, oldest first."""

    history: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """What whoever has the code is told."""

    code: str
    state: State
    words: Annotated[str, Rule(doc="the state in a Vietnamese sentence")]
    agency: Annotated[str, Rule(doc="name of the agency")]
    made_at: When
    answer_by: When | None
    answered_at: When | None
    closed_at: When | None
