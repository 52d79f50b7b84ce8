"""Files of somebody else's spreadsheet program, and what such a program sees in ours."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def a_book(rows: Sequence[Sequence[str]]) -> bytes:
    """One sheet of texts, which are shared as Excel does."""
    into = io.BytesIO()
    book = xlsxwriter.Workbook(into, {"in_memory": True})
    sheet = book.add_worksheet("a")
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    book.close()
    return into.getvalue()


def seen(content: bytes, sheet: int = 0) -> list[list[Any]]:
    """The values of all cells, None for an empty one; nothing is a formula."""
    book = load_workbook(io.BytesIO(content))
    rows = list(book.worksheets[sheet].iter_rows())
    assert not [cell.coordinate for row in rows for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in rows]
