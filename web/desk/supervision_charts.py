"""The charts of decision 2376/QĐ-UBND as pages: each is a table of what it is drawn from, which a script draws. Refuses nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid
from hotline1022.figures.types import Chart, ChartName, permille
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk.render import show, told
from hotline1022.web.desk.supervision import tabs
from hotline1022.web.figures import whole
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsQuery:
    """Of which day, and of the week and month in which it lies."""

    day: Annotated[str, Rule(doc="a day; empty, today")] = ""


async def show_charts(ask: Ask) -> web.Response:
    """All of one day."""
    query: ChartsQuery = ask.query
    now = whole(ask.ports.clock())
    problem, day = "", local_day(now)
    try:
        day = _day(query.day) or day
    except Invalid as error:
        problem = told(error)
    charts = [_chart(await ask.ports.figures.chart(one, day, now)) for one in ChartName]
    return show(
        ask,
        "supervision-charts",
        status=400 if problem else 200,
        problem=problem,
        day=day.isoformat(),
        charts=charts,
        **tabs(ask, "charts"),
    )


def _chart(found: Chart) -> dict[str, object]:
    return {
        "id": found.id.value,
        "name": found.name,
        # weeks have an order of their own
        "kind": "bar" if found.id is ChartName.RECEIVED_BY_WEEK else "pie",
        "total": write.count(found.total),
        "link": write.link(found.rows),
        "slices": [
            {
                "name": one.name,
                "number": one.count,
                "count": write.count(one.count),
                "share": write.share(permille(one.count, found.total)),
                "link": write.link(one.rows),
            }
            for one in found.slices
        ],
    }


def _day(text: str) -> date | None:
    """Invalid `search-time`."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if day.year not in YEARS:
            raise ValueError(text)
        return day
    except ValueError:
        raise Invalid("a day cannot be read; choose one of the calendar", error_id="search-time") from None
