"""Televisions: a page of figures and charts behind a key, what its script asks for, and who makes and revokes keys. Refuses whoever has no
key that opens; shows no number, name or text of a citizen, and nothing of lines and queue while Asterisk does not tell of them.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

import hotline1022
from hotline1022.core.clock import local
from hotline1022.core.words import time_written
from hotline1022.figures.types import WITHIN_MS, Chart, Figure, Unit
from hotline1022.web import wall_wire as w
from hotline1022.web.charts_today import CHARTS
from hotline1022.web.desk.figures_said import NOTHING, count, said
from hotline1022.web.desk.render import whole
from hotline1022.web.desk.seen import length
from hotline1022.web.figures_wire import LEVELS, Today
from hotline1022.web.link_door import DOOR
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import dump
from hotline1022.web.static_files import digest
from hotline1022.web.today import TODAY
from hotline1022.web.wall_charts import told

#: of today's calls
_CALLS = ("calls", "answered", "given-up")
#: how a television may look, and what it may show: the first is that of an address that says nothing
THEMES = ("dark", "light")
SHOWN = ("figures", "charts", "both")


async def _now(ask: Ask, *, charts: bool) -> w.WallNow:
    """What all televisions show; errors as those of figures."""
    app = ask.request.app
    drawn = (await app[CHARTS].now()).charts if charts else ()
    return _told(await app[TODAY].now(LEVELS[0]), drawn)


def _told(today: Today, charts: Sequence[Chart]) -> w.WallNow:
    lines, queue = today.lines, today.queue
    waiting, longest = len(queue.queue.waiting), queue.longest_wait_ms
    calls = {one.id: one for one in today.calls}
    lost = today.lost_at
    return w.WallNow(
        at=today.at,
        lost="" if lost is None else words()("wall.lost", time=time_written(local(lost))),
        clock=time_written(local(today.at)),
        version=f"{hotline1022.__version__}-{digest()}",
        figures=(
            _live("waiting", count(waiting), lost, bad=waiting > lines.ready),
            _live("longest", NOTHING if longest is None else length(longest), lost),
            _figure("level", today.level),
            _live("ready", count(lines.ready), lost, bad=lines.ready == 0),
            _live("talking", count(lines.talking), lost),
            _live("paused", count(lines.paused), lost),
            _live("people", count(lines.people), lost),
            *(_figure(id, calls[id]) for id in _CALLS),
            _own("cascades", count(len(today.cascades.cascades))),
            *(_figure(one.id, one) for one in today.tickets),
        ),
        charts=tuple(told(one) for one in charts),
    )


def _live(id: str, text: str, lost: datetime | None, *, bad: bool = False) -> w.WallFigure:
    """What Asterisk tells; nothing while it does not."""
    return _own(id, text, bad=bad) if lost is None else _own(id, NOTHING)


def _own(id: str, text: str, *, bad: bool = False) -> w.WallFigure:
    return w.WallFigure(id=id, name=words()(f"wall.{id}"), said=text, formula="", bad=bad)


def _figure(id: str, one: Figure) -> w.WallFigure:
    """A figure of the API by the name that a screen has room for; a share by its own."""
    name = one.name if one.unit is Unit.PERMILLE else words()(f"wall.{id}")
    bad = id == "overdue" and bool(one.value)
    seconds = WITHIN_MS // 1000
    formula = words()("wall.formula", formula=one.formula, seconds=seconds) if one.formula else ""
    return w.WallFigure(id=id, name=name, said=said(one.value, one.unit), formula=formula, bad=bad)


async def show_wall(ask: Ask) -> web.Response:
    """The page, with what is known now."""
    query: w.WallQuery = ask.query
    await _opened(ask)
    theme = query.theme if query.theme in THEMES else THEMES[0]
    shows = query.show if query.show in SHOWN else SHOWN[0]
    charts = shows != SHOWN[0]
    now = await _now(ask, charts=charts)
    path = f"/wall/{ask.path['key']}/now{'?charts=true' if charts else ''}"
    # for its script, which draws them
    drawn = json.dumps(dump(now.charts), ensure_ascii=False)
    return whole(
        "desk/wall.html", 200, theme=theme, now=now, path=path, shows=shows, seconds=query.seconds, drawn=drawn
    )


async def get_now(ask: Ask) -> w.WallNow:
    """What its page shows."""
    query: w.WallNowQuery = ask.query
    await _opened(ask)
    return await _now(ask, charts=query.charts)


async def _opened(ask: Ask) -> None:
    """NotFound `link-invalid`, TooMany for whoever guesses."""
    if not await ask.ports.wallboards.opens(ask.path["key"]):
        raise ask.request.app[DOOR].refused(ask.request.remote)


async def list_wallboards(ask: Ask) -> w.WallboardList:
    """All, without their keys."""
    return w.WallboardList(wallboards=tuple(await ask.ports.wallboards.list()))


async def add_wallboard(ask: Ask) -> w.GivenWallboard:
    """Another one."""
    body: w.WallboardBody = ask.body
    made, key = await ask.ports.wallboards.add(body.name, ask.asker.actor)
    return w.GivenWallboard(wallboard=made, path=f"/wall/{key}")


async def revoke_wallboard(ask: Ask) -> object:
    """End it."""
    return await ask.ports.wallboards.revoke(ask.path["wallboard"])
