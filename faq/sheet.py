"""From the rows of a sheet to texts of answers, the sheet that people fill in, and the one that tells of each row. Pure; refuses a sheet without the columns
that are needed, or with one that nobody knows.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hotline1022.core.clock import day_as_written
from hotline1022.core.errors import Invalid
from hotline1022.core.folding import fold
from hotline1022.core.sheets import Column, Table
from hotline1022.core.words import words
from hotline1022.faq.types import Report, Text

#: bytes of a file; rows that are not empty
LARGEST, MOST_ROWS = 4 * 1024 * 1024, 2000

#: columns of the sheet that comes with the product: how wide they are
WIDTHS = {"question": 40, "answer": 70, "keywords": 30, "legal_source": 40, "category": 20, "valid_to": 20}
#: how heads of Vietnamese sheets begin, without marks: longer ones first
_BEGINS = {
    "cau hoi": "question",
    "cau tra loi": "answer",
    "tra loi": "answer",
    "noi dung tra loi": "answer",
    "tu khoa": "keywords",
    "can cu": "legal_source",
    "linh vuc": "category",
    "co hieu luc den": "valid_to",
    "hieu luc den": "valid_to",
    "het hieu luc": "valid_to",
}
#: columns that sheets of offices have, and that are no part of an answer
_PASSED = ("stt", "so thu tu", "ghi chu")
#: rows among which the head is looked for: titles stand above it
_HEAD_WITHIN = 10
#: a day as a number, with the time of day behind the point
_SERIAL = re.compile(r"[0-9]{1,6}(?:\.[0-9]+)?")


#: number of the row as the sheet's own program counts, and its cells by number of the column from 0; empty ones are left out
Row = tuple[int, dict[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A sheet as it was read."""

    rows: tuple[Row, ...]
    #: days are counted from 1904 and not from 1900
    from_1904: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One row."""

    row: int
    text: Text
    #: error_id → what is wrong in the row already
    problems: Mapping[str, str]


def texts_of(sheet: Rows, categories: Mapping[str, str]) -> list[Read]:
    """The rows below the head; `categories`: ids and their names. Invalid `sheet-head`, `sheet-empty`, `sheet-long`."""
    columns, below = _head(sheet)
    known = {fold(name): id for id, name in categories.items()} | {id: id for id in categories}
    rows = [(number, cells) for number, cells in below if any(place in cells for place in columns)]
    if not rows:
        raise Invalid("there is no row below the head; write questions there", error_id="sheet-empty")
    if len(rows) > MOST_ROWS:
        raise too_long()
    return [_read(number, cells, columns, known, sheet.from_1904) for number, cells in rows]


def template(categories: Mapping[str, str], say: Callable[[str], str]) -> Sequence[Table]:
    """The sheet that people fill in, and a second one that says how. `say`: the words of a key, such as `question`."""
    rows = [(say(name), say(f"how-{name}")) for name in WIDTHS]
    rows += [("", ""), (say("category-id"), say("category-name")), *categories.items()]
    filled = Table(title=say("title"), columns=[Column(name=say(name), width=width) for name, width in WIDTHS.items()])
    how = [Column(name=say("how-column"), width=24), Column(name=say("how-written"), width=80)]
    return [filled, Table(title=say("how"), columns=how, rows=rows)]


def report_table(report: Report, say: Callable[[str], str], told: Callable[[str], str]) -> Table:
    """What became of each row, in the order of the sheet. `say`: as `template`; `told`: the words of an error_id."""
    heads = (("row", 8), ("question", 60), ("result", 16), ("problems", 80))
    rows = [
        (one.row, one.question, say(f"row-{one.said}"), "\n".join(told(error_id) for error_id in one.problems))
        for one in report.rows
    ]
    return Table(title=say("report"), columns=[Column(name=say(name), width=width) for name, width in heads], rows=rows)


def too_large() -> Invalid:
    """That a file is too large."""
    text = f"the file is too large; send at most {LARGEST >> 20} MiB, {MOST_ROWS} rows, without pictures"
    return Invalid(text, error_id="sheet-large")


def too_long() -> Invalid:
    """That a sheet has too many rows."""
    return Invalid(f"the sheet has more than {MOST_ROWS} rows; send it in parts", error_id="sheet-long")


def _head(sheet: Rows) -> tuple[dict[int, str], Sequence[tuple[int, dict[int, str]]]]:
    for place, (_, cells) in enumerate(sheet.rows[:_HEAD_WITHIN]):
        names = {column: _field(text) for column, text in cells.items()}
        fields = [name for name in names.values() if name]
        if not {"question", "answer"} <= set(fields):
            continue
        strange = [cells[column] for column, name in names.items() if name is None]
        if strange or len(fields) != len(set(fields)):
            said = f"column {strange[0].strip()[:40]!r} is unknown" if strange else "a column comes twice"
            raise Invalid(f"{said}; use the heads of the template", error_id="sheet-head")
        return {column: name for column, name in names.items() if name}, sheet.rows[place + 1 :]
    raise Invalid("no row has the heads Câu hỏi and Trả lời; begin with the template", error_id="sheet-head")


def _field(head: str) -> str | None:
    """The field of a column, by the template's heads in the language of the house, or by a Vietnamese sheet's; "" for one that is
    passed over, None for one that nobody knows.
    """
    folded = fold(head)
    if folded.startswith(_PASSED):
        return ""
    say = words()
    if own := next((name for name in WIDTHS if folded == fold(say(f"sheet-faq.{name}"))), None):
        return own
    return next((name for begin, name in _BEGINS.items() if folded.startswith(begin)), None)


def _read(
    number: int, cells: Mapping[int, str], columns: Mapping[int, str], known: Mapping[str, str], from_1904: bool
) -> Read:
    given = {name: cells.get(column, "").strip() for column, name in columns.items()}
    problems: dict[str, str] = {}
    category = given.get("category", "")
    if category:
        found = known.get(category) or known.get(fold(category))
        if found is None:
            problems["category-unknown"] = f"there is no category {category[:40]!r}; the template lists them"
        category = found or ""
    last = given.get("valid_to", "")
    valid_to = _day(last, from_1904) if last else None
    if last and valid_to is None:
        problems["faq-valid-to"] = f"{last[:40]!r} is no day; write it as 31/12/2026"
    text = Text(
        question=" ".join(given["question"].split()),
        answer=given["answer"],
        keywords=" ".join(given.get("keywords", "").split()),
        legal_source=" ".join(given.get("legal_source", "").split()),
        category=category,
        valid_to=valid_to,
    )
    return Read(row=number, text=text, problems=problems)


def _day(text: str, from_1904: bool) -> date | None:
    if _SERIAL.fullmatch(text):
        # the 29th of February 1900, which never was, is day 60
        return (date(1904, 1, 1) if from_1904 else date(1899, 12, 30)) + timedelta(days=int(float(text)))
    return day_as_written(text)
