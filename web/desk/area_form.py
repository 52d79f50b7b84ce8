"""Who answers for a category by area as rows of a form: an area and its agency. Refuses nothing: what is half chosen stays in its row, is
told there, and the directory refuses it.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words

#: rows of one form at most: each has two long lists; a file may have more, which are shown whole
MOST = 100
#: stands for what nobody chose: no id looks so
_NOTHING = "-"
_ROW = re.compile(r"r([0-9]{1,3})-area")


class AreaRow(NamedTuple):
    """One area and who answers there, by id, as they were chosen."""

    area: str = ""
    agency: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is chosen in it."""
        return not self.area and not self.agency


def typed_rows(form: Form) -> list[AreaRow]:
    """The rows of a form, blank ones too: all that it has."""
    found = (_ROW.fullmatch(name) for name, _ in form.pairs)
    return [
        AreaRow(*("".join(form.one(f"r{number}-{name}").split())[:41] for name in AreaRow._fields))
        for number in dict.fromkeys(one[1] for one in found if one)
    ]


def text_of(rows: Sequence[AreaRow]) -> str:
    """One row a line, as the API takes it: `thuan-an ubnd-thuan-an`."""
    return "\n".join(f"{row.area or _NOTHING} {row.agency or _NOTHING}" for row in rows if not row.blank)


def rows_of(text: str) -> list[AreaRow]:
    """The rows of a text that is kept, or that `text_of` made of what was chosen."""
    pairs = (line.strip().partition(" ") for line in text.splitlines() if line.strip())
    return [AreaRow(*("" if one == _NOTHING else one.strip() for one in (area, agency))) for area, _, agency in pairs]


def faults(rows: Sequence[AreaRow], areas: Collection[str], agencies: Collection[str]) -> dict[int, str]:
    """What is wrong in which row, in words, by its place from 0."""
    say, twice = words(), Counter(row.area for row in rows if row.area)
    found: dict[int, str] = {}
    for place, row in enumerate(rows):
        if row.blank:
            continue
        if not row.area:
            found[place] = say("rows.no-area")
        elif not row.agency:
            found[place] = say("rows.no-agency")
        elif row.area not in areas or row.agency not in agencies:
            found[place] = say("rows.not-there", id=row.area if row.area not in areas else row.agency)
        elif twice[row.area] > 1:
            found[place] = say("rows.area-twice")
    return found


def said(text: str, names: Mapping[str, str]) -> str:
    """`Dĩ An: Sở Nội vụ; …`; "" for none. `names`: of areas and agencies by id."""
    return "; ".join(f"{names.get(row.area, row.area)}: {names.get(row.agency, row.agency)}" for row in rows_of(text))
