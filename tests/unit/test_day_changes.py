"""What versions changed of days off, and one change undone: that alone, and only while it stands."""

from datetime import UTC, date, datetime

import pytest

from hotline1022.core.errors import Refused
from hotline1022.tickets.day_changes import day_changes, days_of, undone
from hotline1022.tickets.ports import DayMove, DayWord, PolicyVersion

D1, D2, D3 = (date(2026, 9, day) for day in (3, 4, 5))
AT = datetime(2026, 9, 1, tzinfo=UTC)


def version(number: int) -> PolicyVersion:
    return PolicyVersion(number=number, sha256="a" * 64, note="", by="user:lan", at=AT)


HISTORY = [
    (version(5), days_of([D1], [D3])),
    (version(4), days_of([D1, D2], [D3])),
    (version(3), days_of([D1, D2], [])),
    (version(2), days_of([D1, D2], [])),
    (version(1), days_of([], [])),
]


def test_each_version_is_compared_with_the_one_before() -> None:
    found = day_changes(HISTORY)
    assert [(one.version.number, one.stands) for one in found] == [(5, True), (4, True), (2, False)]
    assert found[0].moves == (DayMove(day=D2, before=DayWord.CLOSED, after=DayWord.NONE),)
    assert found[2].moves == tuple(DayMove(day=day, before=DayWord.NONE, after=DayWord.CLOSED) for day in (D1, D2))
    assert day_changes([]) == day_changes(HISTORY[-1:]) == []


def test_one_change_is_undone_and_nothing_else() -> None:
    ended, added, both = day_changes(HISTORY)
    now = HISTORY[0][1]
    assert undone(now, ended) == days_of([D1, D2], [D3]), "a day that was taken away is there again"
    assert undone(now, added) == days_of([D1], [])
    with pytest.raises(Refused) as caught:
        undone(now, both)
    assert caught.value.error_id == "days-changed-since"
