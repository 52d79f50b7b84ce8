"""The directory's file: the shipped one is the decision's and the menu's, and a wrong one is refused by line, entry and cure."""

import unicodedata

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.directory.edit import put
from hotline1022.directory.gaps import gaps
from hotline1022.directory.load import read, shipped_text
from hotline1022.directory.types import SAMPLE, AgencyKind, AreaKind, Directory, Missing, Role
from hotline1022.ivr.load import shipped as shipped_menu
from tests.unit.directory_memory import AT, NUMBERS, shipped


def test_the_menus_agencies_and_categories_are_the_directorys() -> None:
    found, menu = shipped(), shipped_menu()
    assert len(menu.agencies) >= 10 and len(menu.categories) >= 10
    assert {one.id: one.name for one in menu.agencies} == {one.id: found.agencies[one.id].name for one in menu.agencies}
    assert {(one.id, one.name, one.agency) for one in menu.categories} == {
        (one.id, one.name, one.agency) for one in found.categories.values()
    }
    assert {one.id for one in found.categories.values() if one.urgent} == {"medical-emergency", "public-order"}


def test_the_decisions_agencies_are_all_there() -> None:
    found = shipped()
    count = {kind: sum(one.kind is kind for one in found.agencies.values()) for kind in AgencyKind}
    # 20 sở, ban, ngành; 1 city, 4 towns and 4 districts in 2018
    assert count[AgencyKind.DEPARTMENT] == 20
    assert [count[kind] for kind in (AgencyKind.CITY, AgencyKind.TOWN, AgencyKind.DISTRICT)] == [1, 4, 4]
    assert [count[kind] for kind in (AgencyKind.POLICE, AgencyKind.COMMITTEE, AgencyKind.EMERGENCY)] == [1, 1, 1]
    assert count[AgencyKind.PUBLIC_SERVICE] >= 3 and count[AgencyKind.HOTLINE] == 1
    assert len({one.code for one in found.agencies.values()} - {None}) == len(found.agencies)
    assert [one.kind for one in found.areas.values() if one.parent == "binh-duong"].count(AreaKind.TOWN) == 4
    assert all(unicodedata.is_normalized("NFC", one.name) for one in found.agencies.values())


def test_nothing_is_missing_but_real_people() -> None:
    found = shipped()
    missing = gaps(found, AT.date(), {one.id: one.name for one in shipped_menu().categories})
    assert {gap.kind for gap in missing} == {Missing.SAMPLE}
    assert len(missing) == len(found.contacts) == 2 * len(found.agencies)


def test_the_sample_rings_nobody() -> None:
    for one in shipped().contacts.values():
        assert SAMPLE in one.letter
        assert one.office.startswith("+842740") or one.office == "115"
        assert one.mobile.startswith("+849000000") and one.email.endswith(".example")
    (emergency,) = [one for one in shipped().contacts.values() if one.office == "115"]
    assert (emergency.agency, emergency.role) == ("cap-cuu-115", Role.SPECIALIST)


SMALL = """
[[agencies]]
id = "a"
name = "Sở A"
short = "A"
kind = "department"

[[contacts]]
id = "k"
agency = "a"
role = "leader"
name = "An"
"""


def test_a_file_of_somebody_else() -> None:
    made = read("\ufeff" + unicodedata.normalize("NFD", SMALL).replace("\n", "\r\n"), NUMBERS, source="x.toml")
    assert [one.name for one in made] == ["Sở A", "An"]
    assert set(put(Directory(), made).contacts) == {"k"}


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("[[agencies]]", "[[agencies]", "x.toml: it is no TOML"),
        ("[[agencies]]", "[[agency]]", "x.toml: 'agency' is unknown here; known are areas, agencies"),
        ('name = "Sở A"\n', "", "x.toml line 2: agency a: name is missing; write a text"),
        ('name = "Sở A"', "name = 1", "x.toml line 2: agency a: name is of the wrong kind; write a text"),
        (
            'kind = "department"',
            'kind = "shop"',
            "x.toml line 2: agency a: kind 'shop' is not one of the words; choose",
        ),
        ('short = "A"', 'short = "A"\ncode = 12', "x.toml line 2: agency a: 12 is no transfer code; choose from 700"),
        ('short = "A"', 'short = "A"\ncode = true', "code is of the wrong kind; write a whole number"),
        ('short = "A"', 'short = "A"\nhunt = [1]', "hunt is of the wrong kind; write a list of texts"),
        (
            'short = "A"',
            'short = "A"\nvalid_to = "2026-01-01"',
            "valid_to is of the wrong kind; write a day: 2026-12-01",
        ),
        ('short = "A"', 'short = "A"\nvalid_to = 2026-01-01T00:00:00', "valid_to is of the wrong kind"),
        ('short = "A"', 'short = "A"\ntelephone = "115"', "'telephone' is unknown here; known are id, name"),
        ('id = "a"\n', 'id = "A B"\n', "x.toml line 2: agency A B: 'A B' is no id"),
        ('role = "leader"', 'role = "boss"', "x.toml line 8: contact k: role 'boss' is not one of the words"),
        (
            'name = "An"',
            'name = "An"\nmobile = "0274 3822 222"',
            "x.toml line 8: contact k: the number '0274 3822 222'",
        ),
        ("[[contacts]]", "[[agencies]]\nid = 1\n[[contacts]]", "x.toml line 8: agency 1: id is of the wrong kind"),
    ],
)
def test_a_fault_is_named_by_file_line_entry_and_cure(was: str, becomes: str, says: str) -> None:
    assert was in SMALL
    with pytest.raises(Invalid) as caught:
        read(SMALL.replace(was, becomes, 1), NUMBERS, source="x.toml")
    assert says in str(caught.value) and caught.value.error_id == "directory-invalid"


def test_an_id_twice_and_all_faults_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read(SMALL + SMALL + '[[areas]]\nid = "x"\n', NUMBERS, source="x.toml")
    assert str(caught.value).splitlines() == [
        'x.toml line 25: area x: name is missing; write a text: "…"',
        "x.toml line 14: agency a: it is there already in line 2; give each its own id",
        "x.toml line 20: contact k: it is there already in line 8; give each its own id",
    ]


def test_entries_that_are_no_tables() -> None:
    with pytest.raises(Invalid) as caught:
        read('agencies = "all"\n', NUMBERS, source="x.toml")
    assert "agencies is no list of tables; write [[agencies]]" in str(caught.value)


def test_the_shipped_text_is_what_the_command_prints() -> None:
    assert shipped_text().startswith("# Who is who")
