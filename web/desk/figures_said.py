"""How pages write figures, and where each leads: counts, shares and times as the language writes them, lists of the desk for lists of
the API. Refuses nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from hotline1022.core.words import decimal_written, number_written, words
from hotline1022.figures.types import Bucket, CallPart, Figure, Group, Rows, Unit
from hotline1022.tickets.types import Standing
from hotline1022.web.desk.seen import length

ROOM = "/desk/supervision"
#: of nothing there is no share and no mean
NOTHING = "–"
#: lists of the API, and where the desk shows the same rows
_PAGES = {"/api/calls": f"{ROOM}/calls", "/api/tickets": f"{ROOM}/tickets"}
#: parts of a group that have a column of their own, of calls and of tickets
_PARTS = {
    "part": (CallPart.ANSWERED, CallPart.GIVEN_UP),
    "standing": (Standing.OPEN, Standing.OVERDUE),
}


def count(number: int) -> str:
    """`1.234`."""
    return number_written(number)


def share(permille: int | None) -> str:
    """`81,1 %`."""
    return NOTHING if permille is None else words()("format.share", value=decimal_written(f"{permille / 10:.1f}"))


def said(value: int | None, unit: Unit) -> str:
    """A value in its unit."""
    if value is None:
        return NOTHING
    match unit:
        case Unit.PERMILLE:
            return share(value)
        case Unit.MS:
            return length(value)
        case _:
            return count(value)


def link(rows: Rows, **more: str) -> str:
    """The page with exactly these rows."""
    return f"{_PAGES[rows.path]}?{urlencode({**rows.query, **more})}"


def file(path: str, query: Mapping[str, str]) -> str:
    """The same rows as an Excel file; what stands in the way of it is a page, in words for people."""
    return f"{_PAGES[path]}/export?{urlencode(query)}"


def figure(one: Figure) -> dict[str, str]:
    """A figure as pages show it."""
    return {
        "id": one.id,
        "name": one.name,
        "said": said(one.value, one.unit),
        "formula": one.formula,
        "link": link(one.rows) if one.value is not None else "",
    }


def groups(found: Sequence[Group], within: str) -> list[dict[str, Any]]:
    """Groups as tables: all, two parts with their lists, and the level with those that are `within` it."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "part": one.part,
            "parts": [part.value for part in _PARTS[one.part]],
            "rows": [_bucket(one, each, within) for each in one.buckets if each.count],
        }
        for one in found
    ]


def _bucket(group: Group, one: Bucket, within: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "count": count(one.count),
        "link": link(one.rows),
        "parts": [
            (count(one.parts[part]), link(one.rows, **{group.part: part})) if part in one.parts else (NOTHING, "")
            for part in _PARTS[group.part]
        ],
        "level": share(one.level),
        "level_link": link(one.rows, **{group.part: within}) if one.level is not None else "",
    }
