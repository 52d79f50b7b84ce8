"""Tables as Excel files (.xlsx), by XlsxWriter: text, whole numbers, moments on the province's clock. Refuses more rows than
Excel has.

Every text is a text, whatever it begins with: nothing is ever a formula or a link. One that begins like a formula has an
apostrophe in front too, so that it stays a text when the sheet is saved as CSV and opened again.
Rows lie in a folder that nobody else may read until the file is whole, so that nothing holds them all. All calls block.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from hotline1022.core import sheets
from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.core.sheets import Cell, Column, Table, harmless
from hotline1022.core.words import words

#: what XML cannot hold
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Sheet:
    """A book with one sheet: `add` any number of times, then `done` once; whoever gives it up closes it.

    Unavailable `sheet-disk` where the rows cannot be kept.
    """

    def __init__(self, title: str, columns: Sequence[Column]) -> None:
        self._book = _Book()
        with self._book.on_disk():
            self._page = self._book.page(title, columns)

    @property
    def rows(self) -> int:
        """How many there are below the head."""
        return self._page.rows

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Further rows, as wide as the head; Invalid `sheet-full`."""
        with self._book.on_disk():
            self._page.add(rows)

    def done(self) -> bytes:
        """The file."""
        with self._book.on_disk():
            return self._book.done()

    def close(self) -> None:
        """Whether it was done or is given up; a second time changes nothing."""
        self._book.close()


def book_of(tables: Sequence[Table]) -> bytes:
    """A file with these sheets; Unavailable `sheet-disk`."""
    book = _Book()
    try:
        with book.on_disk():
            for table in tables:
                book.page(table.title, table.columns, wrapped=True).add(table.rows)
            return book.done()
    finally:
        book.close()


class _Book:
    def __init__(self) -> None:
        with self.on_disk():
            self._folder = TemporaryDirectory(prefix="hotline1022-sheet-")
        self._file, self._whole = io.BytesIO(), False
        self._book = Workbook(
            self._file,
            {
                "constant_memory": True,
                "tmpdir": self._folder.name,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        #: its type says that a sheet never has an open file
        self._pages: list[Any] = []

    @staticmethod
    @contextmanager
    def on_disk() -> Iterator[None]:
        """Unavailable `sheet-disk` when the disk has no room or cannot be written."""
        try:
            yield
        except (OSError, FileCreateError) as error:
            text = "the folder for temporary files cannot be written or is full; free some space there and try again"
            raise Unavailable(text, error_id="sheet-disk") from error

    def page(self, title: str, columns: Sequence[Column], *, wrapped: bool = False) -> "_Page":
        """The next sheet; the one before is complete."""
        sheet = self._book.add_worksheet(_title(title))
        self._pages.append(sheet)
        return _Page(self._book, sheet, columns, wrapped=wrapped)

    def done(self) -> bytes:
        self._whole = True
        self._book.close()
        return self._file.getvalue()

    def close(self) -> None:
        if not self._whole:
            # XlsxWriter knows no giving up: its open files are closed, and it is told that nothing is left to be written
            self._whole = self._book.fileclosed = True
            for page in self._pages:
                page.row_data_fh.close()
        self._folder.cleanup()


class _Page:
    def __init__(self, book: Workbook, sheet: Worksheet, columns: Sequence[Column], *, wrapped: bool) -> None:
        look = {"text_wrap": True, "valign": "top"} if wrapped else {}
        self._sheet, self._wide, self.rows = sheet, len(columns), 0
        head = book.add_format({"bold": True, **look})
        # shown and edited as text
        self._text = book.add_format({"num_format": "@", "quote_prefix": True, **look})
        self._moment = book.add_format({"num_format": words()("format.sheet"), **look})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, _shown(column.name), head)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if len(row) != self._wide:
                raise AssertionError(f"a row of {len(row)} cells under {self._wide} columns")
            if self.rows >= sheets.MOST_ROWS:
                text = f"a sheet has {sheets.MOST_ROWS} rows at most; take a shorter time"
                raise Invalid(text, error_id="sheet-full")
            self.rows += 1
            for place, value in enumerate(row):
                self._cell(place, value)

    def _cell(self, place: int, value: Cell) -> None:
        match value:
            case None | "":
                pass
            case str():
                self._sheet.write_string(self.rows, place, _shown(harmless(value)), self._text)
            case int():
                self._sheet.write_number(self.rows, place, value)
            case _:
                # whole seconds, as the format shows them: Excel rounds what it cannot show
                moment = local(value).replace(tzinfo=None, microsecond=0)
                self._sheet.write_datetime(self.rows, place, moment, self._moment)


def _shown(text: str) -> str:
    return _NOT_XML.sub("", text[: sheets.LONGEST])


def _title(text: str) -> str:
    """What Excel takes as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:31].strip("' ")
