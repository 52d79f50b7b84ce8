"""Masked numbers: recognisable, not dialable; call ids and short numbers stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.masking import mask, mask_text


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("0901234567", "090****567"),
        ("+84901234567", "+8490****567"),
        ("02743822333", "027****333"),
        ("3822333", "****333"),
        ("115", "115"),
        ("1022", "1022"),
        ("101", "101"),
        ("", ""),
        ("anonymous", "****"),
        ("Nguyễn 12", "****"),
    ],
)
def test_mask(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_mask_text_keeps_call_ids() -> None:
    said = "hl1-1795470208.58 from 0901234567 to +842743822333, máy 101, 2026-11-23"
    assert mask_text(said) == "hl1-1795470208.58 from 090****567 to +8427****333, máy 101, 2026-11-23"


@given(st.from_regex(r"\+?[0-9]{6,15}", fullmatch=True))
def test_a_masked_number_never_holds_the_number(number: str) -> None:
    masked = mask(number)
    assert number not in masked
    assert len(re.sub(r"\D", "", masked)) <= max(3, len(re.sub(r"\D", "", number)) - 2)
    assert mask(masked) != number


@given(st.text(), st.from_regex(r"[0-9]{9,12}", fullmatch=True))
def test_no_number_survives_in_text(around: str, number: str) -> None:
    assert number not in mask_text(f"{around} {number} {around}") or number in around
