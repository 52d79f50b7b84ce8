"""Televisions: a page of figures behind a key, the figures alone for its script, and who makes and revokes keys. Refuses whoever has no
key that opens; shows no number, name or text of a citizen. All screens share one computation in AGE seconds.
"""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

import hotline1022
from hotline1022.core.clock import local
from hotline1022.core.errors import HotlineError
from hotline1022.figures.types import WITHIN_MS, Figure, Unit
from hotline1022.web import wall_wire as w
from hotline1022.web.desk.figures_said import NOTHING, count, said
from hotline1022.web.desk.render import whole
from hotline1022.web.desk.seen import length
from hotline1022.web.figures import today_of
from hotline1022.web.figures_wire import LEVELS, Today
from hotline1022.web.link_door import DOOR
from hotline1022.web.page_words import words
from hotline1022.web.ports import Ports
from hotline1022.web.route import Ask
from hotline1022.web.static_files import digest

#: seconds for which figures are good, and for which a fault is not tried again
AGE = 4.0
#: of today's calls
_CALLS = ("calls", "answered", "given-up")
_THEMES = ("dark", "light")


class WallFigures:
    """What all televisions show, computed once for all of them."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports, self._clock = ports, clock
        self._lock = asyncio.Lock()
        self._until = -AGE
        self._found: w.WallNow | HotlineError | None = None

    async def now(self) -> w.WallNow:
        """Those of AGE seconds ago at most; errors as those of figures."""
        async with self._lock:
            if self._found is None or self._clock() >= self._until:
                try:
                    self._found = _told(await today_of(self._ports, LEVELS[0]))
                except HotlineError as error:
                    self._found = error
                self._until = self._clock() + AGE
            found = self._found
        if isinstance(found, HotlineError):
            raise found
        return found


#: where an application keeps its own
WALL: web.AppKey[WallFigures] = web.AppKey("wall_figures", WallFigures)


def _told(today: Today) -> w.WallNow:
    lines, queue = today.lines, today.queue
    waiting, longest = len(queue.queue.waiting), queue.longest_wait_ms
    calls = {one.id: one for one in today.calls}
    tickets = {one.id: one for one in today.tickets}
    return w.WallNow(
        at=today.at,
        clock=local(today.at).strftime("%H:%M"),
        version=f"{hotline1022.__version__}-{digest()}",
        figures=(
            _own("waiting", count(waiting), bad=waiting > lines.ready),
            _own("longest", NOTHING if longest is None else length(longest)),
            _figure("level", today.level),
            _own("ready", count(lines.ready), bad=lines.ready == 0),
            _own("talking", count(lines.talking)),
            _own("paused", count(lines.paused)),
            _own("people", count(lines.people)),
            *(_figure(id, calls[id]) for id in _CALLS),
            _own("cascades", count(len(today.cascades.cascades))),
            *(_figure(one.id, one) for one in tickets.values()),
        ),
    )


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
    now = await ask.request.app[WALL].now()
    theme = query.theme if query.theme in _THEMES else _THEMES[0]
    return whole("desk/wall.html", 200, theme=theme, now=now, path=f"/wall/{ask.path['key']}/now")


async def get_now(ask: Ask) -> w.WallNow:
    """The figures alone."""
    await _opened(ask)
    return await ask.request.app[WALL].now()


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
