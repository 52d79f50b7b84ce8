"""What requests about holds and retention carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.recordings.types import CallKind, Hold
from hotline1022.web.rules import Rule
from hotline1022.web.types import When


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBody:
    """A hold."""

    letter: Annotated[str, Rule(doc="number of the letter that asks for it", low=1, high=100)]
    why: Annotated[str, Rule(doc="why it is kept; stays out of the audit", low=1, high=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBody:
    """The end of a hold."""

    why: Annotated[str, Rule(doc="why it is released; stays out of the audit", low=1, high=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """A hold as it stands."""

    id: str
    recording: Annotated[str, Rule(doc="id of the recording")]
    letter: str
    why: str
    since: When
    by: str
    released_at: When | None
    released_by: str
    release_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldList:
    """Holds, oldest first."""

    holds: tuple[HoldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A hold that has ended."""

    hold: HoldView
    held: Annotated[bool, Rule(doc="another hold keeps the recording")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDayView:
    """What would go of one day and kind."""

    day: date
    kind: CallKind
    recordings: int
    bytes: Annotated[int, Rule(doc="of the originals")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionView:
    """What would go now."""

    days: tuple[DueDayView, ...]
    recordings: int
    bytes: Annotated[int, Rule(doc="of the originals")]
    held: Annotated[int, Rule(doc="their time would be over, and somebody holds them")]
    damaged: Annotated[int, Rule(doc="their time would be over, and a file is not what was stored: they stay")]
    calls: Annotated[int, Rule(doc="calls whose numbers and history would go")]
    doubt: Annotated[str, Rule(doc="why nothing goes tonight although it is due; empty = nothing stands in the way")]


def hold_view(one: Hold) -> HoldView:
    """A hold as the API shows it."""
    return HoldView(**{name: getattr(one, name) for name in HoldView.__dataclass_fields__})
