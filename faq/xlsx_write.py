"""Makes a small .xlsx file: sheets of texts, the first row bold and fixed. Refuses nothing; texts are no formulas."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
    '<xf fontId="0" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf>'
    '<xf fontId="1" applyFont="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf></cellXfs></styleSheet>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A sheet to be written."""

    name: str
    rows: Sequence[Sequence[str]]
    #: of columns, in characters
    widths: Sequence[int]


def write_xlsx(sheets: Sequence[Written]) -> bytes:
    """The file."""
    into = io.BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as packed:
        for name, text in _files(sheets).items():
            packed.writestr(name, text)
    return into.getvalue()


def _files(sheets: Sequence[Written]) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"xl/workbook.xml": f"{kind}.sheet.main+xml", "xl/styles.xml": f"{kind}.styles+xml"}
    parts |= {f"xl/worksheets/sheet{number}.xml": f"{kind}.worksheet+xml" for number in numbers}
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{made}"/>' for name, made in parts.items())
    listed = "".join(
        f'<sheet name={quoteattr(one.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, one in zip(numbers, sheets, strict=True)
    )
    relations = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    relations.append((f"rId{len(sheets) + 1}", "styles", "styles.xml"))
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(relations),
        "xl/styles.xml": _STYLES,
    } | {f"xl/worksheets/sheet{number}.xml": _sheet(one) for number, one in zip(numbers, sheets, strict=True)}


def _relations(found: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for id, kind, to in found)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _sheet(one: Written) -> str:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(one.widths, start=1)
    )
    rows = "".join(
        f'<row r="{number}">' + "".join(_cell(text, head=number == 1) for text in row) + "</row>"
        for number, row in enumerate(one.rows, start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>"
    )


def _cell(text: str, *, head: bool) -> str:
    return f'<c t="inlineStr" s="{int(head)}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
