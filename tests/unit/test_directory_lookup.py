"""Who answers on a day, and whom a hunt rings: mergers, areas, roles, hours, missing numbers."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.directory.edit import put
from hotline1022.directory.hunt import ORDER, hunt
from hotline1022.directory.lookup import (
    active,
    agency_of_code,
    area_at,
    contacts_of,
    had_by,
    successor_at,
    taken_over,
    who_answers,
)
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import Agency, AgencyKind, Area, AreaKind, Contact, Directory, Hunt, Role, Thing

NUMBERS = Numbers(area_code="274")
#: a Monday
DAY = date(2026, 11, 23)
MERGER = date(2026, 7, 1)
WORKING = datetime(2026, 11, 23, 9, 0, tzinfo=PROVINCE)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=PROVINCE)
OFFICE = "mon-fri 07:30-11:30 13:30-17:00"


def agency(id: str, **more: Any) -> Agency:
    return an_agency(id=id, name=id.upper(), short=id, kind=AgencyKind.DEPARTMENT, **more)


def area(id: str, **more: Any) -> Area:
    return an_area(id=id, name=id.upper(), kind=AreaKind.WARD, **more)


def person(id: str, of: str = "a", role: Role = Role.SPECIALIST, **more: Any) -> Contact:
    return a_contact(NUMBERS, id=id, agency=of, role=role, name=id.upper(), **more)


def world(*things: Thing) -> Directory:
    return put(Directory(), things)


# ---------------------------------------------------------------- mergers


def test_an_agency_is_itself_until_its_end_and_then_who_took_over() -> None:
    found = world(agency("a", valid_to=MERGER, successor="b"), agency("b", valid_to=DAY, successor="c"), agency("c"))
    assert successor_at(found, "a", MERGER - timedelta(days=1)).id == "a"
    assert successor_at(found, "a", MERGER).id == "b"
    assert successor_at(found, "a", DAY).id == "c"
    assert found.agencies["a"].name == "A", "names stay"


@pytest.mark.parametrize(("id", "error_id"), [("a", "agency-ended"), ("x", "agency-unknown")])
def test_nobody_stands_for_what_ended_without_a_successor(id: str, error_id: str) -> None:
    with pytest.raises(HotlineError) as caught:
        successor_at(world(agency("a", valid_to=MERGER)), id, DAY)
    assert caught.value.error_id == error_id


def test_an_agency_has_its_own_tickets_and_those_of_all_that_ended_into_it() -> None:
    found = world(
        agency("a", valid_to=MERGER, successor="b"),
        agency("b", valid_to=DAY, successor="c"),
        agency("c"),
        agency("split", valid_to=MERGER),
        agency("goes-on"),
    )
    before, between = MERGER - timedelta(days=1), DAY - timedelta(days=1)
    assert [had_by(found, one, before) for one in "abc"] == [{"a"}, {"b"}, {"c"}] and not taken_over(found, before)
    assert [had_by(found, one, between) for one in "abc"] == [{"a"}, {"a", "b"}, {"c"}]
    assert [had_by(found, one, DAY) for one in "abc"] == [{"a"}, {"b"}, {"a", "b", "c"}]
    assert {id: [one.id for one in those] for id, those in taken_over(found, DAY).items()} == {"c": ["a", "b"]}
    assert had_by(found, "split", DAY) == {"split"} and had_by(found, "goes-on", DAY) == {"goes-on"}
    assert had_by(found, "nobody", DAY) == {"nobody"}


@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), min_size=8, max_size=8))
def test_every_ticket_is_had_by_exactly_one_agency_that_is_there_or_by_none(ends: list[tuple[int, bool]]) -> None:
    things = [
        agency(f"a{n}", valid_to=DAY if ended and to > n else None, successor=f"a{to}" if ended and to > n else None)
        for n, (to, ended) in enumerate(ends)
    ]
    found = world(*things)
    for id in found.agencies:
        having = [one.id for one in found.agencies.values() if active(one, DAY) and id in had_by(found, one.id, DAY)]
        assert having == [successor_at(found, id, DAY).id]


def test_an_old_transfer_code_reaches_who_took_over() -> None:
    found = world(agency("a", code=701, valid_to=MERGER, successor="b"), agency("b", code=702))
    assert [agency_of_code(found, code, DAY).id for code in (701, 702)] == ["b", "b"]
    with pytest.raises(HotlineError) as caught:
        agency_of_code(found, 703, DAY)
    assert caught.value.error_id == "code-unknown"


@given(st.integers(2, 8), st.integers(0, 400))
def test_a_chain_of_mergers_always_ends_with_who_is_there(length: int, late: int) -> None:
    ends = [MERGER + timedelta(days=30 * number) for number in range(length - 1)]
    chain = [agency(f"a{n}", valid_to=end, successor=f"a{n + 1}") for n, end in enumerate(ends)]
    found = world(*chain, agency(f"a{length - 1}"))
    day = MERGER + timedelta(days=late)
    assert active(successor_at(found, "a0", day), day)


# ---------------------------------------------------------------- who answers


def provinces() -> Directory:
    return world(
        area("province"),
        area("town", parent="province"),
        area("ward", parent="town"),
        area("old-ward", parent="province", valid_to=MERGER, successor="ward"),
        area("other", parent="province"),
        area("district", parent="province", valid_to=MERGER, successor="town"),
        area("commune", parent="district"),
        agency("lead"),
        agency("of-town"),
        agency("of-ward", valid_to=DAY, successor="of-town"),
        agency("of-old", valid_to=DAY, successor="lead"),
        a_category(id="x", name="X", agency="lead", by_area=["town of-town", "ward of-ward"]),
        a_category(id="y", name="Y", agency="lead", by_area=["old-ward of-town"]),
    )


@pytest.mark.parametrize(
    ("category", "where", "day", "who"),
    [
        ("x", "", DAY, "lead"),
        ("x", "province", DAY, "lead"),
        ("x", "other", DAY, "lead"),
        ("x", "town", DAY, "of-town"),
        ("x", "ward", DAY - timedelta(days=1), "of-ward"),
        ("x", "ward", DAY, "of-town"),
        ("x", "old-ward", MERGER - timedelta(days=1), "lead"),
        ("x", "old-ward", MERGER, "of-ward"),
        ("x", "commune", MERGER - timedelta(days=1), "lead"),
        ("x", "commune", MERGER, "of-town"),
        ("y", "ward", DAY, "lead"),
        ("y", "old-ward", DAY, "of-town"),
    ],
)
def test_the_nearest_area_upwards_says_who_answers(category: str, where: str, day: date, who: str) -> None:
    assert who_answers(provinces(), category, where, day).id == who


@pytest.mark.parametrize(("category", "where", "error_id"), [("z", "", "category-unknown"), ("x", "z", "area-unknown")])
def test_what_nobody_knows(category: str, where: str, error_id: str) -> None:
    with pytest.raises(HotlineError) as caught:
        who_answers(provinces(), category, where, DAY)
    assert caught.value.error_id == error_id


def test_an_area_that_ended_is_the_last_one_known() -> None:
    found = world(area("a", valid_to=MERGER))
    assert area_at(found, "a", DAY).id == "a"


# ---------------------------------------------------------------- contact points


def test_an_ended_contact_point_is_out_on_that_day_and_one_to_come_not_yet_in() -> None:
    found = world(
        agency("a"),
        person("gone", valid_to=DAY),
        person("here", valid_from=DAY, order=2),
        person("coming", valid_from=DAY + timedelta(days=1)),
        person("chief", role=Role.LEADER),
        person("first", order=1),
    )
    assert [one.id for one in contacts_of(found, "a", DAY)] == ["first", "here", "chief"]
    assert [one.id for one in contacts_of(found, "a", DAY - timedelta(days=1))] == ["first", "gone", "chief"]
    assert [one.id for one in contacts_of(found, "a", DAY, Role.LEADER)] == ["chief"]


def told(one: Hunt) -> list[tuple[str, str, int, str]]:
    return [(step.contact, step.number, step.seconds, step.skip) for step in one.steps]


def test_the_hunt_rings_in_the_order_of_the_issue() -> None:
    found = world(
        agency("a"),
        person("s", office="0274 3822 222", mobile="0900 000 001"),
        person("l", role=Role.LEADER, office="115", mobile="0900 000 002"),
    )
    assert told(hunt(found, agency="a", at=NIGHT)) == [
        ("s", "+842743822222", 20, ""),
        ("s", "+84900000001", 25, ""),
        ("l", "115", 20, ""),
        ("l", "+84900000002", 25, ""),
    ]


def test_what_is_missing_is_a_step_that_says_so() -> None:
    found = world(agency("a"), person("s", mobile="0900 000 001"))
    assert told(hunt(found, agency="a", at=WORKING)) == [
        ("s", "", 20, "number-missing"),
        ("s", "+84900000001", 25, ""),
        ("", "", 20, "number-missing"),
        ("", "", 25, "number-missing"),
    ]


def test_several_people_of_a_role_ring_in_their_order() -> None:
    found = world(
        agency("a", hunt=["specialist.mobile 30"]),
        person("z", order=1, mobile="0900 000 001"),
        person("y", order=2, mobile="0900 000 002"),
        person("x", order=2, mobile="0900 000 003"),
        person("gone", order=1, mobile="0900 000 004", valid_to=DAY),
    )
    steps = told(hunt(found, agency="a", at=WORKING))
    assert [(contact, seconds) for contact, _, seconds, _ in steps] == [("z", 30), ("x", 30), ("y", 30)]


def test_the_order_and_the_hours_come_from_the_nearest_agency_above() -> None:
    found = world(
        agency("top", hours=OFFICE, hunt=["leader.mobile 40"]),
        agency("middle", parent="top"),
        agency("a", parent="middle"),
        agency("b", parent="middle", hours="always", hunt=["specialist.office 10"]),
        agency("alone"),
        person("l", role=Role.LEADER, mobile="0900 000 001"),
        person("any", role=Role.LEADER, mobile="0900 000 002", hours="always", order=2),
        person("s", of="b", office="115"),
    )
    assert told(hunt(found, agency="a", at=NIGHT)) == [
        ("l", "+84900000001", 40, "outside-hours"),
        ("any", "+84900000002", 40, ""),
    ]
    assert told(hunt(found, agency="b", at=NIGHT)) == [("s", "115", 10, "")]
    assert len(hunt(found, agency="alone", at=NIGHT).steps) == len(ORDER)


def test_hours_holidays_and_what_is_urgent() -> None:
    found = world(
        agency("a", hours=OFFICE, hunt=["specialist.office 20"]),
        person("s", office="115"),
        a_category(id="calm", name="Calm", agency="a"),
        a_category(id="urgent", name="Urgent", agency="a", urgent=True),
    )

    def skip(category: str, at: datetime, closed: bool = False) -> str:
        one = hunt(found, category=category, at=at, closed=lambda day: closed)
        return one.steps[0].skip

    assert [skip("calm", at) for at in (WORKING, NIGHT)] == ["", "outside-hours"]
    assert skip("calm", WORKING, closed=True) == "outside-hours"
    assert [skip("urgent", NIGHT), skip("urgent", WORKING, closed=True)] == ["", ""]


def test_the_hunt_of_a_category_asks_who_answers_now() -> None:
    found = provinces()
    one = hunt(found, category="x", area="old-ward", at=NIGHT)
    assert (one.agency.id, one.category and one.category.id) == ("of-town", "x")
    assert hunt(found, agency="of-old", category="x", at=WORKING).agency.id == "lead"
    with pytest.raises(Invalid):
        hunt(found, at=WORKING)


def test_the_day_of_a_hunt_is_the_provinces() -> None:
    found = world(agency("a", hunt=["specialist.office 20"]), person("s", office="115", valid_to=DAY))
    assert told(hunt(found, agency="a", at=datetime(2026, 11, 22, 23, 59, tzinfo=PROVINCE)))[0][0] == "s"
    assert told(hunt(found, agency="a", at=datetime(2026, 11, 23, 0, 0, tzinfo=PROVINCE)))[0][0] == ""
