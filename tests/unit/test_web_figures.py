"""Figures through the API: times, words, formulas, and lists that leave."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.ids import CallId, ChannelId
from hotline1022.queue.types import Waiting
from hotline1022.tickets.types import State
from hotline1022.web.cookies import PLAIN
from hotline1022.web.figures_wire import LEVELS
from tests.unit.calls_memory import NOW
from tests.unit.test_web_acts import noted
from tests.unit.test_web_sessions import ask, sign_in
from tests.unit.tickets_memory import MemoryTickets
from tests.unit.web_memory import SECRETS, open_house

TODAY = {"since": "2026-11-24T00:00:00.000+07:00", "until": "2026-11-24T01:30:00.000+07:00"}


async def test_without_a_time_it_is_today_in_the_province(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for what in ("calls", "tickets"):
            status, found = await house.ask("GET", f"/api/figures/{what}")
            assert (status, found["since"], found["until"]) == (200, TODAY["since"], TODAY["until"])
            first = found["figures"][0]
            assert first["rows"]["path"] == f"/api/{what}"
            assert {name: first["rows"]["query"][name] for name in TODAY} == TODAY, "the list is of the same time"


async def test_every_list_that_a_figure_names_can_be_asked_for(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for path in ("/api/figures/calls?category=traffic&within=30", "/api/figures/tickets?channel=sms&area=-"):
            _, found = await house.ask("GET", path)
            rows = [one["rows"] for one in found["figures"]]
            rows += [bucket["rows"] for group in found["groups"] for bucket in group["buckets"]]
            assert len(rows) > 8
            for one in rows:
                status, told = await house.ask("GET", one["path"], params=one["query"])
                assert status == 200, told


async def test_what_is_asked_for_reaches_the_list_and_the_figures_alike(tmp_path: Path) -> None:
    query = (
        "since=2026-11-01&until=2026-11-20&result=answered&category=traffic&agency=so-xay-dung&service=-&line=101"
        "&person=1001&from_time=22:00&to_time=06:00&within=30&short=3&state=ended&reason=agent-answered&words=o+ga&ticket_state=new"
    )
    async with open_house(tmp_path) as house:
        for path in ("/api/calls?", "/api/figures/calls?", "/api/calls/export?"):
            async with house.client.get(path + query, headers=_who("admin")) as response:
                assert response.status == 200, await response.text()
        listed, (counted, exported) = house.calls.asked[0], house.figures.of_calls
        assert listed.narrow == counted.narrow == exported.narrow
        assert (listed.since, listed.until, listed.result) == (counted.since, counted.until, counted.result)
        assert (counted.narrow.within_ms, counted.narrow.short_ms, counted.narrow.words) == (30_000, 3000, "o ga")
        assert counted.narrow.ticket_state is State.NEW


async def test_who_may_see_no_numbers_searches_in_what_tells_nobody_who_it_is(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        tickets = house.ports.tickets
        assert isinstance(tickets, MemoryTickets)
        for role, is_open in (("supervisor", True), ("shift-manager", False)):
            cookie = sign_in(house, role)
            for what in ("/api/calls", "/api/tickets"):
                for path in (what, f"{what}/export", what.replace("/api", "/api/figures")):
                    async with house.client.get(f"{path}?words=nuoc", headers=_cookie(cookie)) as response:
                        assert response.status == 200, path
            listed, counted, exported = house.calls.asked[-1], *house.figures.of_calls[-2:]
            for one in (listed, counted, exported):
                assert (one.narrow.words, one.narrow.open_words) == ("nuoc", is_open)
            for asked in (tickets.asked[-1], *house.figures.tickets_asked[-2:]):
                assert (asked.words, asked.open_words) == ("nuoc", is_open)
        async with house.client.get("/api/calls?line=101", headers=_cookie(sign_in(house, "auditor"))) as response:
            assert response.status == 200
        assert not house.calls.asked[-1].narrow.open_words, "of no words there are none that are open"


def _cookie(cookie: str) -> dict[str, str]:
    return {"Cookie": f"{PLAIN}={cookie}"}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("since=2025-01-01&until=2026-11-01", "span-long"),
        ("since=2026-11-02&until=2026-11-01", "value-invalid"),
        ("from_time=06:00", "value-invalid"),
        ("within=0", "value-invalid"),
        ("level=sl-best", "value-invalid"),
        ("part=answered", "key-unknown"),
    ],
)
async def test_what_cannot_be_counted_is_refused(tmp_path: Path, query: str, error: str) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/figures/calls?{query}")
        assert (status, told["error_id"]) == (400, error), told


async def test_a_whole_year_is_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, _ = await house.ask("GET", "/api/figures/calls?since=2024-01-01&until=2024-12-31")
        assert status == 200


@pytest.mark.parametrize("level", LEVELS)
async def test_today_tells_its_formula(tmp_path: Path, level: str) -> None:
    async with open_house(tmp_path) as house:
        queue: Any = house.ports.queue
        queue.waiting = (
            Waiting(
                call=CallId(ChannelId("hl1-1.1")),
                queue="main",
                position=1,
                since=NOW - timedelta(seconds=42),
                number="0901234567",
            ),
        )
        status, found = await house.ask("GET", f"/api/figures/today?level={level}")
        assert status == 200
        assert found["level"]["id"] == level and found["level"]["formula"] and found["level"]["name"]
        assert found["level"]["rows"]["query"]["part"] == ("soon" if level == "sl-both" else "answered-soon")
        assert found["cascades"]["rows"] == {"path": "/api/cascades", "query": {"under_way": "true"}}
        assert [one["id"] for one in found["tickets"]] == ["tickets", "open"]


async def test_every_chart_has_its_name(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, found = await house.ask("GET", "/api/figures/charts/states-week?day=2026-11-20")
        assert (status, found["name"], found["day"]) == (200, "Chi tiết trạng thái xử lý trong tuần", "2026-11-20")
        status, told = await house.ask("GET", "/api/figures/charts/pie")
        assert (status, told["error_id"]) == (404, "chart-unknown")


def _who(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {SECRETS[name]}"}


@pytest.mark.parametrize(("role", "numbers"), [("supervisor", False), ("shift-manager", True)])
async def test_a_list_that_leaves_is_an_act_and_shows_numbers_to_few(tmp_path: Path, role: str, numbers: bool) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, role)
        for what, rows in (("calls", 7), ("tickets", 3)):
            path = f"/api/{what}/export?since=2026-11-01"
            async with house.client.get(path, headers={"Cookie": f"{PLAIN}={cookie}"}) as response:
                assert response.status == 200
                assert response.content_type.endswith("spreadsheetml.sheet")
                assert response.headers["Content-Disposition"].endswith('.xlsx"')
                assert await response.read() == b"PK"
            assert house.figures.shown[-1] is numbers
            act = noted(house)[-1]
            assert (act.actor, act.act) == (f"user:{role}", f"GET /api/{what}/export")
            assert act.detail == {"status": 200, "given": ["since"], "rows": rows}
        await ask(house, "GET", "/api/figures/calls", cookie)
        assert len(noted(house)) == 2, "to look at figures is no act"


async def test_a_file_of_tickets_is_of_the_moment_of_its_filter(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        cookie = sign_in(house, "supervisor")
        await ask(house, "GET", "/api/tickets/export?standing=open-in-time&at=2026-11-23T09:00:00%2B07:00", cookie)
        await ask(house, "GET", "/api/tickets/export", cookie)
        assert house.figures.judged == [datetime(2026, 11, 23, 2, tzinfo=UTC), NOW]


async def test_a_number_in_the_filter_is_not_for_who_may_see_none(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for path in ("/api/calls/export?caller=0901234567", "/api/tickets/export?phone=0901234567"):
            status, _ = await ask(house, "GET", path, sign_in(house, "supervisor"))
            assert status == 403
            status, _ = await ask(house, "GET", path, sign_in(house, "shift-manager"))
            assert status == 200
