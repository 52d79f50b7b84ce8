"""Sheets that were tried: of one session, found by their bytes, given once, few and not for long."""

from datetime import timedelta
from hashlib import sha256

import pytest

from hotline1022.faq.types import Report, RowReport, Said
from hotline1022.web.desk import tried_sheets
from hotline1022.web.desk.tried_sheets import KEPT, Tried, TriedSheets, tried
from tests.unit.calls_memory import NOW

TOLD = Report(rows=(RowReport(row=2, said=Said.NEW, question="Câu?"),), written=False)
WRITTEN = Report(rows=TOLD.rows, written=True)


def a_try(session: str, data: bytes = b"PK", report: Report = TOLD) -> Tried:
    return tried(session=session, name="a.xlsx", data=data, agency="x", propose=True, report=report, now=NOW)


def test_it_is_given_once_to_its_own_session() -> None:
    sheets, digest = TriedSheets(), sha256(b"PK").hexdigest()
    sheets.put(a_try("one"))
    assert sheets.take("two", digest, NOW) is None and sheets.of("two", NOW) is None
    assert sheets.take("one", sha256(b"other").hexdigest(), NOW) is None
    assert sheets.take("one", "../../etc/passwd", NOW) is None
    found = sheets.take("one", digest, NOW)
    assert found is not None and (found.data, found.agency, found.propose) == (b"PK", "x", True)
    assert sheets.take("one", digest, NOW) is None, "who presses twice has it once"
    sheets.put_back(found)
    assert sheets.take("one", digest, NOW) == found, "it was not written after all"
    sheets.written(found, WRITTEN)
    left = sheets.of("one", NOW)
    assert left is not None and left.report.written and left.data == b"", "what is left is the report"
    assert sheets.take("one", digest, NOW) is None


def test_another_one_meanwhile_stays_as_it_is() -> None:
    sheets = TriedSheets()
    sheets.put(a_try("one"))
    found = sheets.take("one", sha256(b"PK").hexdigest(), NOW)
    assert found is not None
    sheets.put(a_try("one", b"newer"))
    sheets.written(found, WRITTEN)
    sheets.put_back(found)
    left = sheets.of("one", NOW)
    assert left is not None and (left.data, left.report) == (b"newer", TOLD)


def test_not_for_long() -> None:
    sheets, digest = TriedSheets(), sha256(b"PK").hexdigest()
    sheets.put(a_try("one"))
    assert sheets.of("one", NOW + KEPT - timedelta(seconds=1)) is not None
    assert sheets.take("one", digest, NOW + KEPT) is None and sheets.of("one", NOW) is None, "dropped, and not hidden"


def test_few_and_not_large(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = TriedSheets()
    for number in range(tried_sheets.MOST + 3):
        sheets.put(a_try(f"s{number}"))
    assert [sheets.of(f"s{number}", NOW) is None for number in range(4)] == [True, True, True, False]
    monkeypatch.setattr(tried_sheets, "BYTES", 10)
    sheets = TriedSheets()
    for number in range(3):
        sheets.put(a_try(f"s{number}", bytes(4)))
    assert [sheets.of(f"s{number}", NOW) is not None for number in range(3)] == [False, True, True]
    sheets.put(a_try("s1", b"anew"))
    assert sheets.of("s2", NOW) is not None, "of one session there is one"


def test_what_was_written_at_once_leaves_its_report_alone() -> None:
    assert a_try("one", report=WRITTEN).data == b""
