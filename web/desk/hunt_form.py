"""The order in which an agency is rung as rows of a form: who, on which telephone, for how long. Refuses nothing: what is no step stays as it
was typed, and the directory refuses it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hotline1022.directory.types import Role, Which
from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words

#: rows of one form at most: the directory takes no more steps
MOST = 12
_ROW = re.compile(r"s([0-9]{1,3})-role")
ROLES, TELEPHONES = tuple(Role), tuple(Which)


class StepRow(NamedTuple):
    """One step as it was typed."""

    role: str = ""
    which: str = ""
    seconds: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is said in it; a telephone alone says nothing."""
        return not self.role and not self.seconds


def typed_rows(form: Form) -> list[StepRow]:
    """The rows of a form, blank ones too: all that it has."""
    found = (_ROW.fullmatch(name) for name, _ in form.pairs)
    return [
        StepRow(*("".join(form.one(f"s{number}-{name}").split())[:12] for name in StepRow._fields))
        for number in dict.fromkeys(one[1] for one in found if one)
    ]


def text_of(rows: Sequence[StepRow]) -> str:
    """One step a line, as the directory keeps it: `specialist.office 20`."""
    return "\n".join(f"{row.role}.{row.which} {row.seconds}".strip() for row in rows if not row.blank)


def rows_of(text: str) -> list[StepRow]:
    """The rows of a text that is kept, or that `text_of` made of what was typed."""
    found = []
    for line in text.splitlines():
        step, _, seconds = line.strip().partition(" ")
        role, _, which = step.partition(".")
        found.append(StepRow(role, which, seconds.strip()))
    return [one for one in found if not one.blank]


def said(text: str) -> str:
    """`Chuyên viên, máy bàn, 20 giây; …`; "" for none."""
    say = words()
    return "; ".join(
        say(
            "directory.step",
            role=say.or_itself("contact-role", row.role),
            which=say.or_itself("which", row.which),
            seconds=row.seconds,
        )
        for row in rows_of(text)
    )
