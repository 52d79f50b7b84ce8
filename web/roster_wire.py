"""What requests about the plan of shifts carry, and what is told of it beyond its rows. Refuses nothing itself."""

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from hotline1022.queue.types import Double, Short
from hotline1022.web.rules import Rule
from hotline1022.web.types import NameText, PersonText, When, WhoText

#: weeks that are filled at once, at most
WEEKS_LIMIT = 13

_Title = Annotated[str, Rule(doc="1 to 80 characters", low=1, high=80)]
_Whole = Annotated[tuple[WhoText, ...], Rule(doc="crews and people by their ids; none empties the shift")]
_Before = Annotated[
    tuple[WhoText, ...] | None,
    Rule(doc="as it was read; roster-changed when it is another by now. null: whatever it is"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBody:
    """A shift on the province's clock; an end before the start lies on the next day."""

    id: NameText
    name: _Title
    starts: time
    ends: time
    needed: Annotated[int, Rule(doc="people who must be on", low=0, high=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewBody:
    """People who work together (kíp)."""

    id: NameText
    name: _Title
    people: tuple[PersonText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBody:
    """Who has one shift of one day."""

    day: date
    shift: NameText
    who: _Whole
    before: _Before = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBody:
    """One person in place of another for one shift of one day; a crew becomes its people there."""

    day: date
    shift: NameText
    out: PersonText
    into: PersonText
    before: _Before = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyBody:
    """A week onto the weeks after it."""

    week: Annotated[date, Rule(doc="a day of the week that is copied; weeks begin on Monday")]
    weeks: Annotated[int, Rule(doc="how many weeks after it become as it is", low=1, high=WEEKS_LIMIT)] = 1
    mark: Annotated[
        str,
        Rule(
            doc="empty: only tell what would change; else the `mark` that was told, to write it",
            pattern=r"|[0-9a-f]{64}",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """What becomes of one shift of one day."""

    day: date
    shift: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy changes."""

    changes: tuple[PlannedChange, ...]
    mark: Annotated[str, Rule(doc="of exactly these changes")]
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEndBody:
    """From which day on."""

    day: Annotated[date | None, Rule(doc="the first day without it; left out, today")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEnded:
    """What ended, and from how many planned shifts it was taken out."""

    id: str
    day: date
    taken_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterGap:
    """A stretch in which nobody is on."""

    start: When
    end: When


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterCheck:
    """What is odd in the plan."""

    gaps: Annotated[tuple[RosterGap, ...], Rule(doc="nobody is on; those of one day end with it")]
    short: Annotated[tuple[Short, ...], Rule(doc="fewer people than the shift needs")]
    doubles: Annotated[tuple[Double, ...], Rule(doc="planned for two shifts at once, or twice for one")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedQuery:
    """Of which shift of which day."""

    day: date
    shift: NameText


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPast:
    """What became of one shift of one day."""

    number: Annotated[int, Rule(doc="of its entry in the audit")]
    at: When
    by: Annotated[str, Rule(doc="who, as the audit names them")]
    copied: Annotated[bool, Rule(doc="by copying a week onto it")]
    before: tuple[str, ...]
    after: tuple[str, ...]
    stands: Annotated[bool, Rule(doc="it is the last one, and the plan is as it made it: it can be undone")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHistory:
    """What became of it, latest first."""

    changes: tuple[PlannedPast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlannedBody:
    """The last change of one shift of one day, to be undone."""

    day: date
    shift: NameText
    number: Annotated[int, Rule(doc="of the change, as it was read; roster-changed when it is not the last any more")]
