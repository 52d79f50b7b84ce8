"""Questions and answers of agencies, as values: entries with versions, searches, what an import says. Refuses naive times.

An entry has at most one version that is published and one beside it that is worked on. Times are aware UTC; `valid_to` is a
day of the province.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hotline1022.core.clock import aware, local_day


class State(StrEnum):
    """Where a version stands. The table in states.py says what leads where."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    #: a later version took its place
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


#: worked on: an entry has one such version at most
OPEN = frozenset({State.DRAFT, State.PROPOSED})


class Move(StrEnum):
    """What is done to a version."""

    EDIT = "edit"
    PROPOSE = "propose"
    #: back to who wrote it, with the reason
    RETURN = "return"
    PUBLISH = "publish"
    #: never published, and never will be
    DROP = "drop"
    #: published, and no more
    WITHDRAW = "withdraw"
    #: the next version was published
    REPLACE = "replace"


#: what people ask for by its name; EDIT brings a text, REPLACE comes by itself
BY_HAND = frozenset(Move) - {Move.EDIT, Move.REPLACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is written: NFC, see rules.py for the bounds. "" = nothing."""

    question: str
    answer: str
    #: other words by which people ask for it
    keywords: str = ""
    #: the law, decree or decision that it rests on
    legal_source: str = ""
    #: id of a category of the directory
    category: str = ""
    #: the last day on which it holds; None: no end is known
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days of the province, both with."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How many published answers need a new version because of their last day."""

    #: it comes soon, today with
    soon: int
    #: it is over
    over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes or publishes."""

    #: `user:ID`, `contact:ID`, `token:NAME`, `cli:NAME`: two that share one are the same person, and so are two of one name
    keys: frozenset[str]
    #: as people read it
    name: str
    #: ids of agencies whose entries it writes, own and taken over; None = of all
    agencies: frozenset[str] | None = None
    #: id of the agency to which a new entry belongs when none is named; "" = it must be named
    agency: str = ""
    #: sees entries of all agencies, whichever it writes
    reads_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """By what somebody with an account is known; the key of an author has its id."""

    login: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an entry."""

    #: 1, 2, …
    number: int
    state: State
    text: Text
    #: keys of all who wrote a part of it: none of them publishes it
    authors: frozenset[str] = frozenset()
    written_by: str = ""
    written_at: datetime
    #: "" and None: not yet
    proposed_by: str = ""
    proposed_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    #: why it was returned, dropped or withdrawn
    why: str = ""

    def __post_init__(self) -> None:
        for at in (self.written_at, self.proposed_at, self.published_at, self.ended_at):
            if at is not None:
                aware(at)

    def out_of_date(self, now: datetime) -> bool:
        """Whether its last day is over in the province."""
        return self.text.valid_to is not None and local_day(now) > self.text.valid_to

    def ends_within(self, days: Days) -> bool:
        """Whether it is published, and its last day one of these."""
        last = self.text.valid_to
        return self.state is State.PUBLISHED and last is not None and days.first <= last <= days.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question of an agency with some of its versions."""

    id: str
    agency: str
    created_at: datetime
    changed_at: datetime
    #: greater with each change: who changes it says which one was seen
    revision: int
    #: numbers of the version that is published, and of the one that is worked on; 0 = none
    published: int = 0
    opened: int = 0
    #: number of the latest
    last: int = 1
    #: newest first; in lists the one that is shown and the one that is worked on
    versions: tuple[Version, ...]

    def version(self, number: int) -> Version:
        """One that is among `versions`; KeyError for others."""
        found = next((one for one in self.versions if one.number == number), None)
        if found is None:
            raise KeyError(number)
        return found

    @property
    def shown(self) -> Version:
        """The published one, else the one that is worked on, else the latest."""
        return self.version(self.published or self.opened or self.last)

    @property
    def open(self) -> Version | None:
        """The one that is worked on."""
        return self.version(self.opened) if self.opened else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCursor:
    """The last entry of a page; the next page begins before it."""

    changed_at: datetime
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries are wanted; None or "" means all. Latest change first."""

    #: of any of these; None = of all
    agencies: frozenset[str] | None = None
    category: str = ""
    #: a version of it stands there; `withdrawn`: it has neither a published version nor one that is worked on
    state: State | None = None
    #: published and out of date on this day
    over_on: date | None = None
    #: published, and the last day is one of these
    ends: Days | None = None
    #: all of these, in question, keywords or legal source, in any form
    words: str = ""
    before: EntryCursor | None = None
    #: rows at most
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A published answer that was found."""

    entry: str
    agency: str
    number: int
    text: Text
    published_at: datetime
    out_of_date: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search."""

    #: as typed
    words: str
    #: of any of these agencies; None = of all
    agencies: frozenset[str] | None = None
    category: str = ""
    #: the last word may be half typed, and nothing is noted
    typing: bool = False
    #: rows at most
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gave, best first."""

    hits: tuple[Hit, ...]
    #: no answer has all the words: these have some
    near: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Agencies and categories as the directory has them."""

    #: id of each that ever was → name of who has taken over by now, or its own
    agencies: Mapping[str, str]
    #: ids of those that are agencies today
    today: frozenset[str]
    #: id → name, of those that may be chosen today
    categories: Mapping[str, str]
    #: of those that may not: answers still have them
    former: Mapping[str, str] = field(default_factory=dict)

    def category(self, id: str) -> str:
        """Its name; an id that nobody knows stays as it is."""
        return self.categories.get(id) or self.former.get(id, id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is needed to say how well an answer fits."""

    entry: str
    question: str
    #: the question without marks and case
    folded: str
    keywords: str
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A search that no answer had all the words of."""

    id: str
    #: as it was typed last, without long numbers
    words: str
    count: int
    first_at: datetime
    last_at: datetime


class Said(StrEnum):
    """What becomes of a row of a sheet."""

    NEW = "new"
    #: the agency has this question already
    THERE = "there"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row of a sheet."""

    #: as the sheet's own program counts, the head is row 1
    row: int
    said: Said
    question: str
    #: error_id → what is wrong and the cure
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do."""

    rows: tuple[RowReport, ...]
    #: False: nothing was written
    written: bool

    def count(self, said: Said) -> int:
        """Rows of which this is said."""
        return sum(one.said is said for one in self.rows)
