"""The rows behind a figure: calls and tickets under its filter, page by page, as a table and as a file. Refuses numbers of citizens
to whoever may not see them.
"""

from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.outcomes import Direction
from hotline1022.core.words import time_written
from hotline1022.web import calls, figures, tickets
from hotline1022.web.cookies import check_site
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.desk.leaf import Trail, leaf
from hotline1022.web.desk.render import show
from hotline1022.web.desk.supervision import asking, tabs
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.tickets_wire import TicketQuery
from hotline1022.web.types import CallView
from hotline1022.web.wire import CallQuery

#: parts of a query that are no filter
_PLACE = ("cursor", "limit", "trail")
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
    page = await calls.list_calls(asking(ask, query))
    names = await seen.names_of(ask)
    rows = [_call(ask, one, names) for one in page.calls]
    return _list(ask, "calls", "/api/calls", query, rows, page.next, names, other=_other_way(query))


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
    page = await tickets.list_tickets(asking(ask, query))
    late = {one.ticket for one in page.late}
    say = words()
    rows = [
        {
            "id": one.id,
            "code": spaced(one.code),
            "at": seen.instant(one.created_at),
            "state": say(f"state.{one.state}"),
            "late": one.id in late,
            "agency": one.agency_name,
            "category": one.category_name,
            "area": one.area_name,
            "channel": say(f"channel.{one.channel}"),
            "until": seen.instant(one.answer_by) if one.answer_by else "",
        }
        for one in page.tickets
    ]
    names = await seen.names_of(ask)
    return _list(ask, "tickets", "/api/tickets", query, rows, page.next, names)


async def export_calls(ask: Ask) -> web.Response:
    """Calls of a figure as a file."""
    check_site(ask.request)  # another site's link takes nothing out in somebody's name
    return await figures.export_calls(asking(ask, ask.query))


async def export_tickets(ask: Ask) -> web.Response:
    """Tickets of a figure as a file."""
    check_site(ask.request)
    return await figures.export_tickets(asking(ask, ask.query))


def _call(ask: Ask, one: CallView, names: seen.Names) -> dict[str, Any]:
    say = words()
    return {
        "id": one.id,
        "at": seen.instant(one.entered_at),
        "caller": seen.number(ask, one.caller_e164 or one.caller_raw),
        "result": say(f"call-result.{one.result or 'going-on'}"),
        "reason": say(f"call-reason.{one.reason}") if one.reason else "",
        "category": names.categories.get(one.category, one.category),
        "wait": write.NOTHING if one.wait_ms is None else seen.length(one.wait_ms),
        "talk": write.NOTHING if one.talk_ms is None else seen.length(one.talk_ms),
        "line": one.line,
        "person": names.person(one.person) if one.person else "",
    }


def _list(
    ask: Ask,
    kind: str,
    path: str,
    query: CallsSeen | TicketsSeen,
    rows: list[dict[str, Any]],
    after: str | None,
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
        ),
        filters=[_filter(query, name, names) for name in given],
        file=write.file(path, given),
        other=other,
        **tabs(ask, kind),
    )


def _filter(query: CallsSeen | TicketsSeen, name: str, names: seen.Names) -> str:
    """`Từ: 26/11/2026 00:00:00`."""
    say, value = words(), getattr(query, name)
    assert name in {one.name for one in fields(query)} and name not in _PLACE
    return say("supervision.filter", name=say(f"supervision-filter.{name}"), value=_value(name, value, names))


def _value(name: str, value: Any, names: seen.Names) -> str:
    say = words()
    if hasattr(value, "astimezone"):
        return seen.instant(value)
    if hasattr(value, "strftime"):
        return time_written(value)
    tables = {"part": "call-part", "result": "call-result", "reason": "call-reason", "standing": "standing"}
    tables |= {"channel": "channel"}
    if name in tables:
        return say.or_itself(tables[name], str(value))
    if name == "direction":
        return say.or_itself("call-direction", str(value))
    if value == "-":
        return say("figure.not-known")
    called = {"agency": names.agencies, "category": names.categories, "area": names.areas}
    if name in called:
        return called[name].get(value, value)
    if name == "person":
        return names.person(value)
    if name in ("state", "ticket_state"):
        return say.or_itself("state", str(value))
    if name == "waited":
        return seen.length(value)
    return say("supervision.yes") if value is True else str(value)
