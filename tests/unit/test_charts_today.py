"""Charts for all who look: those of today are counted once, of many slices the largest are drawn; a television is told of them when it asks,
and of no list.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.figures.types import Bucket, Chart, ChartName, Rows, Unit
from hotline1022.web.charts_today import ChartsRoom, largest
from hotline1022.web.cookies import PLAIN
from hotline1022.web.rules import dump
from hotline1022.web.today import AGE
from hotline1022.web.wall_charts import MOST, told
from tests.unit.calls_memory import NOW
from tests.unit.test_web_sessions import sign_in
from tests.unit.wall_memory import KEY, OLD
from tests.unit.web_memory import open_house

ROWS = Rows(path="/api/tickets", query={"area": "x"})


def a_chart(name: ChartName, *counts: int) -> Chart:
    made = tuple(
        Bucket(key=f"k{n}", name=f"Khu {n}", count=count, parts={}, level=None, rows=ROWS)
        for n, count in enumerate(counts)
    )
    return Chart(
        id=name,
        name="Biểu đồ",
        day=date(2026, 11, 24),
        since=NOW,
        until=NOW,
        unit=Unit.TICKETS,
        total=sum(counts),
        slices=made,
        rows=ROWS,
    )


@pytest.mark.parametrize(
    ("counts", "most", "wanted"),
    [
        ((), 3, ""),
        ((1, 2, 3), 3, "012"),
        ((5, 1, 4, 3), 3, "02"),
        ((2, 2, 2, 2), 3, "01"),
        ((1, 9, 1, 8, 7), 4, "134"),
    ],
)
def test_of_many_slices_the_largest_are_drawn(counts: tuple[int, ...], most: int, wanted: str) -> None:
    drawn = largest(a_chart(ChartName.AREAS_TODAY, *counts).slices, most)
    assert "".join(sorted(one[1:] for one in drawn)) == wanted


def test_a_television_names_the_largest_and_all_others_as_one() -> None:
    shown = told(a_chart(ChartName.AREAS_TODAY, *range(60, 0, -1)))
    assert [one.name for one in shown.slices] == [*(f"Khu {n}" for n in range(MOST - 1)), "Khác"]
    assert [one.rest for one in shown.slices] == [False] * (MOST - 1) + [True]
    rest = sum(range(1, 61 - (MOST - 1)))
    assert (shown.slices[-1].number, shown.slices[-1].said, shown.total) == (rest, "1.431", "1.830")
    assert shown.slices[-1].share == "78,2%" and sum(one.number for one in shown.slices) == 1830
    few = told(a_chart(ChartName.AREAS_TODAY, *[1] * MOST))
    assert len(few.slices) == MOST and not any(one.rest for one in few.slices)
    assert "/api/" not in repr(dump(shown)), "a television leads nowhere"


def test_a_television_shows_all_weeks_in_their_order() -> None:
    weeks = a_chart(ChartName.RECEIVED_BY_WEEK, *range(1, 13))
    made = tuple(
        replace(one, key=(date(2026, 9, 7) + timedelta(weeks=n)).isoformat()) for n, one in enumerate(weeks.slices)
    )
    shown = told(replace(weeks, slices=made))
    assert shown.kind == "bar" and [one.number for one in shown.slices] == list(range(1, 13))
    assert (shown.slices[0].name, shown.slices[-1].name) == ("07/09", "23/11")


async def test_the_charts_of_today_are_counted_once_for_all_who_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        asked: list[tuple[ChartName, date]] = []

        async def chart(name: ChartName, day: date, now: datetime) -> Chart:
            asked.append((name, day))
            return a_chart(name)

        monkeypatch.setattr(house.figures, "chart", chart)
        cookie = {"Cookie": f"{PLAIN}={sign_in(house, 'supervisor')}"}
        for path in ("/desk/supervision/charts", "/desk/supervision/charts/now", f"/wall/{KEY}?show=both"):
            async with house.client.get(path, headers=cookie) as response:
                assert response.status == 200, path
        assert (await house.ask("GET", f"/wall/{KEY}/now", None, params={"charts": "true"}))[0] == 200
        today = date(2026, 11, 24)
        assert asked == [(one, today) for one in ChartName]
        async with house.client.get("/desk/supervision/charts?day=2026-11-23", headers=cookie) as response:
            assert response.status == 200
        assert asked[len(ChartName) :] == [(one, date(2026, 11, 23)) for one in ChartName]


async def test_a_fault_is_kept_as_long_as_a_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at, asked = 100.0, 0
    async with open_house(tmp_path) as house:

        async def away(*_: object) -> Chart:
            nonlocal asked
            asked += 1
            raise Unavailable("the database does not answer", error_id="database-away")

        room = ChartsRoom(house.ports, lambda: at)
        with monkeypatch.context() as patch:
            patch.setattr(house.figures, "chart", away)
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await room.now()
        assert asked == 1
        at += AGE
        assert len((await room.now()).charts) == len(ChartName)


async def test_charts_are_told_to_a_television_that_asks_for_them(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, told = await house.ask("GET", f"/wall/{KEY}/now", None)
        assert told["charts"] == [] and told["figures"]
        _, told = await house.ask("GET", f"/wall/{KEY}/now", None, params={"charts": "true"})
        assert [one["id"] for one in told["charts"]] == [one.value for one in ChartName] and told["figures"]
        assert (await house.ask("GET", f"/wall/{OLD}/now", None, params={"charts": "true"}))[0] == 404


@pytest.mark.parametrize(
    ("query", "asks", "turns"),
    [
        ("", "", None),
        ("?show=figures", "", None),
        ("?show=khong-co", "", None),
        ("?show=both", "?charts=true", "15"),
        ("?show=charts&seconds=60", "?charts=true", "60"),
    ],
)
async def test_an_address_says_what_a_television_shows(
    tmp_path: Path, query: str, asks: str, turns: str | None
) -> None:
    async with open_house(tmp_path) as house:
        async with house.client.get(f"/wall/{KEY}{query}") as response:
            page = await response.text()
        assert f'data-now="/wall/{KEY}/now{asks}"' in page
        assert ("chart.js" in page, "wall-turn.js" in page) == (turns is not None,) * 2
        assert turns is None or f'data-turn="{turns}"' in page
        async with house.client.get(f"/wall/{KEY}?seconds=1") as response:
            assert response.status == 400
