"""Signed links over directory and tickets: who holds one, what that officer sees and does. Refuses every ticket that is not
the officer's own agency's or of one that this has taken over, and what is not among the few things that are done by a link.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hotline1022.accounts.types import Permission
from hotline1022.core.acting import Acting, acts
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, Refused
from hotline1022.db.unit import Database, Work
from hotline1022.directory.lookup import active, contacts_of, had_by
from hotline1022.directory.types import Contact, Directory, Role
from hotline1022.notify.links import KEY, Links, good
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.view import attachment_view
from hotline1022.tickets.attachments import check_kind, check_name
from hotline1022.tickets.ports import BY_LINK, Act, agency_does, both_do
from hotline1022.tickets.states import allowed
from hotline1022.tickets.types import HIDDEN, SHOWN_TO, Action, HistoryRow, Named, State, Ticket, only_looked
from hotline1022.web.officer_port import SHOWN_FOR, NewFile, OfficerTicket, Opened
from hotline1022.web.tickets_wire import AttachmentView

#: people who change the same ticket in the same moments: so often it is tried again
TRIES = 5


class LinkDesk:
    """web.officer_port.OfficerLinks."""

    def __init__(
        self, database: Database, links: Links, directory: Callable[[], Awaitable[Directory]], desk: TicketDesk
    ) -> None:
        self._database, self._links, self._directory, self._desk = database, links, directory, desk

    async def open(self, token: str, at: datetime) -> Opened | None:
        """What the link opens now."""
        directory, day = await self._directory(), local_day(at)

        def still(id: str) -> bool:
            return id in directory.contacts and active(directory.contacts[id], day)

        async with self._database.reading() as tx:
            short = len(token) == KEY
            link = self._links.stands(token, await tx.ticket_links.find(token)) if short else self._links.read(token)
            link = good(link, at, still)
            if link is None:
                return None
            contact = directory.contacts[link.contact]
            ticket = await tx.tickets.find(link.ticket)
            if ticket is None or ticket.state in HIDDEN:
                return None
            own = ticket.agency in had_by(directory, contact.agency, day)
            history = await tx.tickets.history(ticket.id) if own else ()
            files = await tx.tickets.attachments(ticket.id) if own else ()
            extends = own and await _extends(tx, contact)
        leaders = _leaders(directory, contact, at) if own else ()
        # as at the desk: who passed it on reads it, and takes nothing back from the leader, who was told
        waits = ticket.state is State.WITH_LEADER and contact.role is not Role.LEADER
        return Opened(
            contact=Named(id=contact.id, name=contact.name),
            ticket=ticket.id,
            code=ticket.code,
            agency_name=ticket.agency_name,
            expires=link.expires,
            own=OfficerTicket(
                ticket=ticket,
                history=tuple(row for row in history if row.after not in HIDDEN),
                attachments=tuple(map(attachment_view, files)),
                actions=() if waits else _offered(ticket, contact.role, leaders, extends=extends),
                leaders=leaders,
                shown=_shown(history, contact, at),
                waits_for_leader=waits,
            )
            if own
            else None,
        )

    async def act(self, token: str, wanted: Act, at: datetime, *, origin: str, files: Sequence[NewFile] = ()) -> bool:
        """Do it as that contact point."""
        found = await self.open(token, at)
        if found is None or found.own is None:
            return False
        own = found.own
        version = own.ticket.version if only_looked(own.history, wanted.version) else wanted.version
        if wanted.action not in own.actions and version == own.ticket.version:
            raise Refused(
                f"{wanted.action} is not possible by this link now; open it again to see what is",
                error_id="ticket-state",
            )
        wanted = replace(wanted, version=version, owner=_owner(found.contact, own, wanted))
        if files and version == own.ticket.version:
            wanted = replace(wanted, version=await self._store(own.ticket, found.contact, files, at, origin))
        await self._act(own.ticket.id, found.contact, wanted, at, origin)
        return True

    async def attach(self, token: str, file: NewFile, at: datetime, *, origin: str) -> AttachmentView | None:
        """Store a file with the ticket, as that contact point."""
        found = await self.open(token, at)
        if found is None or found.own is None:
            return None
        with acts(_acting(found.contact, Action.ATTACH, found.ticket, origin)):
            stored = await self._desk.attach(
                found.ticket, name=file.name, media_type=file.media_type, data=file.data, by=found.contact.name, at=at
            )
        return attachment_view(stored)

    async def _store(self, ticket: Ticket, contact: Named, files: Sequence[NewFile], at: datetime, origin: str) -> int:
        """Each file, durable before its row; the version to act on then. Refused `ticket-changed`: somebody else was between."""
        for one in files:  # of which none is stored where one is no good
            check_kind(one.media_type, len(one.data))
            check_name(one.name, one.media_type)
        with acts(_acting(contact, Action.ATTACH, ticket.id, origin)):
            for one in files:
                await self._desk.attach(
                    ticket.id, name=one.name, media_type=one.media_type, data=one.data, by=contact.name, at=at
                )
        async with self._database.reading() as tx:
            since = [row for row in await tx.tickets.history(ticket.id) if row.number > ticket.version]
        mine = (Action.ATTACH, contact.name)
        if any(row.action is not Action.REVEAL and (row.action, row.by) != mine for row in since):
            raise Refused("somebody else changed this ticket; read it again, then decide", error_id="ticket-changed")
        return ticket.version + len(since)

    async def _act(self, ticket: str, contact: Named, wanted: Act, at: datetime, origin: str) -> None:
        with acts(_acting(contact, wanted.action, ticket, origin)):
            await self._desk.act(ticket, wanted, by=contact.name, at=at)

    async def reveal(self, token: str, at: datetime, *, origin: str) -> Opened | None:
        """Show who the citizen is for a while, and write that down."""
        for _ in range(TRIES):
            found = await self.open(token, at)
            if found is None or found.own is None or found.own.shown:
                return found
            ticket = found.own.ticket
            wanted = Act(action=Action.REVEAL, version=ticket.version, owner=found.contact)
            try:
                await self._act(ticket.id, found.contact, wanted, at, origin)
            except Refused as error:  # somebody was quicker, perhaps by giving it to another agency: look again
                if error.error_id != "ticket-changed":
                    raise
                continue
            return await self.open(token, at)
        raise Refused("others are changing this ticket; try again", error_id="ticket-changed")


def _acting(contact: Named, action: Action, ticket: str, origin: str) -> Acting:
    """A link may have been passed on: the audit says from where it was used."""
    return Acting(actor=f"contact:{contact.id}", origin=origin, act=f"link {action}", subject=f"ticket:{ticket}")


def _leaders(directory: Directory, contact: Contact, at: datetime) -> Sequence[Named]:
    """To whom a specialist may pass on; a leader has nobody above."""
    if contact.role is Role.LEADER:
        return ()
    found = contacts_of(directory, contact.agency, local_day(at), Role.LEADER)
    return tuple(Named(id=one.id, name=one.name) for one in found)


async def _extends(tx: Work, contact: Contact) -> bool:
    """Whether the officer may give a later date than the citizen was promised, as at the desk: whose contact point has an account, when
    that account may today; without one the leader may, as the first role of leaders does.
    """
    accounts = await tx.accounts.of_contact(contact.id)
    if not accounts:
        return contact.role is Role.LEADER
    rights = await tx.accounts.allowed({role for one in accounts if one.active for role in one.roles})
    return any(Permission.EXTEND in some for some in rights)


def _offered(ticket: Ticket, role: Role, leaders: Sequence[Named], *, extends: bool) -> Sequence[Action]:
    """As at the desk: a leader ends what the agency has done, and a specialist passes on to a leader."""
    state = ticket.state
    now = {one for one in allowed(state) if agency_does(one, state) or both_do(one, state)}
    if role is not Role.LEADER:
        now.discard(Action.COMPLETE)
    if not extends:
        now.discard(Action.EXTEND)
    if not leaders:
        now.discard(Action.PASS_TO_LEADER)
    return tuple(one for one in BY_LINK if one in now)


def _shown(history: Sequence[HistoryRow], contact: Contact, at: datetime) -> bool:
    return any(
        row.action is Action.REVEAL and at - row.at < SHOWN_FOR and contact.id in row.changes.get(SHOWN_TO, ())
        for row in history
    )


def _owner(contact: Named, own: OfficerTicket, wanted: Act) -> Named | None:
    match wanted.action:
        case Action.ACCEPT:
            return contact
        case Action.PASS_TO_LEADER:
            chosen = next((one for one in own.leaders if wanted.owner and one.id == wanted.owner.id), None)
            if chosen is None:
                raise Invalid("no leader of your agency is named; choose one of the list", error_id="owner-missing")
            return chosen
        case _:
            return None
