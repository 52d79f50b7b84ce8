"""What requests about the directory carry, and what answers wrap around the values of directory/types.py. Refuses nothing
itself: rules.py does, and the directory's own rules behind the port.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from hotline1022.directory.types import (
    Agency,
    AgencyKind,
    Area,
    AreaKind,
    Category,
    Contact,
    Gap,
    PastChange,
    Role,
    What,
)
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, When

IdText = Annotated[
    str, Rule(doc="small letters, digits and -, 40 in all: so-noi-vu", pattern=r"[a-z0-9][a-z0-9-]{0,39}")
]
NameText = Annotated[str, Rule(doc="1 to 120 characters", low=1, high=120)]
FirstDay = Annotated[date | None, Rule(doc="first day; null = since ever")]
EndDay = Annotated[date | None, Rule(doc="first day on which it is no more; null = no end is known")]
HoursText = Annotated[
    str,
    Rule(doc="mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30, or always; empty = those of what is above", high=2000),
]
NumberText = Annotated[str, Rule(doc="telephone number as it is dialled; empty = none", high=30)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuery:
    """At which day."""

    day: Annotated[date | None, Rule(doc="what is valid on this day; left out, today")] = None
    all: Annotated[bool, Rule(doc="what has ended, and what is still to come, too")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQuery:
    """Whose contact points, and at which day."""

    agency: IdText | None = None
    day: Annotated[date | None, Rule(doc="who is valid on this day; left out, today")] = None
    all: Annotated[bool, Rule(doc="those who have ended, and those still to come, too")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuery:
    """At which day."""

    day: Annotated[date | None, Rule(doc="left out, today")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntQuery:
    """At which moment."""

    at: Annotated[datetime | None, Rule(doc="at this moment; left out, now")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringQuery:
    """Where, and at which moment."""

    area: IdText | None = None
    at: Annotated[datetime | None, Rule(doc="at this moment; left out, now")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuery:
    """Filters of the history."""

    what: What | None = None
    id: IdText | None = None
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyBody:
    """An agency, whole: what is left out is empty."""

    id: IdText
    name: NameText
    short: Annotated[str, Rule(doc="short name, 1 to 40 characters", low=1, high=40)]
    kind: AgencyKind
    parent: IdText | None = None
    successor: IdText | None = None
    valid_from: FirstDay = None
    valid_to: EndDay = None
    code: Annotated[int | None, Rule(doc="transfer code", low=700, high=799)] = None
    hours: HoursText = ""
    hunt: Annotated[
        tuple[str, ...],
        Rule(doc="steps such as specialist.office 20, in order; none = that of the agency above", high=12),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBody:
    """An area, whole: what is left out is empty."""

    id: IdText
    name: NameText
    kind: AreaKind
    parent: IdText | None = None
    successor: IdText | None = None
    valid_from: FirstDay = None
    valid_to: EndDay = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryBody:
    """A category, whole: what is left out is empty."""

    id: IdText
    name: NameText
    agency: IdText
    urgent: Annotated[bool, Rule(doc="rings outside hours too")] = False
    by_area: Annotated[
        tuple[str, ...],
        Rule(doc="area and the agency that answers there, with a blank between: thuan-an ubnd-thuan-an"),
    ] = ()
    valid_from: FirstDay = None
    valid_to: EndDay = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactBody:
    """A contact point, whole: what is left out is empty."""

    agency: IdText
    role: Role
    name: NameText
    office: NumberText = ""
    mobile: NumberText = ""
    sms: Annotated[str | None, Rule(doc="mobile that gets messages; left out, the mobile; empty = none", high=30)] = (
        None
    )
    email: Annotated[str, Rule(doc="email address; empty = none", high=200)] = ""
    hours: HoursText = ""
    order: Annotated[int, Rule(doc="among those of the same role, the smallest first", low=1, high=99)] = 1
    valid_from: FirstDay = None
    valid_to: EndDay = None
    letter: Annotated[str, Rule(doc="number of the official letter that named the person", high=80)] = ""
    letter_date: Annotated[date | None, Rule(doc="date of that letter")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBody:
    """When it ends."""

    day: Annotated[date | None, Rule(doc="first day on which it is no more; left out, today: it is out at once")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SucceedBody:
    """When it ends, and what comes after it."""

    day: Annotated[date | None, Rule(doc="first day on which it is no more; left out, today")] = None
    successor: IdText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyList:
    """Agencies, by id."""

    agencies: tuple[Agency, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaList:
    """Areas, by id."""

    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryList:
    """Categories, by id."""

    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """Contact points: by agency, specialists first, in their order."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """What is missing."""

    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeList:
    """What was changed, latest first."""

    changes: tuple[PastChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterQuery:
    """Of which thing."""

    what: What
    id: IdText


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """The scan of an official letter, with the change that it justifies."""

    id: str
    change: Annotated[int, Rule(doc="number of the change")]
    name: str
    media_type: Annotated[str, Rule(doc="as its bytes say")]
    size: Annotated[int, Rule(doc="bytes")]
    sha256: str
    stored_at: When
    stored_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterList:
    """Scans of all changes of a thing, oldest first."""

    letters: tuple[LetterView, ...]
