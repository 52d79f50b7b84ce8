"""What each version of the deadlines changed of the province's days off and of days worked in exchange, and the days as they were before
one of these changes. Refuses to undo what was changed again since: both would not be right.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from hotline1022.core.errors import Refused
from hotline1022.tickets.ports import DayChange, DayMove, DayWord, PolicyVersion

#: the days of which something is decided
Days = Mapping[date, DayWord]


def days_of(closed: Sequence[date], worked: Sequence[date]) -> Days:
    """Of each day what is decided."""
    return dict.fromkeys(closed, DayWord.CLOSED) | dict.fromkeys(worked, DayWord.WORKED)


def day_changes(versions: Sequence[tuple[PolicyVersion, Days]]) -> list[DayChange]:
    """Latest first, of versions that are given latest first; the oldest given is what the others are compared with."""
    found: list[DayChange] = []
    now = versions[0][1] if versions else {}
    for (version, days), (_, former) in pairwise(versions):
        moves = tuple(
            DayMove(day=day, before=former.get(day, DayWord.NONE), after=days.get(day, DayWord.NONE))
            for day in sorted(former.keys() | days.keys())
            if former.get(day) != days.get(day)
        )
        if moves:
            stands = all(now.get(one.day, DayWord.NONE) is one.after for one in moves)
            found.append(DayChange(version=version, moves=moves, stands=stands))
    return found


def undone(now: Days, change: DayChange) -> Days:
    """The days with those of this change as they were before it. Refused `days-changed-since`."""
    if any(now.get(one.day, DayWord.NONE) is not one.after for one in change.moves):
        raise Refused(
            "some of these days were changed again since; look at them, then change them by hand",
            error_id="days-changed-since",
        )
    after = {**now, **{one.day: one.before for one in change.moves}}
    return {day: word for day, word in after.items() if word is not DayWord.NONE}
