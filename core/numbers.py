"""One telephone number in every form in which it may have been written down. Pure; refuses nothing."""

import re
from collections.abc import Callable

_BEFORE = ("", "0", "84", "+84", "0084", "840", "+840", "+", "00")
#: whatever people put between digits: blanks of any kind, dashes, commas, brackets, characters that nobody sees; no letters
_BETWEEN = r"[\W_]{0,8}"


def forms(digits: str, significant: Callable[[str], str]) -> tuple[str, ...]:
    """All ways to write the number without signs between its digits; `significant` gives the same `digits` for each."""
    return tuple(form for before in _BEFORE if significant(form := f"{before}{digits}") == digits)


def pattern(digits: str) -> re.Pattern[str]:
    """Finds the number in a text, with whatever stands before it or between its digits; not inside of a longer one."""
    abroad, within = rf"(?:(?:(?:\+|00){_BETWEEN})?84{_BETWEEN})?", rf"(?:0{_BETWEEN})?"
    return re.compile(rf"(?<![0-9])\(?{abroad}{within}{_BETWEEN.join(digits)}(?![0-9.]*[0-9])")


def without(text: str, digits: str) -> str:
    """The text without the number, however it is written; a bracket whose other half stays, stays."""
    return pattern(digits).sub(_half, text)


def _half(found: re.Match[str]) -> str:
    opened, closed = found[0].count("("), found[0].count(")")
    return "(" * (opened - closed) + ")" * (closed - opened)
