"""What requests carry, and what answers wrap around the values of types.py. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.core.people import PAUSE_DIGITS, pattern, words
from hotline1022.figures.types import SHORT_MS, WITHIN_MS, CallPart
from hotline1022.queue.types import LineView
from hotline1022.tickets.types import State
from hotline1022.web.rules import Rule
from hotline1022.web.types import (
    LOST,
    AbandonedView,
    AlarmView,
    CallView,
    CrewView,
    Limit,
    LineText,
    Millis,
    PersonText,
    PersonView,
    PinText,
    PlannedView,
    ShiftTimes,
    ShiftView,
    VoicemailView,
    When,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoInput:
    """Takes nothing."""


#: of an id, or `-` for those that have none
_ID_OR_NONE = r"-|[a-z0-9][a-z0-9-]{0,63}"
IdOrNone = Annotated[str, Rule(doc="an id; - = those that have none", pattern=_ID_OR_NONE)]
TextOrNone = Annotated[str, Rule(doc="exactly as it is written; - = those that have none", low=1, high=120)]
Words = Annotated[
    str,
    Rule(
        doc="all of these, with marks and case or without; who may not see numbers finds them in a ticket's code, content, answer, "
        "place, category, agency and service group alone, never in a name, an address or a number",
        low=1,
        high=120,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilters:
    """By what calls are counted and listed alike. Unit, service group, words and state of a ticket are those of one that hangs on the call."""

    since: Annotated[datetime | None, Rule(doc="entered at or after; a day alone means from its beginning")] = None
    until: Annotated[datetime | None, Rule(doc="entered before; a day alone means through its end", until=True)] = None
    result: Result | None = None
    reason: Reason | None = None
    state: CallState | None = None
    category: TextOrNone | None = None
    agency: IdOrNone | None = None
    service: TextOrNone | None = None
    words: Words | None = None
    ticket_state: Annotated[State | None, Rule(doc="state of that ticket")] = None
    line: LineText | None = None
    person: PersonText | None = None
    from_time: Annotated[
        time | None, Rule(doc="came in from this time of day on, on the province's clock; with to_time")
    ] = None
    to_time: Annotated[
        time | None, Rule(doc="and before this one; one before from_time goes past midnight, the same is the whole day")
    ] = None
    within: Annotated[int, Rule(doc="seconds: X of the service level", low=1, high=3600)] = WITHIN_MS // 1000
    short: Annotated[int, Rule(doc="seconds: s, of a wait that was none", low=0, high=600)] = SHORT_MS // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallListed(CallFilters):
    """By what calls are listed alone."""

    caller: Annotated[
        str | None, Rule(doc="caller's number, digits and +; needs scope agent or admin", pattern=r"\+?[0-9]{2,15}")
    ] = None
    part: Annotated[CallPart | None, Rule(doc="a part of the calls, as figures count them")] = None
    direction: Annotated[Direction | None, Rule(doc="out: calls that 1022 made; without it, those that came in")] = None
    waited: Annotated[int | None, Rule(doc="waited so many milliseconds at least")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery(CallListed):
    """Filters of the list of calls."""

    cursor: Annotated[str | None, Rule(doc="the cursor that the page before gave", pattern=r"[A-Za-z0-9_-]{8,120}")] = (
        None
    )
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitQuery:
    """How many."""

    limit: Limit = 100


class Order(StrEnum):
    """Which of those that wait come first."""

    LATEST = "latest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQuery:
    """A part of what waits for somebody."""

    limit: Limit = 100
    skip: Annotated[int, Rule(doc="so many are passed over", low=0, high=100_000)] = 0
    order: Annotated[Order, Rule(doc="latest or oldest first")] = Order.LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailQuery(WaitingQuery):
    """Filters of the list of voicemails."""

    heard: Annotated[
        bool | None, Rule(doc="only heard ones, only unheard ones; `skip` and `order` are for unheard ones")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmQuery:
    """Filters of the list of alarms."""

    seen: Annotated[bool | None, Rule(doc="only seen ones, only unseen ones")] = None
    ringing: Annotated[
        bool | None, Rule(doc="only those that nobody has seen and whose cause is there, only the others")
    ] = None
    kind: Annotated[str, Rule(doc="one kind alone, as docs/operations.md names them", pattern="[a-z0-9-]{0,40}")] = ""
    skip: Annotated[int, Rule(doc="so many of the latest are left out", high=100_000)] = 0
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginBody:
    """Who logs in."""

    person: PersonText
    pin: PinText


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseBody:
    """Why."""

    reason: Annotated[
        str, Rule(doc=f"code of a reason from the settings, {words(PAUSE_DIGITS)}", pattern=pattern(PAUSE_DIGITS))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBody:
    """A new person."""

    id: PersonText
    name: Annotated[str, Rule(doc="1 to 80 characters", low=1, high=80)]
    pin: PinText


@dataclass(frozen=True, slots=True, kw_only=True)
class PinBody:
    """Another PIN of a person."""

    pin: PinText


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """Calls, newest first."""

    calls: tuple[CallView, ...]
    next: Annotated[str | None, Rule(doc="cursor of the next page; null = this is the last")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineList:
    """All lines."""

    lines: tuple[LineView, ...]
    lost_at: Annotated[When | None, LOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedList:
    """Numbers to call back."""

    abandoned: tuple[AbandonedView, ...]
    total: Annotated[int, Rule(doc="how many there are")]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailList:
    """Messages."""

    voicemails: tuple[VoicemailView, ...]
    total: Annotated[int | None, Rule(doc="how many unheard ones there are; null where others were asked for")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmList:
    """Alarms, latest first."""

    alarms: tuple[AlarmView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftList:
    """The shifts that run now."""

    at: When
    shifts: tuple[ShiftView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterQuery:
    """Which days of the plan."""

    since: Annotated[date | None, Rule(doc="first day; left out, today")] = None
    days: Annotated[int, Rule(doc="how many days", low=1, high=400)] = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The plan: every shift and crew, and who has which day. A day without a row has nobody."""

    shifts: tuple[ShiftTimes, ...]
    crews: tuple[CrewView, ...]
    plan: tuple[PlannedView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonList:
    """All people, active or not."""

    people: tuple[PersonView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """The process answers."""

    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check of readiness."""

    name: str
    ready: bool
    at: When
    took_ms: Millis
    error_id: str | None
    message: Annotated[str | None, Rule(doc="what is wrong and the cure; only with a token of scope read")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether everything that a call needs answers."""

    ready: bool
    checks: tuple[CheckView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a request was not done."""

    error_id: Annotated[str, Rule(doc="stable, kebab-case")]
    message: str
    cure: str | None
