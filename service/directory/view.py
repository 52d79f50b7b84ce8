"""The API's view of the directory: what comes in becomes checked values, and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from secrets import token_hex
from typing import Any, TypeVar

from hotline1022.core.errors import NotFound
from hotline1022.db.unit import Database
from hotline1022.directory.edit import all_of, end, put
from hotline1022.directory.lookup import Dated, active, contacts_of
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import (
    Agency,
    Area,
    Category,
    Contact,
    Directory,
    Gap,
    Hunt,
    PastChange,
    Role,
    Thing,
    What,
)
from hotline1022.ivr.model import MenuTree
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.web.directory_wire import AgencyBody, AreaBody, CategoryBody, ContactBody

D = TypeVar("D", bound=Dated)


def _given(body: Any) -> dict[str, Any]:
    return {field.name: getattr(body, field.name) for field in fields(body)}


def agency_of(body: AgencyBody) -> Agency:
    """The agency that the body describes."""
    return an_agency(**_given(body))


def area_of(body: AreaBody) -> Area:
    """The area that the body describes."""
    return an_area(**_given(body))


def category_of(body: CategoryBody) -> Category:
    """The category that the body describes."""
    return a_category(**_given(body))


def contact_of(id: str, body: ContactBody, numbers: Numbers) -> Contact:
    """The contact point that the body describes."""
    return a_contact(numbers, id=id, **_given(body))


def valid_on(things: Iterable[D], day: date | None) -> list[D]:
    """Those of the day; all for None."""
    return [one for one in things if day is None or active(one, day)]


def contacts_on(directory: Directory, day: date | None, agency: str | None) -> list[Contact]:
    """Contact points of one agency, or of all, in the order in which they are rung. NotFound `agency-unknown`."""
    if agency is not None and agency not in directory.agencies:
        raise NotFound(f"there is no agency {agency}; look in /api/directory/agencies", error_id="agency-unknown")
    if day is not None:
        wanted = [agency] if agency else sorted(directory.agencies)
        return [one for id in wanted for one in contacts_of(directory, id, day)]
    found = (one for one in directory.contacts.values() if agency in (None, one.agency))
    return sorted(found, key=lambda one: (one.agency, one.role is Role.LEADER, one.order, one.id))


class DirectoryView:
    """web.directory_port.DirectoryPort."""

    def __init__(self, desk: DirectoryDesk, database: Database, menu: Callable[[], MenuTree]) -> None:
        self._desk, self._database, self._menu = desk, database, menu

    async def agencies(self, day: date | None) -> Sequence[Agency]:
        """By id."""
        return valid_on(self._desk.now.agencies.values(), day)

    async def areas(self, day: date | None) -> Sequence[Area]:
        """By id."""
        return valid_on(self._desk.now.areas.values(), day)

    async def categories(self, day: date | None) -> Sequence[Category]:
        """By id."""
        return valid_on(self._desk.now.categories.values(), day)

    async def contacts(self, day: date | None, agency: str | None) -> Sequence[Contact]:
        """Of one agency, or of all."""
        return contacts_on(self._desk.now, day, agency)

    async def save_agency(self, body: AgencyBody, by: str) -> Agency:
        """Write an agency."""
        one = agency_of(body)
        return (await self._put(one, by)).agencies[one.id]

    async def save_area(self, body: AreaBody, by: str) -> Area:
        """Write an area."""
        one = area_of(body)
        return (await self._put(one, by)).areas[one.id]

    async def save_category(self, body: CategoryBody, by: str) -> Category:
        """Write a category."""
        one = category_of(body)
        return (await self._put(one, by)).categories[one.id]

    async def add_contact(self, body: ContactBody, by: str) -> Contact:
        """A new one."""
        one = contact_of(token_hex(8), body, self._desk.numbers())
        return (await self._put(one, by)).contacts[one.id]

    async def change_contact(self, contact: str, body: ContactBody, by: str) -> Contact:
        """The same person, other data."""
        one = contact_of(contact, body, self._desk.numbers())

        def edit(before: Directory) -> Directory:
            if contact not in before.contacts:
                raise NotFound(
                    f"there is no contact {contact}; look in /api/directory/contacts", error_id="contact-unknown"
                )
            return put(before, [one])

        return (await self._desk.change(edit, by)).contacts[contact]

    async def end(self, what: What, id: str, day: date, successor: str | None, by: str) -> Thing:
        """It is no more from that day on."""
        after = await self._desk.change(lambda before: end(before, what, id, day, successor), by)
        return all_of(after, what)[id]

    async def gaps(self, day: date) -> Sequence[Gap]:
        """What is missing."""
        return self._desk.gaps(day, self._menu())

    async def hunt(self, agency: str, category: str, area: str, at: datetime) -> Hunt:
        """Whom to ring."""
        return self._desk.hunt(agency, category, area, at)

    async def changes(self, what: What | None, id: str | None, limit: int) -> Sequence[PastChange]:
        """Latest first."""
        async with self._database.reading() as tx:
            return await tx.directory.changes(what=what, id=id or "", limit=limit)

    async def _put(self, one: Thing, by: str) -> Directory:
        return await self._desk.change(lambda before: put(before, [one]), by)
