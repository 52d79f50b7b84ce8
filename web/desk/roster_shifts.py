"""Shifts at the desk: made, changed, ended. Refuses to write over what somebody else changed meanwhile, unseen, and a new one under an id
that is taken.
"""

from collections.abc import Mapping

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill
from hotline1022.web.desk.render import show
from hotline1022.web.desk.roster_kinds import LIST, about, as_seen, end_day, merged, there
from hotline1022.web.page_words import words
from hotline1022.web.roster_wire import ShiftBody
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.types import ShiftTimes


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
            raise there(body.id)
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
        as_seen(form, known)
        await ask.ports.roster.save_times(body)
    except HotlineError as error:
        filled = merged(form, known, _of_shift(known), typed, _shift_fields())
        return await _shift(ask, known, filled.values if filled else typed, error, filled)
    return see(f"{LIST}?done=saved")


async def end_shift(ask: Ask) -> web.Response:
    """None from a day on."""
    form: Form = ask.body
    known = await _known_shift(ask)
    try:
        as_seen(form, known)
        done = await ask.ports.roster.end_shift(known.id, end_day(form))
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
        **await about(ask, known, typed, LIST),
    )
