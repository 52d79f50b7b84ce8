"""Ranges that were heard, as the audit tells of them; reasons to listen."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.audit.played import MOST, Sound, joined, told
from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.recordings.reasons import load_reasons

RANGES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=20)


@given(RANGES)
def test_joined_ranges_are_the_same_bytes_in_order_and_apart(ranges: list[tuple[int, int]]) -> None:
    found = joined(ranges)
    assert {at for one in found for at in range(*one)} == {at for one in ranges for at in range(*one)}
    assert all(one[1] < after[0] for one, after in pairwise(found))
    assert joined(found) == found


def test_of_very_many_parts_none_is_lost() -> None:
    parts = [(at * 10, at * 10 + 1 + at % 7) for at in range(MOST * 3)]
    found = joined(parts)
    assert len(found) == MOST
    assert all(any(first <= one[0] and one[1] <= after for first, after in found) for one in parts)


def test_times_of_bytes() -> None:
    wav = Sound(bytes=44 + 32_000, duration_ms=1000, wav=True)
    assert told([(0, 44 + 16_000), (44 + 16_000, 44 + 32_000)], wav) == [
        {"first": 0, "after": 32_044, "from_ms": 0, "to_ms": 1000}
    ]
    assert (wav.ms(44 + 8_000), Sound(bytes=8000, duration_ms=1000, wav=False).ms(2000)) == (250, 250)
    assert Sound(bytes=0, duration_ms=0, wav=True).ms(10) == 0


def test_reasons_are_data() -> None:
    reasons = load_reasons()
    assert {"complaint", "quality", "authority", "ticket", "training"} <= set(reasons.texts)
    assert reasons.check("ticket", "  Phiếu 10000001,\n gọi lại ") == "Phiếu 10000001, gọi lại"
    for reason, words, error_id in (
        ("curious", "chỉ nghe cho biết", "reason-unknown"),
        ("voicemail", "tin nhắn của người dân", "reason-unknown"),
        ("ticket", "   ngắn        ", "reason-too-short"),
        ("ticket", "x" * 501, "reason-too-long"),
    ):
        with pytest.raises(Invalid) as caught:
            reasons.check(reason, words)
        assert caught.value.error_id == error_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "least_characters = 10",
        "least_characters = 0\n[reasons]\na = 'A'",
        "least_characters = true\n[reasons]\na = 'A'",
        "least_characters = 5\n[reasons]",
        "least_characters = 5\nmore = 1\n[reasons]\na = 'A'",
        "least_characters = 5\n[reasons]\n'A b' = 'A'",
        "least_characters = 5\n[reasons]\nvoicemail = 'A'",
        "least_characters = 5\n[reasons]\na = ''",
        "least_characters = 5\n[reasons]\na = 1",
        "least =",
    ],
)
def test_a_list_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    own = tmp_path / "reasons.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_reasons(own)
    assert caught.value.error_id == "reasons-invalid" and str(own) in str(caught.value)


def test_an_own_list_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "reasons.toml"
    own.write_text("least_characters = 5\n[reasons]\ninspection = 'Thanh tra'\n", encoding="utf-8")
    assert dict(load_reasons(own).texts) == {"inspection": "Thanh tra"}
    with pytest.raises(ConfigError):
        load_reasons(tmp_path / "gone.toml")
