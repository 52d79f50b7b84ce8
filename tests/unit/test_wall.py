"""What everybody who looks on is told: one computation for all, a fault is not tried by each of them, and comes to an end; what Asterisk
does not tell is not shown as if it were so.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.figures.types import CallFigures
from hotline1022.web.cookies import PLAIN
from hotline1022.web.figures_wire import LEVELS
from hotline1022.web.today import AGE, TodayRoom
from hotline1022.web.types import CallFilter
from tests.unit.calls_memory import NOW
from tests.unit.test_web_sessions import sign_in
from tests.unit.wall_memory import KEY, OLD
from tests.unit.web_memory import House, open_house

STRICT = LEVELS[0]


async def test_all_who_look_share_one_computation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 100.0
    async with open_house(tmp_path) as house:
        room = TodayRoom(house.ports, lambda: at)
        told = await asyncio.gather(*(room.counted(STRICT) for _ in range(50)))
        assert len(house.figures.of_calls) == 1 and all(one is told[0] for one in told)
        at += AGE - 0.1
        await room.now(STRICT)
        assert len(house.figures.of_calls) == 1
        by_another = await room.now(LEVELS[3])
        assert by_another.level.id == LEVELS[3] and len(house.figures.of_calls) == 2
        at += 0.1

        async def away(_: CallFilter, __: Mapping[str, str], *, level: str) -> CallFigures:
            house.figures.of_calls.append(_)
            raise Unavailable("the database does not answer", error_id="database-away")

        with monkeypatch.context() as patch:
            patch.setattr(house.figures, "calls", away)
            failed = await asyncio.gather(*(room.now(STRICT) for _ in range(50)), return_exceptions=True)
            assert all(isinstance(one, Unavailable) for one in failed) and len(house.figures.of_calls) == 3
        at += AGE
        assert (await room.now(STRICT)).calls == told[0].calls.figures


async def test_what_was_counted_is_as_old_as_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that comes in while it is counted is told as soon as AGE seconds are over from then."""
    at = 100.0
    async with open_house(tmp_path) as house:
        room, count = TodayRoom(house.ports, lambda: at), house.figures.calls

        async def slow(*given: Any, **more: Any) -> CallFigures:
            nonlocal at
            at += AGE - 0.5
            return await count(*given, **more)

        monkeypatch.setattr(house.figures, "calls", slow)
        await room.counted(STRICT)
        at += 0.5
        await room.counted(STRICT)
        assert len(house.figures.of_calls) == 2


async def test_the_page_and_all_who_look_on_count_the_day_once(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "supervisor")
        for path in ("/desk/supervision", "/desk/supervision/now", "/api/figures/today"):
            assert (await shown(house, path, cookie))[0] == 200
        assert (await house.ask("GET", f"/wall/{KEY}/now", None))[0] == 200
        assert len(house.figures.of_calls) == 1
        assert (await shown(house, "/desk/supervision?agency=so-xay-dung", cookie))[0] == 200
        assert [one.narrow.agency for one in house.figures.of_calls] == ["", "so-xay-dung"]


async def test_lines_and_queue_are_not_shown_while_asterisk_does_not_tell_of_them(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "supervisor")
        queue: Any = house.ports.queue
        _, before = await shown(house, "/desk/supervision/now", cookie)
        assert "Mất kết nối với tổng đài" not in before and "data-since" in before
        _, told = await house.ask("GET", f"/wall/{KEY}/now", None)
        live = ("waiting", "longest", "ready", "talking", "paused", "people")
        said = {one["id"]: one["said"] for one in told["figures"]}
        assert told["lost"] == "" and "–" not in {said[id] for id in live}

        queue.lost_at = NOW - timedelta(hours=2)
        _, told = await house.ask("GET", f"/wall/{KEY}/now", None)
        lost = {one["id"]: one for one in told["figures"]}
        assert {lost[id]["said"] for id in live} == {"–"} and not any(lost[id]["bad"] for id in live)
        assert lost["calls"]["said"] == said["calls"], "the day goes on"
        assert "từ 23:30" in told["lost"]
        async with house.client.get(f"/wall/{KEY}") as response:
            assert told["lost"] in await response.text()
        _, page = await shown(house, "/desk/supervision/now", cookie)
        assert "Mất kết nối với tổng đài từ 23:30:00" in page and "<strong>–</strong>" in page
        assert "data-since" not in page[page.index('id="queue"') : page.index('id="hunts"')], "no clock runs on"
        for path in ("/api/figures/today", "/api/queue", "/api/lines"):
            _, found = await house.ask("GET", path)
            assert found["lost_at"] == "2026-11-23T23:30:00.000+07:00", path


async def test_a_television_that_finds_a_fault_asks_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:

        async def away(_: str) -> bool:
            raise Unavailable("the database does not answer", error_id="database-away")

        with monkeypatch.context() as patch:
            patch.setattr(house.ports.wallboards, "opens", away)
            async with house.client.get(f"/wall/{KEY}") as response:
                assert (response.status, response.headers["Refresh"]) == (503, "10")
        async with house.client.get(f"/wall/{OLD}") as response:
            assert response.status == 404 and "Refresh" not in response.headers
        async with house.client.get(f"/wall/{KEY}") as response:
            assert response.status == 200 and "Refresh" not in response.headers


async def shown(house: House, path: str, cookie: str) -> tuple[int, str]:
    """A page for who is signed in."""
    async with house.client.get(path, headers={"Cookie": f"{PLAIN}={cookie}"}) as response:
        return response.status, await response.text()


async def test_only_a_key_that_opens_is_told_anything(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/wall/{KEY}/now", None)
        assert status == 200 and {one["id"]: one["said"] for one in told["figures"]}["level"] == "80,0%"
        for key in (OLD, "x" * 43):
            status, told = await house.ask("GET", f"/wall/{key}/now", None)
            assert (status, told["error_id"]) == (404, "link-invalid")
        assert (await house.ask("GET", "/wall/short/now", None))[0] == 404
