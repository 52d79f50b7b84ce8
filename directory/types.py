"""Who is who, as values: agencies, areas, categories, contact points, and the hunt for one who answers. Refuses nothing itself.

Days are the province's. `valid_to` is the first day on which a thing is no more, so what ends today is out at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any

from hotline1022.core.errors import Invalid

#: what stands in the letter's number of people in the sample data
SAMPLE = "MẪU"


class AgencyKind(StrEnum):
    """What an agency is."""

    #: the committee of the province and its office
    PROVINCE = "province"
    #: sở, ban, ngành
    DEPARTMENT = "department"
    POLICE = "police"
    #: ban chỉ đạo
    COMMITTEE = "committee"
    #: committees of huyện, thị xã, thành phố, and since 2025 of xã, phường
    DISTRICT = "district"
    TOWN = "town"
    CITY = "city"
    COMMUNE = "commune"
    WARD = "ward"
    #: electricity, water, telephone, post
    PUBLIC_SERVICE = "public-service"
    EMERGENCY = "emergency"
    #: 1022 itself
    HOTLINE = "hotline"


class AreaKind(StrEnum):
    """What an area is."""

    PROVINCE = "province"
    CITY = "city"
    TOWN = "town"
    DISTRICT = "district"
    #: thị trấn
    TOWNSHIP = "township"
    WARD = "ward"
    COMMUNE = "commune"
    #: khu phố, ấp
    QUARTER = "quarter"


class Role(StrEnum):
    """Who a contact point is in the agency."""

    SPECIALIST = "specialist"
    LEADER = "leader"


class Which(StrEnum):
    """Which telephone of a contact point."""

    OFFICE = "office"
    MOBILE = "mobile"


class Skip(StrEnum):
    """Why a step of a hunt does not ring."""

    NO = ""
    OUTSIDE_HOURS = "outside-hours"
    NUMBER_MISSING = "number-missing"


class What(StrEnum):
    """What a change is about."""

    AGENCY = "agency"
    AREA = "area"
    CATEGORY = "category"
    CONTACT = "contact"


class Misfit(StrEnum):
    """Why a thing does not fit to the others."""

    #: its transfer code is that of another agency
    CODE = "code"
    #: what it names is not there
    UNKNOWN = "unknown"
    #: it has a successor and no end
    END = "end"
    #: it is above itself, or comes after itself
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that does not fit to the others."""

    misfit: Misfit
    #: the thing, and which of its fields
    id: str
    field: str
    #: what it names there, or who has the code
    other: str
    #: for who writes files or programs, with the cure
    text: str


class DirectoryInvalid(Invalid):
    """The directory would not fit together; the message has a line for each problem."""

    error_id = "directory-invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(one.text for one in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the order in which an agency is rung: these telephones of everybody of this role, one by one."""

    role: Role
    which: Which
    #: seconds each of them rings
    seconds: int

    def __str__(self) -> str:
        return f"{self.role}.{self.which} {self.seconds}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who answers to citizens. What it leaves out of hours and hunt it takes from the nearest agency above."""

    id: str
    name: str
    #: as it is said on a small screen: Sở TN&MT
    short: str
    kind: AgencyKind
    parent: str | None = None
    #: who took over when this one ended
    successor: str | None = None
    #: None: since ever
    valid_from: date | None = None
    #: first day on which it is no more; None: no end is known
    valid_to: date | None = None
    #: 700 to 799, keyed by an agent to transfer
    code: int | None = None
    #: working hours of the week; "" = those of the agency above, and always when there is none
    hours: str = ""
    #: () = that of the agency above
    hunt: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the province, at any depth."""

    id: str
    name: str
    kind: AreaKind
    parent: str | None = None
    successor: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """In this area and all below it another agency answers."""

    area: str
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A field of concern (lĩnh vực) and who answers for it."""

    id: str
    name: str
    #: rings outside hours too
    urgent: bool
    #: the lead agency
    agency: str
    by_area: tuple[Answering, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact point (đầu mối): one person, named by an agency's letter. Numbers are E.164, or short such as 115."""

    id: str
    agency: str
    role: Role
    name: str
    #: "" = none, as with all that follow
    office: str = ""
    mobile: str = ""
    #: always a mobile
    sms: str = ""
    email: str = ""
    #: "" = those of the agency
    hours: str = ""
    #: among those of the same role, the smallest first
    order: int = 1
    valid_from: date | None = None
    valid_to: date | None = None
    #: number and date of the official letter that named the person
    letter: str = ""
    letter_date: date | None = None


Thing = Agency | Area | Category | Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A thing that is new or other than it was."""

    what: What
    #: None: it is new
    before: Thing | None
    after: Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """A change as it was written down; things as JSON knows them."""

    #: grows with each change of the directory
    number: int
    at: datetime
    by: str
    what: What
    id: str
    #: {} = it was new
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The scan of an official letter, with the change that it justifies."""

    id: str
    #: number of the change
    change: int
    name: str
    #: as its bytes say
    media_type: str
    #: bytes
    size: int
    sha256: str
    #: below the attachments folder
    path: str
    stored_at: datetime
    stored_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everything at one moment, what has ended included. Things by their ids."""

    #: grows with every change; 0 = nothing was ever written
    version: int = 0
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    areas: Mapping[str, Area] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntStep:
    """One telephone that is tried, or why it is not."""

    #: id of the contact point; "" = the agency has nobody of this role
    contact: str
    name: str
    role: Role
    which: Which
    #: E.164, or short; "" = missing
    number: str
    seconds: int
    skip: Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """Whom to ring for a citizen, in order."""

    agency: Agency
    #: None: the agency was asked for by itself
    category: Category | None
    steps: tuple[HuntStep, ...]


class Missing(StrEnum):
    """What is missing in the directory."""

    SPECIALIST = "specialist-missing"
    LEADER = "leader-missing"
    NUMBER = "number-missing"
    MESSAGE = "message-missing"
    LETTER = "letter-missing"
    SAMPLE = "sample-number"
    CODE = "code-missing"
    ANSWER = "answer-missing"
    CATEGORY = "category-missing"
    #: the menu leads to it, and it has ended, or has not begun
    ENDED = "category-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing, and the cure."""

    kind: Missing
    what: What
    id: str
    name: str
    message: str


def document(thing: Thing) -> dict[str, Any]:
    """The thing as JSON knows it, for the history."""
    return {field.name: _plain(getattr(thing, field.name)) for field in fields(thing)}


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case _ if hasattr(value, "__dataclass_fields__"):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
