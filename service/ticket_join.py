"""Where the desk of tickets is put together, for the service and for the command line alike: what hangs on a change of a
ticket, such as messages, is hung up here.
"""

from collections.abc import Awaitable, Callable

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.settings import Paths
from hotline1022.service.ticket_desk import TicketDesk
from hotline1022.service.ticket_names import DirectoryNames
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.policy import Policy, load_policy


def desk_of(
    paths: Paths, database: Database, directory: Callable[[], Awaitable[Directory]], policy: Policy | None = None
) -> TicketDesk:
    """The desk; ConfigError `ticket-policy-invalid`."""
    policy = policy or load_policy(paths.ticket_policy)
    return TicketDesk(database, policy, DirectoryNames(directory), Shelf(paths.attachments))


def stored(database: Database) -> Callable[[], Awaitable[Directory]]:
    """The directory as the database has it, read anew each time: for a command."""

    async def load() -> Directory:
        async with database.reading() as tx:
            return await tx.directory.load()

    return load
