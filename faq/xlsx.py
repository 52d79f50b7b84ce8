"""Rows of the first sheet of an .xlsx file, from its bytes. Refuses what is none, what is locked, what is too large, and what
grows too large when it is unpacked: sizes are counted while unpacking, never believed.

It reads values as they are stored: numbers as digits, days as numbers (see sheet.py), formulas as what they gave last.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from hotline1022.core.errors import Invalid

#: bytes of a file, and of all that is read of it when it is unpacked
LARGEST, UNPACKED = 4 * 1024 * 1024, 24 * 1024 * 1024
#: rows that are not empty; columns that are looked at; characters of a cell that are kept
MOST_ROWS, COLUMNS, CELL = 2000, 50, 40_000
_FILES = 1000
_BLOCK = 64 * 1024
_LAST_ROW = 1_048_576
#: old files, and new ones with a password, are of this kind
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

#: number of the row as the sheet's own program counts, and its cells by number of the column from 0; empty ones are left out
Row = tuple[int, dict[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The first sheet."""

    rows: tuple[Row, ...]
    #: days are counted from 1904 and not from 1900
    from_1904: bool


def read_xlsx(data: bytes) -> Sheet:
    """The first sheet; Invalid `sheet-large`, `sheet-old`, `sheet-invalid`, `sheet-long`."""
    if len(data) > LARGEST:
        raise _large()
    if data.startswith(_OLE):
        text = "the file is of an old kind, or has a password; save it as .xlsx without a password"
        raise Invalid(text, error_id="sheet-old")
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            return _Book(packed).first()
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise _broken() from error
    except (expat.ExpatError, KeyError, IndexError, ValueError) as error:
        raise _broken() from error


def _broken() -> Invalid:
    return Invalid(
        "the file is no .xlsx that can be read; open it and save it as .xlsx again", error_id="sheet-invalid"
    )


def _large() -> Invalid:
    text = f"the file is too large; send at most {LARGEST >> 20} MiB, {MOST_ROWS} rows, without pictures"
    return Invalid(text, error_id="sheet-large")


class _Book:
    def __init__(self, packed: ZipFile) -> None:
        if len(packed.infolist()) > _FILES:
            raise _large()
        self._packed, self._left = packed, UNPACKED
        self._names = set(packed.namelist())

    def first(self) -> Sheet:
        book = _Workbook()
        self._parse("xl/workbook.xml", book)
        targets = _Targets()
        self._parse("xl/_rels/workbook.xml.rels", targets)
        place = targets.found[book.sheets[0]]
        place = place.lstrip("/") if place.startswith("/") else normpath(f"xl/{place}")
        strings = _Strings()
        if "xl/sharedStrings.xml" in self._names:
            self._parse("xl/sharedStrings.xml", strings)
        rows = _Rows(strings.found)
        self._parse(place, rows)
        return Sheet(rows=tuple(rows.found), from_1904=book.from_1904)

    def _parse(self, name: str, into: "_Reader") -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = into.begin
        parser.EndElementHandler = into.end
        parser.CharacterDataHandler = into.text
        # what a document declares itself may grow without end
        parser.StartDoctypeDeclHandler = _no_declarations
        for block in self._blocks(name):
            parser.Parse(block, False)
        parser.Parse(b"", True)

    def _blocks(self, name: str) -> Iterator[bytes]:
        info = self._packed.getinfo(name)
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise _broken()
        with self._packed.open(info) as file:
            while block := file.read(_BLOCK):
                self._left -= len(block)
                if self._left < 0:
                    raise _large()
                yield block


def _no_declarations(*_: object) -> None:
    raise _broken()


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


@dataclass(slots=True)
class _Reader:
    """What is told of a document while it is read."""

    def begin(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text within."""


@dataclass(slots=True)
class _Workbook(_Reader):
    sheets: list[str] = field(default_factory=list)
    from_1904: bool = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        match _local(name):
            case "sheet":
                self.sheets.append(next(value for key, value in given.items() if key.endswith("relationships id")))
            case "workbookPr":
                self.from_1904 = given.get("date1904", "") in ("1", "true")
            case _:
                pass


@dataclass(slots=True)
class _Targets(_Reader):
    found: dict[str, str] = field(default_factory=dict)

    def begin(self, name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given.get("TargetMode") != "External":
            self.found[given["Id"]] = given["Target"]


@dataclass(slots=True)
class _Texts(_Reader):
    """Texts in pieces: of different looks, and how they are pronounced, which is left out."""

    taking: bool = False
    spoken: bool = False
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def text(self, data: str) -> None:
        if self.taking and self.length < CELL:
            self.pieces.append(data[: CELL - self.length])
            self.length += len(data)

    def _piece(self, name: str, begins: bool) -> None:
        if name == "t":
            self.taking = begins and not self.spoken
        elif name == "rPh":
            self.spoken = begins

    def _taken(self) -> str:
        whole = "".join(self.pieces)
        self.pieces, self.length = [], 0
        return _ESCAPED.sub(lambda one: chr(int(one[1], 16)), whole)


@dataclass(slots=True)
class _Strings(_Texts):
    found: list[str] = field(default_factory=list)

    def begin(self, name: str, given: dict[str, str]) -> None:
        self._piece(_local(name), True)

    def end(self, name: str) -> None:
        self._piece(_local(name), False)
        if _local(name) == "si":
            self.found.append(self._taken())


class _Rows(_Texts):
    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self.found: list[Row] = []
        self._strings = strings
        self._row, self._cells = 0, dict[int, str]()
        self._column, self._kind = -1, ""

    def begin(self, name: str, given: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self._row = int(given.get("r", self._row + 1))
                if not 1 <= self._row <= _LAST_ROW:
                    raise _broken()
                self._cells, self._column = {}, -1
            case "c":
                self._column = _column(given["r"]) if "r" in given else self._column + 1
                self._kind = given.get("t", "n")
            case "v":
                self.taking = True
            case other:
                self._piece(other, True)

    def end(self, name: str) -> None:
        match _local(name):
            case "v":
                self.taking = False
            case "c":
                value = self._taken()
                if self._kind == "s" and value:
                    value = self._strings[int(value)]
                if value.strip() and self._column < COLUMNS and self._kind != "e":
                    self._cells[self._column] = value
            case "row" if self._cells:
                self.found.append((self._row, self._cells))
                if len(self.found) > MOST_ROWS + 10:  # a title may stand above the head
                    raise too_long()
            case other:
                self._piece(other, False)


def too_long() -> Invalid:
    """That a sheet has too many rows."""
    return Invalid(f"the sheet has more than {MOST_ROWS} rows; send it in parts", error_id="sheet-long")


def _column(place: str) -> int:
    """`C7` → 2."""
    number = 0
    for letter in place.rstrip("0123456789")[:4].upper():
        if not "A" <= letter <= "Z":
            raise _broken()
        number = number * 26 + ord(letter) - 64
    return number - 1
