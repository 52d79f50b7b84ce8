"""Trying a menu on the screen: keys are pressed, what is heard and where they lead is read. Refuses to keep anything: the keys so
far are in the address, and are walked anew each time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.clock import PROVINCE, local
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.desk.hunts import ring_rows
from hotline1022.web.desk.menu_doc import HERE
from hotline1022.web.desk.render import show, told
from hotline1022.web.failures import failure
from hotline1022.web.menu_wire import KEYS_LIMIT, TryBody, TryStep, Way
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS, Rule

#: as on a telephone
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")
NOTHING = "none"
KEYS = frozenset({*PAD, "115", NOTHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class TryQuery:
    """The keys so far, the next one, of which menu, and when."""

    of: Annotated[str, Rule(doc="draft, or the number of a version; empty = what is in force")] = ""
    keys: Annotated[str, Rule(doc="keys so far, with dots between")] = ""
    press: Annotated[str, Rule(doc="the next key; back = take the last one away")] = ""
    at: Annotated[str, Rule(doc="2026-11-30T09:15, on the province's clock; empty = now")] = ""
    holiday: Annotated[str, Rule(doc="1: as if it were a day off")] = ""


async def show_try(ask: Ask) -> web.Response:
    """The telephone, and the way so far."""
    query: TryQuery = ask.query
    keys = [one for one in query.keys.split(".") if one in KEYS]
    if query.press == "back":
        keys = keys[:-1]
    elif query.press in KEYS:
        keys.append(query.press)
    keys = keys[:KEYS_LIMIT]
    at = moment_of(query.at)
    holiday = query.holiday == "1"
    way: Way | None = None
    error: HotlineError | None = None
    try:
        wanted = await _wanted(ask, query.of)
        way = await ask.ports.menu.walk(TryBody(**wanted, keys=tuple(keys), at=at, holiday=holiday))
    except HotlineError as refused:
        error = refused
    if way is not None:
        keys = keys[: len(way.steps) - 1]  # what was pressed after the menu was left
    say = words()
    problem = ""
    if error is not None:
        problem = say("menu.try-faulty") if error.error_id == "menu-invalid" else told(error)
    return show(
        ask,
        "menu-try",
        status=failure(error).status if error else 200,
        problem=problem,
        here=HERE,
        of=query.of if query.of == "draft" or query.of.isdecimal() else "",
        keys=".".join(keys),
        steps=[_step(one) for one in way.steps] if way else [],
        open=way.open if way else False,
        ended=say(f"place.{way.steps[-1].place}") if way and not way.open else "",
        category=way.steps[-1].category if way else "",
        agency=way.agency if way else "",
        rings=ring_rows(way.rings) if way else [],
        leads={one.key: _lead(one.leads, one.name or one.to) for one in way.keys} if way else {},
        pad=PAD,
        at=local(way.at if way else ask.ports.clock()).strftime("%Y-%m-%dT%H:%M") if query.at or way else "",
        holiday=holiday,
    )


def moment_of(text: str) -> datetime | None:
    """A moment as a browser's field gives it, on the province's clock; None for none, and for what is none."""
    try:
        at = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=PROVINCE)
    except ValueError:
        return None
    return at if at.year in YEARS else None


async def _wanted(ask: Ask, of: str) -> dict[str, Any]:
    if of == "draft":
        draft = await ask.ports.menu.draft()
        if draft is None:
            raise NotFound("there is no draft; begin one on the page of the menu", error_id="menu-draft-none")
        return {"text": draft.text}
    return {"version": int(of)} if of.isascii() and of.isdecimal() and len(of) < 10 and int(of) else {}


def _step(step: TryStep) -> dict[str, Any]:
    say = words()
    place = say(f"place.{step.place}")
    return {
        "pressed": _pressed(step.key),
        "heard": step.heard,
        "where": f"{place}: {step.menu}" if step.menu else place,
        "category": step.category,
        "tries": step.tries,
    }


def _pressed(key: str) -> str:
    say = words()
    if not key:
        return say("menu.try-begins")
    return say("menu.try-silent") if key == NOTHING else say("menu.try-pressed", pressed=key)


def _lead(leads: str, name: str) -> str:
    return " · ".join(filter(None, (words()(f"lead.{leads}"), name)))
