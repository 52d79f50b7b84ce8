"""Whether somebody to whom a right was given still has what it hangs on: a token that is valid, or a session that is open and
whose user may do it now. Refuses nothing itself.
"""

from datetime import datetime

from hotline1022.accounts.types import Permission, Stage
from hotline1022.core.clock import local_day
from hotline1022.db.unit import Work
from hotline1022.directory.lookup import had_by
from hotline1022.service.accounts.user_rights import rights_of
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.asker import SESSION


async def stands(tx: Work, asker: str, needs: Permission, at: datetime, *, heard: str = "") -> bool:
    """By web.asker.Asker.id; a token keeps its scopes as long as it is valid, a user's roles may change.

    `heard` is the call whose recording is heard: who listens to those of the own agency's tickets alone may while it is one.
    """
    if not asker.startswith(SESSION):
        return await tx.tokens.valid(asker)
    session = await tx.sessions.of_id(asker.removeprefix(SESSION), at)
    if session is None or session.stage is not Stage.FULL:
        return False
    user = await tx.accounts.user(session.user)
    if not user.active:
        return False
    rights = await rights_of(tx, user)
    if needs in rights.permissions:
        return True
    own = needs is Permission.LISTEN and rights.hears_own and heard
    return bool(own) and await _of_own_ticket(tx, user.contact, heard, at)


async def _of_own_ticket(tx: Work, contact: str, call: str, at: datetime) -> bool:
    """Whether a ticket of this call is one that the contact point's agency has."""
    day = local_day(at)
    agency = await tx.tokens.agency_of(contact, day) if contact else None
    if agency is None:
        return False
    agencies = had_by(await tx.directory.load(), agency, day)
    return bool(await tx.tickets.list(TicketFilter(call=call, agencies=agencies, limit=1)))
