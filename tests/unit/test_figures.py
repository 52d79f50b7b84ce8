"""Sums and formulas of figures, on values alone."""

from dataclasses import replace
from datetime import date, time

import pytest

from hotline1022.core.outcomes import Reason, Result
from hotline1022.figures import calls
from hotline1022.figures.formulas import LEVELS, RATES, mean
from hotline1022.figures.types import CallCell, CallPart, ChartName, Figure, Slot, permille
from hotline1022.service.figures.view import say, span_of
from hotline1022.tickets.types import Channel, Kind, Standing, State, Urgency
from tests.unit.figures_memory import CELL

P = CallPart


def test_the_same_day_by_every_formula_in_use() -> None:
    """A=1000, A(20)=860, B=60, B(20)=20: the worked check of a published comparison of service-level formulas."""
    n = {P.ANSWERED: 1000, P.ANSWERED_SOON: 860, P.GIVEN_UP: 60, P.GIVEN_UP_SOON: 20, P.GIVEN_UP_SHORT: 10, P.LEFT: 40}
    n[P.SOON] = 880
    n[P.OFFERED] = 1100
    assert {one.id: one.permille(n) for one in (*LEVELS, *RATES)} == {
        "sl-strict": 811,
        "sl-no-penalty": 827,
        "sl-no-short": 819,
        "sl-both": 830,
        "sl-answered": 860,
        "sl-offered": 782,
        "answer-rate": 909,
        "abandon-rate": 55,
    }


@pytest.mark.parametrize(
    ("part", "whole", "found"), [(0, 0, None), (0, 3, 0), (3, 3, 1000), (1, 3, 333), (2, 3, 667), (1, 2000, 1)]
)
def test_shares_are_rounded_half_up(part: int, whole: int, found: int | None) -> None:
    assert permille(part, whole) == found


def test_means_are_rounded_half_up_and_of_nothing_there_is_none() -> None:
    assert (mean(5, 2), mean(4, 3), mean(0, 5), mean(7, 0)) == (3, 1, 0, None)


def test_the_longest_wait_is_of_those_who_wait_no_more() -> None:
    waiting = replace(CELL, part=P.WAITING, result="", wait_ms=0, soon=0, short=0, longest_ms=None)

    def longest(*cells: CallCell) -> Figure:
        return next(one for one in calls.figures(cells, {}, say, wrap_up_ms=None) if one.id == "longest-wait")

    assert longest(waiting).value is None
    assert longest(waiting, CELL).value == CELL.longest_ms
    assert longest(waiting, CELL).rows.query == {"part": P.OFFERED, "waited": str(CELL.longest_ms)}


def test_a_cell_is_as_long_as_hours_and_shifts_allow() -> None:
    assert calls.step_of(()) == 60
    assert calls.step_of([Slot(id="a", name="", starts=time(6), ends=time(14))]) == 60
    assert calls.step_of([Slot(id="a", name="", starts=time(5, 45), ends=time(22, 15))]) == 15
    assert calls.step_of([Slot(id="a", name="", starts=time(6, 7), ends=time(14))]) == 1


def test_shifts_past_midnight_and_of_a_whole_day() -> None:
    cells: list[CallCell] = [replace(CELL, minute=minute, calls=1) for minute in (0, 300, 360, 840, 1320, 1380)]
    shifts = [
        Slot(id="night", name="Ca đêm", starts=time(22), ends=time(6)),
        Slot(id="whole", name="Cả ngày", starts=time(6), ends=time(6)),
    ]
    made = calls.groups(cells, {"since": "x"}, say, categories={}, shifts=shifts, level="sl-strict")
    found = next(one for one in made if one.id == "shift")
    assert [(one.key, one.count) for one in found.buckets] == [("night", 4), ("whole", 6)]
    assert found.buckets[0].rows.query == {"since": "x", "from_time": "22:00", "to_time": "06:00"}


def test_who_asks_for_a_time_of_day_gets_no_hours() -> None:
    query = {"from_time": "22:00", "to_time": "06:00"}
    made = calls.groups([CELL], query, say, categories={}, shifts=(), level="sl-strict")
    assert {one.id for one in made} == {"result", "category"}


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        (ChartName.CALLS_TODAY, date(2026, 11, 29), date(2026, 11, 30)),
        (ChartName.STATES_WEEK, date(2026, 11, 23), date(2026, 11, 30)),
        (ChartName.STATES_MONTH, date(2026, 11, 1), date(2026, 12, 1)),
        (ChartName.RECEIVED_BY_WEEK, date(2026, 9, 7), date(2026, 11, 30)),
    ],
)
def test_a_chart_is_of_a_day_a_week_from_monday_a_month_or_twelve_weeks(
    name: ChartName, first: date, after: date
) -> None:
    assert span_of(name, date(2026, 11, 29)) == (first, after)


def test_every_word_of_a_list_has_its_name() -> None:
    tables = {
        "call-part": CallPart,
        "call-reason": Reason,
        "standing": Standing,
        "channel": Channel,
        "urgency": Urgency,
        "kind": Kind,
        "chart": ChartName,
    }
    for table, of in tables.items():
        assert all(say(table, one) for one in of)
    assert all(say("call-result", one) for one in (*Result, CallPart.GOING_ON))
    assert all(say("state", one) for one in State if one not in (State.RESERVED, State.DROPPED))
