"""A plan looked at: hours with nobody, too few, people twice at once; one for another; a week copied."""

from datetime import date, datetime, time, timedelta

import pytest

from hotline1022.core.clock import PROVINCE
from hotline1022.queue.roster import in_place_of, nobody_on, too_few, twice, weeks_copied
from hotline1022.queue.shifts import on_duty
from hotline1022.queue.types import Duty, Shift

MONDAY = date(2026, 11, 30)
EARLY = Shift(id="early", name="Sáng", starts=time(6), ends=time(14), needed=2)
LATE = Shift(id="late", name="Chiều", starts=time(14), ends=time(22), needed=1)
NIGHT = Shift(id="night", name="Đêm", starts=time(22), ends=time(6), needed=1)
SHIFTS = [EARLY, LATE, NIGHT]
CREWS = {"k1": ("1001", "1002"), "k2": ("1002", "1003")}


def duty(shift: Shift, *people: str, day: date = MONDAY) -> Duty:
    return Duty(day=day, shift=shift.id, people=people)


def clocks(found: list[tuple[datetime, datetime]]) -> list[str]:
    return [f"{start.astimezone(PROVINCE):%d %H:%M}-{end.astimezone(PROVINCE):%d %H:%M}" for start, end in found]


YESTERDAY = MONDAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("duties", "gaps"),
    [
        ([], ["30 00:00-01 00:00"]),
        ([duty(one, "1001") for one in SHIFTS], ["30 00:00-30 06:00"]),
        ([duty(NIGHT, "1001", day=YESTERDAY), *(duty(one, "1001") for one in SHIFTS)], []),
        ([duty(NIGHT, "1001", day=YESTERDAY), duty(EARLY, "1001")], ["30 14:00-01 00:00"]),
        ([duty(NIGHT, day=YESTERDAY), duty(EARLY, "1001"), duty(NIGHT, "1001")], ["30 00:00-30 06:00", "30 14:00-30 22:00"]),
        ([duty(Shift(id="gone", name="", starts=time(0), ends=time(1), needed=0), "1001")], ["30 00:00-01 00:00"]),
    ],
)  # fmt: skip
def test_hours_in_which_nobody_is_on(duties: list[Duty], gaps: list[str]) -> None:
    assert clocks(nobody_on(MONDAY, MONDAY, SHIFTS, duties)) == gaps


def test_gaps_of_days_end_with_their_day() -> None:
    found = clocks(nobody_on(MONDAY, MONDAY + timedelta(days=1), SHIFTS, [duty(LATE, "1001")]))
    assert found == ["30 00:00-30 14:00", "30 22:00-01 00:00", "01 00:00-02 00:00"]


def test_too_few_are_told_with_both_numbers_until_the_shift_ends() -> None:
    until = MONDAY + timedelta(days=1)
    ends = Shift(id="night", name="Đêm", starts=time(22), ends=time(6), needed=1, ended_on=until)
    found = too_few(MONDAY, until, [EARLY, ends], [duty(EARLY, "1001")])
    assert [(one.day, one.shift, one.planned, one.needed) for one in found] == [
        (MONDAY, "early", 1, 2), (MONDAY, "night", 0, 1), (until, "early", 0, 2),
    ]  # fmt: skip


def test_a_shift_that_has_ended_runs_no_more() -> None:
    at = datetime(2026, 11, 30, 7, tzinfo=PROVINCE)
    gone = Shift(id="early", name="Sáng", starts=time(6), ends=time(14), needed=1, ended_on=MONDAY)
    assert [one.shift.id for one in on_duty(at, [gone], [], [])] == []
    assert [one.shift.id for one in on_duty(at - timedelta(days=1), [gone], [], [])] == ["early"]


def test_who_is_planned_twice_at_once() -> None:
    day = Shift(id="day", name="Ngày", starts=time(8), ends=time(17), needed=1)
    plan = {
        (MONDAY, "early"): ("k1", "1001"),
        (MONDAY, "day"): ("1002", "1004"),
        (MONDAY, "late"): ("1003",),
        (MONDAY, "unknown"): ("1001",),
    }
    found = [(one.shift, one.person, one.other_shift) for one in twice(plan, CREWS, [day, *SHIFTS])]
    assert found == [("day", "1002", "early"), ("early", "1001", "early")]
    both = twice({(MONDAY, "late"): ("k1", "k2")}, CREWS, SHIFTS)
    assert [(one.person, one.other_shift) for one in both] == [("1002", "late")]


def test_one_after_the_other_is_not_twice() -> None:
    plan = {(MONDAY, "late"): ("1001",), (MONDAY, "night"): ("1001",), (MONDAY + timedelta(days=1), "early"): ("1001",)}
    assert twice(plan, CREWS, SHIFTS) == []


def test_one_in_place_of_another_takes_a_crew_apart() -> None:
    assert in_place_of(("k1", "1005"), CREWS, "1002", "1009") == ("1001", "1009", "1005")
    assert in_place_of(("k1", "1005"), CREWS, "1005", "1009") == ("k1", "1009")
    assert in_place_of(("k1",), CREWS, "1009", "1005") is None


def test_a_week_is_copied_onto_each_week_after_it() -> None:
    plan = {(MONDAY, "early"): ("k1",), (MONDAY + timedelta(days=6), "night"): ("1004",)}
    made = weeks_copied(plan, MONDAY, 2, [EARLY, NIGHT])
    assert len(made) == 2 * 7 * 2
    assert made[MONDAY + timedelta(weeks=1), "early"] == ("k1",) == made[MONDAY + timedelta(weeks=2), "early"]
    assert made[MONDAY + timedelta(days=13), "night"] == ("1004",)
    assert made[MONDAY + timedelta(days=8), "early"] == ()
    ends = Shift(id="early", name="", starts=time(6), ends=time(7), needed=0, ended_on=MONDAY + timedelta(weeks=2))
    assert max(day for day, _ in weeks_copied(plan, MONDAY, 2, [ends])) == MONDAY + timedelta(days=13)
