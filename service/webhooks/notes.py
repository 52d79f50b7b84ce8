"""Puts what webhooks are told beside the change that they are told of, in its transaction. Refuses nothing: where nobody wants to
know, nothing is written.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from hotline1022.core.call import Call
from hotline1022.db.unit import Work
from hotline1022.tickets.types import Changed
from hotline1022.webhooks.facts import of_call, of_change


async def note_ticket(tx: Work, changed: Changed) -> None:
    """A change of a ticket."""
    await tx.webhooks.put(of_change(changed), datetime.now(UTC))


async def note_calls(tx: Work, calls: Iterable[Call]) -> None:
    """Those of the calls that have ended; told again, it is the same event."""
    ended = [one for call in calls if (one := of_call(call)) is not None]
    await tx.webhooks.put(ended, datetime.now(UTC))


def and_webhooks(also: Callable[[Work, Changed], Awaitable[None]]) -> Callable[[Work, Changed], Awaitable[None]]:
    """What hangs on a change of a ticket, and webhooks too."""

    async def both(tx: Work, changed: Changed) -> None:
        await also(tx, changed)
        await note_ticket(tx, changed)

    return both
