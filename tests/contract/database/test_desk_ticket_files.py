"""Files on the pages of a ticket: photos from a phone with the answer; what is not taken or too large stops it and costs no text."""

from io import BytesIO
from urllib.parse import urlencode

import pytest

from hotline1022.tickets.types import Action
from tests.contract.database.handling_world import LEADER, PNG, SPECIALIST, Handling, act_page, page, upload, world

__all__ = ["world"]
A = Action


async def test_photos_come_from_a_phone_with_the_answer(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    action = act_page(ticket, A.ANSWER)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        photos = [("Ảnh 1.png", "image/png", PNG), ("IMG_2.JPG", "image/jpeg", b"\xff\xd8" + bytes(9))]
        done = await upload(browser, ticket, action, *photos, answer="Đã lấp.")
        assert done.goes_to == f"{page(ticket)}?done=answer", done.text
        shown = await browser.get(page(ticket))
        assert "Ảnh 1.png" in shown.text and "IMG_2.JPG" in shown.text
        (address,) = [one for one in shown.forms.links if f'{one}">Ảnh 1.png<' in shown.text]
        file = await browser.get(address)
        assert file.status == 200 and file.headers["Content-Disposition"].startswith("attachment; ")
        assert file.headers["Content-Type"] == "image/png" and file.headers["X-Content-Type-Options"] == "nosniff"
        more = await upload(browser, ticket, f"{page(ticket)}/files", ("sau.png", "image/png", PNG))
        assert more.goes_to == f"{page(ticket)}?done=attach"
        none = await upload(browser, ticket, f"{page(ticket)}/files")
        assert none.status == 400 and "chọn tệp" in none.text
        part = await browser.post(
            f"{page(ticket)}/files",
            (await browser.get(page(ticket))).forms.fields[f"{page(ticket)}/files"],
            **{"HX-Request": "true"},
        )
        files = part.text[part.text.index('id="files"') :]
        assert part.status == 200 and "chọn tệp" in files[: files.index("</section>")], "beside what is being typed"
    assert [row.action for row in await world.history(ticket)][-4:] == [A.ATTACH, A.ATTACH, A.ANSWER, A.ATTACH]


async def test_own_files_are_added_while_the_answer_is_being_written(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    action, photo = act_page(ticket, A.ANSWER), ("sau.png", "image/png", PNG)
    async with (
        world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser,
        world.desk.signed_in("leader", login="ld", contact=LEADER) as other,
    ):
        form = (await browser.get(page(ticket))).forms.fields[action]
        assert (await upload(other, ticket, f"{page(ticket)}/files", photo)).status == 303
        late = await browser.post(action, {**form, "answer": "Đã lấp."})
        assert late.status == 409 and "Đã lấp.</textarea>" in late.text, "somebody else's file is news"
        form = late.forms.fields[action]
        assert (await upload(browser, ticket, f"{page(ticket)}/files", photo)).status == 303
        assert (await browser.post(action, {**form, "answer": "Đã lấp."})).goes_to == f"{page(ticket)}?done=answer"


@pytest.mark.parametrize(
    ("name", "kind", "data", "said"),
    [
        ("virus.exe", "application/x-msdownload", b"MZ", "Không nhận loại tệp"),
        ("trang.html", "text/html", b"<script>", "Không nhận loại tệp"),
        ("anh.png.exe", "image/png", PNG, "Tên tệp không hợp lệ"),
        ("anh.png", "image/png", b"", "Tệp rỗng"),
        ("anh.png", "image/png", bytes(10 * 1024 * 1024 + 1), "Tệp quá lớn"),
    ],
)
async def test_a_file_that_is_not_taken_stops_the_answer(
    world: Handling, name: str, kind: str, data: bytes, said: str
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        shown = await upload(browser, ticket, act_page(ticket, A.ANSWER), (name, kind, data), answer="Đã lấp.")
        assert shown.status == 400 and said in shown.text and ">\nĐã lấp.</textarea>" in shown.text
    assert await world.stored(ticket) == ticket


async def test_photos_that_are_too_large_together_cost_no_text(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    photos = [(f"{number}.jpg", "image/jpeg", bytes(3 << 20)) for number in range(4)]
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        shown = await upload(browser, ticket, act_page(ticket, A.ANSWER), *photos, answer="Đã lấp.")
        assert shown.status == 400 and "Tệp quá lớn" in shown.text and "chọn lại tệp" in shown.text
        assert ">\nĐã lấp.</textarea>" in shown.text and str(ticket.code)[:4] in shown.text
        alone = await upload(browser, ticket, f"{page(ticket)}/files", *photos)
        assert alone.status == 400 and "Tệp quá lớn" in alone.text and "Xử lý" in alone.text
    assert await world.stored(ticket) == ticket


async def test_files_need_the_forms_token(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        for path in (f"{page(ticket)}/files", act_page(ticket, A.ANSWER)):
            shown = await upload(browser, ticket, path, ("a.png", "image/png", PNG), csrf="0" * 64, answer="x")
            assert shown.status == 403
    assert await world.stored(ticket) == ticket


async def test_ten_megabytes_of_text_are_refused_politely(world: Handling) -> None:
    ticket = await world.ticket(A.ACCEPT)
    action = act_page(ticket, A.ANSWER)
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        hidden = (await browser.get(page(ticket))).forms.fields[action]
        long = BytesIO(urlencode({**hidden, "answer": "đ" * (2 * 1024 * 1024)}).encode())
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        for shown in (
            await browser.post(action, long, **kind),
            await upload(browser, ticket, action, answer="đ" * 400_000),
        ):
            assert shown.status == 413 and "rút ngắn" in shown.text
        kept = await browser.send(page(ticket), action, answer="đ" * 4001)
        assert kept.status == 400 and "rút ngắn" in kept.text and "đ" * 4001 in kept.text
        odd = await browser.send(page(ticket), act_page(ticket, A.RETURN), why="a\x00b")
        assert odd.status == 400 and "ký tự không dùng được" in odd.text
    assert await world.stored(ticket) == ticket
