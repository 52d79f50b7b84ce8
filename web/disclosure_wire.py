"""What requests about disclosures carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from hotline1022.evidence.types import LONGEST, MOST, MOST_BLEEPS, State
from hotline1022.web.rules import Rule
from hotline1022.web.types import Millis, When, WorkState

_TEXT = Rule(doc=f"1 to {LONGEST} characters", low=1, high=LONGEST)


class Decision(StrEnum):
    """What is decided."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_MOMENT = Rule(
    doc="offset from the call's beginning (1:15, 75.250) or time of day (2026-11-24T04:43:30); empty = beginning, or end",
    high=40,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BleepBody:
    """A stretch that nobody shall hear."""

    start: Annotated[str, _MOMENT]
    end: Annotated[str, _MOMENT]
    tracks: Annotated[
        tuple[str, ...], Rule(doc="ids of tracks; none = all, and both sides of the stereo copy", high=200)
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBody:
    """What goes out of one recording: an excerpt in place of the originals."""

    recording: Annotated[str, Rule(doc="one of the recordings", pattern=r"[0-9a-f]{16}")]
    start: Annotated[str, _MOMENT] = ""
    end: Annotated[str, _MOMENT] = ""
    bleeps: Annotated[tuple[BleepBody, ...], Rule(doc=f"{MOST_BLEEPS} in all at most", high=10_000)] = ()


_PARTS = Rule(
    doc="recordings of which only a part goes out, or with stretches bleeped; the others go out whole", high=MOST
)


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
    parts: Annotated[tuple[PartBody, ...], _PARTS] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBody:
    """Other parts than before."""

    parts: Annotated[tuple[PartBody, ...], _PARTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBody:
    """What is decided, and why."""

    decision: Decision
    words: Annotated[str, Rule(doc="needed to refuse and to withdraw", high=LONGEST)] = ""
    terms: Annotated[
        str,
        Rule(
            doc="terms of the disclosure as it was seen, or their first 8 letters; needed to allow parts, or what was changed",
            pattern=r"[0-9a-f]{8,64}|",
            high=64,
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutBody:
    """Who receives it."""

    received_by: Annotated[str, Rule(doc="name and post", low=1, high=LONGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureQuery:
    """Which are wanted."""

    state: State | None = None
    words: Annotated[str, Rule(doc="in the unit or the letter's number, without marks and case", high=200)] = ""
    cursor: Annotated[str | None, Rule(doc="the cursor that the page before gave", pattern=r"[A-Za-z0-9_-]{8,120}")] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutView:
    """Who received a package."""

    received_by: str
    handed_by: str
    at: When
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BleepView:
    """A stretch that is bleeped."""

    start_ms: Millis
    end_ms: Millis
    tracks: Annotated[tuple[str, ...], Rule(doc="none = all")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """What goes out of one recording, in milliseconds from the call's beginning."""

    recording: str
    start_ms: Millis
    end_ms: Millis
    bleeps: tuple[BleepView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLinkView:
    """A link by which the package is fetched, without its secret."""

    id: str
    received_by: str
    made_by: str
    made_at: When
    expires_at: When
    sent: Annotated[int, Rule(doc="bytes that were sent by it, or are being sent", high=2**53)]
    budget: Annotated[int, Rule(doc="bytes that may be", high=2**53)]
    ended_at: Annotated[datetime | None, Rule(doc="when it was taken back")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade:
    """A new link."""

    id: str
    address: Annotated[str, Rule(doc="shown this once: whoever has it can fetch the package", high=400)]
    expires_at: When
    sha256: Annotated[str, Rule(doc="of the package")]


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
    parts: Annotated[tuple[PartView, ...], Rule(doc="the recordings of which only a part goes out")]
    terms: Annotated[str, Rule(doc="SHA-256 of all that is asked for; whoever allows it names what was seen by this")]
    revision: Annotated[int, Rule(doc="counts up when what is asked for changes")]
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
    links: tuple[PackageLinkView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureList:
    """Newest first."""

    disclosures: tuple[DisclosureView, ...]
    unreadable: Annotated[
        tuple[str, ...], Rule(doc="ids of those whose rows somebody changed so that they cannot be read")
    ]
    next: Annotated[str | None, Rule(doc="cursor of the next page; null = this is the last")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingView:
    """A package that is made in the background."""

    disclosure: str
    state: WorkState
    asked_at: When
    asked_by: str
    ended_at: datetime | None
    done: Annotated[int, Rule(doc="bytes that are written", high=2**53)]
    work: Annotated[int, Rule(doc="about how many there will be", high=2**53)]
    error: str
    error_id: Annotated[str, Rule(doc="of what it was refused for; empty = it was not")] = ""
