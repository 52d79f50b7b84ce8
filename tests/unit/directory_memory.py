"""The directory in memory behind the API's port: the shipped agencies, changed by the same pure rules as in the service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from hotline1022.core.errors import NotFound
from hotline1022.directory.edit import all_of, difference, end, put
from hotline1022.directory.gaps import gaps
from hotline1022.directory.hunt import hunt
from hotline1022.directory.load import shipped as directory_file
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
    Thing,
    What,
    document,
)
from hotline1022.service.directory.view import (
    agency_of,
    area_of,
    category_of,
    contact_of,
    contacts_on,
    valid_on,
)
from hotline1022.web.directory_wire import AgencyBody, AreaBody, CategoryBody, ContactBody

NUMBERS = Numbers(area_code="274", own=frozenset({"1022", "+842741022"}))
AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@cache
def shipped() -> Directory:
    """What a service has after its first start."""
    return put(Directory(version=1), directory_file(NUMBERS))


@dataclass
class MemoryDirectory:
    directory: Directory = field(default_factory=shipped)
    history: list[PastChange] = field(default_factory=list)

    async def agencies(self, day: date | None) -> Sequence[Agency]:
        return valid_on(self.directory.agencies.values(), day)

    async def areas(self, day: date | None) -> Sequence[Area]:
        return valid_on(self.directory.areas.values(), day)

    async def categories(self, day: date | None) -> Sequence[Category]:
        return valid_on(self.directory.categories.values(), day)

    async def contacts(self, day: date | None, agency: str | None) -> Sequence[Contact]:
        return contacts_on(self.directory, day, agency)

    async def save_agency(self, body: AgencyBody, by: str) -> Agency:
        one = agency_of(body)
        return self._keep(put(self.directory, [one]), by).agencies[one.id]

    async def save_area(self, body: AreaBody, by: str) -> Area:
        one = area_of(body)
        return self._keep(put(self.directory, [one]), by).areas[one.id]

    async def save_category(self, body: CategoryBody, by: str) -> Category:
        one = category_of(body)
        return self._keep(put(self.directory, [one]), by).categories[one.id]

    async def add_contact(self, body: ContactBody, by: str) -> Contact:
        one = contact_of(f"c{len(self.directory.contacts)}", body, NUMBERS)
        return self._keep(put(self.directory, [one]), by).contacts[one.id]

    async def change_contact(self, contact: str, body: ContactBody, by: str) -> Contact:
        if contact not in self.directory.contacts:
            raise NotFound("there is no such contact; look in /api/directory/contacts", error_id="contact-unknown")
        one = contact_of(contact, body, NUMBERS)
        return self._keep(put(self.directory, [one]), by).contacts[one.id]

    async def end(self, what: What, id: str, day: date, successor: str | None, by: str) -> Thing:
        return all_of(self._keep(end(self.directory, what, id, day, successor), by), what)[id]

    async def gaps(self, day: date) -> Sequence[Gap]:
        return gaps(self.directory, day)

    async def hunt(self, agency: str, category: str, area: str, at: datetime) -> Hunt:
        return hunt(self.directory, agency=agency, category=category, area=area, at=at)

    async def changes(self, what: What | None, id: str | None, limit: int) -> Sequence[PastChange]:
        found = [one for one in self.history if what in (None, one.what) and id in (None, one.id)]
        return found[::-1][:limit]

    def _keep(self, after: Directory, by: str) -> Directory:
        for change in difference(self.directory, after):
            before = {} if change.before is None else document(change.before)
            now = document(change.after)
            self.history.append(
                PastChange(
                    number=len(self.history) + 1,
                    at=AT,
                    by=by,
                    what=change.what,
                    id=change.after.id,
                    before=before,
                    after=now,
                )
            )
        self.directory = after
        return after
