"""Hours and hunts as rows of a form: what is kept comes back as it was, what is typed is what the directory reads, buttons move rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.directory.hours import read_hours
from hotline1022.web.desk import hunt_form, rows_form, week_form
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.hunt_form import StepRow
from hotline1022.web.desk.week_form import DAYS, HourRow

#: what is kept, and how an office writes it
KEPT = {
    "mon-fri 07:30-11:30 13:30-17:00": "T2–T6 07:30–11:30, 13:30–17:00",
    "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30": "T2–T6 07:30–11:30, 13:30–17:00; T7 07:30–11:30",
    "mon,wed,fri 08:00-12:00": "T2, T4, T6 08:00–12:00",
    "sat,sun 00:00-24:00": "T7, CN 00:00–24:00",
    "mon-wed,fri 13:30-17:00": "T2–T4, T6 13:30–17:00",
    "always": "suốt ngày đêm, cả ngày nghỉ",
    "": "",
}


def form(**fields: Any) -> Form:
    pairs = []
    for name, value in fields.items():
        pairs += [(name.replace("_", "-"), one) for one in (value if isinstance(value, list) else [value])]
    return Form(pairs=tuple(pairs))


@pytest.mark.parametrize(("text", "said"), KEPT.items())
def test_what_is_kept_comes_back_as_it_was_and_is_said_as_an_office_writes_it(text: str, said: str) -> None:
    rows = week_form.rows_of(text)
    assert week_form.text_of(rows, always=text == "always") == text
    assert week_form.said(text) == said


def test_three_spans_of_a_day_are_two_rows_that_mean_the_same() -> None:
    text = "mon-fri 07:00-09:00 10:00-12:00 13:00-17:00"
    rows = week_form.rows_of(text)
    assert len(rows) == 2
    assert read_hours(week_form.text_of(rows)) == read_hours(text)


_minutes = st.integers(0, 24 * 60 - 2)


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 6), min_size=1), _minutes, st.integers(1, 600)), min_size=1, max_size=3)
)
def test_whatever_week_it_is_its_rows_mean_the_same(parts: list[tuple[set[int], int, int]]) -> None:
    def clock(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    text = "; ".join(
        f"{','.join(DAYS[day] for day in sorted(days))} {clock(since)}-{clock(min(since + length, 24 * 60))}"
        for days, since, length in parts
    )
    try:
        week = read_hours(text)
    except Invalid:  # hours that overlap
        return
    made = week_form.text_of(week_form.rows_of(text))
    assert read_hours(made) == week
    assert week_form.text_of(week_form.rows_of(made)) == made


def test_times_are_typed_as_people_do() -> None:
    typed = week_form.typed_rows(
        form(h0_day=["0", "1", "2", "3", "4"], h0_a_from="7h30", h0_a_to="11:30", h0_b_from=" 13 : 30", h0_b_to="17g")
    )
    assert week_form.text_of(typed) == "mon-fri 07:30-11:30 13:30-17:00"


@pytest.mark.parametrize(
    "fields",
    [
        {"h0_a_from": "07:30", "h0_a_to": "11:30"},
        {"h0_day": "0", "h0_a_from": ""},
        {"h0_day": "0", "h0_a_from": "07:30", "h0_a_to": ""},
        {"h0_day": "0", "h0_a_from": "", "h0_a_to": "11:30"},
        {"h0_day": "0", "h0_a_from": "sáng", "h0_a_to": "11:30"},
        {"h0_day": "0", "h0_a_from": "7;30-", "h0_a_to": "always"},
        {"h0_day": ["0", "7", "x"], "h0_a_from": "25:00", "h0_a_to": "26:00"},
    ],
)
def test_what_is_half_typed_is_refused_and_stays_in_its_row(fields: dict[str, Any]) -> None:
    typed = week_form.typed_rows(form(**fields))
    text = week_form.text_of(typed)
    with pytest.raises(Invalid):
        read_hours(text)
    (row,) = week_form.rows_of(text)
    assert row.days == typed[0].days
    assert row.spans[0] == typed[0].spans[0] or not any(map(any, typed[0].spans))


def test_a_blank_row_says_nothing_and_always_leaves_rows_alone() -> None:
    assert week_form.text_of([HourRow(), HourRow()]) == ""
    assert week_form.text_of([HourRow(days=frozenset({1}))], always=True) == "always"
    assert hunt_form.text_of([StepRow(), StepRow(which="office")]) == ""


def test_steps_come_back_as_they_were() -> None:
    text = "specialist.office 20\nleader.mobile 30"
    assert hunt_form.text_of(hunt_form.rows_of(text)) == text
    assert hunt_form.said(text) == "Chuyên viên, máy bàn, 20 giây; Lãnh đạo, di động, 30 giây"
    for half in (StepRow("leader", "mobile"), StepRow("", "mobile", "30"), StepRow("x", "", "ba mươi")):
        assert hunt_form.rows_of(hunt_form.text_of([half])) == [half]


STEPS = {"s0_role": "specialist", "s0_which": "office", "s0_seconds": "20", "s1_role": "leader", "s1_which": "mobile",
         "s1_seconds": "30"}  # fmt: skip


@pytest.mark.parametrize(
    ("button", "text", "rows"),
    [
        ("hunt-add", "specialist.office 20\nleader.mobile 30", 3),
        ("hunt-up-1", "leader.mobile 30\nspecialist.office 20", 2),
        ("hunt-drop-0", "leader.mobile 30", 1),
        ("hunt-up-0", "specialist.office 20\nleader.mobile 30", 2),
        ("hunt-drop-9", "specialist.office 20\nleader.mobile 30", 2),
        ("quatsch", "specialist.office 20\nleader.mobile 30", 2),
    ],
)
def test_buttons_move_steps(button: str, text: str, rows: int) -> None:
    done = rows_form.done(form(**STEPS, do=button))
    assert (done.hunt, len(done.shown("hunt"))) == (text, rows)
    assert len(done.shown("hours")) == 1, "one at least is there to be filled in"


def test_no_row_is_thrown_away_and_none_is_added_where_there_are_as_many_as_there_may_be() -> None:
    for count, shown in ((9, 10), (week_form.MOST, week_form.MOST), (week_form.MOST + 5, week_form.MOST + 5)):
        many = {f"h{n}_day": "0" for n in range(count)} | {f"h{n}_a_from": "07:00" for n in range(count)}
        done = rows_form.done(form(**many, do="hours-add", always="1"))
        assert len(done.shown("hours")) == shown and done.always
        kept = rows_form.rows_of({"hours": week_form.text_of(week_form.typed_rows(form(**many)))})
        assert len(kept.shown("hours")) == count
    blank = rows_form.done(form(h0_a_from="", h1_a_from="", do="hours-add"))
    assert len(blank.shown("hours")) == 3 and not rows_form.pressed(form(do=""))
