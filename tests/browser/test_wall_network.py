"""A television whose network is lost, in a real Chromium: it says that its figures are old and how old, and shows fresh ones by itself
when the network, or the service, is back; nobody loads it again by hand.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.queue.types import AgentState
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.web.desk.figures_said import count
from tests.browser.steps import until
from tests.browser.test_supervision import LINES
from tests.browser.test_wall_charts import PAGES, SHOWN, WRONG, to
from tests.contract.database.desk_world import World, open_desk
from tests.lab.browser import Browser, Tab
from tests.lab.cable import Cable
from tests.lab.cable import cable as a_cable
from tests.lab.figures_world import NOW
from tests.lab.many_areas import many_areas
from tests.unit.staff_memory import MemoryLines

#: seconds that pass at once: what is old is 20 seconds old, and a lost round takes 5 of them
PASSED = 14
SAID = "document.getElementById('old').textContent"
CLOCK = "document.getElementById('clock').textContent"
READY = "document.querySelector('[data-figure=ready] dd').textContent"


@pytest.fixture
def lines() -> MemoryLines:
    return MemoryLines({one.line: one for one in LINES})


@pytest.fixture
async def world(database: Database, tmp_path: Path, lines: MemoryLines) -> AsyncIterator[World]:
    parts: dict[str, Any] = {
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
        "lines": lines,
    }
    async with open_desk(database, tmp_path, **parts) as opened:
        opened.now = NOW
        yield opened


async def _offline(tab: Tab, world: World, cable: Cable) -> Callable[[], Awaitable[object]]:
    """The television's own network."""
    await tab.network(lost=True)
    return tab.network


async def _cut(tab: Tab, world: World, cable: Cable) -> Callable[[], Awaitable[object]]:
    """Nothing listens where the service was."""
    await cable.unplug()
    return cable.plug


async def _mute(tab: Tab, world: World, cable: Cable) -> Callable[[], Awaitable[object]]:
    """Connections stand, and nothing comes any more."""
    cable.mute = True

    async def heard() -> None:
        cable.mute = False

    return heard


async def _restarted(tab: Tab, world: World, cable: Cable) -> Callable[[], Awaitable[object]]:
    """The service is gone, and comes back as another process."""
    await world.server.close()
    await cable.unplug()

    async def back() -> None:
        await world.again()
        cable.to = world.server.port or 0
        await cable.plug()

    return back


@pytest.mark.parametrize("lose", [_offline, _cut, _mute, _restarted])
async def test_a_television_says_that_its_network_is_lost_and_comes_back_by_itself(
    world: World, browser: Browser, lines: MemoryLines, tmp_path: Path, lose: Any
) -> None:
    _, key = await WallDesk(world.database, lambda: NOW).add("Phòng trực", "user:admin")
    async with a_cable(world.server.port or 0) as cable:
        tab = await browser.tab()
        await tab.size(1920, 1080)
        await tab.open(f"http://127.0.0.1:{cable.port}/wall/{key}")
        assert await tab.run(READY) == "1" and await tab.run(SAID) == ""
        await tab.run("window.stays = 1")
        back = await lose(tab, world, cable)
        shift = f"performance.now = (real => () => real.call(performance) + {PASSED}000)(performance.now)"
        await tab.run(shift)
        await until(tab, f"{SAID}.startsWith('Số liệu cũ: ')")
        said = await tab.run(SAID)
        await until(tab, f"{SAID} !== {said!r} && {SAID}.startsWith('Số liệu cũ: ')")  # it goes on getting older
        before = await tab.run(CLOCK)
        await tab.picture(tmp_path / "lost.png")
        lines.lines["104"] = replace(lines.lines["104"], reachable=True, state=AgentState.READY)
        world.now += timedelta(hours=1)
        await back()
        await until(tab, f"{SAID} === '' && {READY} === '2' && {CLOCK} !== '{before}'")
        assert await tab.run("window.stays") == 1, "nobody loaded it again"


@pytest.mark.parametrize("screen", [(1366, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_chart_whose_network_is_lost_says_so_fits_and_goes_on_by_itself(
    world: World, browser: Browser, tmp_path: Path, screen: tuple[int, int]
) -> None:
    desk = WallDesk(world.database, lambda: NOW)
    _, key = await desk.add("UBND tỉnh", "user:admin")
    there = await many_areas(world.database, NOW - timedelta(hours=1))
    async with a_cable(world.server.port or 0) as cable:
        tab = await browser.tab()
        await tab.size(*screen)
        await tab.open(f"http://127.0.0.1:{cable.port}/wall/{key}?show=charts")
        await tab.press(" ")
        await to(tab, "areas-today")
        total = "document.getElementById('chart-total').textContent"
        number = int((await tab.run(total)).removeprefix("Tổng cộng: ").replace(".", ""))
        assert await tab.run(SAID) == ""
        await tab.run("window.stays = 1")
        await cable.unplug()
        shift = f"performance.now = (real => () => real.call(performance) + {PASSED}000)(performance.now)"
        await tab.run(shift)
        await until(tab, f"{SAID}.startsWith('Số liệu cũ: ')")
        await tab.picture(tmp_path / "lost.png")
        assert await tab.run(f"({SHOWN}) === 'areas-today' && document.getElementById('old').offsetHeight > 0")
        assert await tab.run(WRONG) == [], "the sentence takes its place from no row"
        for page in PAGES[1:]:
            await to(tab, page)
            assert await tab.run(WRONG) == [], page
        await to(tab, "areas-today")
        more = await many_areas(world.database, NOW - timedelta(hours=1), areas=20, already=there)
        await cable.plug()
        await until(tab, f"{SAID} === '' && {total} === 'Tổng cộng: {count(number + more)}'")
        assert await tab.run(f"({SHOWN}) === 'areas-today' && window.stays === 1"), "nobody loaded it again"
