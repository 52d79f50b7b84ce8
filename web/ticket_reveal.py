"""Who the citizen of a ticket is, for once, to whoever handles it; the history and the audit know who looked. Refuses tickets of other
agencies.
"""

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Refused
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action
from hotline1022.web.route import Ask
from hotline1022.web.ticket_rights import found_for
from hotline1022.web.tickets_wire import TicketDetail

#: people who change the same ticket in the same moments: so often it is tried again
TRIES = 5


async def reveal_ticket(ask: Ask) -> TicketDetail:
    """The ticket with all that it says of the citizen; Refused `ticket-changed` while others change it all the time."""
    for _ in range(TRIES):
        detail = await found_for(ask, Permission.NUMBERS)
        wanted = Act(action=Action.REVEAL, version=detail.ticket.version)
        try:
            await ask.ports.tickets.act(detail.ticket.id, wanted, by=ask.by, at=ask.ports.clock())
        except Refused as error:  # somebody was quicker, perhaps by giving it to another agency: look again
            if error.error_id != "ticket-changed":
                raise
            continue
        return await found_for(ask, Permission.NUMBERS)  # it may be another agency's by now
    raise Refused("others are changing this ticket; try again", error_id="ticket-changed")
