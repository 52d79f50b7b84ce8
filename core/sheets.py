"""What a table that leaves the house is made of: columns, cells, and how a text is kept from being a formula. No file is made here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Cell = str | int | datetime | None
#: rows below the head at most: Excel's own bound
MOST_ROWS = 1_048_575
#: characters of a cell: Excel's own bound
LONGEST = 32_767
_FORMULA, _NUMBER = ("=", "+", "-", "@", "\t", "\r"), re.compile(r"\+?[0-9*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    #: characters
    width: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet that is small enough to be held."""

    title: str
    columns: Sequence[Column]
    #: as wide as the columns
    rows: Sequence[Sequence[Cell]] = ()


def harmless(text: str) -> str:
    """The text so that no program takes it for a formula; telephone numbers stay as they are."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
