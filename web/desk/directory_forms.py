"""The things of the directory as forms of the desk: their fields, what a form gives to the API's own rules, what stands in a form.
Refuses more hours and areas than a form may have; all else web/rules.py and the directory refuse.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline1022.core.errors import Invalid, in_field
from hotline1022.core.folding import fold
from hotline1022.directory.types import Agency, AgencyKind, AreaKind, Contact, Role, Step, Thing, What, document
from hotline1022.web.desk import area_form, hunt_form, week_form
from hotline1022.web.desk.forms import Form
from hotline1022.web.directory_wire import AgencyBody, AreaBody, CategoryBody, ContactBody
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.rules import parse


class Sort(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    #: one of a list that is never empty
    WORD = "word"
    #: one of the agencies or areas there are, or none
    AGENCY = "agency"
    AREA = "area"
    #: areas with who answers there: rows of both
    ANSWERS = "answers"
    #: hours of a week: rows of days and times
    WEEK = "week"
    #: an order in which telephones ring: rows of steps
    HUNT = "hunt"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    #: where messages go: empty is to the mobile, a word of the catalogue is to nowhere
    SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    sort: Sort = Sort.TEXT
    #: characters at most
    most: int = 120
    required: bool = False
    #: a sentence below it says more: `note.NAME`
    note: bool = False
    #: cannot be changed once it is written
    fixed: bool = False
    #: of WORD
    words: tuple[str, ...] = ()
    #: words are told by `PREFIX.WORD`
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A sort of things."""

    what: What
    #: where its pages are, below /desk/directory
    folder: str
    body: type
    fields: tuple[Field, ...]


#: telephone numbers
NUMBERS = frozenset({"office", "mobile", "sms"})
_ID = Field(name="id", most=40, required=True, note=True, fixed=True)
_NAME = Field(name="name", required=True)
_SPAN = (Field(name="valid_from", sort=Sort.DAY), Field(name="valid_to", sort=Sort.DAY, note=True))
_HOURS = Field(name="hours", sort=Sort.WEEK, note=True)

SHAPES: Mapping[What, Shape] = {
    What.AGENCY: Shape(
        what=What.AGENCY,
        folder="agencies",
        body=AgencyBody,
        fields=(
            _ID,
            _NAME,
            Field(name="short", most=40, required=True, note=True),
            Field(name="kind", sort=Sort.WORD, required=True, words=tuple(AgencyKind), prefix="thing"),
            Field(name="parent", sort=Sort.AGENCY),
            Field(name="code", sort=Sort.NUMBER, most=3, note=True),
            _HOURS,
            Field(name="hunt", sort=Sort.HUNT, note=True),
            *_SPAN,
            Field(name="successor", sort=Sort.AGENCY, note=True),
        ),
    ),
    What.AREA: Shape(
        what=What.AREA,
        folder="areas",
        body=AreaBody,
        fields=(
            _ID,
            _NAME,
            Field(name="kind", sort=Sort.WORD, required=True, words=tuple(AreaKind), prefix="thing"),
            Field(name="parent", sort=Sort.AREA),
            *_SPAN,
            Field(name="successor", sort=Sort.AREA, note=True),
        ),
    ),
    What.CATEGORY: Shape(
        what=What.CATEGORY,
        folder="categories",
        body=CategoryBody,
        fields=(
            _ID,
            _NAME,
            Field(name="agency", sort=Sort.AGENCY, required=True),
            Field(name="urgent", sort=Sort.FLAG),
            Field(name="by_area", sort=Sort.ANSWERS, note=True),
            *_SPAN,
        ),
    ),
    What.CONTACT: Shape(
        what=What.CONTACT,
        folder="contacts",
        body=ContactBody,
        fields=(
            Field(name="agency", sort=Sort.AGENCY, required=True, fixed=True),
            Field(name="role", sort=Sort.WORD, required=True, fixed=True, words=tuple(Role), prefix="contact-role"),
            Field(name="name", required=True, note=True),
            Field(name="office", most=30),
            Field(name="mobile", most=30),
            Field(name="sms", sort=Sort.SMS, most=30, note=True),
            Field(name="email", most=200),
            _HOURS,
            Field(name="order", sort=Sort.NUMBER, most=2, note=True),
            Field(name="letter", most=80, note=True),
            Field(name="letter_date", sort=Sort.DAY),
            *_SPAN,
        ),
    ),
}


def typed(shape: Shape, form: Form) -> dict[str, Any]:
    """What was typed, as it goes back into the form."""
    return {one.name: _typed(one, form) for one in shape.fields}


def _typed(field: Field, form: Form) -> str | bool:
    match field.sort:
        case Sort.FLAG:
            return form.one(field.name) == "1"
        case Sort.WEEK:
            return week_form.text_of(week_form.typed_rows(form), always=form.one("always") == "1")
        case Sort.HUNT:
            return hunt_form.text_of(hunt_form.typed_rows(form))
        case Sort.ANSWERS:
            return area_form.text_of(area_form.typed_rows(form))
        case _:
            # who typed more gets it back whole
            return form.one(field.name).strip()


def body_of(shape: Shape, given: Mapping[str, Any]) -> Any:
    """A value of the shape's body; Invalid `hours-many`, `areas-many`, and as the API says it. A field that is left empty is left out."""
    values: dict[str, object] = {}
    for one in shape.fields:
        text = given[one.name]
        match one.sort:
            case Sort.FLAG:
                values[one.name] = bool(text)
            case Sort.ANSWERS if (count := len(area_form.rows_of(text))) > area_form.MOST:
                with in_field(one.name):
                    text = f"there are {count} rows of areas; write at most {area_form.MOST}, or import a file"
                    raise Invalid(text, error_id="areas-many")
            case Sort.ANSWERS | Sort.HUNT:
                values[one.name] = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
            case Sort.WEEK if (count := len(week_form.rows_of(text))) > week_form.MOST:
                with in_field(one.name):
                    text = f"there are {count} rows of hours; write at most {week_form.MOST}, with several days in one"
                    raise Invalid(text, error_id="hours-many")
            case Sort.SMS if fold(text) == fold(words()("directory.no-sms")):
                values[one.name] = ""
            case Sort.NUMBER if text.isascii() and text.isdecimal() and len(text) < 10:
                values[one.name] = int(text)
            case _ if text or one.required:
                values[one.name] = text
            case _:
                continue
    return parse(shape.body, values, texts=False)


def filled(shape: Shape, thing: Thing | None, **given: str) -> dict[str, Any]:
    """What stands in the form of a thing, or of a new one."""
    if thing is None:
        return {one.name: given.get(one.name, False if one.sort is Sort.FLAG else "") for one in shape.fields}
    values = {one.name: _text(getattr(thing, one.name), one) for one in shape.fields}
    return values | {"sms": _sms(thing)} if isinstance(thing, Contact) else values


def _sms(contact: Contact) -> str:
    """Empty where it is the mobile's, so that it goes along when the mobile is changed."""
    if contact.sms == contact.mobile:
        return ""
    return said_number(contact.sms) or words()("directory.no-sms")


def _text(value: Any, field: Field) -> Any:
    if field.sort is Sort.FLAG:
        return bool(value)
    if field.sort in (Sort.ANSWERS, Sort.HUNT):
        return "\n".join(_line(one) for one in value)
    if field.sort is Sort.WEEK:  # as the rows say it, so that who changes nothing has changed nothing
        return week_form.text_of(week_form.rows_of(value), always=value == week_form.ALWAYS)
    if field.name in NUMBERS:
        return said_number(str(value))
    return "" if value is None else str(value)


def _line(one: Any) -> str:
    return str(one) if isinstance(one, Step) else f"{one.area} {one.agency}"


def seen_of(thing: Thing) -> str:
    """Short for how a thing is now: a form carries it, so that nobody writes over what was not seen."""
    return hashlib.sha256(json.dumps(document(thing), sort_keys=True).encode()).hexdigest()[:16]


def of_day(thing: Thing) -> str:
    """Its name in lists of choices."""
    return thing.short if isinstance(thing, Agency) else thing.name
