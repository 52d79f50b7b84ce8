"""Joins a change of a ticket with its messages: both in one transaction, or neither. Refuses nothing itself.

async with database.transaction() as tx:
    await tx.tickets…
    await announcer.announce(tx, change, contacts, at)
"""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.db.unit import Work
from hotline1022.notify.links import Links
from hotline1022.notify.policy import How, messages_for, take_over_messages
from hotline1022.notify.types import NewMessage, Recipient, TakeOver, TicketChange
from hotline1022.service.notify.parts import LinkSheet, link_sheet, quiet_of, templates_of
from hotline1022.service.notify.template_book import in_force
from hotline1022.service.settings.tree import Settings


class Announcer:
    """Knows the texts, the quiet hours, and how links are made."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._settings, self._links = settings, links
        self._files, self._quiet = templates_of(settings), quiet_of(settings)

    async def announce(self, tx: Work, change: TicketChange, contacts: Sequence[Recipient], at: datetime) -> int:
        """Put the messages of the change, and whom people must tell, into the transaction; gives how many messages are new.

        `contacts`: the agency's contact points at this moment. The same change again adds nothing.
        """
        sheet = link_sheet(self._settings, self._links, at)
        messages, to_tell = messages_for(change, contacts, await self._how(tx, sheet), at)
        count = await self._put(tx, messages, sheet)
        if count or not messages:
            await tx.to_tell.put(to_tell)
        return count

    async def take_over(self, tx: Work, of: TakeOver, contact: Recipient, at: datetime) -> int:
        """Put what this contact point is told of the tickets that its agency has from others; gives how many are new."""
        sheet = link_sheet(self._settings, self._links, at)
        return await self._put(tx, take_over_messages(of, contact, await self._how(tx, sheet), at), sheet)

    async def _how(self, tx: Work, sheet: LinkSheet | None) -> How:
        return How(templates=await in_force(tx, self._files), quiet=self._quiet, link=sheet)

    async def _put(self, tx: Work, messages: Sequence[NewMessage], sheet: LinkSheet | None) -> int:
        count = await tx.outbox.put(messages)
        if count and sheet is not None:
            await tx.ticket_links.put(sheet.made)
        return count
