"""Scans of official letters over a real database and a real folder: with the change that each justifies, in its history, given out as
they were stored, in each backup.
"""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData

from hotline1022.core.errors import HotlineError
from hotline1022.db import backup
from hotline1022.db.unit import Database
from hotline1022.directory.letters import MOST
from hotline1022.directory.types import What
from hotline1022.service.directory.letters import LettersDesk
from hotline1022.tickets.attachments import Shelf
from tests.contract.database.desk_world import Browser, Shown, World, open_desk
from tests.contract.database.made import T0
from tests.contract.database.test_desk_directory import HERE
from tests.unit.letters_memory import SCAN

PAGE = f"{HERE}/contacts/so-y-te-ld"
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    letters = LettersDesk(database, Shelf(tmp_path / "attachments"))
    async with open_desk(database, tmp_path, letters=letters) as made:
        yield made


async def last_change(world: World, id: str = "so-y-te-ld", what: What = What.CONTACT) -> int:
    async with world.database.reading() as tx:
        return (await tx.directory.changes(what=what, id=id, limit=1))[0].number


async def attach(browser: Browser, change: int, *files: tuple[str, bytes], page: str = PAGE) -> Shown:
    """The form below the history, as a browser sends it."""
    data = FormData(quote_fields=False)
    for name, value in {**(await browser.get(page)).forms.fields[f"{page}/letters"], "change": str(change)}.items():
        data.add_field(name, value)
    for name, content in files:
        data.add_field("file", BytesIO(content), filename=name, content_type="application/octet-stream")
    if not files:
        data.add_field("file", b"", filename="", content_type="application/octet-stream")
    return await browser.post(f"{page}/letters", data)


async def new_letter(browser: Browser, world: World, letter: str) -> None:
    one = world.directory.now.contacts["so-y-te-ld"]
    fields = {"name": one.name, "order": "1", "letter": letter, "letter_date": "2026-11-02"}
    assert (await browser.send(PAGE, PAGE, **fields)).status == 303


async def test_a_scan_stands_with_the_change_that_it_justifies(world: World, tmp_path: Path) -> None:
    async with world.signed_in("admin") as browser:
        await new_letter(browser, world, "7/QĐ-SYT")
        change = await last_change(world)
        shown = await browser.get(PAGE)
        assert f'<option value="{change}" selected>' in shown.text, "the last that named a letter"
        for file in (("Công văn 7.pdf", SCAN), ("trang 2.jpg", JPEG)):
            done = await attach(browser, change, file)
            assert done.goes_to == f"{PAGE}?done=saved", done.text
        shown = await browser.get(PAGE)
        entry = shown.text[shown.text.index("7/QĐ-SYT</li>") :]
        assert "Công văn 7.pdf" in entry[: entry.index("<strong>")] and "trang 2.jpg" in shown.text
        (address,) = [one for one in shown.forms.links if f'{one}">Bản chụp văn bản: Công văn 7.pdf' in shown.text]
        got = await browser.get(address)
        assert got.status == 200 and got.text.encode() == SCAN
        assert got.headers["Content-Type"] == "application/pdf"
        assert got.headers["Content-Disposition"].startswith("attachment; ")
        other = address.replace("so-y-te-ld", "so-y-te-cv")
        assert (await browser.get(other)).status == 404, "another's page does not give it"
    async with world.database.reading() as tx:
        # both of one moment: the clock stands still here
        first, second = sorted(await tx.letters.of(What.CONTACT, "so-y-te-ld"), key=lambda one: one.media_type)
    assert (first.change, first.media_type, second.media_type) == (change, "application/pdf", "image/jpeg")
    assert first.sha256 == sha256(SCAN).hexdigest() and first.stored_by == "user:lan"
    assert (tmp_path / "attachments" / first.path).read_bytes() == SCAN
    told = await world.acts()
    stored = [one for one in told if one["act"] == f"POST {HERE}/contacts/{{contact}}/letters"]
    assert [(one["change"], one["sha256"]) for one in stored] == [(change, one.sha256) for one in (first, second)]
    acts = [one["act"] for one in told]
    assert acts.count(f"GET {HERE}/contacts/{{contact}}/letters/{{letter}}") == 1


async def test_what_is_no_scan_or_of_another_change_is_refused_in_words(world: World, tmp_path: Path) -> None:
    async with world.signed_in("admin") as browser:
        await new_letter(browser, world, "7/QĐ-SYT")
        change = await last_change(world)
        for files, says in (
            ((), "Xin chọn tệp"),
            ((("1.pdf", SCAN), ("2.pdf", SCAN)), "Mỗi lần đính kèm một tệp"),
            ((("cv.pdf", b"MZ\x90"),), "không phải PDF hoặc ảnh"),
            ((("cv.pdf.exe", SCAN),), "Tên tệp không hợp lệ"),
            ((("cv.pdf", bytes(10 * 1024 * 1024 + 1)),), "Tệp quá lớn"),
        ):
            refused = await attach(browser, change, *files)
            assert refused.status == 400 and says in refused.text, (files and files[0][0], refused.text)
            assert f'<option value="{change}" selected>' in refused.text, "the choice stays"
        foreign = await last_change(world, "so-noi-vu", What.AGENCY)
        for wrong in (foreign, 999_999):
            assert (await attach(browser, wrong, ("cv.pdf", SCAN))).status == 404
        for number in range(MOST):
            assert (await attach(browser, change, (f"{number}.pdf", SCAN))).status == 303
        full = await attach(browser, change, ("6.pdf", SCAN))
        assert full.status == 409 and "đã có 5 bản chụp" in full.text
    assert len([one for one in (tmp_path / "attachments").glob("??/*")]) == MOST


async def test_an_agencys_change_has_its_letter_too_and_who_may_not_see_the_directory_gets_none(world: World) -> None:
    page = f"{HERE}/agencies/so-noi-vu"
    async with world.signed_in("admin") as browser:
        change = await last_change(world, "so-noi-vu", What.AGENCY)
        assert (await attach(browser, change, ("quyết định.pdf", SCAN), page=page)).status == 303
        (letter,) = await world.ports.letters.of(What.AGENCY, "so-noi-vu")
    async with world.signed_in("agent", login="minh") as other:
        assert (await other.get(f"{page}/letters/{letter.id}")).status == 403
        assert (await other.get(f"/api/directory/letters/{letter.id}")).status == 403


async def test_a_file_that_is_not_as_it_was_is_not_given_out(world: World, tmp_path: Path) -> None:
    async with world.signed_in("admin") as browser:
        change = await last_change(world)
        assert (await attach(browser, change, ("cv.pdf", SCAN))).status == 303
        (letter,) = await world.ports.letters.of(What.CONTACT, "so-y-te-ld")
        (stored,) = [one for one in (tmp_path / "attachments").glob("??/*")]
        stored.write_bytes(SCAN + b"!")
        damaged = await browser.get(f"{PAGE}/letters/{letter.id}")
        assert damaged.status == 503 and "không còn đúng như khi gửi" in damaged.text


async def test_two_at_once_never_give_a_change_more_than_it_may_have(world: World) -> None:
    change = await last_change(world)

    async def one(number: int) -> str:
        try:
            await world.ports.letters.attach(change, name=f"{number}.pdf", data=SCAN, by="lan", at=T0)
        except HotlineError as error:
            return error.error_id
        return "stored"

    done = await asyncio.gather(*(one(number) for number in range(MOST + 3)))
    assert done.count("stored") == MOST and set(done) == {"stored", "letters-full"}


async def test_a_backup_promises_scans_with_their_hashes(world: World, address: str) -> None:
    change = await last_change(world)
    await world.ports.letters.attach(change, name="cv.pdf", data=SCAN, by="lan", at=T0)
    async with backup.moment(address) as now:
        (file,) = now.attachments
    assert file.sha256 == sha256(SCAN).hexdigest()
