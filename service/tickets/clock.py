"""Looks once a minute whether somebody must be reminded of a ticket, whether a message is to become one, whether an agency
has taken over another's today, and which reservations nobody will ever use.

A database that is away only delays it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.core.outcomes import CallState
from hotline1022.db.unit import Database, Work
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.messages import tickets_of_messages
from hotline1022.tickets.ports import Outcome, Settled
from hotline1022.tickets.types import Ticket

log = logging.getLogger(__name__)

#: seconds between two looks
EVERY_SECONDS = 60.0
#: a reservation is used within seconds: the citizen has hung up before the first step, or the service was killed
UNUSED = timedelta(hours=1)


class TicketClock:
    """Runs as long as the service does. `due` is called at each look: mergers take effect with the day."""

    def __init__(
        self,
        database: Database,
        desk: TicketDesk,
        *,
        due: Callable[[datetime], Awaitable[object]],
        every: float = EVERY_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._desk, self._due, self._every, self._clock = database, desk, due, every, clock

    async def run(self) -> None:
        """Until it is cancelled. What nobody foresaw in one step is raised when all the others are done."""
        steps: dict[str, Callable[[datetime], Awaitable[object]]] = {
            "messages that citizens left wait for their tickets": partial(
                tickets_of_messages, self._database, self._desk
            ),
            "reminders of tickets wait": self._desk.remind,
            "who has taken over tickets of another agency hears of it later": self._due,
            "reservations that nobody uses stay for now": partial(drop_unused, self._database, self._desk),
        }
        while True:
            at, broken = self._clock(), list[Exception]()
            for what, step in steps.items():
                try:
                    await step(at)
                except HotlineError as error:
                    log.warning("%s: %s", what, error)
                except Exception as error:
                    log.exception("%s", what)
                    broken.append(error)
            if broken:
                raise broken[0]
            await asyncio.sleep(self._every)


async def drop_unused(database: Database, desk: TicketDesk, at: datetime) -> int:
    """Drop old reservations whose call is over and has no hunt that will settle them; how many. The code is not given anew,
    and a hunt that is heard of later has its ticket all the same.
    """
    async with database.reading() as tx:
        unused = [one for one in await tx.tickets.reserved(before=at - UNUSED) if not await _awaited(tx, one)]
    for one in unused:
        await desk.settle(one.id, Outcome(how=Settled.DROPPED), at)
    if unused:
        log.info("%d reservations of tickets were never used and are dropped", len(unused))
    return len(unused)


async def _awaited(tx: Work, ticket: Ticket) -> bool:
    for call in ticket.calls:
        if any(hunt.settled_at is None for hunt in await tx.cascades.of_call(call)):
            return True
        try:
            if (await tx.calls.get(call)).call.state is not CallState.ENDED:
                return True
        except NotFound:
            continue
    return False
