"""Where the desk of tickets is put together, for the service and for the command line alike: what hangs on a change of a
ticket, such as messages, is hung up here.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.notify.links import Links
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.announcer import Announcer
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.notices import Notices
from hotline1022.service.tickets.take_overs import TakeOvers
from hotline1022.service.webhooks.notes import and_webhooks
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.policy import Policy, load_policy


def notices_of(settings: Settings, links: Links, directory: Callable[[], Awaitable[Directory]]) -> Notices:
    """Who is told of a change of a ticket; ConfigError `templates-invalid`."""
    return Notices(directory, Announcer(settings, links), lambda: datetime.now(UTC))


def links_of(settings: Settings) -> Links:
    """Links signed with the secret of this data folder."""
    return Links(secret=ensure_secrets(settings.paths.secrets, settings.lines.numbers).links)


def take_overs_of(settings: Settings, links: Links) -> TakeOvers:
    """Who is told of open tickets after a merger; ConfigError `templates-invalid`."""
    return TakeOvers(Announcer(settings, links))


def desk_of(
    settings: Settings,
    database: Database,
    directory: Callable[[], Awaitable[Directory]],
    notices: Notices,
    policy: Policy | None = None,
) -> TicketDesk:
    """The desk, by this policy, else by the settings' file; ConfigError `ticket-policy-invalid`."""
    return TicketDesk(
        database,
        policy or load_policy(settings.paths.ticket_policy),
        DirectoryNames(directory),
        Shelf(settings.paths.attachments),
        also=and_webhooks(notices.changed),
        remind=notices.reminded,
    )


def stored(database: Database) -> Callable[[], Awaitable[Directory]]:
    """The directory as the database has it, read anew each time: for a command."""

    async def load() -> Directory:
        async with database.reading() as tx:
            return await tx.directory.load()

    return load
