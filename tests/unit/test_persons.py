"""Who is one person under another spelling of the own name, another token, or from the shell: as disclosures and answers ask it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Refused
from hotline1022.core.persons import same_person
from hotline1022.evidence.states import Move, check_person

SAME = [
    ("token:An", "token:An "),
    ("token:An", "token:AN"),
    ("token:An", "token:an"),
    ("token:Trần An", "token:trần\u00a0 an"),
    ("token:Trần An", unicodedata.normalize("NFD", "token:TRẦN AN")),
    ("token:An", "token:A\u200bn\ufeff"),
    ("token:An", "token:An\ufe0f\u00ad"),
    ("token:An", "token:\u2060\u3164An\U000e0041"),
    ("token:An", "token:\uff21\uff4e"),
    ("token:An", "token:An\t"),
    ("cli:an", "token:An"),
    ("token:Trần Đức An", "cli:tranducan"),
    ("cli:tran.an", "token:Trần An"),
    ("contact:c1", "contact:c1"),
]
OTHER = [
    ("token:An", "token:Ân"),
    ("token:Hùng", "token:Hưng"),
    ("token:An", "token:Anh"),
    ("cli:an", "cli:binh"),
    ("cli:an", "token:Bình"),
    ("contact:C1", "contact:c1"),
    ("token:c1", "contact:c1"),
    ("person:101", "person:102"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_person_however_the_name_is_spelled(one: str, other: str) -> None:
    for asked, actor in ((one, other), (other, one)):
        assert same_person(asked, actor)
        check_person(Move.CHANGE, asked, actor)
        with pytest.raises(Refused) as own:
            check_person(Move.APPROVE, asked, actor)
        assert own.value.error_id == "same-person" and asked in str(own.value)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_names_that_are_read_differently_are_two_people(one: str, other: str) -> None:
    for asked, actor in ((one, other), (other, one)):
        assert not same_person(asked, actor)
        check_person(Move.APPROVE, asked, actor)
        with pytest.raises(Refused) as foreign:
            check_person(Move.CHANGE, asked, actor)
        assert foreign.value.error_id == "not-who-asked"


@given(st.text(min_size=1), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_whatever_a_name_is_it_is_its_own(name: str, form: str) -> None:
    assert same_person(f"token:{name}", f"token:{unicodedata.normalize(form, name)}")  # type: ignore[arg-type]
    assert same_person(f"token:{name}", f"token:  {name}\u200b")


CALLED = {"user:tran.an": "Trần An", "user:an2": "TRẦN  AN", "user:binh": "Lê Bình"}


@pytest.mark.parametrize(
    "other",
    [
        "token:Trần An",
        "token:trần an",
        "cli:tranan",
        "cli:tran.an",
        "token:Tran.An",
        "user:an2",
        "user:tran.an",
        "user:tranan",
    ],
)
def test_an_account_is_known_by_its_login_and_its_name(other: str) -> None:
    for asked, actor in (("user:tran.an", other), (other, "user:tran.an")):
        assert same_person(asked, actor, CALLED)
        with pytest.raises(Refused) as own:
            check_person(Move.APPROVE, asked, actor, CALLED)
        assert own.value.error_id == "same-person"


@pytest.mark.parametrize("other", ["user:binh", "user:le.binh", "token:An", "token:Lê Bình", "cli:binh", "person:101"])
def test_other_accounts_are_other_people(other: str) -> None:
    assert not same_person("user:tran.an", other, CALLED) and not same_person(other, "user:tran.an", CALLED)
    check_person(Move.APPROVE, "user:tran.an", other, CALLED)
