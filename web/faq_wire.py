"""What requests about questions and answers carry, and what answers wrap around the values of faq/types.py. Refuses nothing
itself.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.faq.types import Said, State
from hotline1022.web.rules import Rule
from hotline1022.web.types import Limit, When

IdText = Annotated[str, Rule(doc="an id: small letters, digits and -", pattern=r"[a-z0-9][a-z0-9-]{0,39}")]
Revision = Annotated[int, Rule(doc="the revision that was read; another one now is 409 faq-changed", low=1)]
LastDay = Annotated[date | None, Rule(doc="the last day on which it holds; null = no end is known")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqSearchQuery:
    """What a citizen asks for."""

    words: Annotated[str, Rule(doc="with marks and case or without: khai sinh", low=1, high=200)]
    agency: IdText | None = None
    category: IdText | None = None
    typing: Annotated[bool, Rule(doc="somebody is still typing: the last word may be half, and nothing is noted")] = (
        False
    )
    limit: Annotated[int, Rule(doc="answers at most", low=1, high=50)] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqQuery:
    """Filters of the list."""

    agency: IdText | None = None
    category: IdText | None = None
    state: Annotated[
        State | None,
        Rule(doc="a version stands there; without scope agent only published. withdrawn: nothing is left of it"),
    ] = None
    out_of_date: Annotated[bool, Rule(doc="only published ones whose last day is over")] = False
    ending_soon: Annotated[
        bool, Rule(doc="only published ones whose last day comes within `desk.faq_soon_days`; with out_of_date both")
    ] = False
    words: Annotated[str, Rule(doc="all of these, in question, keywords or legal source", high=200)] = ""
    cursor: Annotated[str | None, Rule(doc="the cursor that the page before gave", pattern=r"[A-Za-z0-9_-]{8,120}")] = (
        None
    )
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqTextBody:
    """A text as it is written."""

    question: Annotated[str, Rule(low=3, high=300)]
    answer: Annotated[str, Rule(doc="up to 4000 characters, in lines", low=1, high=4000, lines=True)]
    keywords: Annotated[str, Rule(doc="other words by which people ask for it, with commas between", high=300)] = ""
    legal_source: Annotated[str, Rule(doc="the law, decree or decision that it rests on", high=500)] = ""
    category: Annotated[str, Rule(doc="id of a category", pattern=r"([a-z0-9][a-z0-9-]{0,39})?")] = ""
    valid_to: LastDay = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqBody(FaqTextBody):
    """A new question of an agency."""

    agency: Annotated[
        str, Rule(doc="id of an agency; left out, the token's own", pattern=r"([a-z0-9][a-z0-9-]{0,39})?")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEditBody(FaqTextBody):
    """The whole text anew."""

    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqMoveBody:
    """What a move needs."""

    revision: Revision
    why: Annotated[str, Rule(doc="needed by return and withdraw", high=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqImportQuery:
    """How a file is taken in."""

    agency: Annotated[
        str, Rule(doc="id of an agency; left out, the token's own", pattern=r"([a-z0-9][a-z0-9-]{0,39})?")
    ] = ""
    dry_run: Annotated[bool, Rule(doc="true: only the report; false: written")] = True
    propose: Annotated[bool, Rule(doc="as proposed, not as drafts")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqHit:
    """An answer that was found."""

    entry: str
    agency: str
    agency_name: str
    number: Annotated[int, Rule(doc="of the version")]
    question: str
    answer: str
    keywords: str
    legal_source: str
    category: str
    category_name: str
    valid_to: LastDay
    out_of_date: Annotated[bool, Rule(doc="its last day is over: ask the agency before telling it")]
    published_at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqHits:
    """Answers, best first."""

    hits: tuple[FaqHit, ...]
    near: Annotated[bool, Rule(doc="no answer has all the words: these have some")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqVersionView:
    """One version."""

    number: int
    state: State
    question: str
    answer: str
    keywords: str
    legal_source: str
    category: str
    category_name: str
    valid_to: LastDay
    out_of_date: bool
    ends_soon: Annotated[bool, Rule(doc="published, and its last day comes within `desk.faq_soon_days`")]
    written_by: str
    written_at: When
    proposed_by: str
    proposed_at: When | None
    published_by: str
    published_at: When | None
    ended_by: str
    ended_at: When | None
    why: Annotated[str, Rule(doc="why it was returned, dropped or withdrawn")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntryView:
    """A question of an agency."""

    id: str
    agency: str
    agency_name: str
    created_at: When
    changed_at: When
    revision: Revision
    published: Annotated[int, Rule(doc="number of the version that is published; 0 = none")]
    opened: Annotated[int, Rule(doc="number of the version that is worked on; 0 = none")]
    versions: Annotated[tuple[FaqVersionView, ...], Rule(doc="newest first; in lists those two, or the latest")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqPage:
    """Questions, latest change first."""

    entries: tuple[FaqEntryView, ...]
    next: Annotated[str | None, Rule(doc="cursor of the next page; null = this is the last")]
    soon: Annotated[int, Rule(doc="published answers of these agencies, whatever else is asked for, that end soon")]
    over: Annotated[int, Rule(doc="and those whose last day is over")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqProblem:
    """What is wrong in a row."""

    error_id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqRow:
    """What became of a row of the sheet."""

    row: Annotated[int, Rule(doc="as the sheet's own program counts")]
    said: Annotated[Said, Rule(doc="new = taken, there = the agency has it already, wrong = left out")]
    question: str
    problems: tuple[FaqProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqReport:
    """What an import did, or would do."""

    written: bool
    new: int
    there: int
    wrong: int
    rows: tuple[FaqRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqMissQuery:
    """A part of them."""

    limit: Limit = 100
    skip: Annotated[int, Rule(doc="so many are passed over", low=0, high=100_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqMissView:
    """A search that no answer had all the words of."""

    id: str
    words: str
    count: int
    first_at: When
    last_at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqMissList:
    """Searches without an answer, the most frequent first."""

    misses: tuple[FaqMissView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqDone:
    """It is ticked off."""

    done: bool
