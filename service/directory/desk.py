"""The directory at hand: the latest snapshot for whoever asks, and the one way to change it. Refuses to answer before it was
read once.

The dialplan asks within 1.5 s, so nobody waits for the database: a change by this process is seen at once, one by another
process within LOOK_SECONDS, by the version's number. Links and tokens ask for that number each time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime

from hotline1022.core.clock import local_day, utc_now
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.db.unit import Database, Work
from hotline1022.directory.edit import difference, out_now, put
from hotline1022.directory.gaps import gaps
from hotline1022.directory.hunt import hunt, never_closed
from hotline1022.directory.load import shipped
from hotline1022.directory.lookup import agency_of_code, who_answers
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.ports import Ended
from hotline1022.directory.types import Agency, Change, Directory, Gap, Hunt, Thing
from hotline1022.ivr.model import MenuTree
from hotline1022.service.settings.check import plain_number
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: seconds between two looks at what other processes changed
LOOK_SECONDS = 30.0
#: called inside the transaction of a change, with the directory as it is from then on
Also = Callable[[Work, Directory, datetime], Awaitable[object]]
#: who changed it, where nobody did
FIRST_START = "first start"


def numbers_of(settings: Settings) -> Numbers:
    """How numbers of contact points are read by these settings."""
    hotline = settings.hotline
    own = (plain_number(number, hotline.area_code) for number in hotline.numbers)
    return Numbers(area_code=hotline.area_code, own=frozenset(number for number in own if number))


def menu_categories(menu: MenuTree) -> Mapping[str, str]:
    """The categories of the menu, id → name."""
    return {category.id: category.name for category in menu.categories}


async def nothing(work: Work, directory: Directory, at: datetime) -> None:
    """Nobody else must know."""


async def change(
    database: Database, edit: Callable[[Directory], Directory], by: str, at: datetime, also: Also = nothing
) -> tuple[Directory, tuple[Change, ...]]:
    """Make of the directory as it is the one that `edit` gives, in one transaction; what was changed. Nothing new is no change."""
    async with database.transaction() as tx:
        before = await tx.directory.load_to_change()
        after = edit(before)
        changes = difference(before, after)
        await tx.directory.save(changes, by, at)
        await also(tx, after, at)
    return after, changes


async def fill(database: Database, numbers: Numbers, at: datetime) -> bool:
    """Put in the shipped file where nothing was ever written; whether it was."""
    async with database.reading() as tx:
        if await tx.directory.version():
            return False
    things = shipped(numbers)
    await change(database, lambda found: _if_empty(found, things), FIRST_START, at)
    return True


def _if_empty(found: Directory, things: Iterable[Thing]) -> Directory:
    """Another process may have been first."""
    return found if found.agencies else put(found, things)


class DirectoryDesk:
    """Who is who, for everybody in this process."""

    def __init__(
        self,
        database: Database,
        numbers: Callable[[], Numbers],
        *,
        ended: Iterable[Ended] = (),
        also: Also = nothing,
        closed: Callable[[date], bool] = never_closed,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self.numbers, self._clock = database, numbers, clock
        self._ended, self._also = tuple(ended), also
        self._closed = closed
        self._directory: Directory | None = None
        #: contact points whose end was told
        self._told: set[str] = set()

    @property
    def now(self) -> Directory:
        """The latest snapshot."""
        if self._directory is None:
            raise Unavailable("the directory has not been read yet; wait until the service is ready")
        return self._directory

    async def read(self) -> Directory:
        """The latest snapshot, for whoever could wait for it."""
        return self.now

    async def fresh(self) -> Directory:
        """The directory as the database has it at this moment, whoever changed it: for links and tokens, which end at once."""
        async with self._database.reading() as tx:
            if self._directory is None or await tx.directory.version() != self._directory.version:
                self._keep(await tx.directory.load())
        return self.now

    async def start(self) -> None:
        """Fill an empty directory, and read it."""
        if await fill(self._database, self.numbers(), self._clock()):
            log.warning("the directory was empty: the shipped agencies were put in, with sample numbers")
        await self.look()

    async def run(self) -> None:
        """Look again and again; while the database is away the last snapshot is good."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Unavailable as error:
                log.warning("the directory could not be looked at: %s", error)

    async def look(self) -> None:
        """Read it if somebody changed it; tell whose end has come."""
        await self.fresh()
        await self._tell()

    async def change(self, edit: Callable[[Directory], Directory], by: str) -> Directory:
        """Change it, in one transaction; then it is in force here, and ends are told."""
        after, _ = await change(self._database, edit, by, self._clock(), self._also)
        self._keep(after)
        await self._tell()
        return after

    def _keep(self, directory: Directory) -> None:
        if self._directory is None or directory.version > self._directory.version:
            self._directory = directory

    async def _tell(self) -> None:
        day = local_day(self._clock())
        out = out_now(self.now, day)
        self._told &= out.keys()  # who is back may end again
        for id in sorted(out.keys() - self._told):
            try:
                for ended in self._ended:
                    await ended(out[id], day)
            except HotlineError as error:
                log.error("contact point %s has ended, and its accounts could not be ended: %s", id, error)
                continue
            self._told.add(id)

    # -- questions

    def who_answers(self, category: str, area: str = "", at: datetime | None = None) -> Agency:
        """The agency that answers for a category in an area."""
        return who_answers(self.now, category, area, local_day(at or self._clock()))

    def of_code(self, code: int, at: datetime | None = None) -> Agency:
        """Whom the transfer code reaches."""
        return agency_of_code(self.now, code, local_day(at or self._clock()))

    def hunt(self, agency: str = "", category: str = "", area: str = "", at: datetime | None = None) -> Hunt:
        """Whom to ring at this moment."""
        return hunt(self.now, agency=agency, category=category, area=area, at=at or self._clock(), closed=self._closed)

    def gaps(self, day: date, menu: MenuTree | None = None) -> tuple[Gap, ...]:
        """What is missing."""
        return gaps(self.now, day, menu_categories(menu) if menu else None)
