"""What requests about disclosures carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from hotline1022.evidence.types import LONGEST, MOST, State
from hotline1022.web.rules import Rule
from hotline1022.web.types import When

_TEXT = Rule(doc=f"1 to {LONGEST} characters", low=1, high=LONGEST)


class Decision(StrEnum):
    """What is decided."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureBody:
    """What a unit asks for by letter."""

    unit: Annotated[str, _TEXT]
    letter: Annotated[str, _TEXT]
    letter_date: Annotated[date, Rule(doc="day of the letter")]
    person: Annotated[str, _TEXT]
    why: Annotated[str, _TEXT]
    recordings: Annotated[
        tuple[str, ...], Rule(doc=f"ids of recordings, {MOST} at most", pattern=r"[0-9a-f]{16}", high=16)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBody:
    """What is decided, and why."""

    decision: Decision
    words: Annotated[str, Rule(doc="needed to refuse and to withdraw", high=LONGEST)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutBody:
    """Who receives it."""

    received_by: Annotated[str, Rule(doc="name and post", low=1, high=LONGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureQuery:
    """Which are wanted."""

    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutView:
    """Who received a package."""

    received_by: str
    handed_by: str
    at: When
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureView:
    """A request and what became of it."""

    id: str
    state: State
    unit: str
    letter: str
    letter_date: date
    person: str
    why: str
    recordings: tuple[str, ...]
    asked_by: str
    asked_at: When
    decided_by: str
    decided_at: datetime | None
    words: str
    sha256: Annotated[str, Rule(doc="of the package; empty = there is none yet")]
    bytes: Annotated[int, Rule(doc="of the package", high=2**53)]
    packed_at: datetime | None
    expires_at: Annotated[datetime | None, Rule(doc="then nothing is handed out any more")]
    hand_outs: tuple[HandOutView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureList:
    """Newest first."""

    disclosures: tuple[DisclosureView, ...]
