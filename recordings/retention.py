"""When the time of a recording or of a call is over, and when the clock is not to be believed. Pure; what is held, or of an
open ticket, has no end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from hotline1022.core.clock import SLACK, aware, local_day, to_come
from hotline1022.core.said import said
from hotline1022.recordings.catalogue import CallKind

#: the clock must have gone without a jump for so long before anything is deleted
STEADY = timedelta(days=14)
#: two daily looks at the evidence are never further apart while the service runs
GAP = timedelta(days=3)
#: so many may go in a night whatever was usual, and so many times what was usual in a night of the last NIGHTS
FLOOR, FACTOR, NIGHTS = 500, 5, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long recordings are kept, and the rows of calls; days from the call, or from the end of its last ticket. 0: for ever."""

    ordinary: int
    emergency: int
    calls: int
    calls_emergency: int

    def ends(self, now: datetime) -> Mapping[CallKind, datetime]:
        """Recordings from before these moments may go; a kind that is not in it is kept. One of an open ticket never is."""
        return _ends({CallKind.ORDINARY: self.ordinary, CallKind.EMERGENCY: self.emergency}, now)

    def call_ends(self, now: datetime) -> Mapping[CallKind, datetime]:
        """The same for the rows of calls."""
        return _ends({CallKind.ORDINARY: self.calls, CallKind.EMERGENCY: self.calls_emergency}, now)


#: rows of calls, and the recordings that would be kept without knowing whose they are if these went first
_TOGETHER = (("calls", "ordinary"), ("calls_emergency", "emergency"))
#: a hundred years
LONGEST = 36_500


def too_short(terms: Terms) -> tuple[tuple[str, str], ...]:
    """Which days of rows of calls end before those of their recordings; each with those of the recordings. 0 = for ever."""
    wrong = []
    for calls, recordings in _TOGETHER:
        days, least = getattr(terms, calls), getattr(terms, recordings)
        if days and (days < least or not least):
            wrong.append((calls, recordings))
    return tuple(wrong)


def shorter(terms: Terms, before: Terms) -> tuple[str, ...]:
    """Which of them end earlier than before."""
    names = [one.name for one in fields(Terms)]
    return tuple(name for name in names if _longer(getattr(before, name)) > _longer(getattr(terms, name)))


def _longer(days: int) -> int:
    return days or LONGEST + 1


def _ends(days: Mapping[CallKind, int], now: datetime) -> dict[CallKind, datetime]:
    return {kind: aware(now) - timedelta(days=count) for kind, count in days.items() if count > 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsVersion:
    """How long things are kept, as somebody decided at the desk, or the settings' file before that. Days; 0 = for ever."""

    #: from 1; the greatest is in force
    number: int
    ordinary_days: int
    emergency_days: int
    calls_days: int
    calls_emergency_days: int
    why: str
    by: str
    at: datetime
    #: it was only read from the settings' file
    from_file: bool = False

    def __post_init__(self) -> None:
        aware(self.at)

    @property
    def terms(self) -> Terms:
        """The days alone."""
        return Terms(
            ordinary=self.ordinary_days,
            emergency=self.emergency_days,
            calls=self.calls_days,
            calls_emergency=self.calls_emergency_days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A recording whose time is over, unless a check finds it wrong."""

    id: str
    call: str
    place: int
    started_at: datetime
    kind: CallKind
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """Those of one day in the province and one kind."""

    day: date
    kind: CallKind
    recordings: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """What would go now."""

    days: tuple[DueDay, ...]
    #: recordings whose time would be over, and that are held, or damaged
    held: int
    damaged: int
    #: rows of calls whose personal data would go
    calls: int
    #: why nothing goes although it is due; "" = nothing stands in the way
    doubt: str

    @property
    def recordings(self) -> int:
        """All of them."""
        return sum(one.recordings for one in self.days)

    @property
    def bytes(self) -> int:
        """All of them, originals alone."""
        return sum(one.bytes for one in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a recording is kept whatever its age."""

    id: str
    #: id of the recording
    recording: str
    #: number of the letter
    letter: str
    why: str
    since: datetime
    by: str
    released_at: datetime | None = None
    released_by: str = ""
    release_why: str = ""


def clock_doubt(now: datetime, last: datetime | None, looks: Sequence[datetime]) -> str:
    """Why the clock is not to be believed; "" = it is. `last`: of the chain's last entry; `looks`: of its daily looks, oldest
    first.

    A clock that was set wrong leaves a gap, or a time to come, in what was written each day. It has to go on without one for
    STEADY before anything is deleted, so that somebody sees the alarm meanwhile.
    """
    if last is None or not looks:
        return said("doubt.no-looks", days=STEADY.days)
    if to_come(last, now):
        return said("doubt.to-come", last=last)
    steps = [*looks, now]
    for before, after in zip(reversed(steps[:-1]), reversed(steps[1:]), strict=True):
        if now - after >= STEADY:
            return ""
        if after < before - SLACK:
            return said("doubt.went-back", before=before, after=after, until=_until(after))
        if after - before > GAP:
            return said("doubt.gap", before=before, after=after, until=_until(after))
    if now - looks[0] >= STEADY:
        return ""
    return said("doubt.few-looks", since=looks[0], until=_until(looks[0]))


def _until(since: datetime) -> date:
    return local_day(since + STEADY)


def allowed(most: int, lately: int) -> int:
    """How many may go in a night; `most` as it is set, 0 = by itself; `lately`: that went in the last NIGHTS nights."""
    return most or max(FLOOR, FACTOR * lately // NIGHTS)
