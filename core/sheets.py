"""A table as an Excel file (.xlsx): text, whole numbers, moments on the province's clock. Refuses more rows than Excel has.

Every text is a text, whatever it begins with: nothing is ever a formula. One that begins like a formula has an apostrophe in
front too, so that it stays a text when the sheet is saved as CSV and opened again; telephone numbers keep their plus sign.
Rows are taken in portions, so that nothing holds them all; the calls block for as long as compressing takes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid

Cell = str | int | datetime | None
#: rows below the head at most: Excel's own bound
MOST_ROWS = 1_048_575
#: characters of a cell: Excel's own bound
LONGEST = 32_767
_FORMULA, _NUMBER = ("=", "+", "-", "@", "\t", "\r"), re.compile(r"\+?[0-9*]+")
#: what XML cannot hold
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Excel counts days from here
_FIRST = datetime(1899, 12, 30)
_HEAD, _TEXT, _MOMENT = 1, 2, 3
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f"""{_HEADER}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
_ROOT = f"""{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""
_OF_BOOK = f"""{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/>
</Relationships>"""
#: plain, head, text (quotePrefix: shown and edited as text), moment
_STYLES = f"""{_HEADER}<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
</cellXfs>
</styleSheet>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    #: characters
    width: int = 20


class Sheet:
    """A book with one sheet: `add` any number of times, then `done` once; whoever gives it up closes it."""

    def __init__(self, title: str, columns: Sequence[Column]) -> None:
        self._columns, self.rows = columns, 0
        self._file = io.BytesIO()
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        book = (
            f'{_HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            f'<sheet name={quoteattr(_title(title))} sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        parts = {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _ROOT,
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _OF_BOOK,
            "xl/styles.xml": _STYLES,
        }
        for name, text in parts.items():
            self._zip.writestr(name, text)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        widths = "".join(
            f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>' for n, column in enumerate(columns, 1)
        )
        head = "".join(_text_cell(column.name, _HEAD) for column in columns)
        self._write(
            f'{_HEADER}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
            'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{widths}</cols><sheetData><row>{head}</row>"
        )

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Further rows, as wide as the head; Invalid `sheet-full`."""
        for row in rows:
            if len(row) != len(self._columns):
                raise AssertionError(f"a row of {len(row)} cells under {len(self._columns)} columns")
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise Invalid(f"a sheet has {MOST_ROWS} rows at most; take a shorter time", error_id="sheet-full")
            self._write(f"<row>{''.join(map(_cell, row))}</row>")

    def done(self) -> bytes:
        """The file."""
        self._write("</sheetData></worksheet>")
        self.close()
        return self._file.getvalue()

    def close(self) -> None:
        """Whether it was done or is given up; a second time changes nothing."""
        self._sheet.close()
        self._zip.close()

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())


def _title(text: str) -> str:
    """What Excel takes as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:31]


def _cell(value: Cell) -> str:
    match value:
        case None | "":
            return "<c/>"
        case str():
            return _text_cell(harmless(value), _TEXT)
        case datetime():
            days = (local(value).replace(tzinfo=None) - _FIRST).total_seconds() / 86_400
            return f'<c s="{_MOMENT}"><v>{days:.8f}</v></c>'
        case int():
            return f"<c><v>{value}</v></c>"


def _text_cell(text: str, style: int) -> str:
    shown = escape(_NOT_XML.sub("", text[:LONGEST]))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{shown}</t></is></c>'


def harmless(text: str) -> str:
    """The text so that no program takes it for a formula; telephone numbers stay as they are."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
