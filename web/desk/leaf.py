"""Leafing through a list that cursors lead forward only: which rows are shown, the page before, the page after. Refuses nothing: who
comes by a link of before is led to the first page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from hotline1022.web.desk.figures_said import count
from hotline1022.web.page_words import words
from hotline1022.web.rules import Rule

#: pages that a link remembers: from one farther on, who goes back so far is led to the first
MOST = 10
#: how many rows were before this page, and the cursors of pages before it; the first has none
Trail = Annotated[
    str,
    Rule(doc="the way here, as a page of this list wrote it", pattern=r"([0-9]{1,9}(\.[A-Za-z0-9_-]{8,120}){0,10})?"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What stands below a list; "" = there is no such page."""

    shown: str
    first: str = ""
    before: str = ""
    after: str = ""


def leaf(
    here: str,
    given: Mapping[str, str],
    *,
    cursor: str,
    trail: str,
    rows: int,
    size: int,
    after: str,
    total: int | None = None,
) -> Leaf:
    """Of the page at `cursor`, which has so many `rows` of `size` at most; `after` is the cursor of the next one, `total` how many
    rows the list has, where that was counted.
    """
    skipped, *way = trail.split(".") if trail else ("0",)
    known = bool(trail) or not cursor
    done = int(skipped)

    def link(to: str = "", passed: int = 0, by: list[str] | None = None) -> str:
        more = {"cursor": to, "trail": ".".join([str(passed), *(by or [])])} if to else {}
        kept = {name: value for name, value in given.items() if value} | more
        return f"{here}?{urlencode(kept)}" if kept else here

    before = ""
    if known and way:
        before = link(way[-1], max(done - size, 0), way[:-1])
    elif known and cursor and done <= size:
        before = link()
    onward = [*way, cursor][-MOST:] if cursor else []
    return Leaf(
        shown=shown(done if known else None, rows, total),
        first=link() if cursor else "",
        before=before,
        after=link(after, done + rows, onward) if after and known else link(after, 0) if after else "",
    )


def shown(skipped: int | None, rows: int, total: int | None = None) -> str:
    """`Đang hiện dòng 51 đến 100`; where nobody knows how many are before: `Đang hiện 50 dòng`; `… trong tổng số 1.234`."""
    if not rows:
        return ""
    say = words()
    if skipped is None:
        here = say("leaf.rows", count=count(rows))
    else:
        here = say("leaf.shown", first=count(skipped + 1), last=count(skipped + rows))
    return here if total is None else say("leaf.of", shown=here, total=count(max(total, (skipped or 0) + rows)))
