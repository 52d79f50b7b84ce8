"""A plan looked at: hours in which nobody is on, shifts with too few, people who are planned twice at once; and weeks copied. Pure;
times of day are the province's. Refuses nothing: a plan with holes is a plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from hotline1022.core.clock import PROVINCE, day_begins
from hotline1022.queue.types import Double, Duty, Shift, Short

_DAY = timedelta(days=1)
#: day and shift
Key = tuple[date, str]
#: what stands in the plan: crews and people
Who = tuple[str, ...]


def span(shift: Shift, day: date) -> tuple[datetime, datetime]:
    """From when until when the shift that begins on this day runs."""
    starts = datetime.combine(day, shift.starts, PROVINCE)
    return starts, datetime.combine(day if shift.starts < shift.ends else day + _DAY, shift.ends, PROVINCE)


def nobody_on(
    since: date, until: date, shifts: Sequence[Shift], duties: Iterable[Duty]
) -> list[tuple[datetime, datetime]]:
    """Stretches of these days, both included, in which nobody is on; those of one day end with it. Duties of the day before count."""
    known = {one.id: one for one in shifts}
    covered = sorted(span(known[one.shift], one.day) for one in duties if one.people and one.shift in known)
    found: list[tuple[datetime, datetime]] = []
    day = since
    while day <= until:
        at, end = day_begins(day), day_begins(day + _DAY)
        for begins, ends in covered:
            if ends <= at or begins >= end:
                continue
            if begins > at:
                found.append((at, begins))
            at = max(at, ends)
        if at < end:
            found.append((at, end))
        day += _DAY
    return found


def too_few(since: date, until: date, shifts: Iterable[Shift], duties: Iterable[Duty]) -> list[Short]:
    """Shifts of these days with fewer people than they need."""
    people = {(one.day, one.shift): len(one.people) for one in duties}
    days = [since + number * _DAY for number in range((until - since).days + 1)]
    return [
        Short(day=day, shift=one.id, planned=people.get((day, one.id), 0), needed=one.needed)
        for day in days
        for one in shifts
        if one.on(day) and people.get((day, one.id), 0) < one.needed
    ]


def twice(plan: Mapping[Key, Who], crews: Mapping[str, Sequence[str]], shifts: Iterable[Shift]) -> list[Double]:
    """Who is planned twice at once; each pair of shifts is told once, at the later one."""
    known = {one.id: one for one in shifts}
    of: dict[str, list[tuple[datetime, datetime, Key]]] = {}
    found = []
    for key, who in plan.items():
        if key[1] not in known:
            continue
        begins, ends = span(known[key[1]], key[0])
        named = [person for one in who for person in crews.get(one, (one,))]
        for person in dict.fromkeys(named):
            of.setdefault(person, []).append((begins, ends, key))
            if named.count(person) > 1:
                found.append(Double(day=key[0], shift=key[1], person=person, other_day=key[0], other_shift=key[1]))
    for person, spans in of.items():
        spans.sort()
        for number, (begins, _, key) in enumerate(spans):
            for _, other_ends, other in spans[:number]:
                if other_ends > begins:
                    found.append(
                        Double(day=key[0], shift=key[1], person=person, other_day=other[0], other_shift=other[1])
                    )
    return sorted(found, key=lambda one: (one.day, one.shift, one.person, one.other_day, one.other_shift))


def in_place_of(who: Who, crews: Mapping[str, Sequence[str]], out: str, into: str) -> Who | None:
    """One person in place of another; a crew that had the one becomes its people. None when the one is not planned there."""
    people = [person for one in who for person in (crews[one] if out in crews.get(one, ()) else (one,))]
    if out not in people:
        return None
    named = dict.fromkeys(into if one == out else one for one in people)
    return tuple(named)


def weeks_copied(plan: Mapping[Key, Who], monday: date, weeks: int, shifts: Iterable[Shift]) -> dict[Key, Who]:
    """What the weeks after the one that begins on `monday` become; shifts that have ended by then are left out."""
    made: dict[Key, Who] = {}
    for number in range(1, weeks + 1):
        for offset in range(7):
            day = monday + timedelta(days=offset)
            to = day + timedelta(weeks=number)
            made |= {(to, one.id): plan.get((day, one.id), ()) for one in shifts if one.on(to)}
    return made
