"""Televisions with charts over a real database: they show what the API counts, nothing of a citizen; the desk gives an address that shows what
was chosen there.
"""

import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.figures.types import ChartName
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from tests.contract.database.desk_world import World, open_desk
from tests.lab.figures_world import NOW, fill
from tests.lab.many_areas import many_areas


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    await fill(database, random.Random(1022), calls=120, tickets=70)
    await many_areas(database, NOW - timedelta(hours=1), areas=12)
    parts: dict[str, Any] = {
        "figures": FiguresView(database, Directory, dict),
        "wallboards": WallDesk(database, lambda: NOW),
    }
    async with open_desk(database, tmp_path, **parts) as made:
        made.now = NOW
        yield made


def number(text: str) -> int:
    return int(text.replace(".", ""))


async def test_a_television_shows_what_the_api_counts(world: World) -> None:
    _, key = await WallDesk(world.database, lambda: NOW).add("UBND tỉnh", "user:admin")
    async with world.browser() as television:
        shown = await television.get(f"/wall/{key}?show=both")
        assert shown.status == 200 and "Phường Thủ Dầu Một 1" in shown.text
        async with television.client.get(f"/wall/{key}/now?charts=true") as response:
            text = await response.text()
            told = await response.json()
    for page in (shown.text, text):
        assert not re.search(r"\+?(84|0)9\d{8}", page) and "/api/" not in page and "/desk/" not in page
    assert [one["id"] for one in told["charts"]] == [one.value for one in ChartName]
    async with world.signed_in("supervisor") as browser:
        for one in told["charts"]:
            async with browser.client.get(f"/api/figures/charts/{one['id']}") as response:
                wanted = await response.json()
            assert number(one["total"]) == wanted["total"] == sum(each["number"] for each in one["slices"])
            counts = sorted((each["count"] for each in wanted["slices"]), reverse=True)
            if one["kind"] == "pie" and len(counts) > 8:
                assert [each["number"] for each in one["slices"]] == [*counts[:7], sum(counts[7:])], one["id"]
            elif one["kind"] == "bar":
                assert [each["number"] for each in one["slices"]] == [each["count"] for each in wanted["slices"]]
    areas = next(one for one in told["charts"] if one["id"] == "areas-today")
    assert areas["slices"][-1]["rest"] and areas["slices"][0]["name"] == "Phường Thủ Dầu Một 1"


@pytest.mark.parametrize(
    ("chosen", "query"),
    [
        ({"show": "both", "theme": "dark"}, "?show=both"),
        ({"show": "charts", "theme": "light"}, "?show=charts&amp;theme=light"),
        ({"show": "figures", "theme": "dark"}, ""),
        ({"show": '"><b>', "theme": "x"}, ""),
        ({}, ""),
    ],
)
async def test_the_desk_gives_an_address_that_shows_what_was_chosen(
    world: World, chosen: dict[str, str], query: str
) -> None:
    async with world.signed_in("supervisor") as browser:
        empty = await browser.get("/desk/wallboards")
        assert '<option value="both" selected>' in empty.text, (
            "leaders see the charts, unless somebody chooses otherwise"
        )
        made = await browser.send("/desk/wallboards", "/desk/wallboards", name="UBND tỉnh", **chosen)
        assert re.findall(r"/wall/[A-Za-z0-9_-]{43}([^<]*)</p>", made.text) == [query]
        (path,) = re.findall(r"/wall/[A-Za-z0-9_-]{43}", made.text)
        shown = await browser.get(f"{path}{query.replace('&amp;', '&')}")
        assert ("data-charts" in shown.text) == ("show=" in query)
        again = await browser.send("/desk/wallboards", "/desk/wallboards", name="UBND tỉnh", **chosen)
        assert again.status == 409
        for value in chosen.values():
            assert f'value="{value}" selected' in again.text or value not in (
                "both",
                "charts",
                "figures",
                "dark",
                "light",
            )


async def test_the_page_that_is_open_asks_for_the_charts_of_today(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get("/desk/supervision/charts")
        assert 'hx-get="/desk/supervision/charts/now"' in shown.text and 'data-topics="figures,tickets"' in shown.text
        piece = await browser.get("/desk/supervision/charts/now")
        assert piece.text.startswith("<div") and piece.text.strip() in shown.text
        assert "Số liệu lúc 09:00:00 26/11/2026" in piece.text
        before = await browser.get("/desk/supervision/charts?day=2026-11-25")
        assert "hx-get" not in before.text.partition("<main")[2] and "supervision.js" not in before.text
