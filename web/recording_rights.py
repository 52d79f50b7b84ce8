"""Which recordings somebody reaches who hears those of the own agency's tickets alone, for the API and the desk alike. Refuses all
others as if they were not there.
"""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import NotFound
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.asker import Asker
from hotline1022.web.errors import Forbidden
from hotline1022.web.recordings_wire import RecordingDetail, RecordingView
from hotline1022.web.route import Ask


def only_own(asker: Asker, needs: Permission) -> bool:
    """Whether those of the own agency's tickets are all that it reaches; `needs` is what reaches all of them.

    Forbidden `agency-none`: it reaches none.
    """
    if asker.may(needs):
        return False
    if not asker.hears_own or not asker.agencies:  # no agency must not mean all of them
        text = "you belong to no agency; an admin names your contact point at /desk/users"
        raise Forbidden(text, error_id="agency-none")
    return True


async def recording_for(ask: Ask, name: str, needs: Permission) -> RecordingDetail:
    """The recording by its id or its call; who has only the own agency's gets it without what is the evidence's.

    NotFound `recording-unknown`, also where no ticket of its call is the own agency's.
    """
    detail = await ask.ports.catalogue.get(name)
    if not only_own(ask.asker, needs):
        return detail
    found = await ask.ports.tickets.list(
        TicketFilter(call=detail.recording.call, agencies=ask.asker.agencies, limit=len(detail.recording.tickets) + 1)
    )
    if not found:
        raise NotFound(f"there is no recording {name}; look in the list of recordings", error_id="recording-unknown")
    return replace(detail, recording=of_tickets(detail.recording, {one.code for one in found}), entries=())


async def check_ticket(ask: Ask, code: str, needs: Permission) -> None:
    """Who has only the own agency's looks for them by a ticket of it. NotFound `ticket-unknown`."""
    if not only_own(ask.asker, needs):
        return
    wanted = TicketFilter(code=code, agencies=ask.asker.agencies, limit=1)
    if not code or not await ask.ports.tickets.list(wanted):
        text = "your agency has no such ticket; give the code of one whose recording you want"
        raise NotFound(text, error_id="ticket-unknown")


def of_tickets(one: RecordingView, codes: set[str]) -> RecordingView:
    """The same, without codes of others' tickets: whoever has a code may ask how the ticket stands."""
    return replace(one, tickets=tuple(code for code in one.tickets if code in codes))
