"""A sheet of questions that was tried is written without being chosen again, and what was told of each row is had as a sheet."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.faq.types import EntryFilter, State
from hotline1022.web.desk.tried_sheets import KEPT
from tests.contract.database.desk_world import Browser, Shown, World, open_desk
from tests.contract.database.faq_made import AGENCY, OTHER, Desk, a_desk
from tests.lab.xlsx import MEDIA_TYPE, a_book, seen

PAGE = "/desk/faq/import"
HEAD = ["Câu hỏi", "Trả lời", "Hết hiệu lực"]
ROWS = [HEAD, ["Xin nhập tịch ở đâu?", "Sở Tư pháp", ""], ["=1+1?", "", "mai"], ["Câu ba?", "Ba.", ""]]
GONE = "không còn được giữ"


class House:
    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk

    async def questions(self) -> list[str]:
        return sorted(one.shown.text.question for one in await self.desk.faq.list(EntryFilter()))


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    desk = await a_desk(database)
    async with open_desk(database, tmp_path, faq=desk.faq) as world:
        world.now = desk.now
        yield House(world, desk)


async def choose(browser: Browser, data: bytes, act: str = "try", **typed: str) -> Shown:
    """A file is chosen, and a button pressed."""
    form = FormData()
    csrf = (await browser.get(PAGE)).forms.fields[PAGE]["csrf"]
    for name, value in {"csrf": csrf, "agency": AGENCY, **typed, "act": act}.items():
        form.add_field(name, value)
    form.add_field("sheet", io.BytesIO(data), filename="hoi-dap.xlsx", content_type=MEDIA_TYPE)
    return await browser.post(PAGE, form)


def fields(shown: Shown) -> dict[str, str]:
    """What the button below the report sends."""
    found = shown.forms.fields[PAGE]
    assert found.get("tried"), shown.text
    return {"csrf": found["csrf"], "tried": found["tried"], "act": "write"}


async def report(browser: Browser) -> list[list[Any]]:
    async with browser.client.get(f"{PAGE}/report") as response:
        assert response.status == 200 and response.content_type == MEDIA_TYPE, await response.text()
        assert response.headers["Content-Disposition"] == 'attachment; filename="ket-qua-nhap-hoi-dap.xlsx"'
        assert response.headers["Cache-Control"] == "no-store"
        return seen(await response.read())


async def test_the_same_file_is_written_without_being_chosen_again(house: House) -> None:
    async with house.world.signed_in("admin") as browser:
        tried = await choose(browser, a_book(ROWS), propose="1")
        assert "chưa ghi gì" in tried.text and "Tệp hoi-dap.xlsx được giữ lại 30 phút" in tried.text
        assert "Sở Tư pháp" in tried.text.partition("được giữ lại")[2], "for whom is said beside the button"
        told = await report(browser)
        assert told[0] == ["Dòng", "Câu hỏi", "Kết quả", "Cần sửa"] and len(told) == 4
        assert told[1][:3] == [2, "Xin nhập tịch ở đâu?", "Hợp lệ"]
        assert told[2][1] == "'=1+1?" and told[2][2] == "Sai" and "1 đến 4000 ký tự" in told[2][3]
        assert await house.questions() == []
        sent = fields(tried)
        # what the form would say of another agency by now is not asked: it is written as it was tried
        done = await browser.post(PAGE, {**sent, "agency": OTHER})
        assert done.status == 200 and "Đã ghi vào hệ thống" in done.text and 'name="tried"' not in done.text
        assert await house.questions() == ["Câu ba?", "Xin nhập tịch ở đâu?"]
        for one in await house.desk.faq.list(EntryFilter()):
            assert (one.agency, one.shown.state, one.shown.written_by) == (AGENCY, State.PROPOSED, "Người lan")
        twice = await browser.post(PAGE, sent)
        assert twice.status == 200 and "Đã ghi vào hệ thống" in twice.text
        assert len(await house.questions()) == 2 and (await report(browser))[1][2] == "Hợp lệ"
    acts = [one for one in await house.world.acts() if one["act"] == f"POST {PAGE}"]
    assert len(acts) >= 1 and {one["actor"] for one in acts} == {"user:lan"}


async def test_pressed_twice_at_once_it_is_written_once(house: House) -> None:
    async with house.world.signed_in("admin") as browser:
        sent = fields(await choose(browser, a_book(ROWS)))
        both = await asyncio.gather(*(browser.post(PAGE, sent) for _ in range(3)))
        assert sum("Đã ghi vào hệ thống" in one.text for one in both) >= 1
        assert all("Đã ghi vào hệ thống" in one.text or (one.status == 409 and GONE in one.text) for one in both)
    assert await house.questions() == ["Câu ba?", "Xin nhập tịch ở đâu?"]


async def test_it_is_of_the_session_and_ends(house: House) -> None:
    async with house.world.signed_in("admin") as mine, house.world.signed_in("admin", login="binh") as other:
        sent = fields(await choose(mine, a_book(ROWS)))
        csrf = (await other.get(PAGE)).forms.fields[PAGE]["csrf"]
        theirs = await other.post(PAGE, {**sent, "csrf": csrf})
        assert theirs.status == 409 and GONE in theirs.text
        assert (await other.get(f"{PAGE}/report")).status == 404
        for wrong in ("0" * 64, "../../../etc/passwd", "x"):
            told = await mine.post(PAGE, {**sent, "tried": wrong})
            assert told.status == 409 and GONE in told.text, wrong
        again = fields(await choose(mine, a_book([HEAD, ["Câu khác?", "Khác.", ""]])))
        assert (await mine.post(PAGE, sent)).status == 409, "another one was tried meanwhile"
        house.world.now += KEPT
        late = await mine.post(PAGE, again)
        assert late.status == 409 and GONE in late.text and (await mine.get(f"{PAGE}/report")).status == 404
        assert await house.questions() == []
        house.world.now -= KEPT - timedelta(minutes=1)
        await choose(mine, a_book(ROWS), "write")
        assert len(await house.questions()) == 2, "a file that is chosen is written at once, as before"


async def test_what_could_not_be_written_is_still_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.world.signed_in("admin") as browser:
        sent = fields(await choose(browser, a_book(ROWS)))

        async def away(*_: object, **__: object) -> None:
            raise Unavailable("the database does not answer", error_id="database-away")

        with monkeypatch.context() as patched:
            patched.setattr(type(house.desk.faq), "take_in", away)
            told = await browser.post(PAGE, sent)
            assert told.status == 503 and fields(told)["tried"] == sent["tried"]
        assert "Đã ghi vào hệ thống" in (await browser.post(PAGE, sent)).text
