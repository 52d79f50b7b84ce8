"""The list of disclosures: a page after the other, searched by unit and letter without marks and case, of one state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hotline1022.db.unit import Database
from hotline1022.evidence.types import Disclosure, Filter, Request, State

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
#: more than one page of the desk, and than rows that are read at once in this test
COUNT = 7


@pytest.fixture
async def full(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr("hotline1022.db.disclosure.PORTION", 2)
    async with database.transaction() as tx:
        for number in range(COUNT):
            request = Request(
                unit="Công an tỉnh" if number % 3 == 0 else "Thanh tra Sở Y tế",
                letter=f"{number}/CSĐT-ĐH",
                letter_date=date(2026, 3, 1),
                person="Bình",
                why="Xác minh",
                recordings=("a" * 16,),
            )
            # two of the same moment
            at = AT + timedelta(minutes=max(1, number))
            one = Disclosure(
                id=f"{number:016x}", state=State.REQUESTED, request=request, asked_by="user:lan", asked_at=at
            )
            await tx.disclosures.add(one)
    return database


async def all_of(database: Database, **wanted: object) -> list[list[str]]:
    pages, before = [], None
    while True:
        async with database.reading() as tx:
            found = await tx.disclosures.page(Filter(before=before, **wanted))  # type: ignore[arg-type]
        pages.append([one.request.letter.partition("/")[0] for one in found.found])
        before = found.next
        if before is None:
            return pages


async def test_a_page_after_the_other_misses_none(full: Database) -> None:
    assert await all_of(full, limit=3) == [["6", "5", "4"], ["3", "2", "0"], ["1"]]
    assert await all_of(full, limit=COUNT) == [["6", "5", "4", "3", "2", "0", "1"]]
    assert await all_of(full, state=State.PACKED) == [[]]


async def test_found_by_unit_and_letter_however_they_are_written(full: Database) -> None:
    assert await all_of(full, words="cong  AN", limit=2) == [["6", "3"], ["0"]]
    assert await all_of(full, words="4/csđt") == [["4"]]
    assert await all_of(full, words="y te csdt-dh", limit=10) == [["5", "4", "2", "1"]]
    assert await all_of(full, words="công an", state=State.REQUESTED) == [["6", "3", "0"]]
    assert await all_of(full, words="khong co") == [[]]
