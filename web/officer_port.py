"""What a signed link opens for an officer of an agency, and what may be done behind it. Refuses nothing itself.

Whoever has the link is its contact point. It is good for the tickets of that contact point's agency alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, HistoryRow, Named, Ticket
from hotline1022.web.tickets_wire import AttachmentView

#: so long the citizen is shown to the officer who asked who it is
SHOWN_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerTicket:
    """A ticket of the officer's own agency."""

    ticket: Ticket
    #: oldest first, without what was before the ticket was seen by anybody
    history: Sequence[HistoryRow]
    attachments: Sequence[AttachmentView]
    #: what this officer may do now
    actions: Sequence[Action]
    #: to whom it may be passed on
    leaders: Sequence[Named]
    #: this officer asked who the citizen is a short while ago
    shown: bool
    #: it was passed to the leader, and this officer is none
    waits_for_leader: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file that comes with an act."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is behind a valid link."""

    contact: Named
    #: id of the ticket
    ticket: str
    code: str
    #: name of the agency that has the ticket now
    agency_name: str
    expires: datetime
    #: None: the ticket is with another agency now, and nothing of it is shown
    own: OfficerTicket | None


class OfficerLinks(Protocol):
    """Signed links."""

    async def open(self, token: str, at: datetime) -> Opened | None:
        """What the link opens; None when it is forged, too old, or its contact point is none now."""
        ...

    async def act(self, token: str, wanted: Act, at: datetime, *, origin: str, files: Sequence[NewFile] = ()) -> bool:
        """Do it as that contact point, asked from there; files are stored before. False: the link opens nothing now, or a ticket of
        another agency; nothing is done.

        Refused `ticket-changed`, `ticket-state`, `attachments-full`, Invalid for what is missing and `attachment-…`.
        """
        ...

    async def attach(self, token: str, file: NewFile, at: datetime, *, origin: str) -> AttachmentView | None:
        """Store a file with the ticket, as that contact point; None where `act` gives False. Invalid `attachment-…`, Refused
        `attachments-full`.
        """
        ...

    async def reveal(self, token: str, at: datetime, *, origin: str) -> Opened | None:
        """Show who the citizen is for a while; that it was shown is in the ticket's history."""
        ...
