"""Masked numbers: recognisable, not dialable; call ids and short numbers stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.masking import mask, mask_name, mask_text


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


@pytest.mark.parametrize(
    "number",
    [
        "0901 234 567", "0901.234.567", "0901-234-567", "090 123 4567", "09 01 23 45 67", "0 9 0 1 2 3 4 5 6 7",
        "0901\u00a0234\u00a0567", "0901\u2013234\u2013567", "0901 - 234 - 567", "0901.234567",
        "+84 90 123 4567", "+84 (0)901 234 567", "84 901 234 567", "0084 901 234 567",
        "(0274) 3822 333", "(0274) 3.822.333", "0274 382 23 33", "+1 (650) 555 0100", "074 090 012 345",
    ],
)  # fmt: skip
def test_numbers_in_groups_are_masked_as_people_write_them(number: str) -> None:
    """Agents and citizens write them so into what happened, and who may not see numbers reads it."""
    digits = re.sub(r"\D", "", number)
    for said in (f"Gọi lại {number} nhé", f"{number}, rồi {number}", f"({number})", f"lúc 09:00 {number}"):
        masked = mask_text(said)
        assert "****" in masked and digits not in re.sub(r"\D", "", masked), masked
        assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "said",
    [
        "ngày 01.02.2026 10.30", "từ 05-12-2026 0930", "lúc 08.00 30-11-2026", "lúc 10:00 30-11-2026", "07.30 - 11.30",
        "1.500.000 đồng", "5.012.345.678 đồng", "84.000.000.000 đồng", "phiếu 2345 6789", "2026-11-23 09:10:00",
        "09:00 30/11/2026", "số 2376/QĐ-UBND ngày 01/02/2025", "045/2026", "máy 101, 1022, 115, 1900 1022",
        "10.090.123.456", "nhà 012\n34 đường 5678 901", "00.00.16.H08", "2026-11-30T05:50:28+00:00",
    ],
)  # fmt: skip
def test_days_times_amounts_and_codes_stay(said: str) -> None:
    assert mask_text(said) == said


def test_two_numbers_side_by_side_are_two() -> None:
    assert mask_text("0901 234 567 0912 345 678") == "090****567 091****678"
    assert mask_text("0901234567 0912345678") == "090****567 091****678"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("can-cuoc-0901234567.jpg", "can-cuoc-090****567.jpg"),
        ("0901 234 567.pdf", "090****567.pdf"),
        ("IMG_20261130_101010.jpg", "IMG_20261130_101010.jpg"),
        ("z5012345678901_abc.jpg", "z5012345678901_abc.jpg"),
        ("Screenshot 2026-11-30 09-10-11.png", "Screenshot 2026-11-30 09-10-11.png"),
    ],
)
def test_names_of_files_keep_their_days(name: str, masked: str) -> None:
    assert mask_name(name) == masked
