"""What is missing in a directory that is sound: nobody to ring, no number, no letter. Refuses nothing; people see to it."""

from collections.abc import Iterator, Mapping
from datetime import date

from hotline1022.core.errors import NotFound
from hotline1022.core.said import said
from hotline1022.directory.lookup import active, contacts_of, successor_at
from hotline1022.directory.types import SAMPLE, Agency, Category, Contact, Directory, Gap, Missing, Role, What

_ROLES = {Role.SPECIALIST: Missing.SPECIALIST, Role.LEADER: Missing.LEADER}


def gaps(directory: Directory, day: date, menu: Mapping[str, str] | None = None) -> tuple[Gap, ...]:
    """What is missing on that day. `menu`: categories of the menu, id → name, that must be there."""
    found: list[Gap] = []
    for category, name in (menu or {}).items():
        known, kind, text = directory.categories.get(category), None, ""
        if known is None:
            kind = Missing.CATEGORY
            text = f"{name} is in the menu and not in the directory; add the category, with who answers"
        elif not active(known, day):
            kind = Missing.ENDED
            text = (
                f"{name} is in the menu and not in force in the directory; publish a menu without it, or move its days"
            )
        if kind is not None:
            found.append(Gap(kind=kind, what=What.CATEGORY, id=category, name=name, message=text))
    for one in directory.categories.values():
        if active(one, day):
            found += _of_category(directory, one, day)
    for agency in directory.agencies.values():
        if active(agency, day):
            found += _of_agency(directory, agency, day)
    return tuple(found)


def _of_category(directory: Directory, category: Category, day: date) -> Iterator[Gap]:
    for agency in (category.agency, *(rule.agency for rule in category.by_area)):
        try:
            successor_at(directory, agency, day)
        except NotFound:
            text = f"{agency} answers for {category.name} and has ended; name its successor or another agency"
            yield Gap(kind=Missing.ANSWER, what=What.CATEGORY, id=category.id, name=category.name, message=text)


def _of_agency(directory: Directory, agency: Agency, day: date) -> Iterator[Gap]:
    if agency.code is None:
        yield _gap(agency, Missing.CODE, f"{agency.name} has no transfer code; give it a free one from 700 to 799")
    for role, missing in _ROLES.items():
        people = contacts_of(directory, agency.id, day, role)
        if not people:
            yield _gap(agency, missing, said("alarm-said.nobody", name=agency.name, role=role))
        for one in people:
            yield from _of_contact(agency, one)


def _of_contact(agency: Agency, contact: Contact) -> Iterator[Gap]:
    who = f"{contact.name}, {contact.role} of {agency.short},"
    if not contact.office and not contact.mobile:
        yield _gap(contact, Missing.NUMBER, f"{who} has no telephone; add an office phone or a mobile")
    if not contact.sms and not contact.email:
        yield _gap(contact, Missing.MESSAGE, f"{who} gets no message; add an SMS number or an email address")
    if not contact.letter:
        yield _gap(contact, Missing.LETTER, f"{who} was named by no letter; add its number and date")
    if SAMPLE in contact.letter:
        yield _gap(contact, Missing.SAMPLE, f"{who} is sample data; put in the real person and real numbers")


def _gap(thing: Agency | Contact, kind: Missing, message: str) -> Gap:
    what = What.AGENCY if isinstance(thing, Agency) else What.CONTACT
    return Gap(kind=kind, what=what, id=thing.id, name=thing.name, message=message)
