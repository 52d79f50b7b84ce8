"""Televisions: a page of figures behind a key, the figures alone for its script, and who makes and revokes keys. Refuses whoever has no
key that opens; shows no number, name or text of a citizen, and nothing of lines and queue while Asterisk does not tell of them.
"""

from datetime import datetime

from aiohttp import web

import hotline1022
from hotline1022.core.clock import local
from hotline1022.core.words import time_written
from hotline1022.figures.types import WITHIN_MS, Figure, Unit
from hotline1022.web import wall_wire as w
from hotline1022.web.desk.figures_said import NOTHING, count, said
from hotline1022.web.desk.render import whole
from hotline1022.web.desk.seen import length
from hotline1022.web.figures_wire import LEVELS, Today
from hotline1022.web.link_door import DOOR
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.static_files import digest
from hotline1022.web.today import TODAY

#: of today's calls
_CALLS = ("calls", "answered", "given-up")
_THEMES = ("dark", "light")


async def _now(ask: Ask) -> w.WallNow:
    """What all televisions show; errors as those of figures."""
    return _told(await ask.request.app[TODAY].now(LEVELS[0]))


def _told(today: Today) -> w.WallNow:
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
    now = await _now(ask)
    theme = query.theme if query.theme in _THEMES else _THEMES[0]
    return whole("desk/wall.html", 200, theme=theme, now=now, path=f"/wall/{ask.path['key']}/now")


async def get_now(ask: Ask) -> w.WallNow:
    """The figures alone."""
    await _opened(ask)
    return await _now(ask)


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
