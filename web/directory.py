"""Answers about who is who: agencies, areas, categories, contact points, and what is missing."""

from datetime import date

from hotline1022.core.clock import local_day
from hotline1022.directory.types import Agency, Area, Category, Contact, Hunt, What
from hotline1022.web.directory_wire import (
    AgencyBody,
    AgencyList,
    AnsweringQuery,
    AreaBody,
    AreaList,
    CategoryBody,
    CategoryList,
    ChangeList,
    ChangeQuery,
    ContactBody,
    ContactList,
    ContactQuery,
    DayQuery,
    EndBody,
    GapList,
    GapQuery,
    HuntQuery,
    SucceedBody,
)
from hotline1022.web.route import Ask


def _day(ask: Ask, day: date | None) -> date:
    return day or local_day(ask.ports.clock())


def _wanted(ask: Ask) -> date | None:
    query: DayQuery | ContactQuery = ask.query
    return None if query.all else _day(ask, query.day)


async def list_agencies(ask: Ask) -> AgencyList:
    """Agencies of a day."""
    return AgencyList(agencies=tuple(await ask.ports.directory.agencies(_wanted(ask))))


async def list_areas(ask: Ask) -> AreaList:
    """Areas of a day."""
    return AreaList(areas=tuple(await ask.ports.directory.areas(_wanted(ask))))


async def list_categories(ask: Ask) -> CategoryList:
    """Categories of a day."""
    return CategoryList(categories=tuple(await ask.ports.directory.categories(_wanted(ask))))


async def list_contacts(ask: Ask) -> ContactList:
    """Contact points of a day."""
    query: ContactQuery = ask.query
    return ContactList(contacts=tuple(await ask.ports.directory.contacts(_wanted(ask), query.agency)))


async def save_agency(ask: Ask) -> Agency:
    """An agency is new, or other than it was."""
    body: AgencyBody = ask.body
    return await ask.ports.directory.save_agency(body, ask.by)


async def save_area(ask: Ask) -> Area:
    """An area is new, or other than it was."""
    body: AreaBody = ask.body
    return await ask.ports.directory.save_area(body, ask.by)


async def save_category(ask: Ask) -> Category:
    """A category is new, or other than it was."""
    body: CategoryBody = ask.body
    return await ask.ports.directory.save_category(body, ask.by)


async def add_contact(ask: Ask) -> Contact:
    """One more contact point."""
    body: ContactBody = ask.body
    return await ask.ports.directory.add_contact(body, ask.by)


async def change_contact(ask: Ask) -> Contact:
    """A contact point has other numbers, hours, a new letter."""
    body: ContactBody = ask.body
    return await ask.ports.directory.change_contact(ask.path["contact"], body, ask.by)


async def end_agency(ask: Ask) -> object:
    """An agency ends, and its contact points with it."""
    return await _end(ask, What.AGENCY, ask.body.successor)


async def end_area(ask: Ask) -> object:
    """An area becomes another one."""
    return await _end(ask, What.AREA, ask.body.successor)


async def end_category(ask: Ask) -> object:
    """A category is no more."""
    return await _end(ask, What.CATEGORY, None)


async def end_contact(ask: Ask) -> object:
    """A contact point is out."""
    return await _end(ask, What.CONTACT, None)


async def _end(ask: Ask, what: What, successor: str | None) -> object:
    body: EndBody | SucceedBody = ask.body
    return await ask.ports.directory.end(what, ask.path[what.value], _day(ask, body.day), successor, ask.by)


async def list_gaps(ask: Ask) -> GapList:
    """What is missing."""
    query: GapQuery = ask.query
    return GapList(gaps=tuple(await ask.ports.directory.gaps(_day(ask, query.day))))


async def get_hunt(ask: Ask) -> Hunt:
    """Whom a citizen would be put through to in an agency."""
    query: HuntQuery = ask.query
    return await ask.ports.directory.hunt(ask.path["agency"], "", "", query.at or ask.ports.clock())


async def get_answering(ask: Ask) -> Hunt:
    """Whom a citizen would be put through to for a category."""
    query: AnsweringQuery = ask.query
    return await ask.ports.directory.hunt("", ask.path["category"], query.area or "", query.at or ask.ports.clock())


async def list_changes(ask: Ask) -> ChangeList:
    """What was changed, by whom and when."""
    query: ChangeQuery = ask.query
    return ChangeList(changes=tuple(await ask.ports.directory.changes(query.what, query.id, query.limit)))
