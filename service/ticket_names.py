"""Names for tickets, and on which days offices are shut, out of the directory and the tickets' calendar."""

from collections.abc import Awaitable, Callable
from datetime import date

from hotline1022.directory.types import Directory
from hotline1022.tickets.calendar import OfficeHours
from hotline1022.tickets.ports import CategoryNames


class DirectoryNames:
    """tickets.ports.Names."""

    def __init__(self, directory: Callable[[], Awaitable[Directory]]) -> None:
        self._directory = directory

    async def agency(self, agency: str) -> str | None:
        """The agency's name."""
        found = (await self._directory()).agencies.get(agency)
        return found.name if found else None

    async def category(self, category: str) -> CategoryNames | None:
        """The category's name and lead agency."""
        found = (await self._directory()).categories.get(category)
        return CategoryNames(name=found.name, agency=found.agency) if found else None

    async def area(self, area: str) -> str | None:
        """The area's name."""
        found = (await self._directory()).areas.get(area)
        return found.name if found else None

    async def contact(self, contact: str) -> str | None:
        """The contact point's name."""
        found = (await self._directory()).contacts.get(contact)
        return found.name if found else None


def shut_on(offices: OfficeHours) -> Callable[[date], bool]:
    """Whether a day that the week would have worked is off: a public holiday, Tết, a day of one's own."""
    return lambda day: day.weekday() in offices.weekdays and not offices.works(day)
