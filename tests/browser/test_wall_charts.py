"""A television with charts in a real Chromium: it turns its pages by itself and by the arrows, each chart stands there as pie and bars, or as
columns, without anything that is cut and with names that are read at 5 m; it goes on with what it is told, says that it is old, and goes blank.
"""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.figures.types import ChartName
from hotline1022.service.figures.wall_desk import WallDesk
from tests.browser.steps import barriers, serious, until
from tests.browser.test_charts import COLOURS, canvas
from tests.browser.test_supervision import go, streams, world
from tests.browser.test_wall_fits import SCREENS
from tests.contract.database.desk_world import World
from tests.lab.browser import Browser, Tab
from tests.lab.figures_world import NOW
from tests.lab.many_areas import many_areas

__all__ = ["streams", "world"]
SHOWN = "document.getElementById('chart').hidden ? 'figures' : document.getElementById('chart').dataset.page"
PAGES = ["figures", *(one.value for one in ChartName)]
#: what is wrong with how a chart stands there
WRONG = """(() => {
  const found = [], page = document.scrollingElement, name = e => e.textContent.slice(0, 40);
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) found.push(`scrolls: ${page.scrollWidth} x ${page.scrollHeight}`);
  const drawn = document.getElementById("drawn").getBoundingClientRect(), bars = document.getElementById("bars");
  if (drawn.bottom > innerHeight || drawn.right > innerWidth) found.push("beneath the screen");
  let last = -1;
  for (const one of bars.children) {
    const at = one.getBoundingClientRect();
    if (at.bottom > drawn.bottom || at.right > drawn.right) found.push(`outside: ${name(one)}`);
    if (getComputedStyle(bars).flexDirection === "column") { if (at.top < last - 1) found.push(`one in the other: ${name(one)}`); last = at.bottom; }
  }
  for (const one of bars.querySelectorAll("span")) if (one.scrollWidth > one.clientWidth + 1) found.push(`cut: ${name(one)}`);
  return found;
})()"""
TEXTS = "[...document.querySelectorAll('#bars li > span:not(.wall-bar), .wall-chart h2, .wall-chart p, .wall-head p')].filter(e => e.offsetParent)"


@pytest.fixture
async def key(world: World) -> AsyncIterator[str]:
    _, key = await WallDesk(world.database, lambda: NOW).add("UBND tỉnh", "user:admin")
    yield key


async def to(tab: Tab, page: str) -> None:
    """By hand, and it stays there."""
    for _ in PAGES:
        if await tab.run(SHOWN) == page:
            return
        await tab.press("ArrowRight")
    raise AssertionError(f"no page {page}")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_each_chart_fits_and_is_read_at_five_metres(
    world: World, browser: Browser, key: str, tmp_path: Path, screen: tuple[int, int], theme: str
) -> None:
    await many_areas(world.database, NOW - timedelta(hours=1))
    tab = await browser.tab()
    await tab.size(*screen)
    await go(tab, world, f"/wall/{key}?show=charts&theme={theme}")
    await tab.press(" ")
    wide = screen[0] / screen[1] > 1.5
    for page in PAGES[1:]:
        await to(tab, page)
        await tab.run("document.fonts.ready.then(() => 1)")
        await tab.picture(tmp_path / f"{page}-{theme}-{screen[0]}.png", whole=False)
        assert await tab.run(f"document.fonts.ready.then(() => {WRONG})") == [], page
        bars = await tab.run("[...document.querySelectorAll('#bars li')].map(e => e.innerText)")
        assert bars, page
        if page == ChartName.RECEIVED_BY_WEEK:
            columns = await tab.run("[...document.querySelectorAll('#bars .wall-bar span')].map(e => e.offsetWidth)")
            assert len(bars) == 12 and min(columns) >= screen[0] * 0.03, "columns, and no lines"
        else:
            assert len(bars) <= 8 and await tab.run(f"{COLOURS}({canvas('pie')})") > 1, page
        long = await tab.run(
            "[...document.querySelectorAll('#bars .wall-bar span')].map(e => Math.max(e.offsetWidth, e.offsetHeight))"
        )
        assert max(long) > 100, f"{page}: no bars"
        if wide:
            smallest = await tab.run(
                f"Math.min(...{TEXTS}.map(e => parseFloat(getComputedStyle(e).fontSize))) / innerHeight"
            )
            assert smallest >= 0.04, page
        if screen == SCREENS[0] and (found := await barriers(tab)):
            raise AssertionError(f"{page}: {found}")
    assert serious(tab) == []


async def test_it_turns_its_pages_by_itself(world: World, browser: Browser, key: str) -> None:
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await go(tab, world, f"/wall/{key}?show=both&seconds=5")
    await tab.run(
        f"window.seen = [{SHOWN}]; new MutationObserver(() => {{ const now = {SHOWN}; if (seen.at(-1) !== now) seen.push(now); }})"
        ".observe(document.getElementById('chart'), { attributes: true })"
    )
    await until(tab, f"seen.length > {len(PAGES)}")
    assert await tab.run("seen") == [*PAGES, "figures"]
    await tab.run("window.wait = setTimeout; window.setTimeout = (what, ms, ...more) => wait(what, ms / 100, ...more)")
    await tab.press(" ")  # somebody wipes the keys: it is held for ten minutes, here for six seconds
    held = await tab.run(SHOWN)
    await until(tab, f"({SHOWN}) !== {held!r}")
    await until(tab, f"({SHOWN}) === {held!r}")
    assert await tab.run("document.querySelector('[data-figure=level] dd').offsetHeight") > 80
    await tab.press("ArrowLeft")
    assert await tab.run(SHOWN) == PAGES[-1]
    for show, shown in (("", "figures"), ("figures", "figures"), ("khong-co", "figures"), ("charts", PAGES[1])):
        await go(tab, world, f"/wall/{key}?show={show}")
        there = await tab.run(f"document.getElementById('chart') ? ({SHOWN}) : 'figures'")
        assert there == shown, show
        assert await tab.run("!!document.getElementById('chart')") == (show == "charts")
    assert serious(tab) == []


async def test_it_goes_on_with_what_it_is_told(world: World, browser: Browser) -> None:
    desk = WallDesk(world.database, lambda: NOW)
    made, key = await desk.add("UBND tỉnh", "user:admin")
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await go(tab, world, f"/wall/{key}?show=both")
    await tab.press(" ")
    await to(tab, "areas-today")
    total = "document.getElementById('chart-total').textContent"
    number = int((await tab.run(total)).removeprefix("Tổng cộng: "))
    more = await many_areas(world.database, NOW - timedelta(hours=1), areas=20)
    await until(tab, f"{total} === {json.dumps(f'Tổng cộng: {number + more}')}")
    assert await tab.run(SHOWN) == "areas-today"
    names = await tab.run("[...document.querySelectorAll('#bars .wall-name')].map(e => e.textContent)")
    assert len(names) == 8 and names[-1] == "Khác" and names[0] == "Phường Thủ Dầu Một 1"
    addresses: Any = await tab.run("[...document.querySelectorAll('a[href]')].map(e => e.getAttribute('href'))")
    assert addresses == ["#main"], "a television leads nowhere"
    await tab.run("window.real = performance.now; performance.now = () => window.real.call(performance) + 200000")
    await until(tab, "document.getElementById('old').textContent === 'Số liệu cũ: 3 phút'")
    await until(tab, "document.getElementById('old').textContent === ''")
    await tab.run("document.getElementById('main').dataset.version = 'another'; window.stays = 1")
    await until(tab, "window.stays === undefined && document.readyState === 'complete'")
    assert await tab.run("!!document.getElementById('chart')"), "as its address says"
    await tab.press("ArrowRight")
    await desk.revoke(made.id)
    await until(tab, "!document.querySelector('canvas, dd') && document.body.innerText.includes('thu hồi')")
    assert serious(tab) == []
