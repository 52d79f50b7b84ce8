"""Something of the directory ends: asked once more, with what it takes along, then done. Refuses nothing itself: an end that cannot be
is for the directory, and what was chosen stays in the form.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.words import day_written
from hotline1022.directory.types import Agency, Category, Thing, What
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.desk.directory import HERE, all_of, form_page, known_of
from hotline1022.web.desk.directory_forms import SHAPES, filled
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.tickets import OPEN
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask, Handler
from hotline1022.web.ticket_list import states_of

#: open tickets that are counted; beyond, it is said that there are more
COUNTED = 500


def ender(what: What) -> Handler:
    """One is no more from a day on: what that means first, and the end itself when the page says `sure`."""

    async def end(ask: Ask) -> web.Response:
        form: Form = ask.body
        known = await known_of(ask, what)
        day, successor = form.one("day"), form.one("successor")
        try:
            on = _day(day) if day else local_day(ask.ports.clock())
            if form.one("sure") != "1":
                return await _ask_first(ask, known, what, on, successor)
            await ask.ports.directory.end(what, known.id, on, successor or None, who(ask))
        except HotlineError as error:
            shape = SHAPES[what]
            return await form_page(ask, shape, known, filled(shape, known), error, day=day, successor=successor)
        return see(f"{HERE}/{SHAPES[what].folder}/{known.id}?done=saved")

    return end


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("that is no day; write 2026-11-23", error_id="day-invalid") from None


async def _ask_first(ask: Ask, known: Thing, what: What, on: date, successor: str) -> web.Response:
    names = {one.id: one.name for one in await all_of(ask, what, None)}
    taken = await _taken(ask, known, on) if isinstance(known, Agency) else []
    return show(
        ask,
        "directory-end",
        here=HERE,
        shape=SHAPES[what],
        known=known,
        day=on.isoformat(),
        day_said=day_written(on),
        successor=successor,
        successor_name=names.get(successor, successor),
        taken=taken,
        to_nobody=bool(taken) and not successor,
    )


async def _taken(ask: Ask, agency: Agency, on: date) -> list[str]:
    """What an agency takes along, or leaves to its successor, in words."""
    say, port = words(), ask.ports.directory
    people = [one for one in await port.contacts(None, agency.id) if one.valid_to is None or one.valid_to > on]
    categories = [one for one in await port.categories(None) if _names(one, agency.id) and not _over(one, on)]
    wanted = TicketFilter(
        agencies=_had_by(agency.id, await port.agencies(None)),
        states=states_of(OPEN, officer=False),
        limit=COUNTED + 1,
    )
    tickets = len(await ask.ports.tickets.list(wanted))
    found: list[tuple[str, dict[str, Any]]] = []
    if people:
        found.append(("people", {"count": len(people), "names": ", ".join(one.name for one in people)}))
    if tickets:
        found.append(("tickets-many", {"count": COUNTED}) if tickets > COUNTED else ("tickets", {"count": tickets}))
    if categories:
        names = ", ".join(sorted(one.name for one in categories))
        found.append(("categories", {"count": len(categories), "names": names}))
    return [say(f"end-takes.{key}", **values) for key, values in found]


def _names(category: Category, agency: str) -> bool:
    return agency in (category.agency, *(rule.agency for rule in category.by_area))


def _over(thing: Thing, on: date) -> bool:
    return thing.valid_to is not None and thing.valid_to <= on


def _had_by(agency: str, agencies: Iterable[Agency]) -> frozenset[str]:
    """With those that it has taken over, through others too: their tickets are its own."""
    before = {one.id: one.successor for one in agencies if one.successor}
    found = {agency}
    while more := {id for id, successor in before.items() if successor in found} - found:
        found |= more
    return frozenset(found)
