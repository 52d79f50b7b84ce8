"""Names for tickets, and on which days offices are shut, out of the directory and the tickets' calendar."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.directory.lookup import agency_at, ended, who_answers
from hotline1022.directory.types import Directory
from hotline1022.tickets.calendar import OfficeHours
from hotline1022.tickets.ports import CategoryNames, Draft, Names
from hotline1022.tickets.types import Named


class DirectoryNames:
    """tickets.ports.Names."""

    def __init__(self, directory: Callable[[], Awaitable[Directory]]) -> None:
        self._directory = directory

    async def agency(self, agency: str, at: datetime) -> Named | None:
        """The agency, or who has taken over from it by then."""
        day = local_day(at)
        found = agency_at(await self._directory(), agency, day)
        return Named(id=found.id, name=found.name, ended=ended(found, day)) if found else None

    async def category(self, category: str, area: str, at: datetime) -> CategoryNames | None:
        """The category's name, and who answers for it in that area then."""
        directory = await self._directory()
        found = directory.categories.get(category)
        if found is None:
            return None
        try:
            agency = who_answers(directory, category, area if area in directory.areas else "", local_day(at)).id
        except NotFound:  # it ended and nobody took over: 1022 must find out who does
            agency = ""
        return CategoryNames(name=found.name, agency=agency)

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


async def with_names(names: Names, draft: Draft, at: datetime, *, strict: bool = True) -> Draft:
    """The names as they are now; `strict` refuses ids that nobody has."""
    category = await names.category(draft.category, draft.area, at) if draft.category else None
    if strict and draft.category and category is None:
        raise unknown("category", draft.category)
    wanted = draft.agency or (category.agency if category else "")
    agency = await names.agency(wanted, at) if wanted else Named()
    if strict and agency is None:
        raise unknown("agency", wanted)
    agency = agency or Named(id=wanted, name=wanted)
    area_name = await names.area(draft.area) if draft.area else None
    return replace(
        draft,
        category_name=category.name if category else draft.category,
        agency=agency.id,
        agency_name=agency.name,
        area_name=area_name or draft.area_name or draft.area,
    )


def unknown(what: str, id: str) -> Invalid:
    """What is refused that nobody has."""
    return Invalid(f"there is no {what} {id!r}; choose one that there is", error_id=f"{what}-unknown")
