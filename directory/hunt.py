"""Whom to ring for a citizen: the agency's order, its contact points, their hours. Pure; refuses to guess a number."""

import re
from collections.abc import Callable
from datetime import date, datetime

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid
from hotline1022.directory.hours import Week, open_at, read_hours
from hotline1022.directory.lookup import category_of, contacts_of, successor_at, upwards, who_answers
from hotline1022.directory.types import Contact, Directory, Hunt, HuntStep, Role, Skip, Step, Which

#: seconds that one telephone may ring
RING_SECONDS = (5, 120)
#: steps that one order may have
MOST_STEPS = 12
#: the order where no agency upwards names one
ORDER = (
    Step(role=Role.SPECIALIST, which=Which.OFFICE, seconds=20),
    Step(role=Role.SPECIALIST, which=Which.MOBILE, seconds=25),
    Step(role=Role.LEADER, which=Which.OFFICE, seconds=20),
    Step(role=Role.LEADER, which=Which.MOBILE, seconds=25),
)
_STEP = re.compile(r"(specialist|leader)\.(office|mobile) ([0-9]{1,3})")


def never_closed(day: date) -> bool:
    """No public holidays are known."""
    return False


def read_step(text: str) -> Step:
    """A step as people write it: `specialist.office 20`; Invalid `hunt-invalid`."""
    match = _STEP.fullmatch(text)
    if match is None:
        raise Invalid(
            f"{text!r} is no step of a hunt; write specialist or leader, .office or .mobile, and seconds: "
            "specialist.office 20",
            error_id="hunt-invalid",
        )
    low, high = RING_SECONDS
    if not low <= int(match[3]) <= high:
        raise Invalid(f"{text!r} rings too short or too long; choose {low} to {high} seconds", error_id="hunt-invalid")
    return Step(role=Role(match[1]), which=Which(match[2]), seconds=int(match[3]))


def order_of(directory: Directory, agency: str) -> tuple[Step, ...]:
    """The agency's own order, else that of the nearest agency above that has one."""
    return next((one.hunt for one in upwards(directory.agencies, agency) if one.hunt), ORDER)


def week_of(directory: Directory, contact: Contact) -> Week:
    """The contact point's own hours, else the agency's, else those of the nearest agency above."""
    written = [contact.hours, *(one.hours for one in upwards(directory.agencies, contact.agency))]
    return next((read_hours(text) for text in written if text), None)


def hunt(
    directory: Directory,
    *,
    agency: str = "",
    category: str = "",
    area: str = "",
    at: datetime,
    closed: Callable[[date], bool] = never_closed,
) -> Hunt:
    """Whom to ring at this moment: the agency that is asked for, or else the one that answers for the category.

    An agency that has ended stands for its successor. A step rings everybody of its role one by one. `closed` tells
    public holidays; an urgent category rings outside hours too. NotFound as in who_answers.
    """
    day = local_day(at)
    wanted = category_of(directory, category) if category else None
    if not agency and wanted is None:
        raise Invalid("neither agency nor category is named; name one of them", error_id="hunt-invalid")
    found = successor_at(directory, agency, day) if agency else who_answers(directory, category, area, day)
    steps: list[HuntStep] = []
    for step in order_of(directory, found.id):
        people = contacts_of(directory, found.id, day, step.role)
        steps += [
            _step(step, one, _skip(directory, step, one, at, wanted is not None and wanted.urgent, closed))
            for one in people
        ]
        if not people:
            steps.append(_nobody(step))
    return Hunt(agency=found, category=wanted, steps=tuple(steps))


def _skip(
    directory: Directory, step: Step, contact: Contact, at: datetime, urgent: bool, closed: Callable[[date], bool]
) -> Skip:
    if not _number(step, contact):
        return Skip.NUMBER_MISSING
    if urgent or open_at(week_of(directory, contact), at, closed):
        return Skip.NO
    return Skip.OUTSIDE_HOURS


def _number(step: Step, contact: Contact) -> str:
    return contact.office if step.which is Which.OFFICE else contact.mobile


def _step(step: Step, contact: Contact, skip: Skip) -> HuntStep:
    return HuntStep(
        contact=contact.id,
        name=contact.name,
        role=step.role,
        which=step.which,
        number=_number(step, contact),
        seconds=step.seconds,
        skip=skip,
    )


def _nobody(step: Step) -> HuntStep:
    return HuntStep(
        contact="",
        name="",
        role=step.role,
        which=step.which,
        number="",
        seconds=step.seconds,
        skip=Skip.NUMBER_MISSING,
    )
