"""Shifts and crews at the desk in one list, and what the forms of both have in common. Refuses what was changed meanwhile, an id that is
taken and what is no day.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.words import day_written
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, merge
from hotline1022.web.desk.render import show
from hotline1022.web.desk.roster import HERE, day_of, hours, plan_of
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump
from hotline1022.web.types import CrewView, ShiftTimes

LIST = f"{HERE}/shifts"
CREWS = f"{HERE}/crews"
#: days ahead in which it is counted what an end takes away
AHEAD = 400


async def list_kinds(ask: Ask) -> web.Response:
    """Shifts and crews."""
    query: DoneQuery = ask.query
    today = local_day(ask.ports.clock())
    plan = await plan_of(ask, today, today)
    said = {
        "saved": words()("roster.kind-saved"),
        "ended": words()("roster.kind-ended", count=query.count if query.count.isdecimal() else "0"),
    }
    return show(
        ask,
        "roster-kinds",
        said=said.get(query.done, ""),
        tab="shifts",
        edits=True,
        shifts=[
            {
                "path": f"{LIST}/{one.id}",
                "name": one.name,
                "hours": hours(one),
                "needed": one.needed,
                "ended": _ended(one.ended_on),
            }
            for one in plan.shifts
        ],
        crews=[
            {
                "path": f"{CREWS}/{one.id}",
                "name": one.name,
                "people": ", ".join(plan.people.get(each, each) for each in one.people),
                "ended": _ended(one.ended_on),
            }
            for one in plan.crews.values()
        ],
    )


async def about(ask: Ask, known: ShiftTimes | CrewView | None, typed: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """What the form of one says besides its fields; `folder`: the address under which its kind lies."""
    today = local_day(ask.ports.clock())
    ahead = await ask.ports.shifts.planned(today, today + timedelta(days=AHEAD)) if known else []
    count = sum(1 for one in ahead if known and (one.shift == known.id or known.id in one.who))
    return {
        "known": known,
        "typed": typed,
        "action": f"{folder}/{known.id}" if known else f"{folder}/new",
        "back": LIST,
        "seen": mark_of(known) if known else "",
        "ended": _ended(known.ended_on) if known else "",
        "today": today.isoformat(),
        "ahead": count,
    }


def mark_of(known: ShiftTimes | CrewView) -> str:
    """Of exactly what was shown: another one when it was changed."""
    return hashlib.sha256(json.dumps(dump(known), sort_keys=True).encode()).hexdigest()


def as_seen(form: Form, known: ShiftTimes | CrewView) -> None:
    """Refused `thing-changed` where the form was opened before `known` was changed."""
    if form.one("seen") != mark_of(known):
        raise Refused(f"{known.id} was changed meanwhile; look at it again", error_id="thing-changed")


def merged(
    form: Form,
    known: ShiftTimes | CrewView,
    now: Mapping[str, Any],
    typed: Mapping[str, Any],
    fields: Mapping[str, Field],
) -> Filled | None:
    """What the form says when it was opened before `known` was changed; None for one that has seen it."""
    return None if form.one("seen") == mark_of(known) else merge(form, now, typed, fields)


def there(id: str) -> Refused:
    """What is said to a new one whose id is taken."""
    return Refused(f"there is a {id} already; open it, or choose another id", error_id="thing-exists")


def end_day(form: Form) -> date:
    """The first day without it. Invalid `day-invalid`."""
    found = day_of(form.one("day"))
    if found is None:
        raise Invalid("that is no day; write 2026-11-23", error_id="day-invalid")
    return found


def _ended(ended_on: date | None) -> str:
    return words()("roster.ended", day=day_written(ended_on)) if ended_on else ""
