"""What a supervisor opens from figures and lists: exactly the rows, how many they are, what each leads to, the same rows as a file, and
the way back with all filters.
"""

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from hotline1022.figures.types import permille
from hotline1022.tickets.types import HIDDEN
from hotline1022.web.desk.figures_said import share
from tests.contract.database.desk_world import Browser
from tests.contract.database.supervision_world import SPAN, Filled, ids, linked, open_supervision, rows
from tests.lab.audit_desk import Audited, open_audit
from tests.lab.figures_world import NOW, a_ticket
from tests.lab.xlsx import seen as cells_of
from tests.unit.recordings_world import CALL


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> AsyncIterator[Filled]:
    async with open_supervision(database, tmp_path) as made:
        yield made


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        yield made


def a_row(text: str, id: str) -> str:
    """One row of a list."""
    (found,) = re.findall(rf'<tr data-row="{re.escape(id)}">.*?</tr>', text, re.DOTALL)
    return unescape(found)


async def test_a_row_of_a_call_leads_to_the_call_and_to_its_tickets(filled: Filled) -> None:
    world, made = filled
    async with world.signed_in("supervisor") as browser:
        shown = await browser.get(f"/desk/supervision/calls?{SPAN}&limit=200")
        linked_some = 0
        for call in made.calls:
            row = a_row(shown.text, call.id)
            assert f'href="/desk/calls/{call.id}"' in row and "/desk/recordings/" not in row
            mine = {one.id for one in made.tickets if call.id in one.calls and one.state not in HIDDEN}
            assert set(re.findall(r'href="/desk/tickets/([^"]+)"', row)) == mine
            linked_some += bool(mine)
        assert linked_some > 20
        ticket = next(one for one in made.tickets if one.calls and one.state not in HIDDEN)
        call = next(one for one in made.calls if one.id == ticket.calls[0])
        page = await browser.get(f"/desk/calls/{call.id}")
        assert page.status == 200 and f'href="/desk/tickets/{ticket.id}"' in page.text and "****" in page.text
        assert call.caller_raw not in page.text.replace(" ", "") and "/desk/recordings/" not in page.text
        gone = await browser.get("/desk/calls/hl1-1.1")
        assert gone.status == 404 and "Không có cuộc gọi này" in gone.text
    async with world.signed_in("specialist", login="cv") as officer:
        assert (await officer.get(f"/desk/calls/{call.id}")).status == 403


async def test_a_call_is_told_with_its_story_and_its_recording_opened_by_who_listens(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as browser:
        listed = await browser.get("/desk/supervision/calls")
        assert f'href="/desk/recordings/{audited.recording}"' in a_row(listed.text, CALL)
        page = await browser.get(f"/desk/calls/{CALL}")
        assert f'href="/desk/recordings/{audited.recording}"' in page.text
        assert (await browser.get(f"/desk/recordings/{audited.recording}")).status == 200
    async with audited.desk.signed_in("supervisor", login="hoa") as browser:
        assert "/desk/recordings/" not in (await browser.get("/desk/supervision/calls")).text
        page = await browser.get(f"/desk/calls/{CALL}")
        assert page.status == 200 and "/desk/recordings/" not in page.text
        assert "Người dân nghe lời chào và thông báo ghi âm" in page.text and page.text.count("data-leg") == 2
        assert "090****567" in page.text and "234 567" not in page.text and "1234567" not in page.text


async def test_a_list_says_how_many_rows_it_has(filled: Filled) -> None:
    world, made = filled
    async with world.signed_in("supervisor") as browser:
        for query in (
            SPAN,
            f"{SPAN}&part=answered",
            f"{SPAN}&agency=so-xay-dung",
            f"{SPAN}&category=traffic&words=o+ga",
        ):
            path = f"/desk/supervision/calls?{query}"
            assert f"trong tổng số {await rows(browser, path)}" in (await browser.get(path)).text, query
        seen = sum(one.state not in HIDDEN for one in made.tickets)
        for path in ("/desk/supervision/tickets", f"/desk/supervision/tickets?{SPAN}"):
            first = await browser.get(path)
            assert f"Đang hiện dòng 1 đến 50 trong tổng số {seen}" in first.text
        second = await browser.get(unescape(re.findall(r'href="([^"]+)" rel="next"', first.text)[0]))
        assert f"trong tổng số {seen}" in second.text, "of the list, and not of what is left of it"
        for years in ("", "?since=2020-01-01"):
            long = await browser.get(f"/desk/supervision/calls{years}")
            assert long.status == 200 and "trong tổng số" not in long.text, "more than figures have is not counted"


@pytest.mark.parametrize(("level", "part"), [("sl-strict", "answered-soon"), ("sl-both", "soon")])
async def test_the_level_of_a_group_opens_those_that_are_within(filled: Filled, level: str, part: str) -> None:
    world, _ = filled
    async with world.signed_in("supervisor") as browser:
        shown = (await browser.get(f"/desk/supervision?{SPAN}&level={level}")).text
        levels = [
            (unescape(path), said) for path, said in re.findall(r'<a href="([^"]+)">([0-9,]+%)</a></td></tr>', shown)
        ]
        of_calls = [(path, said) for path, said in levels if "/calls?" in path]
        of_tickets = [(path, said) for path, said in levels if "/tickets?" in path]
        dice = random.Random(8)
        for path, said in dice.sample(of_calls, 5):
            assert path.endswith(f"part={part}")
            every = path.removesuffix(f"part={part}")
            within, answered, given_up = [
                await rows(browser, f"{every}part={one}") for one in (part, "answered", "given-up")
            ]
            assert share(permille(within, answered + given_up)) == unescape(said), path
        for path, said in dice.sample(of_tickets, 5):
            assert path.endswith("standing=closed-in-time")
            within, closed = await rows(browser, path), await rows(browser, path.replace("closed-in-time", "closed"))
            assert share(permille(within, closed)) == unescape(said), path


async def test_the_way_back_keeps_every_filter(filled: Filled) -> None:
    world, _ = filled
    given = f"{SPAN}&agency=so-xay-dung&category=traffic&service=C%E1%BA%A5p+ph%C3%A9p&words=m%E1%BA%A5t&state=new"
    async with world.signed_in("supervisor") as browser:
        page = await browser.get(f"/desk/supervision?{given}")
        links = linked(page.text)
        for kind in ("calls", "tickets"):
            path = next(path for path, _ in links if f"/{kind}?" in path)
            shown = await browser.get(path)
            for said in (
                "Từ: 00:00:00 12/11/2026",
                "Nhóm dịch vụ: Cấp phép",
                "Nội dung: mất",
                "so-xay-dung",
                "traffic",
            ):
                assert said in unescape(shown.text), said
            again = await browser.get(back_of(shown.text))
            assert again.status == 200 and typed(again.text) == typed(page.text)
            assert linked(again.text) == links, "the same figures"
        for path in ("/desk/supervision/calls", "/desk/supervision/tickets?standing=open"):
            assert back_of((await browser.get(path)).text) == "/desk/supervision"
        plain = await browser.get("/desk/supervision")
        shown = await browser.get(next(path for path, _ in linked(plain.text) if "/calls?" in path))
        assert back_of(shown.text) == "/desk/supervision", "today's go on from there"


def back_of(text: str) -> str:
    return unescape(re.findall(r'href="([^"]+)">Về trang giám sát<', text)[0])


def typed(text: str) -> list[str]:
    """What stands in the fields of the form."""
    form = text.partition('role="search"')[2].partition("</form>")[0]
    return re.findall(r'name="\w+" value="([^"]*)"|<option value="([^"]*)" selected', form)


async def test_a_row_of_a_ticket_says_what_it_is_about_and_what_came_of_it(filled: Filled) -> None:
    world, made = filled
    told = a_ticket(random.Random(3), 900, ())
    closed = next(one for one in made.tickets if one.closed_at is not None)
    told = replace(
        told, after=replace(closed, id="9" * 16, code="90000000", calls=(), content="Gọi 0901 234 567", created_at=NOW)
    )
    told = replace(told, row=replace(told.row, ticket="9" * 16, after=closed.state))
    async with world.database.transaction() as tx:
        assert await tx.tickets.add(told)
    async with world.signed_in("supervisor") as browser:
        row = a_row((await browser.get(f"/desk/supervision/tickets?{SPAN}")).text, "9" * 16)
        assert "Gọi 090****567" in row and "Đã xử lý." in row and 'data-label="Đóng phiếu">–' not in row
    async with world.signed_in("shift-manager", login="minh") as browser:
        assert "Gọi 0901 234 567" in a_row((await browser.get(f"/desk/supervision/tickets?{SPAN}")).text, "9" * 16)


async def of_file(browser: Browser, path: str, column: str) -> list[str]:
    """The column of the file with the rows of this list, in its order."""
    async with browser.client.get(path.replace("?", "/export?", 1)) as response:
        assert response.status == 200, path
        head, *rest = cells_of(await response.read())
    return [str(row[head.index(column)]) for row in rest]


async def test_a_file_has_exactly_the_rows_of_its_list(filled: Filled) -> None:
    world, made = filled
    codes = {one.id: f"{one.code[:4]} {one.code[4:]}" for one in made.tickets}
    dice = random.Random(22)
    async with world.signed_in("supervisor") as browser:
        links = linked((await browser.get(f"/desk/supervision?{SPAN}")).text)
        some = [path for path, said in links if said != "0"]
        narrow = f"/desk/supervision?{SPAN}&words=rac+thai&state=new&agency=so-xay-dung"
        some += [path for path, _ in dice.sample(linked((await browser.get(narrow)).text), 2)]
        full = 0
        for kind, column in (("calls", "Mã cuộc gọi"), ("tickets", "Mã phiếu")):
            chosen = dice.sample([path for path in some if f"/{kind}?" in path], 7)
            for path in (*chosen, f"/desk/supervision/{kind}?{SPAN}"):
                listed = await ids(browser, path)
                wanted = [codes[id] for id in listed] if kind == "tickets" else listed
                assert await of_file(browser, path, column) == wanted, path
                full += len(wanted) > 50
        assert full >= 2, "of more than one page too"
