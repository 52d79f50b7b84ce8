"""From what people write (API, file) to values of the directory, each checked by itself. Refuses with reason and cure, and names
the field.
"""

import re
from collections.abc import Iterable
from datetime import date

from hotline1022.core.errors import Invalid, in_field
from hotline1022.core.mail_address import is_mail_address
from hotline1022.directory.hours import read_hours
from hotline1022.directory.hunt import MOST_STEPS, read_step
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import Agency, AgencyKind, Answering, Area, AreaKind, Category, Contact, Role

#: transfer codes, the last one included
CODES = (700, 799)
ID = r"[a-z0-9][a-z0-9-]{0,39}"


def an_agency(
    *,
    id: str,
    name: str,
    short: str,
    kind: AgencyKind,
    parent: str | None = None,
    successor: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    code: int | None = None,
    hours: str = "",
    hunt: Iterable[str] = (),
) -> Agency:
    """An agency that can be; Invalid `agency-invalid`, `hours-invalid`, `hunt-invalid`."""
    _common("agency", id, name, valid_from, valid_to)
    if not 1 <= len(short) <= 40:
        raise _bad("agency", "short", "the short name is empty or too long; write 1 to 40 characters")
    if code is not None and not CODES[0] <= code <= CODES[1]:
        raise _bad("agency", "code", f"{code} is no transfer code; choose from {CODES[0]} to {CODES[1]}")
    with in_field("hunt"):
        steps = tuple(read_step(text) for text in hunt)
    if len(steps) > MOST_STEPS:
        raise _bad("agency", "hunt", f"the hunt has {len(steps)} steps; write at most {MOST_STEPS}")
    return Agency(
        id=id,
        name=name,
        short=short,
        kind=kind,
        parent=parent or None,
        successor=successor or None,
        valid_from=valid_from,
        valid_to=valid_to,
        code=code,
        hours=_hours(hours),
        hunt=steps,
    )


def an_area(
    *,
    id: str,
    name: str,
    kind: AreaKind,
    parent: str | None = None,
    successor: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Area:
    """An area that can be; Invalid `area-invalid`."""
    _common("area", id, name, valid_from, valid_to)
    return Area(
        id=id,
        name=name,
        kind=kind,
        parent=parent or None,
        successor=successor or None,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def a_category(
    *,
    id: str,
    name: str,
    agency: str,
    urgent: bool = False,
    by_area: Iterable[str] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Category:
    """A category that can be; each of `by_area` is an area and who answers there: `thuan-an ubnd-thuan-an`.

    Invalid `category-invalid`.
    """
    _common("category", id, name, valid_from, valid_to)
    rules = []
    for text in by_area:
        area, _, other = text.partition(" ")
        if not area or not re.fullmatch(ID, other):
            raise _bad("category", "by_area", f"{text!r} is no area and agency; write thuan-an ubnd-thuan-an")
        rules.append(Answering(area=area, agency=other))
    if len({rule.area for rule in rules}) < len(rules):
        raise _bad("category", "by_area", "an area is named twice; name one agency for each")
    return Category(
        id=id,
        name=name,
        urgent=urgent,
        agency=agency,
        by_area=tuple(sorted(rules, key=lambda rule: rule.area)),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def a_contact(
    numbers: Numbers,
    *,
    id: str,
    agency: str,
    role: Role,
    name: str,
    office: str = "",
    mobile: str = "",
    sms: str | None = None,
    email: str = "",
    hours: str = "",
    order: int = 1,
    valid_from: date | None = None,
    valid_to: date | None = None,
    letter: str = "",
    letter_date: date | None = None,
) -> Contact:
    """A contact point that can be; without an SMS number it is the mobile's. Invalid `contact-invalid`, `number-invalid`,
    `hours-invalid`.
    """
    _common("contact", id, name, valid_from, valid_to)
    if email and not is_mail_address(email):
        raise _bad("contact", "email", f"{email!r} is no email address; write ten@coquan.gov.vn")
    if not 1 <= order <= 99:
        raise _bad("contact", "order", f"the order {order} is out of range; choose from 1 to 99")
    if len(letter) > 80:
        raise _bad("contact", "letter", "the letter's number is too long; write at most 80 characters")
    if letter_date is not None and not letter:
        raise _bad("contact", "letter", "the letter has a date and no number; write both")
    with in_field("office"):
        landline = numbers.office(office) if office else ""
    with in_field("mobile"):
        reachable = numbers.mobile(mobile) if mobile else ""
    with in_field("sms"):
        messages = reachable if sms is None else numbers.mobile(sms) if sms else ""
    return Contact(
        id=id,
        agency=agency,
        role=role,
        name=name,
        office=landline,
        mobile=reachable,
        sms=messages,
        email=email,
        hours=_hours(hours),
        order=order,
        valid_from=valid_from,
        valid_to=valid_to,
        letter=letter,
        letter_date=letter_date,
    )


def _common(what: str, id: str, name: str, valid_from: date | None, valid_to: date | None) -> None:
    if not re.fullmatch(ID, id):
        raise _bad(what, "id", f"{id!r} is no id; use small letters, digits and -, 40 in all: so-noi-vu")
    if not 1 <= len(name) <= 120 or name != name.strip():
        raise _bad(what, "name", "the name is empty or too long; write 1 to 120 characters without blanks around")
    if valid_from and valid_to and valid_to < valid_from:
        raise _bad(what, "valid_to", f"it ends on {valid_to} before it begins on {valid_from}; correct the days")


def _hours(text: str) -> str:
    if text:
        with in_field("hours"):
            read_hours(text)
    return text


def _bad(what: str, field: str, text: str) -> Invalid:
    error = Invalid(text, error_id=f"{what}-invalid")
    error.field = field
    return error
