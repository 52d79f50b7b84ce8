"""Names for tickets, and on which days offices are shut, out of the directory and the tickets' calendar."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.directory.lookup import agency_at, ended, who_answers
from hotline1022.directory.types import Directory
from hotline1022.tickets.calendar import OfficeHours
from hotline1022.tickets.ports import Act, CategoryNames, Draft, Names
from hotline1022.tickets.types import OF_THE_CASCADE, Action, Named


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


async def act_with_names(names: Names, wanted: Act, at: datetime, *, own: Callable[[], Awaitable[str]]) -> Act:
    """The names as they are now, in what somebody does to a ticket; `own` is the agency that it has.

    Invalid `agency-unknown`, `category-unknown`; Refused `ticket-state`, `agency-ended`.
    """
    if wanted.action in OF_THE_CASCADE:
        raise Refused(f"{wanted.action} is the cascade's own; choose another action", error_id="ticket-state")
    if wanted.agency is not None:
        agency = await names.agency(wanted.agency.id, at)
        if agency is None:
            raise unknown("agency", wanted.agency.id)
        wanted = replace(wanted, agency=agency)
    elif wanted.action is Action.FORWARD:  # its own may have been merged since
        wanted = replace(wanted, agency=await names.agency(await own(), at))
    if wanted.action is Action.FORWARD and wanted.agency is not None and wanted.agency.ended:
        text = f"{wanted.agency.name} is no more and nobody has taken over; choose another agency"
        raise Refused(text, error_id="agency-ended")
    if wanted.owner is not None:
        name = await names.contact(wanted.owner.id)
        wanted = replace(wanted, owner=replace(wanted.owner, name=name or wanted.owner.name or wanted.owner.id))
    fields = dict(wanted.fields)
    if "category" in fields:
        found: CategoryNames | None = CategoryNames()
        if fields["category"]:
            found = await names.category(fields["category"], "", at)
        if found is None:
            raise unknown("category", fields["category"])
        fields["category_name"] = found.name
    if "area" in fields:
        area_name = await names.area(fields["area"]) if fields["area"] else None
        fields["area_name"] = area_name or fields.get("area_name") or fields["area"]
    return replace(wanted, fields=fields)


def unknown(what: str, id: str) -> Invalid:
    """What is refused that nobody has."""
    return Invalid(f"there is no {what} {id!r}; choose one that there is", error_id=f"{what}-unknown")
