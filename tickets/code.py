"""Ticket codes (mã phiếu): eight digits, keyed on a phone. Random, and the last digit catches what is keyed wrongly.

The check is Damm's: every single wrong digit and every swap of two neighbours is caught, always (a test tries them all).
Of the others nothing can be worked out: they are drawn by lot, so a code tells neither when nor how many.
"""

from collections.abc import Callable
from typing import Final

from hotline1022.core.errors import Invalid

LENGTH: Final = 8
#: H. Michael Damm's quasigroup of order 10: no two neighbours may change places (doctoral thesis, Marburg 2004)
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The digit that goes behind these."""
    row = 0
    for digit in digits:
        row = _QUASIGROUP[row][int(digit)]
    return str(row)


def draw_code(below: Callable[[int], int]) -> str:
    """A code by lot; `below(n)` gives a random number from 0 to n - 1. It begins with 2 to 8: sheets would drop a 0, and
    a telephone on which a code is keyed must tell it at once from 0 for an agent, 9 and 115 (decision 9).
    """
    first = 10 ** (LENGTH - 2)
    digits = str(2 * first + below(7 * first))
    return digits + check_digit(digits)


def is_code(text: str) -> bool:
    """Whether it can be a code: as long as one, and the check digit fits."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and check_digit(text) == "0"


def read_code(text: str) -> str:
    """A code as people write it: `1234 5678`, `1234-5678`. Invalid `code-invalid`."""
    code = "".join(c for c in text if c not in " .-\u00a0")
    if not is_code(code):
        raise Invalid(
            f"this is no ticket code; key its {LENGTH} digits again, one of them is wrong", error_id="code-invalid"
        )
    return code


def grouped(code: str) -> str:
    """As it is written and spoken: `1234 5678`."""
    return f"{code[:4]} {code[4:]}"
