"""Joins a change of a ticket with its messages: both in one transaction, or neither. Refuses nothing itself.

async with database.transaction() as tx:
    await tx.tickets…
    await announcer.announce(tx, change, contacts, at)
"""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.db.unit import Work
from hotline1022.notify.links import Links
from hotline1022.notify.policy import messages_for
from hotline1022.notify.types import Recipient, TicketChange
from hotline1022.service.notify_parts import link_maker, quiet_of, templates_of
from hotline1022.service.settings import Settings


class Announcer:
    """Knows the texts, the quiet hours, and how links are made."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._settings, self._links = settings, links
        self._templates, self._quiet = templates_of(settings), quiet_of(settings)

    async def announce(self, tx: Work, change: TicketChange, contacts: Sequence[Recipient], at: datetime) -> int:
        """Put the messages of the change, and whom people must tell, into the transaction; gives how many messages are new.

        `contacts`: the agency's contact points at this moment. The same change again adds nothing.
        """
        messages, to_tell = messages_for(
            change,
            contacts,
            self._templates,
            at,
            quiet=self._quiet,
            link=link_maker(self._settings, self._links, at),
        )
        count = await tx.outbox.put(messages)
        if count or not messages:
            await tx.to_tell.put(to_tell)
        return count
