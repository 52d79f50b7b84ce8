"""One telephone number in every form in which it may have been written down. Pure; refuses nothing."""

import re
from collections.abc import Callable

_BEFORE = ("", "0", "84", "+84", "0084", "840", "+840", "+", "00")
_BETWEEN = r"[\s().\-/]{0,3}"


def forms(digits: str, significant: Callable[[str], str]) -> tuple[str, ...]:
    """All ways to write the number without signs between its digits; `significant` gives the same `digits` for each."""
    return tuple(form for before in _BEFORE if significant(form := f"{before}{digits}") == digits)


def pattern(digits: str) -> re.Pattern[str]:
    """Finds the number in a text, with whatever stands before it or between its digits; not inside of a longer one."""
    return re.compile(rf"(?<![0-9])(?:(?:\+|00)?84|0)?{_BETWEEN}{_BETWEEN.join(digits)}(?![0-9.]*[0-9])")
