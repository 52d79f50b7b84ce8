"""Search in the catalogue: numbers in any writing, people, time, words; combined, newest first, page after page."""

import random
import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db import catalogue_search
from hotline1022.db.unit import Database
from hotline1022.recordings.types import CallKind, CatalogueFilter, Shown, Verdict
from tests.contract.database.catalogue_made import a_ticket, a_track, add_ticket, ended, filed, missing
from tests.contract.database.made import at

LAMP, WASTE, SILENT, EMERGENCY, FOREIGN = (f"hl1-{number}.1" for number in range(1, 6))


REPORTER = {
    "phone": "0988 777 666",
    "name": "Nguyễn Thị Ánh",
    "email": "anh.nguyen@example.vn",
    "address": "12 Lê Lợi",
    "content": "Đèn đường bị hỏng ở phường Phú Hòa, gọi 0912 345 678",
}


@pytest.fixture
async def filled(database: Database) -> AsyncIterator[Database]:
    """Five calls, an hour apart."""
    await ended(database, LAMP, 0, caller_raw="842743822222", caller_e164="+842743822222", category="xay-dung")
    await add_ticket(database, a_ticket("10000001", LAMP, **REPORTER))
    await ended(database, WASTE, 3600, person="1002", line="102", category="moi-truong")
    waste = a_ticket(
        "20000002", WASTE, category="moi-truong", agency="so-tnmt", content="Bãi rác Bình Mỹ, đường DT-747"
    )
    await add_ticket(database, waste)
    await ended(database, SILENT, 7200, person="", caller_raw="", caller_e164=None)
    await filed(database, SILENT, missing(SILENT, 7200))
    emergency: dict[str, Any] = {"result": Result.EMERGENCY, "reason": Reason.EMERGENCY_BY_AGENT}
    await ended(database, EMERGENCY, 10800, line="103", **emergency)
    await filed(database, EMERGENCY, a_track(EMERGENCY, 10800, duration_ms=65_000))
    async with database.transaction() as tx:
        await tx.catalogue.judge([Verdict(call=EMERGENCY, checked=1)], at(99_999))
    await ended(database, FOREIGN, 14400, caller_raw="+14155550123", caller_e164="+14155550123")
    await filed(database, FOREIGN, a_track(FOREIGN, 14400, duration_ms=600_000))
    yield database


async def calls(database: Database, **wanted: Any) -> list[str]:
    async with database.reading() as tx:
        return [one.call for one in (await tx.catalogue_search.search(CatalogueFilter(**wanted))).recordings]


NFD = unicodedata.normalize("NFD", "Bãi RÁC")
ASKED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, [FOREIGN, EMERGENCY, SILENT, WASTE, LAMP]),
    **{
        f"a landline as {number}": ({"number": number}, [LAMP])
        for number in (
            "+842743822222",
            "00842743822222",
            "842743822222",
            "02743822222",
            "2743822222",
            "(0274) 3 822 222",
            "0274.3822.222",
            "+84 (0) 274 3822222",
            "3822222",
            "43822222",
            "2222",
        )
    },
    "another's four digits": ({"number": "2223"}, []),
    "a mobile of two calls": ({"number": "0901 234 567"}, [EMERGENCY, WASTE]),
    "the number of the ticket": ({"number": "+84988777666"}, [LAMP]),
    "a number abroad": ({"number": "+1 (415) 555-0123"}, [FOREIGN]),
    "a number abroad with 00": ({"number": "0014155550123"}, [FOREIGN]),
    "its end": ({"number": "50123"}, [FOREIGN]),
    "since": ({"since": at(7200)}, [FOREIGN, EMERGENCY, SILENT]),
    "until is not included": ({"until": at(7200)}, [WASTE, LAMP]),
    "a span": ({"since": at(3600), "until": at(7201)}, [SILENT, WASTE]),
    "an empty span": ({"since": at(9), "until": at(8)}, []),
    "a person": ({"person": "1002"}, [WASTE]),
    "a line": ({"line": "103"}, [EMERGENCY]),
    "an agency": ({"agency": "so-tnmt"}, [WASTE]),
    "a category": ({"category": "xay-dung"}, [LAMP]),
    "a ticket": ({"code": "20000002"}, [WASTE]),
    "no ticket": ({"code": "20000003"}, []),
    "a minute and more": ({"shortest_ms": 60_000}, [FOREIGN, EMERGENCY]),
    "a minute to two": ({"shortest_ms": 60_000, "longest_ms": 120_000}, [EMERGENCY]),
    "words with marks": ({"words": "đèn đường"}, [LAMP]),
    "words without": ({"words": "DEN DUONG"}, [LAMP]),
    "marks of their own, other order": ({"words": f"{NFD} my binh"}, [WASTE]),
    "a word of both": ({"words": "đường"}, [WASTE, LAMP]),
    "a part of a word": ({"words": "ra"}, []),
    "a word with a hyphen": ({"words": "dt-747"}, [WASTE]),
    "words of two tickets": ({"words": "đèn rác"}, []),
    "a name": ({"words": "Ánh"}, [LAMP]),
    "words that tell nobody who it is": ({"words": "den duong", "open_words": True}, [LAMP]),
    **{
        f"not by {what}": ({"words": words, "open_words": True}, [])
        for what, words in {
            "a name": "Ánh",
            "an address": "Lê Lợi",
            "an email": "anh.nguyen",
            "a number": "0988777666",
            "a part of one": "777",
            "a number in the content": "345",
        }.items()
    },
    "words that would be SQL": ({"words": "%' OR 1=1 --"}, []),
    "nothing but signs": ({"words": "--- !!!"}, [FOREIGN, EMERGENCY, SILENT, WASTE, LAMP]),
    "spooled": ({"state": Shown.SPOOLED}, [WASTE, LAMP]),
    "stored": ({"state": Shown.STORED}, [FOREIGN]),
    "verified": ({"state": Shown.VERIFIED}, [EMERGENCY]),
    "not recorded": ({"state": Shown.NOT_RECORDED}, [SILENT]),
    "not recorded, at a line": ({"state": Shown.NOT_RECORDED, "line": "101"}, [SILENT]),
    "not recorded, at another": ({"state": Shown.NOT_RECORDED, "line": "102"}, []),
    "damaged": ({"state": Shown.DAMAGED}, []),
    "held": ({"state": Shown.HELD}, []),
    "emergencies": ({"kind": CallKind.EMERGENCY}, [EMERGENCY]),
    "open tickets": ({"kind": CallKind.TICKET_OPEN}, [WASTE, LAMP]),
    "ordinary": ({"kind": CallKind.ORDINARY}, [FOREIGN, SILENT]),
    "all at once": (
        {
            "number": "4567",
            "since": at(0),
            "until": at(9000),
            "person": "1002",
            "line": "102",
            "agency": "so-tnmt",
            "category": "moi-truong",
            "code": "20000002",
            "words": "rác",
            "shortest_ms": 1,
            "longest_ms": 99_000,
            "state": Shown.SPOOLED,
            "kind": CallKind.TICKET_OPEN,
        },
        [WASTE],
    ),
    "all but one": ({"number": "0901234567", "person": "1002", "words": "đèn"}, []),
}


async def test_every_question_has_its_answer(filled: Database) -> None:
    for name, (wanted, expected) in ASKED.items():
        assert await calls(filled, **wanted) == expected, name


async def test_the_second_step_answers_as_the_first(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_search, "WINDOW", 1)
    monkeypatch.setattr(catalogue_search, "SELDOM_WINDOW", 1)
    for name, (wanted, expected) in ASKED.items():
        assert await calls(filled, **wanted) == expected, name


@pytest.mark.parametrize("number", ["123", "+84", "không số", "1a2b3"])
async def test_too_few_digits_are_refused(database: Database, number: str) -> None:
    with pytest.raises(Invalid) as caught:
        await calls(database, number=number)
    assert caught.value.error_id == "number-short"


@pytest.mark.parametrize("window", [1, 3, 600])
async def test_pages_give_everything_once(database: Database, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_search, "WINDOW", window)
    dice = random.Random(1022)
    for number in range(40):
        person = dice.choice(["1001", "1002"])
        await ended(database, f"hl1-{number + 1}.1", dice.randrange(20), person=person)
    questions: tuple[dict[str, Any], ...] = (
        {},
        {"person": "1002"},
        {"number": "0901234567"},
        {"number": "4567", "line": "101"},
    )
    for wanted in questions:
        for limit in (1, 7, 100):
            whole = await calls(database, **wanted, limit=100)
            pages: list[str] = []
            before: int | None = None
            async with database.reading() as tx:
                while True:
                    asked = CatalogueFilter(**wanted, limit=limit, before=before)
                    page = await tx.catalogue_search.search(asked)
                    pages += [one.call for one in page.recordings]
                    if page.next is None:
                        break
                    before = page.next
            assert pages == whole and len(set(pages)) == len(pages) > 5


async def test_a_call_that_comes_in_meanwhile_moves_no_page(filled: Database) -> None:
    async with filled.reading() as tx:
        first = await tx.catalogue_search.search(CatalogueFilter(limit=2))
    await ended(filled, "hl1-9.1", 20_000)
    assert await calls(filled, limit=2, before=first.next) == [SILENT, WASTE]
    assert first.recordings[0].started_at - first.recordings[1].started_at == timedelta(hours=1)
