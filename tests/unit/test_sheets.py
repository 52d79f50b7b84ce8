"""A table as an Excel file: what is in it, and that nothing in it is ever a formula."""

import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core import sheets
from hotline1022.core.errors import Invalid
from hotline1022.core.sheets import Column, Sheet, harmless

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def cells(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        assert box.testzip() is None
        for name in box.namelist():
            ElementTree.fromstring(box.read(name))
        sheet = ElementTree.fromstring(box.read("xl/worksheets/sheet1.xml"))
    assert not sheet.findall(".//m:f", NS), "nothing is a formula"
    return [
        ["".join(cell.itertext()) for cell in row.findall("m:c", NS)] for row in sheet.findall("m:sheetData/m:row", NS)
    ]


def one(*values: sheets.Cell) -> list[str]:
    sheet = Sheet("Phiếu [1]: a/b", [Column(name=f"Cột {n}") for n in range(len(values))])
    sheet.add([values])
    assert sheet.rows == 1
    return cells(sheet.done())[1]


def test_what_goes_in_comes_out() -> None:
    at = datetime(2026, 11, 29, 17, 30, tzinfo=UTC)
    found = one('Ổ gà <trước> "chợ" & cầu\nhai dòng', 42, None, "", at, "+84901234567")
    assert found[:4] == ['Ổ gà <trước> "chợ" & cầu\nhai dòng', "42", "", ""]
    # 30.11.2026 0:30 in the province, as Excel counts days
    assert float(found[4]) == pytest.approx(46356 + 0.5 / 24, abs=1e-6)
    assert found[5] == "+84901234567"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_what_begins_like_a_formula_has_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["+84901234567", "+8490****567", "0901234567", "a=1", "", "Không"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.characters(codec="utf-16", exclude_categories=())))
def test_any_text_makes_a_file_that_can_be_read(text: str) -> None:
    found = one(text)[0]
    assert not found.startswith(("=", "@")) and "\x00" not in found


def test_a_text_is_cut_at_what_a_cell_holds_and_a_sheet_ends_where_excel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(one("ă" * 40_000)[0]) == sheets.LONGEST
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    sheet = Sheet("a", [Column(name="a")])
    sheet.add([("1",), ("2",)])
    with pytest.raises(Invalid) as caught:
        sheet.add([("3",)])
    assert caught.value.error_id == "sheet-full"
    sheet.close()
