"""What the demo's house has from before: thirty days of calls and tickets, and examples of answers. Made once."""

from collections.abc import Callable
from datetime import UTC, datetime

from hotline1022.core.acting import by_the_service
from hotline1022.db.unit import Database
from hotline1022.service.cli.faq import fill
from hotline1022.service.directory.desk import numbers_of
from hotline1022.service.settings.tree import Settings
from hotline1022.tickets.policy import load_policy
from tests.lab.seed.main import make, seeded, wanted_of

#: agencies of the shipped file → the demo's, which answer for their categories and get their examples
INSTEAD = {"so-xay-dung": "chay-thu-xay-dung", "so-giao-thong-van-tai": "chay-thu-giao-thong"}


async def remember(settings: Settings, say: Callable[[str], object]) -> None:
    """The directory is there already, with the demo's agencies: the past is theirs too."""
    if await seeded(settings.database_url) is None:
        say("The first time: thirty days of calls and tickets before today are made ...")
        until = datetime.now(UTC).replace(second=0, microsecond=0)
        wanted = wanted_of(None, None, None, until, 1022, day=True)
        await make(settings.database_url, wanted, numbers_of(settings), load_policy(settings.paths.ticket_policy))
    async with Database(settings.database_url) as database:
        with by_the_service():
            await fill(database, INSTEAD)
