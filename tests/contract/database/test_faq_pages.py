"""Questions and answers at the desk, as browsers see it: written by one, published by another, taken in from a sheet."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from hotline1022.accounts.types import Wanted
from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.faq.types import Asked, EntryFilter, State, Text
from hotline1022.web.desk import faq_import
from tests.contract.database.desk_world import OWN, Browser, Shown, World, open_desk
from tests.contract.database.faq_made import AGENCY, BIRTH, OTHER, Desk, a_desk
from tests.lab.xlsx import MEDIA_TYPE, a_book

EVIL = '"><script>alert(1)</script>'
TYPED = {
    "question": "Đăng ký kết hôn ở đâu?",
    "answer": "Tại UBND cấp xã.\nCả hai người cùng đến.",
    "keywords": "giấy kết hôn",
    "legal_source": "Luật Hộ tịch 2014",
    "category": "construction",
    "valid_to": "31/12/2030",
}


class Faq:
    """A desk, people of an agency, and the questions behind it."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk

    @asynccontextmanager
    async def person(self, login: str, *roles: str, agency: str = "") -> AsyncIterator[Browser]:
        """Somebody with these roles, a contact point of this agency."""
        contact = ""
        if agency:
            async with self.world.database.reading() as tx:
                found = (await tx.directory.load()).contacts.values()
                taken = {one.contact for one in await tx.accounts.users()}
            contact = next(one.id for one in found if one.agency == agency and one.id not in taken)
        wanted = Wanted(login=login, name=f"Người {login}", roles=frozenset(roles), contact=contact)
        given = await self.world.admin.add(wanted)
        async with self.world.browser() as browser:
            await browser.enter(login, given.password)
            await browser.send("/desk/password", "/desk/password", old=given.password, new=OWN, again=OWN)
            yield browser


@pytest.fixture
async def faq(database: Database, tmp_path: Path) -> AsyncIterator[Faq]:
    desk = await a_desk(database)
    async with open_desk(database, tmp_path, faq=desk.faq) as world:
        world.now = desk.now
        yield Faq(world, desk)


async def upload(browser: Browser, data: bytes, act: str, **typed: str) -> Shown:
    """The form with a file, as a browser sends it."""
    csrf = (await browser.get("/desk/faq/import")).forms.fields["/desk/faq/import"]["csrf"]
    form = FormData()
    for name, value in {"csrf": csrf, **typed, "act": act}.items():
        form.add_field(name, value)
    form.add_field("sheet", io.BytesIO(data), filename="hỏi đáp.xlsx", content_type=MEDIA_TYPE)
    return await browser.post("/desk/faq/import", form)


async def test_a_specialist_writes_a_leader_publishes(faq: Faq) -> None:
    async with (
        faq.person("cv", "specialist", agency=AGENCY) as specialist,
        faq.person("ld", "leader", agency=AGENCY) as leader,
        faq.person("dtv", "agent") as agent,
    ):
        empty = await specialist.get("/desk/faq")
        assert "Chưa có câu hỏi nào" in empty.text and "/desk/faq/new" in empty.text
        made = await specialist.send("/desk/faq/new", "/desk/faq/new", **TYPED)
        page = made.goes_to.partition("?")[0]
        assert re.fullmatch(r"/desk/faq/[0-9a-f]{16}", page), made.text
        shown = await specialist.get(made.goes_to)
        assert "Đã lưu bản thảo." in shown.text and "Bản thảo" in shown.text and "31/12/2030" in shown.text
        assert (await specialist.send(page, f"{page}/propose")).goes_to == f"{page}?done=propose"
        own = await specialist.get(page)
        assert f"{page}/publish" not in own.forms.fields and "nên người khác phải duyệt đăng" in own.text
        returned = await leader.send(page, f"{page}/return", why="Ghi rõ giấy tờ")
        assert returned.goes_to == f"{page}?done=return"
        assert "Lý do: Ghi rõ giấy tờ" in (await specialist.get(page)).text
        answer = TYPED["answer"] + "\nMang theo căn cước."
        assert (await specialist.send(f"{page}/edit", f"{page}/edit", **TYPED | {"answer": answer})).status == 303
        await specialist.send(page, f"{page}/propose")
        assert (await leader.send(page, f"{page}/publish")).goes_to == f"{page}?done=publish"
        seen = await agent.get("/desk/faq?words=ket+hon")
        assert "Đăng ký kết hôn ở đâu?" in seen.text and "Đang đăng" in seen.text and "/desk/faq/new" not in seen.text
        read = await agent.get(page)
        assert "Mang theo căn cước." in read.text and not [one for one in read.forms.fields if one.startswith(page)]
        # a new version beside it, which the leader wrote: nobody of the two may pass it alone
        await leader.send(f"{page}/edit", f"{page}/edit", **TYPED | {"answer": "Bản mới."})
        await leader.send(page, f"{page}/propose")
        assert "Bản mới: Chờ duyệt" in (await agent.get("/desk/faq")).text
        token = (await leader.get(page)).forms.fields[f"{page}/return"]
        told = await leader.post(f"{page}/publish", token)
        assert told.status == 409 and "không được tự duyệt đăng" in told.text
        withdrawn = await leader.send(page, f"{page}/withdraw", why="Luật đã đổi")
        assert withdrawn.goes_to == f"{page}?done=withdraw"
    entry = await faq.desk.faq.get(page.rpartition("/")[2])
    assert [one.state for one in entry.versions] == [State.PROPOSED, State.WITHDRAWN]
    acts = [one for one in await faq.world.acts() if one["act"].startswith("POST /desk/faq")]
    assert {one["actor"] for one in acts} == {"user:cv", "user:ld"}
    assert acts[0]["given"] == sorted({*TYPED, "revision"} - {"csrf"} | {"agency"} & set(acts[0]["given"]))
    assert "Mang theo" not in repr(acts), "names of fields, no texts"


async def test_of_another_agency_there_is_nothing(faq: Faq) -> None:
    other = await faq.desk.publish(BIRTH, OTHER)
    page = f"/desk/faq/{other.id}"
    async with faq.person("cv", "specialist", agency=AGENCY) as browser, faq.person("gs", "supervisor") as reader:
        for path in (page, f"{page}/edit"):
            shown = await browser.get(path)
            assert shown.status == 404 and "Không có câu hỏi này" in shown.text
        assert BIRTH.question not in (await browser.get("/desk/faq")).text
        assert (await browser.get(f"/desk/faq?agency={OTHER}")).status == 403
        form = (await browser.get("/desk/faq/new")).text
        assert f'value="{AGENCY}"' in form and f'value="{OTHER}"' not in form
        refused = await browser.send("/desk/faq/new", "/desk/faq/new", **TYPED, agency=OTHER)
        assert refused.status == 409 and "thuộc cơ quan khác" in refused.text
        assert BIRTH.question in (await reader.get("/desk/faq")).text
        assert (await reader.get(page)).status == 200 and (await reader.get(f"{page}/edit")).status == 403


async def test_a_user_of_no_agency_is_told_what_to_do(faq: Faq) -> None:
    async with faq.person("cv", "specialist", agency=AGENCY) as browser:
        user = await faq.world.admin.by_login("cv")
        async with faq.world.database.transaction() as tx:
            await tx.accounts.change_user(replace(user, contact="nobody"))
        for path in ("/desk/faq/new", "/desk/faq/import"):
            shown = await browser.get(path)
            assert "chưa gắn với cơ quan nào" in shown.text and path not in shown.forms.fields
        assert (await browser.get("/desk/faq")).status == 200


async def test_what_is_wrong_is_told_and_what_was_typed_stays(faq: Faq) -> None:
    async with faq.person("qt", "admin") as browser:
        for typed, said in (
            ({"question": "?"}, "3 đến 300 ký tự"),
            ({"answer": "  "}, "1 đến 4000 ký tự"),
            ({"agency": ""}, "chọn một cơ quan"),
            ({"category": "nothing"}, "Không có lĩnh vực này"),
            ({"valid_to": "31/02/2030"}, "hết hiệu lực không hợp lệ"),
        ):
            shown = await browser.send("/desk/faq/new", "/desk/faq/new", **{**TYPED, "agency": AGENCY, **typed})
            assert shown.status == 400 and said in shown.text and "giấy kết hôn" in shown.text, typed
        made = await browser.send("/desk/faq/new", "/desk/faq/new", **TYPED, agency=AGENCY)
        assert made.status == 303
        again = await browser.send("/desk/faq/new", "/desk/faq/new", **TYPED, agency=AGENCY)
        assert again.status == 409 and "đã có câu hỏi này" in again.text


async def test_two_people_at_one_question(faq: Faq) -> None:
    async with faq.person("aa", "admin") as one, faq.person("bb", "admin") as two:
        made = await one.send("/desk/faq/new", "/desk/faq/new", **TYPED, agency=AGENCY)
        page = made.goes_to.partition("?")[0]
        hidden = (await two.get(f"{page}/edit")).forms.fields[f"{page}/edit"]
        await one.send(f"{page}/edit", f"{page}/edit", **TYPED | {"answer": "Nhanh"})
        late = await two.post(f"{page}/edit", {**hidden, **TYPED, "answer": "Chậm"})
        assert late.status == 409 and "người khác sửa" in late.text and ">Chậm</textarea>" in late.text
        assert "nay là “Nhanh”." in late.text, "what the other one wrote is seen before it is written over"
        over = await two.post(f"{page}/edit", {**late.forms.fields[f"{page}/edit"], **TYPED, "answer": "Chậm"})
        assert over.status == 303
        both = await one.get(page)
        assert "Chậm" in both.text and "Nhanh" in both.text.partition('id="before"')[2], "it stays in the history"
        (earlier,) = set(re.findall(rf'href="({page}/edit\?of=[0-9]+)"', both.text))
        form = await one.get(unescape(earlier))
        assert ">Nhanh</textarea>" in form.text, "an earlier version is where one begins again"
        assert "Đang có bản nháp" in form.text and ">Chậm</p>" in form.text, "and what that would take the place of"
        assert "Đang có bản nháp" not in (await one.get(f"{page}/edit")).text
        assert ">Chậm</textarea>" in (await one.get(f"{page}/edit")).text
        await one.send(f"{page}/edit", f"{page}/edit", **TYPED | {"answer": "Nhanh"})
        assert (await two.post(f"{page}/propose", hidden)).status == 409
        await one.send(page, f"{page}/propose")
        seen = (await two.get(page)).forms.fields[f"{page}/return"]
        await one.send(page, f"{page}/return", why="Thiếu căn cứ")
        gone = await two.post(f"{page}/return", {**seen, "why": "Câu trả lời <chưa đủ>"})
        assert gone.status == 409 and "Câu trả lời &lt;chưa đủ&gt;" in gone.text, "with no field left, to be copied"
        await one.send(page, f"{page}/propose")
        late = await two.post(f"{page}/return", {**seen, "why": "Câu trả lời <chưa đủ>"})
        assert late.status == 409 and 'value="Câu trả lời &lt;chưa đủ&gt;"' in late.text
    assert (await faq.desk.faq.list(EntryFilter()))[0].shown.text.answer == "Nhanh"


async def test_out_of_date_is_marked_and_filtered(faq: Faq) -> None:
    day = local_day(faq.desk.now)
    over = await faq.desk.publish(Text(question="Câu trả lời cũ?", answer="Cũ", valid_to=day))
    await faq.desk.publish()
    faq.desk.now = faq.world.now = faq.desk.now + timedelta(days=2)
    async with faq.person("gs", "supervisor") as browser:
        every = await browser.get("/desk/faq")
        assert every.text.count(">Quá hạn<") == 1 and BIRTH.question in every.text
        only = await browser.get("/desk/faq?over=1&words=&agency=&category=&state=&cursor=")
        assert "Câu trả lời cũ?" in only.text and BIRTH.question not in only.text
        assert "hỏi lại cơ quan" in (await browser.get(f"/desk/faq/{over.id}")).text
        nothing = await browser.get("/desk/faq?words=xyz")
        assert "Không có câu hỏi nào phù hợp" in nothing.text


async def test_a_long_list_has_pages(faq: Faq) -> None:
    rows = [["Câu hỏi", "Trả lời"], *([f"Câu hỏi số {number}?", "x"] for number in range(120))]
    data = a_book(rows)
    async with faq.person("qt", "admin") as browser:
        done = await upload(browser, data, "write", agency=AGENCY)
        assert "Đã ghi vào hệ thống" in done.text
        seen: list[str] = []
        path = "/desk/faq?words=cau+hoi"
        while path:
            shown = await browser.get(path)
            seen += re.findall(r"Câu hỏi số \d+", shown.text)
            path = linked(shown, "next")
        assert len(seen) == len(set(seen)) == 120 and "Đang hiện dòng 101 đến 120" in shown.text
        for rows_shown, number in (("51 đến 100", 50), ("1 đến 50", 0)):
            shown = await browser.get(linked(shown, "prev"))
            assert f"Đang hiện dòng {rows_shown}" in shown.text
            assert re.findall(r"Câu hỏi số \d+", shown.text) == seen[number : number + 50]
        assert not linked(shown, "prev")


def linked(shown: Shown, rel: str) -> str:
    """The page before (prev) or after (next); "" for none."""
    tags = [one for one in re.findall(r"<a [^>]*>", shown.text) if f'rel="{rel}"' in one]
    return unescape(re.findall(r'href="([^"]*)"', tags[0])[0]) if tags else ""


async def test_more_searches_than_a_page_holds_are_all_there(faq: Faq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faq_import, "MISSES", 2)
    async with faq.person("ld", "leader", agency=AGENCY) as leader:
        for words in ("một hai", "ba bốn", "năm sáu", "bảy tám", "chín mười"):
            await faq.desk.faq.search(Asked(words=words))
        path, seen = "/desk/faq/misses", []
        while path:
            shown = await leader.get(path)
            seen += re.findall(r'data-label="Từ đã tìm">([^<]+)<', shown.text)
            path = linked(shown, "next")
        assert len(seen) == len(set(seen)) == 5 and "Đang hiện dòng 5 đến 5" in shown.text
        shown = await leader.get(linked(shown, "prev"))
        assert "Đang hiện dòng 3 đến 4" in shown.text
        action = next(one for one in shown.forms.fields if one.endswith("/done"))
        done = await leader.post(action, shown.forms.fields[action])
        assert done.goes_to == "/desk/faq/misses?done=ticked&page=2", "one stays where one was"


async def test_a_sheet_is_tried_and_then_written(faq: Faq) -> None:
    rows = [["Câu hỏi", "Trả lời", "Hết hiệu lực"], ["Xin nhập tịch ở đâu?", "Sở Tư pháp", ""], [EVIL, "", "mai"]]
    data = a_book(rows)
    async with faq.person("cv", "specialist", agency=AGENCY) as browser:
        tried = await upload(browser, data, "try", agency=AGENCY)
        assert tried.status == 200 and "chưa ghi gì" in tried.text and "Xin nhập tịch ở đâu?" in tried.text
        assert "1 đến 4000 ký tự" in tried.text and "hết hiệu lực không hợp lệ" in tried.text
        assert "<script>alert" not in tried.text and await faq.desk.faq.list(EntryFilter()) == []
        done = await upload(browser, data, "write", agency=AGENCY, propose="1")
        assert "Đã ghi vào hệ thống" in done.text
        (one,) = await faq.desk.faq.list(EntryFilter())
        assert (one.agency, one.shown.state, one.shown.written_by) == (AGENCY, State.PROPOSED, "Người cv")
        async with browser.client.get("/desk/faq/template") as response:
            assert response.content_type == MEDIA_TYPE and (await response.read()).startswith(b"PK")
            assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 400, "chọn tệp Excel"),
        (b"not a sheet", 400, "Không đọc được tệp"),
        (b"x" * (4 * 1024 * 1024 + 1), 400, "Tệp quá lớn: tối đa 4 MB"),
        (b"x" * (11 * 1024 * 1024), 400, "Tệp quá lớn: tối đa 4 MB"),
    ],
)
async def test_what_is_no_sheet_is_told(faq: Faq, data: bytes, status: int, said: str) -> None:
    async with faq.person("qt", "admin") as browser:
        shown = await upload(browser, data, "write", agency=AGENCY)
        assert shown.status == status and said in shown.text


async def test_a_file_from_another_site_or_session_is_not_taken(faq: Faq) -> None:
    rows = [["Câu hỏi", "Trả lời"], ["Xin nhập tịch ở đâu?", "Sở Tư pháp"]]
    data = a_book(rows)

    def form(csrf: str) -> FormData:
        made = FormData()
        for name, value in (("csrf", csrf), ("agency", AGENCY), ("act", "write")):
            made.add_field(name, value)
        made.add_field("sheet", data, filename="a.xlsx")
        return made

    async with faq.person("aa", "admin") as one, faq.person("bb", "admin") as two:
        foreign = (await two.get("/desk/faq/import")).forms.fields["/desk/faq/import"]["csrf"]
        own = (await one.get("/desk/faq/import")).forms.fields["/desk/faq/import"]["csrf"]
        for csrf in ("", foreign):
            assert (await one.post("/desk/faq/import", form(csrf))).status == 403
        assert (await one.post("/desk/faq/import", form(own), **{"Sec-Fetch-Site": "cross-site"})).status == 403
        assert (await one.post("/desk/faq/import", {"csrf": own, "act": "write"})).status == 400
        broken = b"--x\r\nContent-Disposition: nothing\r\n\r\nx"
        told = await one.post("/desk/faq/import", broken, **{"Content-Type": "multipart/form-data; boundary=x"})
        assert told.status == 400
    async with faq.world.browser() as stranger:
        assert (await stranger.post("/desk/faq/import", form("x"))).goes_to.startswith("/desk/sign-in")
    async with faq.person("cc", "supervisor") as reader:
        assert (await reader.post("/desk/faq/import", form("x"))).status == 403
    assert await faq.desk.faq.list(EntryFilter()) == []


async def test_searches_without_an_answer_are_seen_and_ticked_off(faq: Faq) -> None:
    async with faq.person("ld", "leader", agency=AGENCY) as leader, faq.person("gs", "supervisor") as reader:
        assert "Mọi lần tìm đều có câu trả lời" in (await leader.get("/desk/faq/misses")).text
        for words in ("Nhập tịch", "nhập tịch", EVIL):
            await faq.desk.faq.search(Asked(words=words))
        shown = await leader.get("/desk/faq/misses")
        assert "nhập tịch" in shown.text and "<script>alert" not in shown.text
        ticks = [one for one in shown.forms.fields if one.endswith("/done")]
        assert len(ticks) == 2
        begun = re.findall(r'href="(/desk/faq/new\?question=[^"]+)"', shown.text)
        assert len(begun) == 2
        forms = [(await leader.get(unescape(one))).text for one in begun]
        assert any('id="question" name="question" value="nhập tịch"' in one for one in forms)
        assert not any("<script>alert" in one for one in forms)
        assert "/desk/faq/new?question=" not in (await reader.get("/desk/faq/misses")).text
        assert (await leader.send("/desk/faq/misses", ticks[0])).goes_to == "/desk/faq/misses?done=ticked"
        assert "nhập tịch" not in (await leader.get("/desk/faq/misses")).text
        assert not [one for one in (await reader.get("/desk/faq/misses")).forms.fields if one.endswith("/done")]


async def test_what_is_typed_is_shown_as_text_and_pages_keep_to_their_policy(faq: Faq) -> None:
    text = Text(question=f"Câu {EVIL}", answer=EVIL, keywords=EVIL, legal_source=EVIL, valid_to=date(2099, 1, 1))
    one = await faq.desk.publish(text)
    async with faq.person("qt", "admin") as browser:
        for path in (
            "/desk/faq",
            f"/desk/faq?words={EVIL}",
            "/desk/faq/new",
            f"/desk/faq/{one.id}",
            f"/desk/faq/{one.id}/edit",
            "/desk/faq/import",
            "/desk/faq/misses",
        ):
            shown = await browser.get(path)
            assert shown.status == 200 and "<script>alert" not in shown.text, path
            policy = shown.headers["Content-Security-Policy"]
            assert "'unsafe" not in policy and "default-src 'none'" in policy
            read: Any = shown.forms
            assert all(link.startswith(("/", "#")) for link in read.links), path
            assert len(set(read.ids)) == len(read.ids), path
            assert {id for id, _ in read.inputs} <= read.labelled, path
            assert "<style" not in shown.text and " style=" not in shown.text and " onclick=" not in shown.text
        for path in ("/desk/faq?state=none", "/desk/faq?cursor=%21", f"/desk/faq/{'f' * 16}", "/desk/faq/x"):
            assert (await browser.get(path)).status in (400, 404)
