"""What requests about holds and retention carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from hotline1022.recordings.types import CallKind, DueView, Hold, Terms, TermsVersion
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSeen:
    """What would go as a page shows it: counted a moment ago, or being counted."""

    due: RetentionView | None
    #: when its counting began
    at: When | None
    counting: bool


Days = Annotated[int, Rule(doc="days; 0 = for ever", high=36_500)]
SeenTerms = Annotated[
    int, Rule(doc="number of the version that was seen; 0 = there was none: the settings' file leads")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsNow:
    """How long things are kept."""

    terms: Annotated[Terms, Rule(doc="days in force")]
    file: Annotated[Terms, Rule(doc="days of the settings' file, which leads until somebody decides here")]
    versions: Annotated[tuple[TermsVersion, ...], Rule(doc="latest first; none: the settings' file leads")]
    differs: Annotated[str, Rule(doc="why nothing is deleted by them: the audit tells otherwise; empty = nothing")]
    from_hour: Annotated[int, Rule(doc="hour of the province from which things go")]
    until_hour: Annotated[int, Rule(doc="hour until which they go")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsTryBody:
    """Days that somebody thinks of."""

    ordinary: Days
    emergency: Days
    calls: Days
    calls_emergency: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsBody:
    """Days that are decided."""

    ordinary: Days
    emergency: Days
    calls: Days
    calls_emergency: Days
    seen: SeenTerms
    why: Annotated[str, Rule(doc="why; stays out of the audit", low=1, high=500)]
    confirm: Annotated[
        str, Rule(doc="what the preview of these days gave; needed when something goes earlier", high=16)
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsPreview:
    """What other days would mean tonight."""

    now: Annotated[RetentionView, Rule(doc="what is due by the days in force")]
    then: Annotated[RetentionView, Rule(doc="what would be due by these days")]
    shorter: Annotated[tuple[str, ...], Rule(doc="which of the days end earlier than those in force")]
    confirm: Annotated[str, Rule(doc="to be given with exactly these days while these are in force")]


def due_view(found: DueView) -> RetentionView:
    """What is due, as the API shows it."""
    return RetentionView(
        days=tuple(
            DueDayView(day=one.day, kind=one.kind, recordings=one.recordings, bytes=one.bytes) for one in found.days
        ),
        recordings=found.recordings,
        bytes=found.bytes,
        held=found.held,
        damaged=found.damaged,
        calls=found.calls,
        doubt=found.doubt,
    )


def terms_of_body(body: TermsTryBody | TermsBody) -> Terms:
    """The days that were sent."""
    return Terms(
        ordinary=body.ordinary,
        emergency=body.emergency,
        calls=body.calls,
        calls_emergency=body.calls_emergency,
    )


def hold_view(one: Hold) -> HoldView:
    """A hold as the API shows it."""
    return HoldView(**{name: getattr(one, name) for name in HoldView.__dataclass_fields__})
