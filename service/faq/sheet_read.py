"""Rows of the first sheet of an .xlsx file, from its bytes, by openpyxl. Refuses what is none, what is locked, what is too large,
and what grows too large when it is unpacked: sizes are counted while unpacking, never believed.

The library never sees the file that somebody sent. What it reads is a new one, made here of the parts that hold rows, each
unpacked under a bound, declaring nothing, and of a bounded number of elements: it builds trees, and trusts what it is told.
Without the part with the looks, numbers are digits and days are numbers (see faq/sheet.py); formulas are what they gave last.
"""

import io
import warnings
import zlib
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from hotline1022.core.errors import Invalid
from hotline1022.faq.sheet import LARGEST, MOST_ROWS, Row, Rows, too_large, too_long

#: bytes of all parts that are read, when they are unpacked; elements in them, and how deep they may lie
UNPACKED, ELEMENTS, DEEP = 24 * 1024 * 1024, 1_000_000, 50
#: the same of the parts that hold no cells: list of sheets, relations, kinds
_FRAME, _FRAME_ELEMENTS = 1024 * 1024, 10_000
#: columns that are looked at; characters of a cell that are kept
COLUMNS, CELL = 50, 40_000
_FILES = 1000
_BLOCK = 64 * 1024
_LAST_ROW = 1_048_576
#: old files, and new ones with a password, are of this kind
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
#: parts that the library would read, and that hold nothing of the rows: looks, pictures, what was written about the file
_PASSED = ("xl/styles.xml", "xl/theme/", "xl/drawings/", "xl/charts", "xl/pivot", "xl/worksheets/_rels/", "docProps/")
_CELLS = ("xl/worksheets/", "xl/sharedstrings")
#: younger than the library's list
_ERRORS = {*ERROR_CODES, "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA"}

# it tells of what it leaves out, and nobody reads that here
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")


def read_xlsx(data: bytes) -> Rows:
    """The first sheet. Blocks. Invalid `sheet-large`, `sheet-old`, `sheet-invalid`, `sheet-long`."""
    if len(data) > LARGEST:
        raise too_large()
    if data.startswith(_OLE):
        text = "the file is of an old kind, or has a password; save it as .xlsx without a password"
        raise Invalid(text, error_id="sheet-old")
    try:
        with io.BytesIO() as checked:
            _check(data, checked)
            return _first(checked)
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ParseError) as error:
        raise _broken() from error
    except (expat.ExpatError, InvalidFileException, CellCoordinatesException, LookupError, ValueError) as error:
        raise _broken() from error
    except (TypeError, AttributeError, OverflowError) as error:  # the library, of parts without what they need
        raise _broken() from error


def _broken() -> Invalid:
    text = "the file is no .xlsx that can be read; open it and save it as .xlsx again"
    return Invalid(text, error_id="sheet-invalid")


def _check(data: bytes, into: io.BytesIO) -> None:
    cells, frame = _Bound(UNPACKED, ELEMENTS), _Bound(_FRAME, _FRAME_ELEMENTS)
    with ZipFile(io.BytesIO(data)) as given, ZipFile(into, "w", ZIP_STORED) as kept:
        if len(given.infolist()) > _FILES:
            raise too_large()
        for name in dict.fromkeys(given.namelist()):
            if name.casefold().endswith((".xml", ".rels")) and not name.startswith(_PASSED):
                bound = cells if name.casefold().startswith(_CELLS) else frame
                with kept.open(name, "w") as part:
                    for block in bound.parsed(_blocks(given, name)):
                        part.write(block)


def _blocks(given: ZipFile, name: str) -> Iterator[bytes]:
    info = given.getinfo(name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _broken()
    with given.open(info) as file:
        while block := file.read(_BLOCK):
            yield block


class _Bound:
    """What several parts may have together."""

    def __init__(self, size: int, elements: int) -> None:
        self._left, self._elements, self._deep = size, elements, 0

    def parsed(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks of one part, each when it was looked through."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        # what a document declares itself may grow without end
        parser.StartDoctypeDeclHandler = _no_declarations
        self._deep = 0
        for block in blocks:
            self._left -= len(block)
            if self._left < 0:
                raise too_large()
            parser.Parse(block, False)
            yield block
        parser.Parse(b"", True)

    def _begin(self, name: str, given: dict[str, str]) -> None:
        self._elements -= 1
        self._deep += 1
        if self._elements < 0:
            raise too_large()
        if self._deep > DEEP:
            raise _broken()

    def _end(self, name: str) -> None:
        self._deep -= 1


def _no_declarations(*_: object) -> None:
    raise _broken()


def _first(checked: io.BytesIO) -> Rows:
    book = load_workbook(checked, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        # what the sheet says of its size is often wrong
        sheet.reset_dimensions()
        rows, texts = list[Row](), _Texts()
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS, max_row=_LAST_ROW, values_only=True), start=1):
            if any(cells):
                found = {column: text for column, value in enumerate(cells) if (text := texts.of(value)).strip()}
                if found:
                    rows.append((number, found))
            if len(rows) > MOST_ROWS + 10:  # a title may stand above the head
                raise too_long()
        return Rows(rows=tuple(rows), from_1904=book.epoch == CALENDAR_MAC_1904)
    finally:
        book.close()


class _Texts:
    """Values as texts. A long one that many cells share is cut once."""

    def __init__(self) -> None:
        self._cut: dict[str, str] = {}

    def of(self, value: object) -> str:
        """What is seen, nearly; "" for an error of the sheet."""
        match value:
            case None:
                return ""
            case str():
                if value not in self._cut:
                    self._cut[value] = "" if value in _ERRORS else unescape(value[:CELL])
                return self._cut[value]
            case float() if value.is_integer():
                return str(int(value))
            case datetime():
                return value.isoformat()
            case _:
                return str(value)
