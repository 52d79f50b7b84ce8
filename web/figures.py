"""Answers about figures, charts, and lists that leave as Excel files. Refuses more than a year at once."""

from dataclasses import MISSING, fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web

from hotline1022.core.acting import acting
from hotline1022.core.clock import day_begins, local_day
from hotline1022.core.errors import Invalid
from hotline1022.figures.types import MOST_DAYS, CallFigures, Chart, ChartName, SheetFile, TicketFigures
from hotline1022.web import calls, tickets
from hotline1022.web.figures_wire import ChartQuery, TicketFiguresQuery
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump
from hotline1022.web.tickets_wire import TicketFilters, TicketListed
from hotline1022.web.wire import CallFilters, CallListed

#: what lists leave as
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
F = TypeVar("F", bound=CallFilters | TicketFilters)


async def get_call_figures(ask: Ask) -> CallFigures:
    """Calls of a time."""
    query = spanned(ask.query, ask.ports.clock())
    wanted = calls.narrowed(ask, query)
    return await ask.ports.figures.calls(wanted, query_text(query), level=query.level)


async def get_ticket_figures(ask: Ask) -> TicketFigures:
    """Tickets of a time."""
    now = whole(ask.ports.clock())
    query: TicketFiguresQuery = spanned(ask.query, now)
    wanted = tickets.narrowed(ask, query)
    return await ask.ports.figures.tickets(wanted, query_text(query) | {"at": str(dump(now))}, at=now)


async def get_chart(ask: Ask) -> Chart:
    """One chart."""
    query: ChartQuery = ask.query
    now = whole(ask.ports.clock())
    return await ask.ports.figures.chart(ChartName(ask.path["chart"]), query.day or local_day(now), now)


async def export_calls(ask: Ask) -> web.Response:
    """The list of calls as a file."""
    query: CallListed = ask.query
    wanted = calls.listed(ask, query)
    return _file(await ask.ports.figures.call_sheet(wanted, numbers=ask.sees_numbers, at=ask.ports.clock()))


async def export_tickets(ask: Ask) -> web.Response:
    """The list of tickets as a file."""
    query: TicketListed = ask.query
    wanted = tickets.listed(ask, query)
    return _file(
        await ask.ports.figures.ticket_sheet(wanted, numbers=ask.sees_numbers, at=query.at or ask.ports.clock())
    )


def _file(sheet: SheetFile) -> web.Response:
    """Its rows are told in the act."""
    if (act := acting()) is not None:
        act.detail = {**act.detail, "rows": sheet.rows}
    headers = {"Content-Type": SHEET, "Content-Disposition": f'attachment; filename="{sheet.name}"'}
    return web.Response(body=sheet.content, headers=headers)


def whole(at: datetime) -> datetime:
    """Down to the millisecond, which is what a query can say."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def spanned(query: F, now: datetime) -> F:
    """With a beginning and an end: today's where none is given. Invalid `span-long`."""
    until = whole(query.until or now)
    since = whole(query.since or day_begins(local_day(until - timedelta(milliseconds=1))))
    if until - since > timedelta(days=MOST_DAYS):
        text = f"figures are of {MOST_DAYS} days at most; choose since and until nearer to each other"
        raise Invalid(text, error_id="span-long")
    return replace(query, since=since, until=until)


def query_text(query: Any) -> dict[str, str]:
    """The query as it stands in an address, without what is as when nothing is given; `level` is no filter."""
    found = {}
    for one in fields(query):
        value = getattr(query, one.name)
        if one.name != "level" and value != (None if one.default is MISSING else one.default):
            found[one.name] = str(dump(value)).lower() if isinstance(value, bool) else str(dump(value))
    return found
