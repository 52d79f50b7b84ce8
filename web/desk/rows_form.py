"""What the buttons within a form do to its rows: one more, one less, one place up. Nothing is saved by them. Refuses one more where a
form has as many as it may; throws none away.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline1022.web.desk import area_form, hunt_form, week_form
from hotline1022.web.desk.forms import Form

#: the button that was pressed, where it is none that saves
DO = "do"
HOURS, HUNT, AREAS = "hours", "hunt", "by_area"
_DONE = re.compile(r"(hours|hunt|by_area)-(add|drop|up)(?:-([0-9]{1,3}))?")
_KINDS: Mapping[str, tuple[Any, Any]] = {
    HOURS: (week_form, week_form.HourRow()),
    HUNT: (hunt_form, hunt_form.StepRow()),
    AREAS: (area_form, area_form.AreaRow()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What stands in the rows of a form."""

    hours: str = ""
    hunt: str = ""
    by_area: str = ""
    #: the days and times do not count
    always: bool = False
    #: blank rows besides, by field
    blank: Mapping[str, int] = field(default_factory=dict)

    def shown(self, name: str) -> list[Any]:
        """The rows as they are drawn, one at least."""
        kind, empty = _KINDS[name]
        rows = list(kind.rows_of(getattr(self, name)))
        more = max(self.blank.get(name, 0), 0 if rows else 1)
        return [*rows, *[empty] * more]


def rows_of(given: Mapping[str, Any]) -> Rows:
    """Of the values of a form."""
    hours = given.get(HOURS, "")
    return Rows(hours=hours, hunt=given.get(HUNT, ""), by_area=given.get(AREAS, ""), always=hours == week_form.ALWAYS)


def pressed(form: Form) -> bool:
    """Whether the form was sent by a button that saves nothing."""
    return bool(form.one(DO))


def done(form: Form) -> Rows:
    """The rows as they are after the button; as they were typed where it is none of ours."""
    typed: dict[str, list[Any]] = {name: list(kind.typed_rows(form)) for name, (kind, _) in _KINDS.items()}
    if found := _DONE.fullmatch(form.one(DO)):
        _do(typed[found[1]], found[2], int(found[3] or 0), _KINDS[found[1]])
    return Rows(
        hours=week_form.text_of(typed[HOURS]),
        hunt=hunt_form.text_of(typed[HUNT]),
        by_area=area_form.text_of(typed[AREAS]),
        always=bool(form.one("always")),
        blank={name: sum(row.blank for row in some) for name, some in typed.items()},
    )


def _do(rows: list[Any], what: str, place: int, kind: tuple[Any, Any]) -> None:
    form, empty = kind
    match what:
        case "add" if len(rows) < form.MOST:
            rows.append(empty)
        case "drop" if place < len(rows):
            del rows[place]
        case "up" if 0 < place < len(rows):
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        case _:
            pass
