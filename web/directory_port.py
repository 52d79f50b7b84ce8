"""What the API needs of the directory; the composition root hands it in. Errors as in ports.py."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from hotline1022.directory.types import Agency, Area, Category, Contact, Gap, Hunt, PastChange, Thing, What
from hotline1022.web.directory_wire import AgencyBody, AreaBody, CategoryBody, ContactBody


class DirectoryPort(Protocol):
    """Who is who. A day of None means all, what has ended included."""

    async def agencies(self, day: date | None) -> Sequence[Agency]:
        """By id."""
        ...

    async def areas(self, day: date | None) -> Sequence[Area]:
        """By id."""
        ...

    async def categories(self, day: date | None) -> Sequence[Category]:
        """By id."""
        ...

    async def contacts(self, day: date | None, agency: str | None) -> Sequence[Contact]:
        """Of one agency, or of all; NotFound `agency-unknown`."""
        ...

    async def save_agency(self, body: AgencyBody, by: str) -> Agency:
        """Write, in place of the one of this id; Invalid `agency-invalid`, `directory-invalid`."""
        ...

    async def save_area(self, body: AreaBody, by: str) -> Area:
        """Write, in place of the one of this id."""
        ...

    async def save_category(self, body: CategoryBody, by: str) -> Category:
        """Write, in place of the one of this id."""
        ...

    async def add_contact(self, body: ContactBody, by: str) -> Contact:
        """A new one with an id of its own; Invalid `number-invalid`."""
        ...

    async def change_contact(self, contact: str, body: ContactBody, by: str) -> Contact:
        """The same person, other data; NotFound `contact-unknown`, Refused `contact-fixed`, `end-missing`."""
        ...

    async def end(self, what: What, id: str, day: date, successor: str | None, by: str) -> Thing:
        """It is no more from that day on; NotFound."""
        ...

    async def gaps(self, day: date) -> Sequence[Gap]:
        """What is missing."""
        ...

    async def hunt(self, agency: str, category: str, area: str, at: datetime) -> Hunt:
        """Whom to ring; "" = not named. NotFound `agency-unknown`, `category-unknown`, `area-unknown`, `agency-ended`."""
        ...

    async def changes(self, what: What | None, id: str | None, limit: int) -> Sequence[PastChange]:
        """Latest first."""
        ...
