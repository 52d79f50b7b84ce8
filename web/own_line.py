"""Whose line it is: at which one somebody works, and whether a citizen is there. Refuses to move the citizen of somebody else's line to
who may not lead the shift.
"""

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.core.errors import Refused
from hotline1022.queue.types import LineView
from hotline1022.web.cascade_wire import CascadeQuery
from hotline1022.web.ports import Ports


async def line_of(ports: Ports, signed: SignedIn) -> LineView | None:
    """The line at which the person of this account is logged in; None = at none."""
    person = signed.user.person
    return next((one for one in await ports.lines.list() if one.person == person), None) if person else None


async def check_here(ports: Ports, signed: SignedIn, call: str) -> None:
    """Refused `call-not-talking` unless this call is at the own line."""
    line = await line_of(ports, signed)
    at = (await ports.callers.get(line.line)).call if line is not None else None
    if at is None or at.call != call:
        raise Refused("this citizen is not at your line any more", error_id="call-not-talking")


async def check_hunt(ports: Ports, signed: SignedIn, call: str) -> None:
    """Refused `cascade-other` unless the hunt for this call began at the own line; others take the permission for shifts."""
    if signed.may(Permission.SHIFT):
        return
    line = await line_of(ports, signed)
    hunts = await ports.cascades.list(CascadeQuery(call=call, limit=1)) if call else []
    if line is None or all(one.line != line.line for one in hunts):
        raise Refused("another line put this citizen through; ask there", error_id="cascade-other")
