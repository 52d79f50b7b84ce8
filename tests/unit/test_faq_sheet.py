"""Sheets of questions: what people's programs write is read, what is made to hurt is refused, each row is told of."""

import io
import struct
import time
import zlib
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from hotline1022.core.errors import Invalid
from hotline1022.faq.sheet import LARGEST, MOST_ROWS, Read, template, texts_of
from hotline1022.service.faq import sheet_read
from hotline1022.service.faq.desk import head_words
from hotline1022.service.faq.sheet_read import UNPACKED, read_xlsx
from hotline1022.service.figures.sheet_write import book_of
from tests.lab.xlsx import a_book, seen

HEAD = ["Câu hỏi", "Trả lời", "Từ khoá", "Căn cứ pháp lý", "Lĩnh vực", "Có hiệu lực đến hết ngày"]
CATEGORIES = {"other": "Lĩnh vực khác", "traffic": "Giao thông"}
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def a_sheet(*rows: list[str], head: list[str] | None = None) -> bytes:
    return a_book([head or HEAD, *rows])


KINDS = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{}</Types>'
)
STRINGS = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def packed(sheet: str, *, strings: str = "", book: str = "", kind: int = ZIP_DEFLATED, **more: str) -> bytes:
    """A file as programs write it, with this sheet."""
    into = io.BytesIO()
    with ZipFile(into, "w", kind) as file:
        file.writestr("[Content_Types].xml", KINDS.format(STRINGS if strings else ""))
        for name, text in more.items():
            file.writestr(f"xl/{name}.xml", text)
        file.writestr(
            "xl/workbook.xml",
            book
            or f'<workbook {MAIN} xmlns:r="{REL}"><sheets><sheet name="a" sheetId="4" r:id="rId9"/></sheets></workbook>',
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId9" Type="x" Target="/xl/worksheets/other.xml"/></Relationships>',
        )
        file.writestr("xl/worksheets/other.xml", sheet)
        if strings:
            file.writestr("xl/sharedStrings.xml", strings)
    return into.getvalue()


def read(data: bytes) -> list[Read]:
    return texts_of(read_xlsx(data), CATEGORIES)


def error_of(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read(data)
    return caught.value.error_id


def test_what_our_own_template_holds_is_read_back() -> None:
    assert error_of(book_of(template(CATEGORIES, head_words))) == "sheet-empty", (
        "its second sheet is not taken for questions"
    )
    assert ["other", "Lĩnh vực khác"] in seen(book_of(template(CATEGORIES, head_words)), 1)
    (row,) = read(
        a_sheet(["Đăng ký khai sinh ở đâu?", "Tại xã.\nMang giấy.", "khai sinh", "Luật", "giao thong", "31/12/2026"])
    )
    assert (row.row, row.problems) == (2, {})
    assert row.text.question == "Đăng ký khai sinh ở đâu?" and row.text.answer == "Tại xã.\nMang giấy."
    assert (row.text.category, row.text.valid_to) == ("traffic", date(2026, 12, 31))


def test_what_excel_writes_is_read() -> None:
    """Shared texts of several looks, days as numbers, a title above the head, a column of numbers, empty rows with a form."""
    strings = (
        f"<sst {MAIN}><si><t>Câu hỏi</t></si><si><t>Trả lời</t></si><si><r><t>Mất </t></r><r><t>nước?</t></r>"
        '<rPh sb="0" eb="1"><t>đọc</t></rPh></si><si><t>Hết hiệu lực</t></si><si><t>STT</t></si></sst>'
    )
    sheet = (
        f'<worksheet {MAIN}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>BẢNG HỎI ĐÁP</t></is></c></row>'
        '<row r="3"><c r="A3" t="s"><v>4</v></c><c r="B3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c>'
        '<c r="E3" t="s"><v>3</v></c></row>'
        '<row r="4"><c r="A4"><v>1</v></c><c r="B4" t="s"><v>2</v></c><c r="C4" t="str"><f>A1</f><v>Báo_x000A_1900</v></c>'
        '<c r="E4" s="7"><v>46387</v></c></row><row r="5"><c r="B5" s="3"/></row><row r="6"/>'
        '<row r="7"><c r="A7"><v>2</v></c><c r="B7"><v>115</v></c><c r="C7" t="e"><v>#REF!</v></c></row></sheetData></worksheet>'
    )
    first, second = read(packed(sheet, strings=strings))
    assert (first.row, first.text.question, first.text.answer) == (4, "Mất nước?", "Báo\n1900")
    assert first.text.valid_to == date(2026, 12, 31)
    assert (second.row, second.text.question, second.text.answer) == (7, "115", ""), "an error is no answer"
    of_1904 = f'<workbook {MAIN} xmlns:r="{REL}"><workbookPr date1904="1"/><sheets><sheet name="a" sheetId="1" r:id="rId9"/></sheets></workbook>'
    assert read(packed(sheet, strings=strings, book=of_1904))[0].text.valid_to == date(2031, 1, 1)


def test_what_a_person_makes_in_a_program_is_read() -> None:
    """A merged title, days with a look, numbers as numbers and as texts, empty rows, a note, a second sheet, a wrong size."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["A1"] = "BẢNG HỎI ĐÁP"
    page.merge_cells("A1:F1")
    for place, head in zip("ABCDEF", HEAD, strict=True):
        page[f"{place}3"] = head
    page["A5"], page["B5"], page["F5"] = "Một?", "Đáp", datetime(2026, 12, 31)
    page["A5"].comment = Comment("xem lại", "An")
    page["A9"], page["B9"], page["D9"], page["F9"] = "Hai?", 115.0, 12.5, "31/12/2026"
    page.merge_cells("B9:C9")
    page["A10"], page["B10"] = "Ba?", True
    book.create_sheet("Khác")["A1"] = "không đọc"
    into = io.BytesIO()
    book.save(into)
    first, second, third = read(into.getvalue())
    assert (first.row, first.text.answer, first.text.valid_to) == (5, "Đáp", date(2026, 12, 31))
    assert (second.row, second.text.answer, second.text.legal_source) == (9, "115", "12.5")
    assert second.text.valid_to == date(2026, 12, 31) and second.text.keywords == ""
    assert (third.row, third.text.answer) == (10, "True")


def test_looks_that_nobody_understands_and_a_wrong_size_do_no_harm() -> None:
    sheet = (
        f'<worksheet {MAIN}><dimension ref="A1"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Câu hỏi</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Trả lời</t></is></c></row><row r="1048576"><c r="A1048576" s="99"><v>1</v></c>'
        '<c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
    )
    before = time.process_time()
    (row,) = read(packed(sheet, styles="<styleSheet><broken/></styleSheet>"))
    assert (row.row, row.text.question, row.text.answer) == (1_048_576, "1", "")
    assert time.process_time() - before < 5


@pytest.mark.parametrize("text", ["31.12.2026", "31-12-2026", "2026-12-31", "2026-12-31T00:00:00", "46387", "46387.0"])
def test_days_in_any_way_of_writing(text: str) -> None:
    assert read(a_sheet(["Câu hỏi", "Đáp", "", "", "", text]))[0].text.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["31/02/2026", "hết năm", "12/2026", "999999999", "1/1/1"])
def test_what_is_no_day_is_told(text: str) -> None:
    assert set(read(a_sheet(["Câu hỏi", "Đáp", "", "", "", text]))[0].problems) == {"faq-valid-to"}


def test_a_category_that_nobody_has_is_told() -> None:
    assert set(read(a_sheet(["Câu", "Đáp", "", "", "Vũ trụ", ""]))[0].problems) == {"category-unknown"}


@pytest.mark.parametrize(
    ("head", "error_id"),
    [
        (["Câu hỏi", "Giá", "", "", "", ""], "sheet-head"),
        (["Câu hỏi", "Trả lời", "Giá", "", "", ""], "sheet-head"),
        (["Câu hỏi", "Trả lời", "Câu hỏi", "", "", ""], "sheet-head"),
        (["Trả lời", "Câu hỏi", "", "", "", ""], ""),
        (["CAU HOI", "Câu trả lời", "Ghi chú", "", "", ""], ""),
    ],
)
def test_heads(head: list[str], error_id: str) -> None:
    data = a_sheet(["một", "hai", "ba", "", "", ""], head=head)
    if error_id:
        assert error_of(data) == error_id
    else:
        assert {read(data)[0].text.question, read(data)[0].text.answer} == {"một", "hai"}


def test_a_sheet_of_a_hundred_thousand_rows_is_refused_soon() -> None:
    row = '<row><c t="inlineStr"><is><t>{}</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
    rows = row.format("Câu hỏi").replace(">b<", ">Trả lời<") + row.format("a") * 100_000
    data = packed(f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")
    before = time.process_time()
    assert error_of(data) == "sheet-long"
    assert time.process_time() - before < 4
    exactly = packed(
        f"<worksheet {MAIN}><sheetData>{rows[: -(100_000 - MOST_ROWS) * len(row.format('a'))]}</sheetData></worksheet>"
    )
    assert len(read(exactly)) == MOST_ROWS


def test_a_bomb_is_refused_when_it_grows() -> None:
    """A thousand times smaller than what is in it; its own word on its size is not believed."""
    bomb = packed(f"<worksheet {MAIN}>" + " " * (UNPACKED * 4) + "</worksheet>")
    assert len(bomb) < LARGEST // 10
    before = time.process_time()
    assert error_of(bomb) == "sheet-large"
    assert time.process_time() - before < 3
    lied = bytearray(bomb)
    size = struct.pack("<I", UNPACKED * 4 + len(f"<worksheet {MAIN}></worksheet>"))
    assert lied.count(size) >= 2
    assert error_of(bytes(lied.replace(size, struct.pack("<I", 100)))) in {"sheet-large", "sheet-invalid"}


def test_a_document_that_declares_itself_is_refused() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    sheet = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><worksheet {MAIN}>&a8;</worksheet>'
    assert error_of(packed(sheet)) == "sheet-invalid"
    assert error_of(packed(f"<worksheet {MAIN}/>", strings=f"<!DOCTYPE x><sst {MAIN}/>")) == "sheet-invalid"
    assert openpyxl.DEFUSEDXML and not openpyxl.LXML, "the library would refuse entities too"


def test_trees_that_would_grow_in_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_read, "ELEMENTS", 1000)
    assert error_of(packed(f"<worksheet {MAIN}>{'<a/>' * 999}</worksheet>")) == "sheet-head"
    assert error_of(packed(f"<worksheet {MAIN}>{'<a/>' * 1000}</worksheet>")) == "sheet-large"
    deep = f"<worksheet {MAIN}>{'<a>' * 60}{'</a>' * 60}</worksheet>"
    assert error_of(packed(deep)) == "sheet-invalid"
    many = '<sheet name="a" sheetId="4" r:id="rId9"/>' * 11_000
    book = f'<workbook {MAIN} xmlns:r="{REL}"><sheets>{many}</sheets></workbook>'
    assert error_of(packed(f"<worksheet {MAIN}/>", book=book)) == "sheet-large"


@pytest.mark.parametrize(
    ("data", "error_id"),
    [
        (b"", "sheet-invalid"),
        (b"Cau hoi,Tra loi\n", "sheet-invalid"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "sheet-old"),
        (b"x" * (LARGEST + 1), "sheet-large"),
        (a_sheet(["a", "b"])[:-40], "sheet-invalid"),
        (packed("<worksheet>"), "sheet-invalid"),
        (packed(f'<worksheet {MAIN}><sheetData><row r="x"/></sheetData></worksheet>'), "sheet-invalid"),
        (packed(f'<worksheet {MAIN}><row r="1"><c t="s"><v>7</v></c></row></worksheet>'), "sheet-invalid"),
        (packed(f'<worksheet {MAIN}><row r="1"><c r="$1"><v>7</v></c></row></worksheet>'), "sheet-invalid"),
        (packed(f"<worksheet {MAIN}/>", book=f"<workbook {MAIN}/>"), "sheet-invalid"),
        (packed(f"<worksheet {MAIN}/>", kind=ZIP_LZMA), "sheet-invalid"),
        (packed(f"<worksheet {MAIN}/>", kind=ZIP_STORED), "sheet-head"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(data: bytes, error_id: str) -> None:
    assert error_of(data) == error_id


def test_a_sheet_of_too_many_files_or_broken_bytes() -> None:
    into = io.BytesIO()
    with ZipFile(into, "w") as file:
        for number in range(1001):
            file.writestr(f"{number}", b"")
    assert error_of(into.getvalue()) == "sheet-large"
    data = bytearray(packed(f"<worksheet {MAIN}>" + "<a/>" * 1000 + "</worksheet>"))
    packed_rows = zlib.compress(b"<a/>" * 1000)[2:12]
    place = data.find(packed_rows[:3])
    data[place + 10] ^= 0xFF
    assert error_of(bytes(data)) in {"sheet-invalid", "sheet-head"}


def test_texts_with_signs_survive() -> None:
    evil = '=HYPERLINK("http://x") & <b> "q" \U0001f600'
    (row,) = read(a_sheet([evil, "đáp án", "", "", "", ""]))
    assert row.text.question == evil
