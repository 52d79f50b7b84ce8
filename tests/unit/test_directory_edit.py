"""Changes of a directory: whole or not at all, contact points end with their agency, and what is missing is found."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import HotlineError, Invalid, Refused
from hotline1022.directory.edit import difference, end, out_now, put
from hotline1022.directory.gaps import gaps
from hotline1022.directory.lookup import active, contacts_of, successor_at
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import (
    Agency,
    AgencyKind,
    AreaKind,
    Contact,
    Directory,
    Missing,
    Role,
    Thing,
    What,
    document,
)

NUMBERS = Numbers(area_code="274")
DAY = date(2026, 11, 23)
AREA = an_area(id="p", name="Tỉnh", kind=AreaKind.PROVINCE)


def agency(id: str, **more: Any) -> Agency:
    return an_agency(id=id, name=f"Sở {id}", short=id, kind=AgencyKind.DEPARTMENT, **more)


def person(id: str = "k", of: str = "a", role: Role = Role.SPECIALIST, **more: Any) -> Contact:
    given = {"name": "Nguyễn Văn Đức", "mobile": "0900 000 001", "letter": "1/SNV", **more}
    return a_contact(NUMBERS, id=id, agency=of, role=role, **given)


def world(*things: Thing) -> Directory:
    return put(Directory(), things)


@pytest.mark.parametrize(
    ("things", "says"),
    [
        ([agency("a", parent="x")], "agency a: its parent x is not there"),
        ([agency("a", successor="x", valid_to=DAY)], "agency a: its successor x is not there"),
        ([agency("a", successor="b"), agency("b")], "agency a has a successor and no end"),
        ([agency("a", parent="a")], "agency a is its own parent in the end"),
        ([agency("a", parent="b"), agency("b", parent="a")], "agency b is its own parent in the end"),
        (
            [agency("a", successor="b", valid_to=DAY), agency("b", successor="a", valid_to=DAY)],
            "agency a is its own successor in the end",
        ),
        ([agency("a", code=701), agency("b", code=701)], "agency b: code 701 is that of a"),
        ([replace(AREA, parent="p")], "area p is its own parent in the end"),
        ([replace(AREA, successor="q")], "area p: its successor q is not there"),
        ([a_category(id="x", name="X", agency="a")], "category x: there is no agency a"),
        ([agency("a"), a_category(id="x", name="X", agency="a", by_area=["q a"])], "there is no area q"),
        ([agency("a"), AREA, a_category(id="x", name="X", agency="a", by_area=["p b"])], "there is no agency b"),
        ([person()], "contact k: there is no agency a"),
    ],
)
def test_what_does_not_fit_together_is_named(things: list[Thing], says: str) -> None:
    with pytest.raises(Invalid) as caught:
        world(*things)
    assert says in str(caught.value) and caught.value.error_id == "directory-invalid"


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        world(agency("a", parent="x"), person(of="y"))
    assert len(str(caught.value).splitlines()) == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_a_circle_of_successors_is_always_refused_and_nothing_else(merged: list[tuple[int, int]]) -> None:
    after = {one: None for one in range(6)} | dict(merged)
    things = [
        agency(f"a{n}", **({"successor": f"a{to}", "valid_to": DAY} if to is not None else {}))
        for n, to in after.items()
    ]
    circle = False
    for start in after:
        seen, place = set(), after[start]
        while place is not None and place not in seen:
            seen.add(place)
            circle |= place == start
            place = after[place]
    if circle:
        with pytest.raises(Invalid):
            world(*things)
    else:
        found = world(*things)
        assert all(active(successor_at(found, one, DAY), DAY) for one in found.agencies)


def test_a_merger_ends_the_agency_and_its_contact_points() -> None:
    later = DAY + timedelta(days=9)
    before = world(
        agency("a"),
        agency("b"),
        person("k"),
        person("gone", valid_to=DAY - timedelta(days=9)),
        person("to-come", valid_from=later),
    )
    after = end(before, What.AGENCY, "a", DAY, "b")
    assert (after.agencies["a"].valid_to, after.agencies["a"].successor) == (DAY, "b")
    assert after.contacts["k"].valid_to == DAY
    assert after.contacts["gone"].valid_to == DAY - timedelta(days=9)
    assert after.contacts["to-come"].valid_to == later and not active(after.contacts["to-come"], later)
    assert [(one.what, one.after.id) for one in difference(before, after)] == [
        (What.AGENCY, "a"),
        (What.CONTACT, "k"),
        (What.CONTACT, "to-come"),
    ]
    assert before.agencies["a"].valid_to is None, "the directory before is as it was"


def test_a_contact_point_that_ends_today_is_out_at_once() -> None:
    before = world(agency("a"), person("k"), person("l", valid_from=DAY))
    after = end(end(before, What.CONTACT, "k", DAY), What.CONTACT, "l", DAY)
    assert list(out_now(after, DAY)) == ["k", "l"]
    assert contacts_of(after, "a", DAY) == []
    assert out_now(after, DAY - timedelta(days=1)) == {}


def test_what_had_not_begun_ends_before_it_begins() -> None:
    after = end(world(agency("a"), person("k", valid_from=DAY)), What.CONTACT, "k", DAY - timedelta(days=5))
    assert after.contacts["k"].valid_to == DAY
    assert not any(active(after.contacts["k"], DAY + timedelta(days=n)) for n in range(-9, 9))


@pytest.mark.parametrize("what", What)
def test_what_is_not_there_cannot_end(what: What) -> None:
    with pytest.raises(HotlineError) as caught:
        end(Directory(), what, "x", DAY)
    assert caught.value.error_id == f"{what}-unknown"


@pytest.mark.parametrize("what", [What.AREA, What.CATEGORY])
def test_areas_and_categories_end_too(what: What) -> None:
    before = world(AREA, agency("a"), a_category(id="p", name="X", agency="a"))
    (changed,) = difference(before, end(before, what, "p", DAY))
    assert (changed.what, changed.after.valid_to) == (what, DAY)


def test_an_end_is_not_lost_by_whoever_writes_the_thing_anew_and_did_not_know_of_it() -> None:
    before = world(agency("a"), agency("b"), AREA, a_category(id="p", name="X", agency="a"), person("k"))
    after = end(before, What.CONTACT, "k", DAY)
    with pytest.raises(Refused) as caught:
        put(after, [replace(before.contacts["k"], mobile="+84900000201")])
    assert caught.value.error_id == "end-missing" and str(DAY) in str(caught.value)
    moved = put(after, [replace(before.contacts["k"], valid_to=DAY + timedelta(days=9))])
    assert active(moved.contacts["k"], DAY), "an end that was a mistake is moved"
    for what, thing in (
        (What.AGENCY, before.agencies["a"]),
        (What.AREA, AREA),
        (What.CATEGORY, before.categories["p"]),
    ):
        with pytest.raises(Refused):
            put(end(before, what, thing.id, DAY), [thing])
    merged = end(before, What.AGENCY, "a", DAY, "b")
    again = put(merged, [merged.agencies["a"], before.contacts["k"]])
    assert again == merged, "a contact point whose agency has ended needs no end of its own"


# ---------------------------------------------------------------- one person, one contact point


@pytest.mark.parametrize(
    "changes",
    [{"name": "Nguyễn Văn Đạt"}, {"role": Role.LEADER}, {"of": "b"}, {"name": "Trần Thị Bình", "letter": "2/SNV"}],
)
def test_another_person_or_place_is_another_contact_point(changes: dict[str, Any]) -> None:
    before = world(agency("a"), agency("b"), person())
    with pytest.raises(HotlineError) as caught:
        put(before, [person(**changes)])
    assert caught.value.error_id == "contact-fixed"


def test_marks_numbers_and_letters_may_be_corrected() -> None:
    before = world(agency("a"), person(name="NGUYEN VAN DUC"))
    now = person(name="Nguyễn Văn Đức", mobile="0900 000 009", letter="2/SNV", order=4)
    assert put(before, [now]).contacts["k"] == now


def test_a_real_person_may_take_the_place_of_a_sample() -> None:
    before = world(agency("a"), person(name="Chuyên viên mẫu", letter="01/MẪU"))
    assert put(before, [person()]).contacts["k"].name == "Nguyễn Văn Đức"


# ---------------------------------------------------------------- what is missing


def kinds(found: Directory, menu: dict[str, str] | None = None) -> list[tuple[Missing, str]]:
    return [(gap.kind, gap.id) for gap in gaps(found, DAY, menu)]


def test_an_agency_needs_a_specialist_a_leader_and_a_code() -> None:
    assert kinds(world(agency("a"))) == [
        (Missing.CODE, "a"),
        (Missing.SPECIALIST, "a"),
        (Missing.LEADER, "a"),
    ]
    whole = world(agency("a", code=701), person("s"), person("l", role=Role.LEADER))
    assert kinds(whole) == []
    assert kinds(end(whole, What.CONTACT, "l", DAY)) == [(Missing.LEADER, "a")]
    assert kinds(end(whole, What.AGENCY, "a", DAY)) == []


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"mobile": "", "email": "a@b.vn"}, [Missing.NUMBER]),
        ({"mobile": "", "office": "115"}, [Missing.MESSAGE]),
        ({"sms": "", "email": "a@b.vn"}, []),
        ({"letter": ""}, [Missing.LETTER]),
        ({"letter": "07/MẪU"}, [Missing.SAMPLE]),
    ],
)
def test_a_person_needs_numbers_and_a_letter(changes: dict[str, Any], missing: list[Missing]) -> None:
    found = world(agency("a", code=701), person("s", **changes), person("l", role=Role.LEADER))
    assert kinds(found) == [(kind, "s") for kind in missing]


def test_a_category_needs_somebody_who_answers_and_the_menus_must_be_there() -> None:
    whole = world(
        AREA,
        agency("a", code=701),
        agency("b"),
        person("s"),
        person("l", role=Role.LEADER),
        a_category(id="x", name="X", agency="a", by_area=["p b"]),
    )
    found = end(whole, What.AGENCY, "b", DAY)
    assert kinds(found, {"x": "X", "traffic": "Giao thông"}) == [(Missing.CATEGORY, "traffic"), (Missing.ANSWER, "x")]
    assert kinds(put(found, [replace(found.agencies["b"], successor="a")])) == []
    ended = end(found, What.CATEGORY, "x", DAY)
    assert kinds(ended) == [] and kinds(ended, {"x": "X"}) == [(Missing.ENDED, "x")], "callers still press its key"


def test_a_thing_as_json_knows_it() -> None:
    one = document(agency("a", hunt=["leader.mobile 20"], valid_from=DAY))
    assert (one["kind"], one["valid_from"], one["valid_to"]) == ("department", "2026-11-23", None)
    assert one["hunt"] == [{"role": "leader", "which": "mobile", "seconds": 20}]
