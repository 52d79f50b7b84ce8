"""The list of tickets: an officer's agency, or all for 1022's own; what must be done first comes first. Refuses to search in what
tells who a citizen is for whoever may not see that: such a one searches what is read on these tickets anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import day_as_written, day_begins
from hotline1022.core.masking import mask_text
from hotline1022.tickets.types import CLOSED, Ticket, TicketFilter
from hotline1022.web.asker import Asker
from hotline1022.web.desk.render import show
from hotline1022.web.desk.ticket_look import excerpt
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.ticket_list import STATES, states_of
from hotline1022.web.ticket_rights import agencies_of, words_open
from hotline1022.web.time_left import time_left
from hotline1022.web.who import of_signed

LIST = "/desk/tickets"
#: tickets of a page, and pages at most
SIZE, PAGES = 25, 400
TODO, OPEN, ENDED, ALL = "todo", "open", "closed", "all"
#: as agency: the own one, of who looks at all tickets besides
MINE = "mine"
#: where live events stood when the page was asked for
POSITION = web.RequestKey("live-position", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsQuery:
    """What the form above the list says; what nobody chose is passed over."""

    which: Annotated[str, Rule(doc="todo, open, closed, all, or a state")] = ""
    agency: Annotated[str, Rule(doc="id of an agency; mine: the own one")] = ""
    category: Annotated[str, Rule(doc="id of a category")] = ""
    code: Annotated[str, Rule(doc="code of a ticket, however it is grouped")] = ""
    words: Annotated[str, Rule(doc="words of a ticket")] = ""
    overdue: Annotated[str, Rule(doc="1: only what is overdue")] = ""
    due_from: Annotated[str, Rule(doc="first day of the deadline that counts, 2026-12-31")] = ""
    due_to: Annotated[str, Rule(doc="last day of it")] = ""
    page: Annotated[str, Rule(doc="number of the page")] = ""


async def asked(ask: Ask) -> Ask:
    """The same, with who is signed in as the API knows him."""
    assert ask.signed is not None
    ask.request[POSITION] = ask.ports.live.position()  # before anything is read: what happens meanwhile is told
    return replace(ask, who=await of_signed(ask.signed, ask.ports))


async def list_tickets(ask: Ask) -> web.Response:
    """A page of it."""
    ask = await asked(ask)
    query: TicketsQuery = ask.query
    asker, now = ask.asker, ask.ports.clock()
    typed = _typed(query, asker)
    number = min(max(int(query.page), 1), PAGES) if query.page.isascii() and query.page.isdecimal() else 1
    found: list[Ticket] = []
    say = words()
    problem = say("tickets.no-agency") if asker.officer and not asker.agencies else ""
    if "" < typed["due_to"] < typed["due_from"]:
        problem = problem or say("tickets.due-order")
    elif not asker.officer or asker.agencies:
        found = list(await ask.ports.tickets.list(_wanted(ask, typed, number)))
    shown = asker.may(Permission.NUMBERS)
    rows = [
        {
            "id": one.id,
            "code": spaced(one.code),
            "urgent": one.urgency,
            "content": excerpt(one.content if shown else mask_text(one.content)),
            "category": one.category_name,
            "agency": one.agency_name,
            "state": one.state,
            "owner": one.owner_name,
            "left": time_left(one, ask.ports.tickets.left(one, now), say),
        }
        for one in found[:SIZE]
    ]
    return show(
        ask,
        "tickets",
        problem=problem,
        rows=rows,
        fresh=fresh(ask, found[:SIZE], ask.request.rel_url.raw_path_qs),
        typed=typed,
        states=STATES,
        whole=not asker.officer,
        mine=_both(asker),
        agencies=[] if asker.officer else _sorted(await ask.ports.directory.agencies(None)),
        categories=_sorted(await ask.ports.directory.categories(None)),
        numbers=shown,
        number=number,
        filtered=any(typed[name] for name in typed if name != "which"),
        earlier=_page(typed, number - 1) if number > 1 else "",
        later=_page(typed, number + 1) if len(found) > SIZE and number < PAGES else "",
    )


def fresh(ask: Ask, shown: Sequence[Ticket], here: str, only: str = "") -> dict[str, Any]:
    """What the page needs to say that it is old: where live events stood before it was read, seconds until the next of its tickets is
    overdue ("" for none), its address, the one ticket that it is about, and whose page it is.
    """
    assert ask.signed is not None
    now = ask.ports.clock()
    left = (ask.ports.tickets.left(one, now) for one in shown)
    due = [one.by for one in left if one is not None and not one.over]
    seconds = ceil((min(due) - now).total_seconds()) if due else ""
    return {
        "position": ask.request[POSITION],
        "due": seconds,
        "here": here,
        "ticket": only,
        "user": ask.signed.user.id,
    }


def _typed(query: TicketsQuery, asker: Asker) -> dict[str, str]:
    """What was chosen, without what whoever asks may not choose."""
    given = {name: value.strip() for name, value in asdict(query).items() if name != "page"}
    given["code"] = "".join(given["code"].split())
    both = _both(asker)
    if both and not any(given.values()):
        given["agency"] = MINE
    elif given["agency"] == MINE and not both:
        given["agency"] = ""
    works = asker.officer or asker.may(Permission.ANSWER) or given["agency"] == MINE
    known = {TODO, OPEN, ENDED, ALL, *STATES}
    given["which"] = given["which"] if given["which"] in known else TODO if works else OPEN
    if asker.officer:
        given["agency"] = ""
    for name in ("due_from", "due_to"):
        given[name] = day.isoformat() if (day := day_as_written(given[name])) else ""
    return given


def _both(asker: Asker) -> bool:
    """Whether it is of an agency, and looks at all tickets besides."""
    return not asker.officer and any(asker.handles(one) for one in asker.agencies)


def _wanted(ask: Ask, typed: Mapping[str, str], number: int) -> TicketFilter:
    mine = typed["agency"] == MINE
    agencies = ask.asker.agencies if mine else agencies_of(ask.asker, typed["agency"])
    first, last = day_as_written(typed["due_from"]), day_as_written(typed["due_to"])
    states = states_of(typed["which"], officer=ask.asker.officer or mine)
    return TicketFilter(
        # who has the code looks for that ticket, wherever it stands
        states=frozenset() if typed["code"] else states,
        code=typed["code"],
        agencies=agencies,
        category=typed["category"],
        words=typed["words"],
        open_words=bool(typed["words"]) and words_open(ask.asker),
        due_since=day_begins(first) if first else None,
        due_until=day_begins(last + timedelta(days=1)) if last else None,
        overdue_at=ask.ports.clock() if typed["overdue"] else None,
        due_first=not states & CLOSED,
        skip=(number - 1) * SIZE,
        limit=SIZE + 1,
    )


def _page(typed: Mapping[str, str], number: int) -> str:
    return f"{LIST}?{urlencode({name: value for name, value in typed.items() if value} | {'page': number})}"


def _sorted(things: Any) -> list[dict[str, str]]:
    return [{"id": one.id, "name": one.name} for one in sorted(things, key=lambda one: one.name.casefold())]
