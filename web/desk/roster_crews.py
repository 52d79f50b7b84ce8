"""Crews at the desk: made, changed, ended. Refuses to write over what somebody else changed meanwhile, unseen, and a new one under an id
that is taken.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill
from hotline1022.web.desk.render import show
from hotline1022.web.desk.roster_kinds import CREWS, LIST, about, as_seen, end_day, merged, there
from hotline1022.web.page_words import words
from hotline1022.web.roster_wire import CrewBody
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.types import CrewView


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
            raise there(body.id)
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
        as_seen(form, known)
        await ask.ports.roster.save_crew(body)
    except HotlineError as error:
        filled = merged(form, known, _of_crew(known), typed, await _crew_fields(ask))
        return await _crew(ask, known, filled.values if filled else typed, error, filled)
    return see(f"{LIST}?done=saved")


async def end_crew(ask: Ask) -> web.Response:
    """Planned for nothing from a day on."""
    form: Form = ask.body
    known = await _known_crew(ask)
    try:
        as_seen(form, known)
        done = await ask.ports.roster.end_crew(known.id, end_day(form))
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
        **await about(ask, known, typed, CREWS),
    )
