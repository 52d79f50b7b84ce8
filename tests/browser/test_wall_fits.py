"""A television on real screens, in a real Chromium: no figure and no name is cut, nothing scrolls, and all of it is read at 5 m, with the
longest figures and names that there may be; what is longer still is made smaller rather than cut.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.service.figures.wall_desk import WallDesk
from tests.browser.steps import serious, until
from tests.browser.test_supervision import go, streams, world
from tests.contract.database.desk_world import World
from tests.lab.browser import Browser, Tab
from tests.lab.figures_world import NOW

__all__ = ["streams", "world"]
#: televisions and the screens of computers that stand in for one
SCREENS = ((1920, 1080), (3840, 2160), (1366, 768), (1280, 1024))
#: the longest that a day may bring
LONG = {"level": "100,0%", "longest": "1:02:05", "waiting": "1.234"}
USUAL = "1.234"
#: longer than any day has been
LONGER = {"level": "1.000,0%", "longest": "123:59:59", "waiting": "12.345.678"}
NAME = "Phiếu đang chờ người dân bổ sung giấy tờ"
LOST = "Mất kết nối tổng đài từ 22:30: chưa rõ hàng đợi và các máy"
#: what is wrong with how it stands: parts that are cut, stand outside of their box or in each other, and what scrolls
WRONG = """(() => {
  const found = [], page = document.scrollingElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) found.push(`scrolls: ${page.scrollWidth} x ${page.scrollHeight}`);
  for (const box of document.querySelectorAll("#figures > div")) {
    const of = (part) => { const range = document.createRange(); range.selectNodeContents(part); return range.getBoundingClientRect(); };
    const name = box.querySelector("dt"), value = box.querySelector("dd"), room = box.getBoundingClientRect(), said = box.dataset.figure;
    for (const part of [name, value]) if (part.scrollWidth > part.clientWidth) found.push(`${said} ${part.tagName} cut: ${part.scrollWidth} of ${part.clientWidth}`);
    if (name.getBoundingClientRect().bottom > value.getBoundingClientRect().top + 1) found.push(`${said} name in its figure`);
    if (value.getBoundingClientRect().bottom > room.bottom + 1 || name.getBoundingClientRect().top < room.top - 1) found.push(`${said} outside`);
    if (of(value).right > room.right || of(name).right > room.right) found.push(`${said} beside its box`);
  }
  return found;
})()"""


@pytest.fixture
async def wall(world: World) -> AsyncIterator[str]:
    """Its address."""
    _, key = await WallDesk(world.database, lambda: NOW).add("Phòng trực", "user:admin")
    yield f"/wall/{key}"


async def tell(tab: Tab, figures: dict[str, str], usual: str, name: str = "", lost: str = "") -> None:
    """What the service answers from now on, and wait until it stands there."""
    await tab.run(
        f"""(() => {{
          const figures = {json.dumps(figures)}, real = window.real ||= window.fetch;
          window.fetch = async (address, more) => {{
            const told = await (await real(address, more)).json();
            for (const one of told.figures) one.said = figures[one.id] || {json.dumps(usual)};
            told.lost = {json.dumps(lost)};
            return new Response(JSON.stringify(told), {{ status: 200 }});
          }};
          const name = {json.dumps(name)};
          if (name) for (const one of document.querySelectorAll("dt")) one.textContent = name;
        }})()"""
    )
    said = "document.querySelector('[data-figure=level] dd').textContent"
    await until(
        tab,
        f"{said} === {json.dumps(figures['level'])} && document.getElementById('old').textContent === {json.dumps(lost)}",
    )


async def sizes(tab: Tab, part: str) -> float:
    """The smallest of them, in parts of the screen's height."""
    found = f"Math.min(...[...document.querySelectorAll('{part}')].map(e => parseFloat(getComputedStyle(e).fontSize)))"
    return float(await tab.run(f"{found} / innerHeight"))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_is_cut_and_all_is_read_at_five_metres(
    world: World, browser: Browser, wall: str, tmp_path: Path, screen: tuple[int, int], theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(*screen)
    await go(tab, world, f"{wall}?theme={theme}")
    assert await tab.run(f"document.fonts.ready.then(() => {WRONG})") == []
    wide = screen[0] / screen[1] > 1.5
    cases: tuple[tuple[Any, ...], ...] = ((LONG, USUAL), (LONG, USUAL, "", LOST), (LONGER, "1.234.567", NAME, LOST))
    for number, case in enumerate(cases):
        await tell(tab, *case)
        assert await tab.run(WRONG) == [], case
        await tab.picture(tmp_path / f"wall-{theme}-{screen[0]}-{number}.png", whole=False)
        if case[0] is LONG and wide:
            assert await sizes(tab, "dd") >= 0.08, "a figure is read at 5 m"
            assert await sizes(tab, "dt, dt span, .wall-head h1, .wall-head p") >= 0.04, "and what it is"
    assert serious(tab) == []
