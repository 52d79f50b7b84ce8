"""What became other of a thing of the directory, in words: names for ids, words for what the code calls things. Refuses nothing:
what is no more known is shown by its id.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline1022.core.words import day_written
from hotline1022.directory.types import PastChange, What
from hotline1022.web.desk import week_form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

#: whose changes a letter justifies
WITH_LETTERS = frozenset({What.AGENCY, What.CONTACT})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: words of these fields
_TABLES = {"kind": "thing", "role": "contact-role"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names by id, of what has ended too."""

    agencies: Mapping[str, str]
    areas: Mapping[str, str]


async def told_changes(ask: Ask, what: What, id: str, limit: int) -> list[dict[str, Any]]:
    """Its last changes, latest first."""
    port = ask.ports.directory
    known = Known(
        agencies={one.id: one.name for one in await port.agencies(None)},
        areas={one.id: one.name for one in await port.areas(None)},
    )
    scans: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for scan in await ask.ports.letters.of(what, id) if what in WITH_LETTERS else ():
        about = {"id": scan.id, "name": scan.name, "size": max(1, scan.size // 1000)}
        scans[scan.change].append(about | {"at": moment(scan.stored_at), "by": name_of(scan.stored_by)})
    return [
        told_change(one, known) | {"scans": scans.get(one.number, [])} for one in await port.changes(what, id, limit)
    ]


def told_change(one: PastChange, known: Known) -> dict[str, Any]:
    """What became other; of a new one nothing but that it is new."""
    # areas lie within areas, everything else belongs to agencies
    names = known.areas if one.what is What.AREA else known.agencies
    parts = [
        {
            "field": words()(f"named.{name}"),
            "before": _said(name, one.before.get(name), names, known),
            "after": _said(name, one.after.get(name), names, known),
        }
        for name in one.after
        if one.before and one.before.get(name) != one.after.get(name)
    ]
    return {
        "number": one.number,
        "at": moment(one.at),
        "by": name_of(one.by),
        "new": not one.before,
        "parts": parts,
        # of a new one all is: it came with its letter, if it has one
        "lettered": any(
            (one.before or {}).get(name) != one.after.get(name) and one.after.get(name)
            for name in ("letter", "letter_date")
        ),
    }


def _said(name: str, value: Any, names: Mapping[str, str], known: Known) -> str:
    say = words()
    match name, value:
        case _, None | "" | [] | ():
            return "—"
        case _, bool():
            return say("directory.yes" if value else "directory.no")
        case "hunt", list() | tuple():
            return "; ".join(_step(one) for one in value)
        case "by_area", list() | tuple():
            return "; ".join(_answers(one, known) for one in value)
        case "agency" | "parent" | "successor", str():
            return names.get(value, value)
        case (("kind" | "role"), str()):
            return say.or_itself(_TABLES[name], value)
        case "hours", str():
            return week_form.said(value)
        case "office" | "mobile" | "sms", str():
            return said_number(value)
        case _, str() if _DAY.fullmatch(value):
            return day_written(date.fromisoformat(value))
        case _, list() | tuple():
            return _listed(value)
    return str(value)


def _step(one: Mapping[str, Any]) -> str:
    say = words()
    return say(
        "directory.step",
        role=say.or_itself("contact-role", str(one["role"])),
        which=say.or_itself("which", str(one["which"])),
        seconds=one["seconds"],
    )


def _answers(one: Mapping[str, Any], known: Known) -> str:
    area, agency = str(one["area"]), str(one["agency"])
    return f"{known.areas.get(area, area)}: {known.agencies.get(agency, agency)}"


def _listed(value: Sequence[Any]) -> str:
    return ", ".join(map(str, value))
