"""A list of the directory as it is searched and leafed through: without marks and case, some rows a page. Refuses nothing: a page
that there is not is the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hotline1022.core.folding import fold

#: rows of a page
SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page of rows."""

    rows: Sequence[Mapping[str, Any]]
    #: from 1
    number: int
    pages: int
    #: rows of all pages
    found: int
    #: addresses of the pages beside it; "" = there is none
    earlier: str
    later: str


def leaf(rows: Sequence[Mapping[str, Any]], path: str, *, words: str, page: str, everything: bool) -> Leaf:
    """The rows that have every one of these words, wherever in a row they stand, and of those this page."""
    found = [one for one in rows if has(one, words)]
    pages = max(1, -(-len(found) // SIZE))
    wanted = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    number = min(max(wanted, 1), pages)
    kept = {name: value for name, value in (("words", words), ("all", "1" if everything else "")) if value}

    def address(of: int) -> str:
        return f"{path}?{urlencode(kept | {'page': of})}" if 1 <= of <= pages else ""

    return Leaf(
        rows=found[(number - 1) * SIZE : number * SIZE],
        number=number,
        pages=pages,
        found=len(found),
        earlier=address(number - 1),
        later=address(number + 1),
    )


def has(row: Mapping[str, Any], words: str) -> bool:
    """Whether a row has all the words; a telephone number is found as it is dialled too: 0912…, in any groups."""
    text = fold(" ".join((row["id"], row["name"], row["about"], row.get("dialled", ""))))
    text = f"{text} {text.replace('+84', '0')}"
    asked = fold(words)
    digits = "".join(one for one in asked if one not in " .-()")
    if digits.isdecimal() and digits in text:
        return True
    return all(one in text for one in asked.split())
