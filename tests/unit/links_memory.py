"""Signed links in memory behind the API's port, over the tickets in memory. Refuses what the real ones refuse."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hotline1022.core.errors import Refused
from hotline1022.tickets import ports
from hotline1022.tickets.ports import Act, agency_does, both_do
from hotline1022.tickets.states import allowed
from hotline1022.tickets.types import Action, Named, State
from hotline1022.web.officer_port import NewFile, OfficerTicket, Opened
from hotline1022.web.tickets_wire import AttachmentView
from tests.unit.notify_memory import AT, LINKS
from tests.unit.tickets_made import AGENCY, LEADER, OFFICER
from tests.unit.tickets_memory import MemoryTickets

TICKET = "a" * 16
#: the route of what is done by a link
BY_LINK = "/api/link/{token}/{act}"
#: opens that ticket for OFFICER
TOKEN = LINKS.make(OFFICER.id, TICKET, AT + timedelta(days=1))


def _theirs(action: Action, state: State) -> bool:
    return agency_does(action, state) or both_do(action, state)


@dataclass
class MemoryLinks:
    tickets: MemoryTickets
    ended: set[str] = field(default_factory=set)
    shown: bool = False

    async def open(self, token: str, at: datetime) -> Opened | None:
        link = LINKS.check(token, at, lambda contact: contact not in self.ended)
        if link is None:
            return None
        ticket = self.tickets.tickets[link.ticket]
        own = OfficerTicket(
            ticket=ticket,
            history=tuple(self.tickets.rows[ticket.id]),
            attachments=tuple(file.view for file in self.tickets.files.values()),
            actions=tuple(one for one in ports.BY_LINK if one in allowed(ticket.state) and _theirs(one, ticket.state)),
            leaders=(LEADER,),
            shown=self.shown,
        )
        return Opened(
            contact=Named(id=link.contact, name=OFFICER.name),
            ticket=ticket.id,
            code=ticket.code,
            agency_name=ticket.agency_name,
            expires=link.expires,
            own=own if ticket.agency == AGENCY.id else None,
        )

    async def act(self, token: str, wanted: Act, at: datetime, *, origin: str, files: Sequence[NewFile] = ()) -> bool:
        found = await self.open(token, at)
        if found is None or found.own is None:
            return False
        if wanted.action not in found.own.actions:
            raise Refused("not now; open the link again", error_id="ticket-state")
        for one in files:
            await self.tickets.attach(
                found.ticket, name=one.name, media_type=one.media_type, data=one.data, by=OFFICER.name, at=at
            )
        now = self.tickets.tickets[found.ticket].version if files else wanted.version
        wanted = replace(wanted, version=now)
        await self.tickets.act(found.ticket, replace(wanted, owner=wanted.owner or OFFICER), by=OFFICER.name, at=at)
        return True

    async def attach(self, token: str, file: NewFile, at: datetime, *, origin: str) -> AttachmentView | None:
        found = await self.open(token, at)
        if found is None or found.own is None:
            return None
        return await self.tickets.attach(
            found.ticket, name=file.name, media_type=file.media_type, data=file.data, by=OFFICER.name, at=at
        )

    async def reveal(self, token: str, at: datetime, *, origin: str) -> Opened | None:
        self.shown = True
        return await self.open(token, at)


def sent_by_link(tickets: MemoryTickets) -> dict[str, int]:
    """What accepts the ticket of the link, whatever others did to it before."""
    return {"version": tickets.tickets[TICKET].version}
