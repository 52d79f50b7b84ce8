"""The charts of decision 2376/QĐ-UBND as pages: each is a table of what it is drawn from, which a script draws; those of today follow what
happens, and the day. Refuses nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid
from hotline1022.figures.types import Chart, permille
from hotline1022.web.charts_today import CHARTS, DayCharts, kind, largest, of_day
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.desk.render import show, told, whole
from hotline1022.web.desk.supervision import tabs
from hotline1022.web.figures import whole as to_the_ms
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS, Rule

#: slices of a drawing, the rest as one of them: as many colours as are told apart
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsQuery:
    """Of which day, and of the week and month in which it lies."""

    day: Annotated[str, Rule(doc="a day; empty, today")] = ""


async def show_charts(ask: Ask) -> web.Response:
    """All of one day."""
    query: ChartsQuery = ask.query
    now = to_the_ms(ask.ports.clock())
    problem, today = "", local_day(now)
    day = today
    try:
        day = _day(query.day) or today
    except Invalid as error:
        problem = told(error)
    found = await (ask.request.app[CHARTS].now() if day == today else of_day(ask.ports, day, now))
    return show(
        ask,
        "supervision-charts",
        status=400 if problem else 200,
        problem=problem,
        position=ask.ports.live.position(),
        made=now.isoformat(),
        **_values(found, follows=day == today),
        **tabs(ask, "charts"),
    )


async def show_charts_now(ask: Ask) -> web.Response:
    """Those of today, whichever day that has become, for the page that is open."""
    return whole("desk/supervision-charts-now.html", 200, **_values(await ask.request.app[CHARTS].now(), follows=True))


def _values(found: DayCharts, *, follows: bool) -> dict[str, Any]:
    """`follows`: the page asks for those of today when something happens."""
    return {
        "follows": follows,
        "day": found.day.isoformat(),
        "at": seen.instant(found.at),
        "charts": [_chart(one) for one in found.charts],
    }


def _chart(found: Chart) -> dict[str, object]:
    drawn = largest(found.slices, MOST)
    return {
        "id": found.id.value,
        "name": found.name,
        "kind": kind(found),
        "total": write.count(found.total),
        "link": write.link(found.rows),
        "slices": [
            {
                "name": one.name,
                "number": one.count,
                "count": write.count(one.count),
                "share": write.share(permille(one.count, found.total)),
                "link": write.link(one.rows),
                "rest": one.key not in drawn,
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
