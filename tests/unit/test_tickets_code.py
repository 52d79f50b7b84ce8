"""Ticket codes: whatever single digit is wrong, or two neighbours change places, it is caught."""

import random
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.core.folding import fold
from hotline1022.tickets.citizen import phone_of
from hotline1022.tickets.code import LENGTH, check_digit, draw_code, grouped, is_code, read_code
from hotline1022.tickets.types import Channel, State, Ticket
from tests.unit.tickets_made import NOW

DIGITS = "0123456789"


def drawn(number: int) -> str:
    return draw_code(lambda below: number % below)


def test_every_step_of_the_check_tells_digits_and_their_order_apart() -> None:
    """All that the proof needs, tried for all: after any digits, another digit leads elsewhere, and a swap does."""
    for before in ("".join(p) for length in range(3) for p in product(DIGITS, repeat=length)):
        assert len({check_digit(before + digit) for digit in DIGITS}) == 10
        for one, other in product(DIGITS, repeat=2):
            swapped = check_digit(before + other + one)
            assert one == other or check_digit(before + one + other) != swapped
    rows = {check_digit(digit) for digit in DIGITS}
    assert len(rows) == 10, "every row of the table was used above"
    for row, digit in product(DIGITS, repeat=2):
        reached = check_digit(row) + digit
        assert (check_digit(reached) == "0") == (check_digit(check_digit(row)) == digit)


def test_every_wrong_digit_and_every_swap_in_codes_of_four() -> None:
    for digits in ("".join(p) for p in product(DIGITS, repeat=3)):
        code = digits + check_digit(digits)
        assert check_digit(code) == "0"
        for place in range(4):
            for digit in DIGITS:
                wrong = code[:place] + digit + code[place + 1 :]
                assert (check_digit(wrong) == "0") == (wrong == code)
        for place in range(3):
            wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert (check_digit(wrong) == "0") == (wrong == code)


@given(number=st.integers(0))
def test_whole_codes(number: int) -> None:
    code = drawn(number)
    assert is_code(code) and len(code) == LENGTH
    assert code[0] in "2345678", "0 is an agent, 9 and 115 are 115, at once"
    for place, digit in product(range(LENGTH), DIGITS):
        wrong = code[:place] + digit + code[place + 1 :]
        assert is_code(wrong) == (wrong == code)
    for place, (one, other) in enumerate(pairwise(code)):
        assert one == other or not is_code(code[:place] + other + one + code[place + 2 :])


def test_codes_are_spread_over_everything() -> None:
    below = random.Random(1022).randrange
    codes = {draw_code(below) for _ in range(5000)}
    assert len(codes) > 4990
    for place in range(1, LENGTH):
        counts = [sum(code[place] == digit for code in codes) for digit in DIGITS]
        assert min(counts) > 400 and max(counts) < 600, (place, counts)


def test_as_people_write_them() -> None:
    code = drawn(2345678)
    for text in (code, f" {code[:4]} {code[4:]}", f"{code[:4]}-{code[4:]}", ".".join(code), grouped(code)):
        assert read_code(text) == code
    swapped = code[:2] + code[3] + code[2] + code[4:]
    assert swapped != code
    for text in ("", code[:-1], code + "1", swapped, "mã phiếu", "١٢٣٤٥٦٧٨"):
        with pytest.raises(Invalid) as caught:
            read_code(text)
        assert caught.value.error_id == "code-invalid"


@pytest.mark.parametrize(
    "text", ["0901234567", "0901 234 567", "+84 901.234.567", "(090) 123-4567", "84901234567", "0901\u00a0234\u00a0567"]
)
def test_a_number_in_any_way_of_writing(text: str) -> None:
    assert phone_of(text) == "+84901234567"


@pytest.mark.parametrize(("text", "key"), [("anonymous", "anonymous"), ("", ""), ("101", "101"), ("12-34", "1234")])
def test_what_is_no_number_stays(text: str, key: str) -> None:
    ticket = Ticket(id="t", code="1", created_at=NOW, channel=Channel.PHONE, state=State.NEW, phone=phone_of(text))
    assert (ticket.phone, ticket.phone_key) == (text, key)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường  Lê Lợi", "duong le loi"),
        ("Đ\u01b0\u01a1\u0300ng", "duong"),
        ("PHẢN ÁNH\nkiến nghị", "phan anh kien nghi"),
        ("①②", "12"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(fold(text)) == folded
