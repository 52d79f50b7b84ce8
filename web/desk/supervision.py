"""What supervisors watch: lines, people, queue and transfers now, and figures of a time that they choose. Refuses what cannot be
counted, on the page; what was typed stays there.
"""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.beside import beside
from hotline1022.core.errors import HotlineError
from hotline1022.figures.types import WITHIN_MS, CallFigures, TicketFigures
from hotline1022.queue.types import AgentState
from hotline1022.tickets.types import HIDDEN, NONE, Standing, State
from hotline1022.web import figures
from hotline1022.web.asker import of_session
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.desk.call import LIST as CALL
from hotline1022.web.desk.call import ticket_link, tickets_of
from hotline1022.web.desk.render import show, told, whole
from hotline1022.web.failures import failure
from hotline1022.web.figures_wire import LEVELS, CallFiguresQuery, TicketFiguresQuery, Today, TodayQuery
from hotline1022.web.page import spaced
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule, parse
from hotline1022.web.today import TODAY

#: how many figures of today stand above
_OF_TODAY = ("calls", "answered", "given-up", "asa")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionQuery:
    """Filters as a form sends them: empty ones too."""

    since: Annotated[str, Rule(doc="day, from its beginning")] = ""
    until: Annotated[str, Rule(doc="day, through its end")] = ""
    agency: Annotated[str, Rule(doc="id of an agency, or -")] = ""
    category: Annotated[str, Rule(doc="id of a category, or -")] = ""
    service: Annotated[str, Rule(doc="a service group, or -")] = ""
    state: Annotated[str, Rule(doc="state of tickets")] = ""
    words: Annotated[str, Rule(doc="words of a ticket")] = ""
    level: Annotated[str, Rule(doc="formula of the service level")] = ""


def asking(ask: Ask, query: object) -> Ask:
    """The same person with a question to the API."""
    assert ask.signed is not None
    return replace(ask, who=of_session(ask.signed, None), query=query)


async def show_supervision(ask: Ask) -> web.Response:
    """Now, the form, and what it counts."""
    query: SupervisionQuery = ask.query
    typed = {name: value.strip() for name, value in asdict(query).items()}
    filtered = any(value for name, value in typed.items() if name != "level")
    room, calls, tickets, problem, status = ask.request.app[TODAY], None, None, "", 200
    try:
        of_calls: CallFiguresQuery = _wanted(CallFiguresQuery, typed)
        of_tickets: TicketFiguresQuery = _wanted(TicketFiguresQuery, typed)
        async with beside() as group:  # what a year takes is not added up
            counting = group.create_task(room.counted(of_calls.level))
            if filtered:
                counting_calls = group.create_task(figures.get_call_figures(asking(ask, of_calls)))
                counting_tickets = group.create_task(figures.get_ticket_figures(asking(ask, of_tickets)))
        counted = counting.result()
        calls, tickets = counted.calls, counted.tickets
        if filtered:
            calls, tickets = counting_calls.result(), counting_tickets.result()
    except HotlineError as error:
        problem, status = told(error), failure(error).status
        if status >= 500:
            raise
        counted = await room.counted(LEVELS[0])
    names, level, today = await seen.names_of(ask), counted.calls.level, await room.shown(counted)
    return show(
        ask,
        "supervision",
        status=status,
        problem=problem,
        typed=typed,
        filtered=filtered,
        level=level,
        levels=[(one.id, f"{one.name}: {one.formula}") for one in today.calls if one.id in LEVELS],
        agencies=_choices(names.agencies),
        categories=_choices(names.categories),
        states=[one.value for one in State if one not in HIDDEN],
        services=_services(tickets),
        numbers=seen.sees_numbers(ask),
        calls=_told(calls),
        tickets=_told(tickets),
        position=ask.ports.live.position(),
        made=ask.ports.clock().isoformat(),
        **tabs(ask, "now"),
        **await now_of(ask, today, names),
    )


async def show_now(ask: Ask) -> web.Response:
    """What goes on at this moment, for the page that is open."""
    query: TodayQuery = ask.query
    names = await seen.names_of(ask)
    values = await now_of(ask, await ask.request.app[TODAY].now(query.level), names)
    return whole("desk/supervision-now.html", 200, level=query.level, **values)


async def now_of(ask: Ask, today: Today, names: seen.Names) -> dict[str, Any]:
    """Its values: every figure leads to its rows, in a list or further down."""
    lines, hunts = today.lines, today.cascades.cascades
    on = await tickets_of(ask, [one.call for one in hunts])
    # until somebody has taken the citizen, or nobody, the ticket is only reserved: there is nothing to open
    opened = {ticket.id: ticket_link(ticket)["link"] for found in on.values() for ticket in found}
    states = [one.state for one in lines.lines]
    queue = today.queue
    longest = min(queue.queue.waiting, key=lambda one: one.since, default=None)
    figures_of = {one.id: one for one in today.calls}
    at_lines = ((AgentState.READY, lines.ready), (AgentState.TALKING, lines.talking), (AgentState.PAUSED, lines.paused))
    return {
        "at": seen.clock(today.at),
        "lost": seen.clock(today.lost_at) if today.lost_at else "",
        "wait": "" if queue.longest_wait_ms is None else seen.length(queue.longest_wait_ms),
        "waiting": [
            {
                "position": one.position,
                "number": seen.number(ask, one.number),
                "since": _since(one.since),
                "link": f"{CALL}/{one.call}",
                "longest": one is longest,
            }
            for one in queue.queue.waiting
        ],
        "expected": "" if (expected := queue.queue.expected_wait_seconds) is None else seen.about(expected),
        "people": lines.people,
        "line_states": [(one.value, number) for one, number in at_lines],
        "unreachable": states.count(AgentState.UNREACHABLE),
        "lines": [
            {
                "line": one.line,
                "name": one.name,
                "person": bool(one.person),
                "state": one.state.value,
                "since": _since(one.since),
            }
            for one in lines.lines
        ],
        "hunts": [
            {
                "agency": names.agencies.get(one.agency, one.agency),
                "code": spaced(one.code),
                "link": opened.get(one.ticket, ""),
                "call": f"{CALL}/{one.call}",
                "line": one.line,
                "tries": len(one.steps),
                "since": _since(one.started_at),
            }
            for one in hunts
        ],
        "service_level": write.figure(today.level),
        "within": WITHIN_MS // 1000,
        "of_calls": [write.figure(figures_of[id]) for id in _OF_TODAY],
        "of_tickets": [write.figure(one) for one in today.tickets],
    }


def _since(at: datetime) -> dict[str, str]:
    return {"at": at.isoformat(), "clock": seen.clock(at)}


def _wanted(kind: type, typed: dict[str, str]) -> Any:
    """What is not empty, read as the API reads it. Invalid."""
    if kind is CallFiguresQuery:
        # a call has a state of its own
        typed = {name: value for name, value in typed.items() if name != "state"} | {"ticket_state": typed["state"]}
    known = {one.name for one in fields(kind)}
    return parse(kind, {name: value for name, value in typed.items() if value and name in known}, texts=True)


def _choices(names: Any) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda one: str(one[1]))


def _services(tickets: TicketFigures | None) -> list[str]:
    """Service groups of these tickets, to choose from."""
    found = next((one.buckets for one in tickets.groups if one.id == "service"), ()) if tickets else ()
    return sorted(one.key for one in found if one.key != NONE)


def _told(found: CallFigures | TicketFigures | None) -> dict[str, Any] | None:
    if found is None:
        return None
    first = found.figures[0].rows
    return {
        "since": seen.instant(found.since),
        "until": seen.instant(found.until),
        "figures": [write.figure(one) for one in found.figures],
        "groups": write.groups(found.groups, _within(found)),
        "file": write.file(first.path, first.query),
        "link": write.link(first),
    }


def _within(found: CallFigures | TicketFigures) -> str:
    """The part that a group's level is the share of, as the figure of that level lists it."""
    if isinstance(found, TicketFigures):
        return Standing.CLOSED_IN_TIME.value
    level = next(one for one in found.figures if one.id == found.level)
    return level.rows.query["part"]


def tabs(ask: Ask, here: str) -> dict[str, Any]:
    """What stands above each of these pages."""
    assert ask.signed is not None
    return {
        "tab": here,
        "reports": ask.signed.may(Permission.REPORTS),
        "walls": ask.signed.may(Permission.WALLBOARD),
    }
