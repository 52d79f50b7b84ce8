"""From the directory to the plan of a hunt, as the dialplan takes it: for now, and for the time when the service is dead.

Refuses nothing itself: what cannot be a plan is refused by cascade/plan.py, and such an agency is left out and told.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from hotline1022.cascade.plan import MOST_STEPS, kept, pieces
from hotline1022.cascade.types import PlannedStep
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.directory.hours import DAYS, Week
from hotline1022.directory.hunt import hunt, week_of
from hotline1022.directory.lookup import active
from hotline1022.directory.types import Directory, Hunt, HuntStep, Skip

log = logging.getLogger(__name__)

COUNTRY = "+84"
#: days off that Asterisk knows from today on: as long as the service may be dead, and short enough for its console
DAYS_OFF = 30


def dialled(number: str) -> str:
    """A number of the directory as the carrier takes it: +84901234567 → 0901234567; short ones as they are."""
    if number.startswith(COUNTRY):
        return "0" + number.removeprefix(COUNTRY)
    return "00" + number[1:] if number.startswith("+") else number


def steps_now(found: Hunt) -> tuple[PlannedStep, ...]:
    """The steps of a hunt for this moment."""
    return tuple(_step(step, skip=_skip(step)) for step in found.steps[:MOST_STEPS])


def _skip(step: HuntStep) -> str:
    return Skip.OUTSIDE_HOURS.value if step.skip is Skip.OUTSIDE_HOURS else ""


def _step(step: HuntStep, *, skip: str = "", hours: str = "") -> PlannedStep:
    return PlannedStep(
        number=dialled(step.number) if step.number else "",
        seconds=step.seconds,
        role=step.role.value,
        contact=step.contact,
        which=step.which.value,
        skip=skip,
        hours=hours,
    )


def plans_kept(directory: Directory, at: datetime, closed: Callable[[date], bool]) -> dict[str, str]:
    """What Asterisk's own database is to keep: `plan-7xx` for each agency with a code (what does not fit goes on in
    `plan-7xx-2` and so on), `urgent-ID` for each urgent category (in one value, Asterisk's console would not take many), and
    `off`, the days off of the next thirty. Hours are judged by Asterisk then.
    """
    day = local_day(at)
    days = (day + timedelta(days=later) for later in range(DAYS_OFF))
    found = {f"urgent-{one.id}": "1" for one in directory.categories.values() if one.urgent and active(one, day)}
    found["off"] = "&".join(f"{one:%Y%m%d}" for one in days if closed(one))
    for agency in directory.agencies.values():
        if agency.code is None or not active(agency, day):
            continue
        try:
            steps = hunt(directory, agency=agency.id, at=at, closed=closed).steps[:MOST_STEPS]
            plan = [_step(step, hours=_hours(directory, step)) for step in steps]
            for number, piece in enumerate(pieces(kept(agency.id, plan)), start=1):
                found[f"plan-{agency.code}" + (f"-{number}" if number > 1 else "")] = piece
        except HotlineError as error:
            log.error("agency %s: no plan for the time without the service: %s", agency.id, error)
    return found


def _hours(directory: Directory, step: HuntStep) -> str:
    contact = directory.contacts.get(step.contact)
    return "" if contact is None else hours_text(week_of(directory, contact))


def hours_text(week: Week) -> str:
    """A week as the dialplan takes it: `0730-1129.mon-fri+1330-1659.mon-fri`; "" = always.

    Asterisk's spans hold their last minute too, so each ends a minute sooner.
    """
    if week is None:
        return ""
    spans = sorted({span for day in week for span in day})
    return "+".join(
        f"{_clock(since)}-{_clock(until - 1)}.{days}"
        for since, until in spans
        for days in _days([number for number, day in enumerate(week) if (since, until) in day])
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}{minute % 60:02d}"


def _days(numbers: list[int]) -> Iterator[str]:
    """Runs of neighbouring days."""
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        days = [number for _, number in run]
        yield DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
