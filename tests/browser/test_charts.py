"""The charts of the desk in a real Chromium: each is drawn as pie and as bars, of sixty slices the largest and the rest; what is drawn leads
where the table does; the page follows what happens, and the day.
"""

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.live import Event, Topic
from hotline1022.db.types import Batch
from hotline1022.figures.types import ChartName
from tests.browser.steps import barriers, serious, until
from tests.browser.test_supervision import go, streams, supervisor, world
from tests.contract.database.desk_world import World
from tests.lab.browser import Browser, Tab
from tests.lab.figures_world import NOW, a_call
from tests.lab.many_areas import AREAS, many_areas
from tests.unit.live_memory import MemoryLive

__all__ = ["streams", "world"]
DAY = "/desk/supervision/charts?day=2026-11-25"
#: how many colours stand on it
COLOURS = """(canvas => {
  const found = new Set(), copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const data = context.getImageData(0, 0, copy.width, copy.height).data;
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
  return found.size;
})"""
#: how light a colour is, from 0 to 1, as WCAG has it
LIGHT = """(colour => {
  const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
})"""


def canvas(chart: str) -> str:
    return f"document.getElementById('{chart}')"


def room(chart: str) -> str:
    return f"{canvas(chart)}.closest('section')"


async def drawn_as(tab: Tab, chart: str, kind: str) -> list[str]:
    """What stands at its slices or bars."""
    await tab.run(f"{room(chart)}.querySelector('[data-kind={kind}]').click()")
    labels: list[str] = await tab.run(f"Chart.getChart({canvas(chart)}).data.labels")
    return labels


async def click(tab: Tab, chart: str, index: int) -> None:
    """The middle of a slice or bar, with the mouse."""
    at = await tab.run(
        f"""(() => {{
          const canvas = {canvas(chart)};
          canvas.scrollIntoView({{ block: "center", behavior: "instant" }});
          const room = canvas.getBoundingClientRect(), spot = Chart.getChart(canvas).getDatasetMeta(0).data[{index}].getCenterPoint();
          return {{ x: room.left + spot.x, y: room.top + spot.y }};
        }})()"""
    )
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        await tab.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)


@pytest.mark.parametrize("kind", ["pie", "bar"])
async def test_every_chart_is_drawn(world: World, browser: Browser, tmp_path: Path, kind: str) -> None:
    tab = await browser.tab()
    await tab.size(1280, 900)
    await supervisor(tab, world)
    await go(tab, world, DAY)
    ids = await tab.run("[...document.querySelectorAll('canvas')].map(one => one.id)")
    assert ids == [one.value for one in ChartName]
    for chart in ids:
        labels = await drawn_as(tab, chart, kind)
        rows = await tab.run(f"[...{room(chart)}.querySelectorAll('[data-slice] th')].map(e => e.textContent)")
        names = [one.partition(". ")[2] if kind == "pie" else one for one in labels]
        if len(rows) > 10 and (kind, chart) != ("bar", "received-by-week"):
            assert len(names) == 10 and names[-1] == "Khác" and set(names[:-1]) < set(rows), chart
        else:
            assert names == rows, chart
        assert await tab.run(f"{canvas(chart)}.dataset.drawn") == kind
        assert await tab.run(f"{COLOURS}({canvas(chart)})") > 1, f"{chart} is blank"
        assert await tab.run(f"{room(chart)}.querySelector('[data-kind={kind}]').ariaPressed") == "true"
    await tab.picture(tmp_path / f"charts-{kind}.png")
    assert serious(tab) == []


async def test_of_sixty_areas_the_largest_are_drawn_and_all_are_listed(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    await many_areas(world.database, NOW - timedelta(days=40))
    tab = await browser.tab()
    await tab.size(1280, 900)
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision/charts?day=2026-10-17")
    chart = "areas-today"
    for kind in ("pie", "bar"):
        labels = await drawn_as(tab, chart, kind)
        first, rest = ("1. ", "10. ") if kind == "pie" else ("", "")
        assert len(labels) == 10 and (labels[0], labels[-1]) == (f"{first}Phường Thủ Dầu Một 1", f"{rest}Khác")
        numbers = await tab.run(f"Chart.getChart({canvas(chart)}).data.datasets[0].data")
        assert numbers == [*range(AREAS, AREAS - 9, -1), sum(range(1, AREAS - 8))]
        await tab.picture(tmp_path / f"sixty-{kind}.png")
    assert await tab.run(f"{room(chart)}.querySelectorAll('[data-slice]').length") == AREAS
    await drawn_as(tab, chart, "pie")
    colours = await tab.run(f"Chart.getChart({canvas(chart)}).data.datasets[0].backgroundColor")
    assert len(set(colours)) == 10
    light = [await tab.run(f"{LIGHT}({json.dumps(one)})") for one in colours]
    for one, next in zip(light, [*light[1:], light[0]], strict=True):
        assert (max(one, next) + 0.05) / (min(one, next) + 0.05) >= 3, "neighbours differ without their hue"
    assert await barriers(tab) == []
    # the rest has no row of its own: it leads to the first that is not drawn
    await click(tab, chart, 9)
    await until(tab, "document.activeElement.closest('tr')?.cells[0].textContent === 'Phường Thủ Dầu Một 10'")
    assert serious(tab) == []


@pytest.mark.parametrize("kind", ["pie", "bar"])
async def test_a_slice_leads_where_its_row_leads(world: World, browser: Browser, kind: str) -> None:
    tab = await browser.tab()
    await tab.size(1280, 900)
    await supervisor(tab, world)
    for chart in ("states-month", "received-by-week"):
        await go(tab, world, DAY)
        await drawn_as(tab, chart, kind)
        numbers = await tab.run(f"Chart.getChart({canvas(chart)}).data.datasets[0].data")
        labels = await tab.run(f"Chart.getChart({canvas(chart)}).data.labels")
        index = numbers.index(max(one for one, name in zip(numbers, labels, strict=True) if "Khác" not in name))
        leads = await tab.run(
            f"[...{room(chart)}.querySelectorAll('[data-slice]')].map(e => [Number(e.dataset.slice), e.querySelector('a').href])"
        )
        (link,) = [one for number, one in leads if number == numbers[index]][:1]
        tab.expect_load()
        await click(tab, chart, index)
        await tab.loaded()
        await until(tab, f"location.href === {json.dumps(link)}")
    assert serious(tab) == []


async def test_the_charts_of_today_follow_what_happens_and_the_day(
    world: World, browser: Browser, streams: MemoryLive
) -> None:
    world.now = NOW + timedelta(hours=14, minutes=50)  # ten minutes before midnight
    tab = await browser.tab()
    await tab.size(1280, 900)
    await supervisor(tab, world)
    await go(tab, world, "/desk/supervision/charts?day=2026-11-26")
    await until(tab, "document.getElementById('stream').hidden && !!window.htmx")
    said = "document.getElementById('charts-at').textContent"
    assert await tab.run(said) == "Số liệu lúc 23:50:00 26/11/2026"
    total = f"Number({room('calls-today')}.querySelector('tfoot a').textContent.replace('.', ''))"
    before = await tab.run(total)
    await drawn_as(tab, "calls-today", "bar")
    await tab.run("window.stays = 1; document.querySelector('[data-slice] a').focus()")

    dice = random.Random(7)
    row = a_call(dice, 999_999)
    at = world.now - timedelta(minutes=1)
    call = replace(row, id=f"hl1-{int(at.timestamp())}.999999", entered_at=at, ended_at=at + timedelta(minutes=1))
    await world.database.save(Batch(calls=(call,)))
    world.now += timedelta(minutes=1)
    streams.bus.publish(Event(topic=Topic.FIGURES, what="changed", facts={}))
    await until(tab, f"{total} === {before + 1} && {said} === 'Số liệu lúc 23:51:00 26/11/2026'")
    assert await tab.run(f"{canvas('calls-today')}.dataset.drawn") == "bar", "as it was chosen"
    assert sum(await tab.run(f"Chart.getChart({canvas('calls-today')}).data.datasets[0].data")) == before + 1
    for chart in await tab.run("[...document.querySelectorAll('canvas')].map(one => one.id)"):
        assert await tab.run(f"{COLOURS}({canvas(chart)})") > 1, f"{chart} is blank"
    assert await tab.run("document.activeElement.matches('[data-slice] a')"), "the focus stays"

    world.now = NOW + timedelta(hours=15, seconds=30)
    streams.bus.publish(Event(topic=Topic.TICKETS, what="changed", facts={}))
    await until(tab, f"{said} === 'Số liệu lúc 00:00:30 27/11/2026'")
    assert await tab.run("document.getElementById('day').value") == "2026-11-27"
    assert await tab.run("location.search") == "" and await tab.run("window.stays") == 1
    assert serious(tab) == []


async def test_the_charts_of_another_day_stay_with_it(world: World, browser: Browser, streams: MemoryLive) -> None:
    tab = await browser.tab()
    await supervisor(tab, world)
    await go(tab, world, DAY)
    assert await tab.run("document.getElementById('charts-at').textContent") == "Số liệu lúc 09:00:00 26/11/2026"
    assert await tab.run("!document.getElementById('stream') && !document.querySelector('main [hx-get]')")
    assert serious(tab) == []
