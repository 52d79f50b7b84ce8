"""The rows behind a figure: calls and tickets under its filter, page by page, as a table and as a file, and how many they are. Refuses
numbers of citizens to whoever may not see them.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.beside import beside
from hotline1022.core.outcomes import Direction
from hotline1022.figures.types import MOST_DAYS
from hotline1022.tickets.types import Ticket
from hotline1022.web import calls, figures, tickets
from hotline1022.web.cookies import check_site
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.desk.call import recordings_of, row_of, ticket_link, tickets_of
from hotline1022.web.desk.filters_said import back, filter_said
from hotline1022.web.desk.leaf import Trail, leaf
from hotline1022.web.desk.render import show
from hotline1022.web.desk.supervision import asking, tabs
from hotline1022.web.desk.ticket_look import excerpt
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.tickets_wire import TicketQuery
from hotline1022.web.wire import CallQuery

#: filters that mean the same for calls that came in and for those that 1022 made
_EITHER_WAY = ("since", "until", "caller", "line", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsSeen(CallQuery):
    """Filters, and where one is in the list."""

    trail: Trail = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsSeen(TicketQuery):
    """Filters, and where one is in the list."""

    trail: Trail = ""


async def list_calls(ask: Ask) -> web.Response:
    """Calls of a figure."""
    query: CallsSeen = ask.query
    looking = asking(ask, query)
    wanted = calls.listed(looking, query)
    async with beside() as group:
        # more days than figures have are not counted for a page: a million calls take their time
        counting = group.create_task(ask.ports.figures.count_calls(wanted)) if _spanned(ask, query) else None
        page = await calls.list_calls(looking)
        names = await seen.names_of(ask)
        on = await tickets_of(ask, [one.id for one in page.calls])
        heard = await recordings_of(ask, page.calls)
    rows = [
        row_of(ask, one, names)
        | {"tickets": [ticket_link(each) for each in on.get(one.id, ())], "recording": heard.get(one.id, "")}
        for one in page.calls
    ]
    total = counting.result() if counting else None
    return _list(ask, "calls", "/api/calls", query, rows, page.next, total, names, other=_other_way(query))


def _spanned(ask: Ask, query: CallsSeen) -> bool:
    """Whether it is of so many days as figures are of, at most."""
    until = query.until or ask.ports.clock()
    return query.since is not None and until - query.since <= timedelta(days=MOST_DAYS)


def _other_way(query: CallsSeen) -> dict[str, str]:
    """The same time and people, of calls that 1022 made: no figure leads to them. From there, of those that came in."""
    out = query.direction is Direction.OUT
    kept = {name: text for name, text in figures.query_text(query).items() if name in _EITHER_WAY}
    given = kept if out else kept | {"direction": Direction.OUT.value}
    name = words()(f"call-direction.{Direction.IN if out else Direction.OUT}")
    return {"name": name, "link": f"{write.ROOM}/calls?{urlencode(given)}"}


async def list_tickets(ask: Ask) -> web.Response:
    """Tickets of a figure."""
    query: TicketsSeen = ask.query
    looking = asking(ask, query)
    async with beside() as group:
        counting = group.create_task(ask.ports.figures.count_tickets(tickets.listed(looking, query)))
        page = await tickets.list_tickets(looking)
        names = await seen.names_of(ask)
    late = {one.ticket for one in page.late}
    rows = [_ticket(ask, one, late=one.id in late) for one in page.tickets]
    return _list(ask, "tickets", "/api/tickets", query, rows, page.next, counting.result(), names)


async def export_calls(ask: Ask) -> web.Response:
    """Calls of a figure as a file."""
    check_site(ask.request)  # another site's link takes nothing out in somebody's name
    return await figures.export_calls(asking(ask, ask.query))


async def export_tickets(ask: Ask) -> web.Response:
    """Tickets of a figure as a file."""
    check_site(ask.request)
    return await figures.export_tickets(asking(ask, ask.query))


def _ticket(ask: Ask, one: Ticket, *, late: bool) -> dict[str, Any]:
    say = words()
    return {
        "id": one.id,
        "code": spaced(one.code),
        "at": seen.instant(one.created_at),
        "state": say(f"state.{one.state}"),
        "late": late,
        "content": excerpt(seen.free(ask, one.content)),
        "answer": excerpt(seen.free(ask, one.answer)),
        "agency": one.agency_name,
        "category": one.category_name,
        "area": one.area_name,
        "channel": say(f"channel.{one.channel}"),
        "until": seen.instant(one.answer_by) if one.answer_by else "",
        "closed": seen.instant(one.closed_at) if one.closed_at else "",
    }


def _list(
    ask: Ask,
    kind: str,
    path: str,
    query: CallsSeen | TicketsSeen,
    rows: list[dict[str, Any]],
    after: str | None,
    total: int | None,
    names: seen.Names,
    *,
    other: dict[str, str] | None = None,
) -> web.Response:
    here = f"{write.ROOM}/{kind}"
    size = type(query)().limit
    given = figures.query_text(replace(query, cursor=None, limit=size, trail=""))
    return show(
        ask,
        f"supervision-{kind}",
        rows=rows,
        leaf=leaf(
            here,
            given,
            cursor=query.cursor or "",
            trail=query.trail,
            rows=len(rows),
            size=size,
            after=after or "",
            total=total,
        ),
        filters=[filter_said(query, name, names) for name in given],
        back=back(query, ask.ports.clock()),
        file=write.file(path, given),
        other=other,
        **tabs(ask, kind),
    )
