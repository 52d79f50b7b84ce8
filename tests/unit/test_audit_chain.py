"""The audit's chain: what a walk over it finds, each by its number; the hash can be computed without our code."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.audit.chain import Walk
from hotline1022.audit.types import EMPTY, Entry, Fact, Fault, Head, Kind, canonical, contents, in_place_of, link

AT = datetime(2026, 11, 29, 1, 2, 3, 4, tzinfo=UTC)


def chain(count: int) -> list[Entry]:
    made: list[Entry] = []
    head = EMPTY
    for number in range(count):
        fact = Fact(at=AT + timedelta(seconds=number), kind=Kind.ACT, actor="cli:an", detail={"n": number})
        made.append(link(fact, head))
        head = Head(seq=made[-1].seq, sha256=made[-1].sha256)
    return made


def faults(entries: list[Entry]) -> list[tuple[Fault, int]]:
    return [(finding.fault, finding.seq) for finding in Walk().take(entries)]


def test_a_whole_chain_is_right() -> None:
    walk = Walk()
    assert walk.take(chain(20)) == [] and walk.head.seq == 20


def test_a_stranger_computes_the_same_hash() -> None:
    (one,) = chain(1)
    text = (
        '{"actor":"cli:an","at":"2026-11-29T01:02:03.000004Z","detail":{"n":0},"kind":"act","origin":"service",'
        f'"prev":"{"0" * 64}","seq":1,"subject":""}}'
    )
    assert one.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_changed_entry() -> None:
    entries = chain(9)
    entries[4] = replace(entries[4], actor="cli:binh")
    assert faults(entries) == [(Fault.CHANGED, 5)]


def test_a_changed_entry_with_a_new_hash_breaks_the_next() -> None:
    entries = chain(9)
    entries[4] = link(Fact(at=AT, kind=Kind.ACT, actor="cli:binh"), Head(seq=entries[3].seq, sha256=entries[3].sha256))
    assert faults(entries) == [(Fault.BROKEN, 6)]


def test_a_deleted_entry() -> None:
    entries = chain(9)
    del entries[4]
    assert faults(entries) == [(Fault.DELETED, 5)]


def test_the_first_entries_deleted() -> None:
    assert faults(chain(5)[2:]) == [(Fault.DELETED, 1), (Fault.DELETED, 2)]


def test_two_swapped_entries() -> None:
    entries = chain(9)
    entries[4], entries[5] = replace(entries[5], seq=5), replace(entries[4], seq=6)
    assert faults(entries) == [(Fault.SWAPPED, 5), (Fault.SWAPPED, 6)]


@pytest.mark.parametrize(("one", "other"), [(1, 9), (2, 8), (9, 300), (1, 300), (150, 152)])
def test_two_entries_that_were_exchanged_over_any_distance(one: int, other: int) -> None:
    entries = chain(300)
    entries[one - 1], entries[other - 1] = (
        replace(entries[other - 1], seq=one),
        replace(entries[one - 1], seq=other),
    )
    found = Walk().take(entries)
    assert [(found.fault, found.seq) for found in found] == [(Fault.SWAPPED, one), (Fault.SWAPPED, other)]
    assert found[0].text.endswith(f"written as entry {other}") and found[1].text.endswith(f"written as entry {one}")


def test_three_entries_in_a_ring() -> None:
    entries = chain(60)
    entries[9], entries[29], entries[49] = (
        replace(entries[29], seq=10), replace(entries[49], seq=30), replace(entries[9], seq=50),
    )  # fmt: skip
    assert faults(entries) == [(Fault.SWAPPED, 10), (Fault.SWAPPED, 30), (Fault.SWAPPED, 50)]


def test_a_chain_full_of_changes_is_walked_in_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.audit.chain.TRIES", 100)
    monkeypatch.setattr("hotline1022.audit.chain.REACH", 20)
    entries = [replace(one, actor="cli:binh") for one in chain(50)]
    entries[39], entries[40] = replace(chain(50)[40], seq=40), replace(chain(50)[39], seq=41)
    found = faults(entries)
    assert len(found) == 50 and {fault for fault, seq in found if seq not in (40, 41)} == {Fault.CHANGED}
    assert [one for one in found if one[1] in (40, 41)] == [(Fault.SWAPPED, 40), (Fault.SWAPPED, 41)], (
        "neighbours always"
    )


def test_a_deleted_entry_whose_number_was_closed() -> None:
    entries = chain(9)
    closed = [*entries[:4], *(replace(one, seq=one.seq - 1) for one in entries[5:])]
    assert (Fault.SWAPPED, 5) in faults(closed)


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    here = Fact(at=AT.astimezone(timezone(timedelta(hours=7))), kind=Kind.ACT, actor="cli:an")
    assert link(here, EMPTY) == link(replace(here, at=AT), EMPTY)


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", object(), {1, 2}])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        link(Fact(at=AT, kind=Kind.ACT, actor="x", detail={"a": [value]}), EMPTY)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(detail=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), _JSON, max_size=4))
def test_any_detail_survives_being_read_again(detail: dict[str, object]) -> None:
    entry = link(Fact(at=AT, kind=Kind.ACT, actor="x", detail=detail), EMPTY)
    again = json.loads(canonical(contents(entry)))
    assert Walk().take([replace(entry, detail=again["detail"])]) == []


def test_what_is_no_hash_in_a_hashs_place_ends_no_walk() -> None:
    made = chain(4)
    made[3] = replace(made[3], sha256="Z" * 64)
    walk = Walk()
    assert [(one.fault, one.seq) for one in walk.take(made)] == [(Fault.CHANGED, 4)]
    assert walk.head == Head(seq=4, sha256=in_place_of(4, "Z" * 64))


def test_what_follows_an_entry_in_place_of_its_hash_is_no_break() -> None:
    made = chain(3)
    after = link(Fact(at=AT, kind=Kind.ACT, actor="cli:an"), Head(seq=3, sha256=in_place_of(3, made[2].sha256)))
    assert faults([*made, after]) == []
    assert Walk(Head(seq=3, sha256=made[2].sha256)).take([after]) == []
    other = link(Fact(at=AT, kind=Kind.ACT, actor="cli:an"), Head(seq=3, sha256=in_place_of(2, made[2].sha256)))
    assert faults([*made, other]) == [(Fault.BROKEN, 4)]
