"""After a merger: tells an agency's people, each once, of the open tickets that it has from the agencies that ended.

In the transaction of the change itself, or on the day that was set. What is owed is seen from the directory and from who was
told, so neither a kill nor the same file again changes it. Refuses nothing: without a successor nobody is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database, Work
from hotline1022.directory.lookup import contacts_of, taken_over
from hotline1022.directory.types import Agency, Contact, Directory
from hotline1022.notify.types import TakeOver, TicketEvent
from hotline1022.service.tickets.announcer import Announcer
from hotline1022.service.tickets.notices import change_of, recipient_of
from hotline1022.tickets.types import OWED_BY_1022, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """A contact point that is to be told, and of which agencies' tickets."""

    contact: Contact
    agency: Agency
    former: Sequence[Agency]


class TakeOvers:
    """service.directory_desk.Also, and a look for the days that fall due."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    async def tell(self, tx: Work, directory: Directory, at: datetime) -> int:
        """Put into the transaction what people are owed at this moment; gives how many contact points are told."""
        count = 0
        if not (owing := await _owed(tx, directory, local_day(at))):
            return 0
        ids = {one.id for owed in owing for one in owed.former}
        tickets = [one for one in await tx.tickets.open(ids) if one.state not in OWED_BY_1022]
        having = {one.agency for one in tickets}
        for owed in owing:
            former, contact = [one for one in owed.former if one.id in having], owed.contact.id
            fresh = [one for one in former if await tx.take_overs.note(one.id, _since(one), contact, at)]
            if fresh:  # none: another process has told this very moment
                told = replace(owed, former=fresh)
                await self._announcer.take_over(tx, _take_over(told, tickets), recipient_of(owed.contact), at)
                count += 1
        return count

    async def look(self, database: Database, at: datetime) -> int:
        """Tell what has fallen due; nothing is written when nothing is owed."""
        async with database.reading() as tx:
            directory = await tx.directory.load()
            if not await _owed(tx, directory, local_day(at)):
                return 0
        async with database.transaction() as tx:
            return await self.tell(tx, await tx.directory.load(), at)


async def _owed(tx: Work, directory: Directory, day: date) -> Sequence[_Owed]:
    """Asked every minute for ever after a merger, so first of all who was told: mostly everybody, and no ticket is looked at."""
    mergers = taken_over(directory, day)
    told = await tx.take_overs.told() if mergers else ()
    found = [
        _Owed(
            contact=contact,
            agency=directory.agencies[agency],
            former=[one for one in former if (one.id, _since(one), contact.id) not in told],
        )
        for agency, former in mergers.items()
        for contact in contacts_of(directory, agency, day)
        if contact.sms or contact.email
    ]
    former = {one.id for owed in found for one in owed.former}
    having = await tx.tickets.having_open(former, but=OWED_BY_1022) if former else ()
    left = [replace(owed, former=[one for one in owed.former if one.id in having]) for owed in found]
    return [owed for owed in left if owed.former]


def _since(ended: Agency) -> date:
    """The first day on which it is no more; only agencies that have ended come here."""
    return ended.valid_to or date.max


def _take_over(owed: _Owed, tickets: Sequence[Ticket]) -> TakeOver:
    ids = {one.id for one in owed.former}
    name = f"take-over/{owed.former[0].id}/{_since(owed.former[0])}"
    return TakeOver(
        change=name,
        agency=owed.agency.name,
        former=tuple(one.name for one in owed.former),
        tickets=tuple(change_of(one, TicketEvent.TAKEN_OVER, name) for one in tickets if one.agency in ids),
    )
