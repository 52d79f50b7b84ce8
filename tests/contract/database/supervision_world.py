"""The desk over calls and tickets by lot, as supervisors look at it, and lists read row by row."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import CallsView
from tests.contract.database.desk_world import Browser, World, open_desk
from tests.lab.figures_world import NOW, Made, fill

#: lists alone are asked for
NO_DESK: Any = None
SPAN = "since=2026-11-12&until=2026-11-27"
Filled = tuple[World, Made]


@asynccontextmanager
async def open_supervision(database: Database, folder: Path) -> AsyncIterator[tuple[World, Made]]:
    """Filled, and open; and what was put in."""
    made = await fill(database, random.Random(1022), calls=120, tickets=70)
    parts: dict[str, Any] = {
        "calls": CallsView(database),
        "tickets": TicketsView(database, NO_DESK),
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
    }
    async with open_desk(database, folder, **parts) as world:
        world.now = NOW
        yield world, made


async def pages(browser: Browser, path: str) -> list[str]:
    """The list, page after page."""
    found = []
    while path:
        shown = await browser.get(path)
        assert shown.status == 200, (path, shown.text[:300])
        found.append(shown.text)
        more = re.search(r'href="([^"]+)" rel="next"', shown.text)
        path = unescape(more[1]) if more else ""
    return found


async def rows(browser: Browser, path: str) -> int:
    """How many rows the list has, over all its pages."""
    return sum(one.count("<tr data-row") for one in await pages(browser, path))


async def ids(browser: Browser, path: str) -> list[str]:
    """Ids of the calls or tickets of the list, over all its pages."""
    return [id for one in await pages(browser, path) for id in re.findall(r'<tr data-row="([^"]+)"', one)]


def linked(text: str) -> list[tuple[str, str]]:
    """Numbers that lead to a list: address, and what stands there."""
    return [
        (unescape(path), said)
        for path, said in re.findall(r'<a href="(/desk/supervision/[ct][^"]+)">([0-9.]+)</a>', text)
    ]
