"""Plans as the dialplan reads them: what is written is what it takes apart, and nothing else gets through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.cascade.plan import (
    HOURS_MARK,
    LONGEST_PIECE,
    LONGEST_PLAN,
    MOST_STEPS,
    answer,
    kept,
    pieces,
    written,
)
from hotline1022.cascade.types import PlannedStep
from hotline1022.core.errors import Invalid

OFFICE = PlannedStep(number="02743999001", seconds=20, role="specialist", contact="c1", which="office")
MOBILE = PlannedStep(
    number="0900000001", seconds=25, role="leader", contact="c-2", which="mobile", skip="outside-hours"
)
HOURS = replace(OFFICE, hours="0730-1130.mon-fri+1330-1700.mon-fri")


def test_steps_are_written_as_the_dialplan_takes_them_apart() -> None:
    assert written([OFFICE, MOBILE]) == (
        "02743999001:20:specialist:c1:office:&0900000001:25:leader:c-2:mobile:outside-hours"
    )
    assert written([HOURS]).endswith(f":office:{HOURS_MARK}0730-1130.mon-fri+1330-1700.mon-fri")
    assert written([replace(OFFICE, number="")]) == ":20:specialist:c1:office:"
    assert written([]) == ""


def test_the_answer_and_what_is_kept() -> None:
    said = answer(agency="so-noi-vu", category="", ticket="t1", code="12345678", about="about", steps=[OFFICE])
    assert said.split("~") == ["OK", "so-noi-vu", "", "t1", "12345678", "about", written([OFFICE])]
    assert kept("so-noi-vu", [HOURS]) == f"so-noi-vu~{written([HOURS])}"


@pytest.mark.parametrize(
    "step",
    [
        replace(OFFICE, number="+84274"),
        replace(OFFICE, number="0274&0900"),
        replace(OFFICE, number="1"),
        replace(OFFICE, seconds=2),
        replace(OFFICE, seconds=121),
        replace(OFFICE, role="minister"),
        replace(OFFICE, contact=""),
        replace(OFFICE, contact="c~1"),
        replace(OFFICE, which="fax"),
        replace(OFFICE, skip="because"),
        replace(OFFICE, hours="0730-1130.mon-fri+"),
        replace(OFFICE, hours="${HL_PIN}"),
    ],
)
def test_what_would_mean_something_else_is_refused(step: PlannedStep) -> None:
    with pytest.raises(Invalid) as refused:
        written([step])
    assert refused.value.error_id == "plan-invalid"


def test_too_many_steps_are_refused() -> None:
    written([OFFICE] * MOST_STEPS)
    with pytest.raises(Invalid):
        written([OFFICE] * (MOST_STEPS + 1))


@pytest.mark.parametrize("part", ["agency", "category", "ticket", "code", "about"])
def test_a_part_of_the_answer_that_splits_it_is_refused(part: str) -> None:
    parts = {"agency": "a", "category": "b", "ticket": "c", "code": "1", "about": "d"}
    for evil in ("x~y", "x,y", "${X}", 'x"'):
        with pytest.raises(Invalid):
            answer(**{**parts, part: evil}, steps=[])


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_text_gets_more_fields_into_a_plan(contact: str, number: str) -> None:
    try:
        said = written([replace(OFFICE, contact=contact, number=number)])
    except Invalid:
        return
    assert said.count(":") == 5 and "&" not in said and "~" not in said and "$" not in said


@given(st.lists(st.sampled_from([OFFICE, MOBILE, HOURS]), max_size=MOST_STEPS))
def test_a_plan_is_cut_between_its_steps_and_joined_it_is_whole(steps: list[PlannedStep]) -> None:
    plan = kept("so-noi-vu", steps)
    found = pieces(plan)
    assert "".join(found) == plan and all(0 < len(piece) <= LONGEST_PIECE for piece in found)
    assert [piece[0] for piece in found[1:]] == ["&"] * (len(found) - 1), "each begins with a whole step"


def test_a_plan_that_no_variable_of_asterisk_holds_is_refused() -> None:
    shifts = "+".join(f"{hour:02d}00-{hour:02d}29.mon" for hour in range(24))
    long = replace(OFFICE, hours=shifts)
    assert len(kept("a", [long] * 12)) > LONGEST_PLAN
    for steps in ([long] * 12, [replace(OFFICE, hours=f"{shifts}+{shifts}")]):
        with pytest.raises(Invalid) as refused:
            pieces(kept("a", steps))
        assert refused.value.error_id == "plan-invalid"
