"""Who should be on now, and who is missing. Pure; times of day are the province's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline1022.core.clock import local
from hotline1022.queue.types import Duty, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """The shift that runs now, who should be on, who is missing."""

    shift: Shift
    day: date
    expected: tuple[str, ...]
    missing: tuple[str, ...]
    #: people on who were not asked for
    extra: tuple[str, ...]


def running(shift: Shift, at: datetime) -> date | None:
    """The day on which the shift that covers `at` began; None when it does not run at that moment."""
    now = local(at)
    clock = now.time()
    if shift.starts <= shift.ends:
        return now.date() if shift.starts <= clock < shift.ends else None
    if clock >= shift.starts:
        return now.date()
    return now.date() - timedelta(days=1) if clock < shift.ends else None


def on_duty(at: datetime, shifts: Iterable[Shift], duties: Iterable[Duty], present: Iterable[str]) -> list[OnDuty]:
    """For every shift that runs at `at`: expected, missing and extra people."""
    by_key = {(d.day, d.shift): d.people for d in duties}
    here = set(present)
    found = []
    for shift in shifts:
        day = running(shift, at)
        if day is None or not shift.on(day):
            continue
        expected = by_key.get((day, shift.id), ())
        missing = tuple(p for p in expected if p not in here)
        extra = tuple(sorted(here.difference(expected)))
        found.append(OnDuty(shift=shift, day=day, expected=expected, missing=missing, extra=extra))
    return found
