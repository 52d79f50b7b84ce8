"""Shifts and crews at the desk: listed, made, changed, ended. Refuses to write over what somebody else changed meanwhile,
unseen, and a new one under an id that is taken.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.words import day_written
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge
from hotline1022.web.desk.render import show
from hotline1022.web.desk.roster import HERE, day_of, hours, plan_of
from hotline1022.web.page_words import words
from hotline1022.web.roster_wire import CrewBody, ShiftBody
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump, parse
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


# ---------------------------------------------------------------- shifts


async def show_new_shift(ask: Ask) -> web.Response:
    """The form for a new one."""
    return await _shift(ask, None, {"id": "", "name": "", "starts": "06:00", "ends": "14:00", "needed": "1"})


async def show_shift(ask: Ask) -> web.Response:
    """One."""
    known = await _known_shift(ask)
    return await _shift(ask, known, _of_shift(known))


async def add_shift(ask: Ask) -> web.Response:
    """A new one."""
    form: Form = ask.body
    typed = _typed_shift(form)
    try:
        body = _shift_body(typed)
        if any(one.id == body.id for one in await ask.ports.shifts.times()):
            raise _there(body.id)
        await ask.ports.roster.save_times(body)
    except HotlineError as error:
        return await _shift(ask, None, typed, error)
    return see(f"{LIST}?done=saved")


async def change_shift(ask: Ask) -> web.Response:
    """Another one under this id."""
    form: Form = ask.body
    known = await _known_shift(ask)
    typed = _typed_shift(form) | {"id": known.id}
    try:
        body = _shift_body(typed)
        _as_seen(form, known)
        await ask.ports.roster.save_times(body)
    except HotlineError as error:
        filled = _merged(form, known, _of_shift(known), typed, _shift_fields())
        return await _shift(ask, known, filled.values if filled else typed, error, filled)
    return see(f"{LIST}?done=saved")


async def end_shift(ask: Ask) -> web.Response:
    """None from a day on."""
    form: Form = ask.body
    known = await _known_shift(ask)
    try:
        _as_seen(form, known)
        done = await ask.ports.roster.end_shift(known.id, _end_day(form))
    except HotlineError as error:
        return await _shift(ask, known, _of_shift(known), error)
    return see(f"{LIST}?done=ended&count={done.taken_out}")


async def _known_shift(ask: Ask) -> ShiftTimes:
    found = next((one for one in await ask.ports.shifts.times() if one.id == ask.path["shift"]), None)
    if found is None:
        raise NotFound("there is no such shift; the list has them", error_id="shift-unknown")
    return found


def _of_shift(known: ShiftTimes) -> dict[str, str]:
    return {
        "id": known.id,
        "name": known.name,
        "starts": f"{known.starts:%H:%M}",
        "ends": f"{known.ends:%H:%M}",
        "needed": str(known.needed),
    }


def _typed_shift(form: Form) -> dict[str, str]:
    return {name: form.one(name).strip()[:81] for name in ("id", "name", "starts", "ends", "needed")}


def _shift_body(typed: Mapping[str, str]) -> ShiftBody:
    given: dict[str, object] = dict(typed)
    if typed["needed"].isascii() and typed["needed"].isdecimal():
        given["needed"] = int(typed["needed"])
    body: ShiftBody = parse(ShiftBody, given, texts=False)
    return body


def _shift_fields() -> dict[str, Field]:
    say = words()
    return {name: Field(label=say(f"roster.{name}")) for name in ("name", "starts", "ends", "needed")}


async def _shift(
    ask: Ask,
    known: ShiftTimes | None,
    typed: Mapping[str, str],
    error: HotlineError | None = None,
    filled: Filled | None = None,
) -> web.Response:
    return show(
        ask,
        "roster-shift",
        again=error is not None and filled is None,
        filled=filled or fill(_of_shift(known) if known else {}),
        error=error,
        tab="shifts",
        edits=True,
        **await _about(ask, known, typed, LIST),
    )


# ---------------------------------------------------------------- crews


async def show_new_crew(ask: Ask) -> web.Response:
    """The form for a new one."""
    return await _crew(ask, None, {"id": "", "name": "", "people": frozenset()})


async def show_crew(ask: Ask) -> web.Response:
    """One."""
    known = await _known_crew(ask)
    return await _crew(ask, known, _of_crew(known))


async def add_crew(ask: Ask) -> web.Response:
    """A new one."""
    form: Form = ask.body
    typed = _typed_crew(form)
    try:
        body = _crew_body(typed)
        if any(one.id == body.id for one in await ask.ports.shifts.crews()):
            raise _there(body.id)
        await ask.ports.roster.save_crew(body)
    except HotlineError as error:
        return await _crew(ask, None, typed, error)
    return see(f"{LIST}?done=saved")


async def change_crew(ask: Ask) -> web.Response:
    """Others are in it."""
    form: Form = ask.body
    known = await _known_crew(ask)
    typed = _typed_crew(form) | {"id": known.id}
    try:
        body = _crew_body(typed)
        _as_seen(form, known)
        await ask.ports.roster.save_crew(body)
    except HotlineError as error:
        filled = _merged(form, known, _of_crew(known), typed, await _crew_fields(ask))
        return await _crew(ask, known, filled.values if filled else typed, error, filled)
    return see(f"{LIST}?done=saved")


async def end_crew(ask: Ask) -> web.Response:
    """Planned for nothing from a day on."""
    form: Form = ask.body
    known = await _known_crew(ask)
    try:
        _as_seen(form, known)
        done = await ask.ports.roster.end_crew(known.id, _end_day(form))
    except HotlineError as error:
        return await _crew(ask, known, _of_crew(known), error)
    return see(f"{LIST}?done=ended&count={done.taken_out}")


async def _known_crew(ask: Ask) -> CrewView:
    found = next((one for one in await ask.ports.shifts.crews() if one.id == ask.path["crew"]), None)
    if found is None:
        raise NotFound("there is no such crew; the list has them", error_id="crew-unknown")
    return found


def _of_crew(known: CrewView) -> dict[str, Any]:
    return {"id": known.id, "name": known.name, "people": frozenset(known.people)}


def _typed_crew(form: Form) -> dict[str, Any]:
    return {name: form.one(name).strip()[:81] for name in ("id", "name")} | {"people": form.all("people")}


def _crew_body(typed: Mapping[str, Any]) -> CrewBody:
    body: CrewBody = parse(CrewBody, {**typed, "people": sorted(typed["people"])}, texts=False)
    return body


async def _crew_fields(ask: Ask) -> dict[str, Field]:
    names = {one.id: one.name for one in await ask.ports.people.list()}
    return {
        "name": Field(label=words()("roster.name")),
        "people": Field(label=words()("roster.people"), names=names),
    }


async def _crew(
    ask: Ask,
    known: CrewView | None,
    typed: Mapping[str, Any],
    error: HotlineError | None = None,
    filled: Filled | None = None,
) -> web.Response:
    people = await ask.ports.people.list()
    return show(
        ask,
        "roster-crew",
        again=error is not None and filled is None,
        filled=filled or fill(_of_crew(known) if known else {}),
        error=error,
        tab="shifts",
        edits=True,
        people=[
            {"id": one.id, "name": one.name, "chosen": one.id in typed["people"]}
            for one in people
            if one.active or one.id in typed["people"]
        ],
        **await _about(ask, known, typed, CREWS),
    )


# ---------------------------------------------------------------- both


async def _about(
    ask: Ask, known: ShiftTimes | CrewView | None, typed: Mapping[str, Any], folder: str
) -> dict[str, Any]:
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


def _as_seen(form: Form, known: ShiftTimes | CrewView) -> None:
    if form.one("seen") != mark_of(known):
        raise Refused(f"{known.id} was changed meanwhile; look at it again", error_id="thing-changed")


def _merged(
    form: Form,
    known: ShiftTimes | CrewView,
    now: Mapping[str, Any],
    typed: Mapping[str, Any],
    fields: Mapping[str, Field],
) -> Filled | None:
    """What the form says when it was opened before `known` was changed; None for one that has seen it."""
    return None if form.one("seen") == mark_of(known) else merge(form, now, typed, fields)


def _there(id: str) -> Refused:
    return Refused(f"there is a {id} already; open it, or choose another id", error_id="thing-exists")


def _end_day(form: Form) -> date:
    found = day_of(form.one("day"))
    if found is None:
        raise Invalid("that is no day; write 2026-11-23", error_id="day-invalid")
    return found


def _ended(ended_on: date | None) -> str:
    return words()("roster.ended", day=day_written(ended_on)) if ended_on else ""
