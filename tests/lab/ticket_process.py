"""Makes tickets as cascades do, and runs the outbox's worker beside it, to be killed:
`python -m tests.lab.ticket_process ADDRESS SMPP SMTP COUNT`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.notify.links import Links
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.join import desk_of, notices_of, stored
from hotline1022.service.tickets.notices import Notices
from hotline1022.tickets.ports import Outcome, Settled
from hotline1022.tickets.types import TicketFilter
from tests.lab.outbox_process import worker

NOBODY = Outcome(how=Settled.NOBODY)
#: of so many citizens one has a landline, which no SMS reaches
LANDLINE = 5


def call_of(number: int) -> str:
    """Whose hunt nobody took."""
    return f"hl1-1795470000.{number}"


def phone_of(number: int) -> str:
    """A number of her own."""
    return f"+8427438{number:05d}" if number % LANDLINE == 0 else f"+84901{number:06d}"


async def make(database: Database, desk: TicketDesk, count: int) -> None:
    """Each reserved and settled, as a hunt that nobody takes; what is in the list of tickets is done."""
    async with database.reading() as tx:
        done = {call for one in await tx.tickets.list(TicketFilter(limit=count)) for call in one.calls}
    for number in range(count):
        call = call_of(number)
        if call not in done:
            at = datetime.now(UTC)
            ticket = await desk.reserve(call, "so-xay-dung", "construction", at, phone=phone_of(number))
            await desk.settle(ticket.id, NOBODY, at)
    print("made", flush=True)


def all_day(directory: Callable[[], Awaitable[Directory]]) -> Notices:
    """Who is told of a change of a ticket, also at night."""
    settings = replace(Settings(), notify=Notify(quiet_from="00:00", quiet_until="00:00"))
    return notices_of(settings, Links(secret=bytes(16)), directory)


async def work(address: str, smpp: int, smtp: int, count: int) -> None:
    """Until killed."""
    async with Database(address) as database, asyncio.TaskGroup() as group:
        directory = await stored(database)()

        async def at_hand() -> Directory:
            return directory

        desk = desk_of(Settings(), database, at_hand, all_day(at_hand))
        print("ready", flush=True)
        group.create_task(make(database, desk, count))
        group.create_task(worker(database, smpp, smtp).run())


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
