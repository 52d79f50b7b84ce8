"""The pages of supervision and televisions over a real database: figures are those of the API, each link opens exactly its rows, a key
opens until it is revoked, nothing of a citizen leaves.
"""

import logging
import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.unit import Database
from hotline1022.service.figures import sheets
from hotline1022.web.cookies import PLAIN, SECURE
from tests.contract.database.desk_world import World
from tests.contract.database.made import of_calls, over
from tests.contract.database.supervision_world import SPAN, linked, open_supervision, rows
from tests.lab.figures_world import NOW, WORDS

EVIL = '"><script>alert(1)</script>'


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_supervision(database, tmp_path) as (made, _):
        yield made


async def test_a_list_leads_back_and_says_which_rows_are_shown(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        for kind in ("calls", "tickets"):
            first = await browser.get(f"/desk/supervision/{kind}")
            assert "Đang hiện dòng 1 đến 50" in first.text and 'rel="prev"' not in first.text
            second = await browser.get(_to(first.text, "next"))
            assert "Đang hiện dòng 51 đến " in second.text
            back = await browser.get(_to(second.text, "prev"))
            assert _codes(back.text) == _codes(first.text) != _codes(second.text)


def _to(text: str, rel: str) -> str:
    (tag,) = [one for one in re.findall(r"<a [^>]*>", text) if f'rel="{rel}"' in one]
    return unescape(re.findall(r'href="([^"]*)"', tag)[0])


def _codes(text: str) -> list[str]:
    return re.findall(r"<tr data-row[^>]*><td[^>]*>(.*?)</td>", text)


async def test_each_figure_is_the_apis_and_its_link_opens_exactly_its_rows(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get(f"/desk/supervision?{SPAN}")
        assert shown.status == 200
        for kind in ("calls", "tickets"):
            async with browser.client.get(f"/api/figures/{kind}?{SPAN}") as response:
                told = await response.json()
            for one in told["figures"]:
                row = re.search(rf'<tr data-figure="{one["id"]}">.*?</tr>', shown.text)
                assert row and one["name"] in unescape(row[0]), one
                if one["unit"] in ("calls", "tickets"):
                    assert f">{one['value']}</a>" in row[0], one
                assert one["formula"] in unescape(row[0])
        links = linked(shown.text)
        assert len(links) > 60
        seen = 0
        for path, said in random.Random(7).sample(links, 24):
            assert await rows(browser, path) == int(said.replace(".", "")), path
            seen += said != "0"
        assert seen > 10


@pytest.mark.parametrize("narrow", ["agency=so-xay-dung", "service=-&state=new", "category=traffic"])
async def test_filters_reach_the_lists(world: World, narrow: str) -> None:
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get(f"/desk/supervision?{SPAN}&{narrow}")
        for path, said in random.Random(3).sample(linked(shown.text), 6):
            assert await rows(browser, path) == int(said.replace(".", "")), path


async def test_calls_that_1022_made_are_a_list_of_the_same_time(world: World) -> None:
    made = over("hl1-out-1", 0, Result.REACHED, Reason.CITIZEN_ANSWERED, direction=Direction.OUT, line="101")
    await world.database.save(of_calls(replace(made, entered_at=NOW, ended_at=NOW)))
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get(f"/desk/supervision/calls?{SPAN}&result=answered")
        there = re.search(r'href="([^"]+)">Tổng đài gọi đi</a>', shown.text)
        assert there is not None
        out = await browser.get(unescape(there[1]))
        assert out.text.count("<tr data-row") == 1 and "Tổng đài gọi lại, đã gặp" in out.text
        back = re.search(r'href="([^"]+)">Gọi đến</a>', out.text)
        assert back is not None and "since=" in back[1] and "direction=" not in back[1]


async def test_charts_are_tables_whose_slices_open_their_rows(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get("/desk/supervision/charts?day=2026-11-25")
        async with browser.client.get("/api/figures/charts/states-month?day=2026-11-25") as response:
            told = await response.json()
        part = shown.text[shown.text.index('aria-labelledby="states-month-title"') :]
        counts = [int(one) for one in re.findall(r'data-slice="(\d+)"', part[: part.index("</table>")])]
        assert counts == [one["count"] for one in told["slices"]] and sum(counts) == told["total"] > 0
        assert shown.text.count("data-chart=") == 6
        for path, said in random.Random(5).sample(linked(shown.text), 6):
            assert await rows(browser, path) == int(said.replace(".", "")), path
        wrong = await browser.get("/desk/supervision/charts?day=hôm-nay")
        assert wrong.status == 400 and "Không đọc được ngày" in wrong.text


async def test_numbers_are_for_who_may_see_them(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        listed = await browser.get(f"/desk/supervision/calls?{SPAN}")
        assert "***" in listed.text and not re.search(r">\+?(84|0)9\d{8}<", listed.text)
    async with world.signed_in("shift-manager", login="minh") as browser:
        assert re.search(r">\+?(84|0)9\d{8}<", (await browser.get(f"/desk/supervision/calls?{SPAN}")).text)
        assert (await browser.get(f"/desk/supervision?{SPAN}&words={WORDS[0]}")).status == 200


async def test_a_file_is_offered_to_who_may_have_reports(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get(f"/desk/supervision?{SPAN}&agency=so-xay-dung")
        (path,) = (unescape(one) for one in re.findall(r'href="(/desk/supervision/calls/export[^"]+)"', shown.text))
        async with browser.client.get(path) as response:
            assert response.status == 200 and (await response.read())[:2] == b"PK"
        assert (await browser.get(path, **{"Sec-Fetch-Site": "cross-site"})).status == 403
        act = (await world.acts())[-1]
        assert act["act"] == "GET /desk/supervision/calls/export" and act["actor"] == "user:lan"
        assert (act["given"], act["rows"] > 0) == (["since", "until", "agency"], True)
    async with world.signed_in("agent", login="hoa") as browser:
        assert "/export" not in (await browser.get(f"/desk/supervision?{SPAN}")).text


async def test_the_address_of_a_television_is_the_proxys(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        token = (await browser.get("/desk/wallboards")).forms.fields["/desk/wallboards"]["csrf"]
        host = world.server.make_url("/").authority
        for said, scheme in (({}, "http"), ({"X-Forwarded-Proto": "https"}, "https")):
            cookies = {SECURE: next(one.value for one in browser.client.cookie_jar if one.key == PLAIN)}
            async with browser.client.post(
                "/desk/wallboards", data={"csrf": token, "name": scheme}, headers=said, cookies=cookies
            ) as response:
                assert f"{scheme}://{host}/wall/" in await response.text()


async def test_a_file_that_cannot_be_is_told_on_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST", 3)
    async with world.signed_in("supervisor") as browser:
        for kind in ("calls", "tickets"):
            path = f"/desk/supervision/{kind}/export?since=2026-11-12T00:00:00%2B07:00"
            told = await browser.get(path)
            assert (
                told.status == 400 and "Danh sách quá dài cho một tệp" in told.text and "export-large" not in told.text
            )
    async with world.browser() as stranger:
        assert (await stranger.get(path)).goes_to.startswith("/desk/sign-in?next=")


async def test_what_is_typed_is_text_and_faults_are_told(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        for query in (f"service={EVIL}", f"agency={EVIL}", f"since={EVIL}", f"level={EVIL}", f"state={EVIL}"):
            shown = await browser.get(f"/desk/supervision?{query}")
            assert "<script>alert" not in shown.text and shown.status in (200, 400), query
        long = await browser.get("/desk/supervision?since=2020-01-01&until=2026-01-01")
        assert long.status == 400 and "366 ngày" in long.text
        made = await browser.send("/desk/wallboards", "/desk/wallboards", name=EVIL)
        assert made.status == 200 and "<script>alert" not in made.text and "&lt;script&gt;" in made.text


async def test_a_key_opens_until_it_is_revoked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="hotline1022.access")
    async with world.signed_in("supervisor") as browser, world.browser() as television:
        made = await browser.send("/desk/wallboards", "/desk/wallboards", name="Phòng trực")
        (path,) = re.findall(r"/wall/[A-Za-z0-9_-]{43}", made.text)
        assert path not in (await browser.get("/desk/wallboards")).text, "shown once"
        again = await browser.send("/desk/wallboards", "/desk/wallboards", name="Phòng trực")
        assert again.status == 409 and "Đã có màn hình" in again.text
        shown = await television.get(f"{path}?theme=light")
        assert shown.status == 200 and 'data-bs-theme="light"' in shown.text
        assert not re.search(r"\+?(84|0)9\d{8}", shown.text)
        async with television.client.get(f"{path}/now") as response:
            told = await response.json()
            assert response.status == 200
        async with browser.client.get("/api/figures/today") as response:
            today = await response.json()
        said = {one["id"]: one["said"] for one in told["figures"]}
        assert said["waiting"] == str(len(today["queue"]["queue"]["waiting"]))
        figures = {one["id"]: one["value"] for one in (*today["calls"], *today["tickets"])}
        for id in ("calls", "answered", "given-up", "tickets", "open", "overdue"):
            assert said[id] == str(figures[id]), id
        assert {one["name"] for one in told["figures"] if one["id"] == "level"} == {today["level"]["name"]}
        assert today["queue"]["queue"]["waiting"][0]["number"] not in repr(told)
        (id,) = re.findall(r"/desk/wallboards/([0-9a-f]{16})/revoke", (await browser.get("/desk/wallboards")).text)
        done = await browser.send("/desk/wallboards", f"/desk/wallboards/{id}/revoke")
        assert done.goes_to == "/desk/wallboards?done=revoked"
        async with television.client.get(f"{path}/now") as response:
            assert (response.status, (await response.json())["error_id"]) == (404, "link-invalid")
        assert (await television.get(path)).status == 404
    acts = [(one["act"], one["subject"]) for one in await world.acts() if "wallboards" in one["act"]]
    assert acts == [
        ("POST /desk/wallboards", f"wallboard:{id}"),
        ("POST /desk/wallboards/{wallboard}/revoke", f"wallboard:{id}"),
    ]
    key = path.rpartition("/")[2]
    assert key not in repr(await world.acts()) and key not in caplog.text and "/wall/{key}/now" in caplog.text
    async with world.database.reading() as tx:
        assert key not in repr(await tx.wallboards.all())


async def test_the_desks_of_televisions_are_the_apis(world: World) -> None:
    async with world.signed_in("supervisor") as browser:
        token = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
        sent: dict[str, Any] = {"json": {"name": "Sảnh"}, "headers": {"X-CSRF-Token": token}}
        async with browser.client.post("/api/wallboards", **sent) as response:
            given = await response.json()
            assert response.status == 201 and re.fullmatch(r"/wall/[A-Za-z0-9_-]{43}", given["path"])
        assert (await browser.get(given["path"])).status == 200
        address = f"/api/wallboards/{given['wallboard']['id']}/revoke"
        async with browser.client.post(address, headers={"X-CSRF-Token": token}) as response:
            assert (await response.json())["revoked_at"] is not None
        assert (await browser.get(given["path"])).status == 404
        async with browser.client.post(f"/api/wallboards/{'f' * 16}/revoke", headers=sent["headers"]) as response:
            assert (response.status, (await response.json())["error_id"]) == (404, "wallboard-unknown")
