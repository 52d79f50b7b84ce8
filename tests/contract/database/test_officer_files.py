"""Photos that an officer sends from the page of a link, over both databases: with the act or not at all, and never at the price of
what was typed.
"""

from io import BytesIO

import pytest
from aiohttp import FormData

from hotline1022.tickets.attachments import LARGEST
from hotline1022.tickets.types import Action, State
from hotline1022.web.desk.forms import READ
from tests.contract.database.handling_world import PNG
from tests.contract.database.officer_world import LEADER, NAMES, SPECIALIST, Shown, World, world
from tests.contract.database.test_officer_page import typed

__all__ = ["world"]

A = Action
TEXT = "Đã lấp lại vỉa hè,\nảnh kèm theo."
File = tuple[str, str, bytes]


async def send(world: World, path: str, act: str, version: int, *files: File, answer: str = TEXT) -> Shown:
    """The form as a browser sends it: the button stands behind the files, and so does the reason."""
    data = FormData(quote_fields=False)
    data.add_field("version", str(version))
    data.add_field("answer", answer.replace("\n", "\r\n"))
    for name, kind, content in files:
        data.add_field("file", BytesIO(content), filename=name, content_type=kind)
    if not files:
        data.add_field("file", b"", filename="", content_type="application/octet-stream")
    data.add_field("act", act)
    data.add_field("why", "")
    async with world.client.post(path, data=data, allow_redirects=False) as response:
        return Shown(response.status, await response.text(), response.headers)


async def test_photos_come_with_the_answer(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket)
    page = (await world.get(path)).text
    assert 'enctype="multipart/form-data"' in page and 'type="file"' in page and "tối đa 10 MB" in page
    photos = (("Ảnh 1.png", "image/png", PNG), ("IMG_2.JPG", "image/jpeg", b"\xff\xd8" + bytes(9)))
    done = await send(world, path, "answer", ticket.version, *photos)
    assert (done.status, done.headers["Location"].partition("?")[2]) == (303, "done=answer"), done.text
    stored = await world.stored(ticket)
    assert (stored.state, stored.answer) == (State.ANSWERED, TEXT)
    async with world.database.reading() as tx:
        history = await tx.tickets.history(ticket.id)
        files = await tx.tickets.attachments(ticket.id)
        acts = await tx.audit.about(f"ticket:{ticket.id}")
    assert [(row.action, row.by) for row in history][-3:] == [
        (A.ATTACH, NAMES[SPECIALIST]),
        (A.ATTACH, NAMES[SPECIALIST]),
        (A.ANSWER, NAMES[SPECIALIST]),
    ]
    assert {(one.name, one.media_type, one.size) for one in files} == {
        (name, kind, len(data)) for name, kind, data in photos
    }
    assert [one.detail["act"] for one in acts] == ["link attach", "link answer"]
    assert "Ảnh 1.png" in (await world.get(path)).text


async def test_no_photo_is_needed(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    assert (await send(world, world.link(ticket), "answer", ticket.version)).status == 303


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("virus.exe", "application/x-msdownload", b"MZ")], "Không nhận loại tệp"),
        ([("a.png", "image/png", PNG), ("trang.html", "text/html", b"<script>")], "Không nhận loại tệp"),
        ([("anh.png.exe", "image/png", PNG)], "Tên tệp không hợp lệ"),
        ([("anh.png", "image/png", b"")], "Tệp rỗng"),
        ([(f"{n}.jpg", "image/jpeg", bytes(3 << 20)) for n in range(4)], "Tệp quá lớn"),
        ([("phim.mp4", "video/mp4", bytes(LARGEST + 1))], "Tệp quá lớn"),
        ([("phim.mp4", "video/mp4", bytes(READ + (1 << 20)))], "Tệp quá lớn"),
    ],
)
async def test_a_file_that_is_not_taken_stops_the_answer_and_keeps_the_text(
    world: World, files: list[File], said: str
) -> None:
    ticket = await world.ticket(A.ACCEPT)
    shown = await send(world, world.link(ticket), "answer", ticket.version, *files)
    assert shown.status == 400 and said in shown.text and "chọn lại tệp" in shown.text
    assert typed(shown, "answer") == TEXT
    assert await world.stored(ticket) == ticket, "not one of them is stored"


async def test_who_is_second_stores_nothing_and_keeps_the_text(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    extended = await world.act(ticket, A.RETURN, why="Nhầm cơ quan")
    late = await send(world, world.link(ticket), "answer", ticket.version, ("a.png", "image/png", PNG))
    assert late.status == 409 and "Nhầm cơ quan" in late.text and "chọn lại tệp" in late.text
    assert await world.stored(ticket) == extended


async def test_photos_of_a_wrong_link_are_not_even_read(world: World) -> None:
    ticket = await world.ticket(A.ACCEPT)
    path = world.link(ticket, LEADER, days=0)
    shown = await send(world, path, "answer", ticket.version, ("a.png", "image/png", bytes(1 << 20)))
    assert shown.status == 404
    assert await world.stored(ticket) == ticket
