"""Tables as Excel files: what is in them, that nothing in them is ever a formula, and that nothing is left behind."""

import asyncio
import errno
import io
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline1022.core import sheets
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.core.sheets import Cell, Column, Table, harmless
from hotline1022.directory.types import Directory
from hotline1022.figures.types import SheetFile
from hotline1022.service.figures import sheets as figures_sheets
from hotline1022.service.figures.sheet_write import Sheet, book_of
from hotline1022.service.figures.view import FiguresView
from hotline1022.tickets.types import TicketFilter
from hotline1022.web.types import CallFilter
from tests.lab.xlsx import seen


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where rows lie until the file is whole; empty afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.iterdir())


@contextmanager
def a_sheet(columns: int) -> Iterator[Sheet]:
    with closing(Sheet("Phiếu [1]: a/b", [Column(name=f"Cột {n}") for n in range(columns)])) as sheet:
        yield sheet


def one(*values: Cell) -> list[Any]:
    with a_sheet(len(values)) as sheet:
        sheet.add([values])
        assert sheet.rows == 1
        return seen(sheet.done())[1]


def test_what_goes_in_comes_out() -> None:
    at = datetime(2026, 11, 29, 17, 30, tzinfo=UTC)
    found = one('Ổ gà <trước> "chợ" & cầu\nhai dòng', 42, None, "", at, "+84901234567", "0901")
    assert found[:4] == ['Ổ gà <trước> "chợ" & cầu\nhai dòng', 42, None, None]
    assert found[4:] == [datetime(2026, 11, 30, 0, 30), "+84901234567", "0901"], (
        "in the province; numbers keep their signs"
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "http://x.vn", "mailto:a@b.vn", "12"]
)
def test_a_text_is_a_text_that_is_edited_as_one(text: str) -> None:
    with a_sheet(1) as sheet:
        sheet.add([[text]])
        content = sheet.done()
    assert seen(content) == [["Cột 0"], [harmless(text)]]
    page = load_workbook(io.BytesIO(content)).active
    assert page is not None and page.title == "Phiếu  1   a b" and page.freeze_panes == "A2"
    cell = page["A2"]
    assert (cell.data_type, cell.quotePrefix, cell.number_format, cell.hyperlink) == ("s", True, "@", None)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_what_begins_like_a_formula_has_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["+84901234567", "+8490****567", "0901234567", "a=1", "", "Không"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(st.characters(codec="utf-16", exclude_categories=())))
def test_any_text_makes_a_file_that_can_be_read(text: str) -> None:
    found = one(text, "x")[0] or ""
    assert not found.startswith(("=", "@")) and "\x00" not in found


def test_a_text_is_cut_at_what_a_cell_holds_and_a_sheet_ends_where_excel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(one("ă" * 40_000)[0]) == sheets.LONGEST
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    with a_sheet(1) as sheet:
        sheet.add([("1",), ("2",)])
        with pytest.raises(Invalid) as caught:
            sheet.add([("3",)])
        assert caught.value.error_id == "sheet-full"


def test_a_sheet_that_is_given_up_leaves_nothing(folder: Path) -> None:
    sheet = Sheet("a", [Column(name="a")])
    sheet.add([("Nguyễn Văn An",)] * 1000)
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o700 and list(kept.iterdir())
    sheet.close()
    assert not kept.exists()
    sheet.close()


def test_a_book_of_several_sheets_has_them_all() -> None:
    content = book_of(
        [Table(title="a", columns=[Column(name="x")]), Table(title="b", columns=[Column(name="y")], rows=["1"])]
    )
    assert (seen(content), seen(content, 1)) == ([["x"]], [["y"], ["1"]])


def test_a_disk_that_is_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with a_sheet(1) as sheet:
        monkeypatch.setattr(sheet._page._sheet, "_write_single_row", full)
        with pytest.raises(Unavailable) as caught:
            sheet.add([("1",), ("2",)])
        assert caught.value.error_id == "sheet-disk"


def test_a_moment_is_a_whole_second_as_excel_shows_it() -> None:
    late = datetime(2026, 11, 29, 17, 30, 59, 999_600, tzinfo=UTC)
    assert one(late) == [datetime(2026, 11, 30, 0, 30, 59)]


async def test_lists_leave_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes seconds of the process that answers telephones: however many ask, others get their turn between."""
    inside = most = 0

    async def slow(*_: object) -> SheetFile:
        nonlocal inside, most
        inside, most = inside + 1, max(most, inside + 1)
        await asyncio.sleep(0)
        inside -= 1
        return SheetFile(name="x.xlsx", content=b"", rows=0)

    monkeypatch.setattr(figures_sheets, "written", slow)
    database: Any = None
    view, at = FiguresView(database, Directory, dict), datetime(2026, 11, 24, tzinfo=UTC)
    calls = [view.call_sheet(CallFilter(), numbers=False, at=at) for _ in range(3)]
    tickets = [view.ticket_sheet(TicketFilter(), numbers=False, at=at) for _ in range(3)]
    assert len(await asyncio.gather(*calls, *tickets)) == 6
    assert (most, inside) == (1, 0)
