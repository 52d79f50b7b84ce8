"""Questions and answers over a real database: versions, two people at once, searches without marks, imports, what is noted."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from hotline1022.accounts.types import Permission, Session, SignedIn, Stage, User
from hotline1022.core.errors import HotlineError, Refused
from hotline1022.db import faq_find
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.faq.sheet import Read
from hotline1022.faq.types import Asked, Author, EntryCursor, EntryFilter, Move, Report, Said, State, Text
from hotline1022.service.directory.desk import change
from hotline1022.service.faq import sheet_import as faq_import
from hotline1022.service.faq.sheet_read import read_xlsx
from tests.contract.database.faq_made import AGENCY, ANYBODY, BINH, BIRTH, LAN, OTHER, Desk, a_desk, many
from tests.lab.xlsx import a_book

HEAD = ["Câu hỏi", "Trả lời", "Từ khoá", "Căn cứ pháp lý", "Lĩnh vực", "Có hiệu lực đến hết ngày"]


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    yield await a_desk(database)


async def found(desk: Desk, words: str, **more: Any) -> list[str]:
    return [one.text.question for one in (await desk.faq.search(Asked(words=words, **more))).hits]


async def refused(work: Any) -> str:
    with pytest.raises(HotlineError) as caught:
        await work
    return caught.value.error_id


async def test_who_is_of_no_agency_finds_nothing(desk: Desk) -> None:
    """PostgreSQL knows no type of a list that is empty."""
    await desk.publish()
    for more in ({}, {"category": "ho-tich"}):
        for words in ("khai sinh", "khai sinh trễ hạn", "giấy", "không ai hỏi"):
            assert await found(desk, words, agencies=frozenset(), **more) == [], words
    assert await found(desk, "khai sinh", agencies=frozenset({AGENCY})) == [BIRTH.question]


async def test_from_a_draft_to_what_is_found_and_out_again(desk: Desk) -> None:
    one = await desk.faq.add("", BIRTH, LAN, desk.now)
    assert (one.agency, one.revision, one.open and one.open.state) == (AGENCY, 1, State.DRAFT)
    assert await found(desk, "khai sinh") == []
    one = await desk.faq.move(one.id, 1, Move.PROPOSE, "", LAN, desk.now)
    assert await refused(desk.faq.move(one.id, 2, Move.PUBLISH, "", LAN, desk.now)) == "faq-same-person"
    assert await found(desk, "khai sinh") == [], "nothing before it is published"
    one = await desk.faq.move(one.id, 2, Move.PUBLISH, "", BINH, desk.now)
    for words in (
        "khai sinh",
        "Khai sinh",
        "khải sình",
        "KHAI SINH",
        "dang ky khai sinh",
        "khai\u0309 sinh",
        "60 ngày",
    ):
        assert await found(desk, words) == [BIRTH.question], words
    # a new version beside it: the old one is found until the new one is published
    newer = replace(
        BIRTH, question="Làm giấy khai sinh ở đâu?", answer="Ở xã, hoặc trên Cổng dịch vụ công.", keywords=""
    )
    one = await desk.faq.edit(one.id, 3, newer, LAN, desk.now)
    assert await found(desk, "cha hoặc mẹ") == [BIRTH.question]
    one = await desk.faq.move(one.id, 4, Move.PROPOSE, "", LAN, desk.now)
    one = await desk.faq.move(one.id, 5, Move.PUBLISH, "", BINH, desk.now)
    assert await found(desk, "khai sinh") == [newer.question] and await found(desk, "cha hoặc mẹ") == []
    assert [(v.number, v.state) for v in one.versions] == [(2, State.PUBLISHED), (1, State.REPLACED)]
    assert await desk.faq.get(one.id) == one, "what is given is what is stored"
    one = await desk.faq.move(one.id, 6, Move.WITHDRAW, "Quy định đã đổi", BINH, desk.now)
    assert await found(desk, "khai sinh") == []
    assert one.versions[0].why == "Quy định đã đổi" and one.versions[0].ended_by == "Bình"
    async with desk.database.reading() as tx:
        left = (await tx._connection.execute(text("SELECT count(*) FROM faq_key"))).scalar_one()
    assert left == 0, "nothing of it is left in the index"


async def test_two_people_at_once_and_the_second_is_told(desk: Desk) -> None:
    one = await desk.faq.add("", BIRTH, LAN, desk.now)
    texts = [replace(BIRTH, answer=f"Bản {number}") for number in range(4)]
    done = await asyncio.gather(
        *(desk.faq.edit(one.id, 1, each, LAN, desk.now) for each in texts), return_exceptions=True
    )
    wrong = [each for each in done if isinstance(each, BaseException)]
    assert len(wrong) == 3 and {each.error_id for each in wrong if isinstance(each, Refused)} == {"faq-changed"}
    now = await desk.faq.get(one.id)
    assert now.revision == 2 and now.shown.text in texts
    one = await desk.faq.move(one.id, 2, Move.PROPOSE, "", LAN, desk.now)
    chief = Author(keys=frozenset({"user:chief"}), name="Trưởng")
    both = await asyncio.gather(
        desk.faq.move(one.id, 3, Move.PUBLISH, "", BINH, desk.now),
        desk.faq.move(one.id, 3, Move.RETURN, "Sai luật", chief, desk.now),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refused) for each in both) == 1
    assert (await desk.faq.get(one.id)).shown.state in (State.PUBLISHED, State.DRAFT)


async def test_an_agency_writes_its_own_and_a_question_once(desk: Desk) -> None:
    assert await refused(desk.faq.add(OTHER, BIRTH, LAN, desk.now)) == "faq-agency"
    assert await refused(desk.faq.add("nowhere", BIRTH, ANYBODY, desk.now)) == "faq-agency-unknown"
    assert await refused(desk.faq.add("", BIRTH, ANYBODY, desk.now)) == "faq-agency-unknown"
    assert await refused(desk.faq.add("", replace(BIRTH, category="nothing"), LAN, desk.now)) == "category-unknown"
    assert await refused(desk.faq.add("", replace(BIRTH, question="?"), LAN, desk.now)) == "faq-question"
    one = await desk.faq.add("", BIRTH, LAN, desk.now)
    again = replace(BIRTH, question=BIRTH.question.upper())
    assert await refused(desk.faq.add("", again, BINH, desk.now)) == "faq-there"
    other = await desk.faq.add(OTHER, BIRTH, ANYBODY, desk.now)
    assert await refused(desk.faq.get(other.id, LAN)) == "faq-unknown"
    assert await refused(desk.faq.edit(other.id, 1, BIRTH, LAN, desk.now)) == "faq-unknown"
    reader = replace(LAN, reads_all=True)
    assert (await desk.faq.get(other.id, reader)).id == other.id
    assert await refused(desk.faq.move(other.id, 1, Move.DROP, "", reader, desk.now)) == "faq-agency"
    await desk.faq.move(one.id, 1, Move.DROP, "", LAN, desk.now)
    assert (await desk.faq.add("", BIRTH, LAN, desk.now)).id != one.id, "what was dropped is in nobody's way"


async def test_out_of_date_answers_are_marked_found_and_listed(desk: Desk) -> None:
    desk.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    await desk.publish(replace(BIRTH, valid_to=date(2026, 11, 24)))
    hits = (await desk.faq.search(Asked(words="khai sinh"))).hits
    assert [one.out_of_date for one in hits] == [False]
    desk.now = datetime(2026, 11, 24, 17, 1, tzinfo=UTC)  # after midnight in the province
    hits = (await desk.faq.search(Asked(words="khai sinh"))).hits
    assert [one.out_of_date for one in hits] == [True]
    over = EntryFilter(over_on=date(2026, 11, 25))
    assert len(await desk.faq.list(over)) == 1 and not await desk.faq.list(replace(over, over_on=date(2026, 11, 24)))


async def test_lists_are_filtered_and_paged(desk: Desk) -> None:
    for number in range(7):
        desk.now += timedelta(minutes=1)
        await desk.faq.add(AGENCY, replace(BIRTH, question=f"Câu hỏi số {number}"), ANYBODY, desk.now)
    land = Text(
        question="Sang tên sổ đỏ", answer="Văn phòng đăng ký", legal_source="Luật Đất đai", category="construction"
    )
    desk.now += timedelta(minutes=1)
    published = await desk.publish(land, OTHER)
    seen: list[str] = []
    wanted = EntryFilter(limit=3)
    while page := await desk.faq.list(wanted):
        seen += [one.id for one in page]
        wanted = replace(wanted, before=EntryCursor(changed_at=page[-1].changed_at, entry=page[-1].id))
    assert len(seen) == len(set(seen)) == 8 and seen[0] == published.id

    async def ids(**wanted: Any) -> list[str]:
        return [one.id for one in await desk.faq.list(EntryFilter(**wanted))]

    for one in (
        {"agencies": frozenset({OTHER})},
        {"category": "construction"},
        {"state": State.PUBLISHED},
        {"words": "dat DAI"},
    ):
        assert await ids(**one) == [published.id], one
    assert len(await ids(state=State.DRAFT)) == 7 and await ids(agencies=frozenset()) == []
    assert await ids(words="100%") == [] and await ids(state=State.WITHDRAWN) == []
    await desk.faq.edit(published.id, published.revision, land, ANYBODY, desk.now)
    (both,) = await desk.faq.list(EntryFilter(agencies=frozenset({OTHER})))
    assert (both.shown.number, both.open and both.open.number) == (1, 2)


async def test_searches_go_from_the_question_to_some_of_the_words(desk: Desk) -> None:
    await desk.publish()
    await desk.publish(Text(question="Khai tử ở đâu?", answer="Tại xã; xem thêm khai sinh."))
    assert await found(desk, "khai sinh") == [BIRTH.question, "Khai tử ở đâu?"], "the question before the answer"
    assert await found(desk, "khai sinh", limit=1) == [BIRTH.question]
    near = await desk.faq.search(Asked(words="làm giấy khai sinh cho cháu ngoại"))
    assert near.near and near.hits[0].text.question == BIRTH.question
    assert await found(desk, "khai sin", typing=True) == [BIRTH.question, "Khai tử ở đâu?"]
    assert await found(desk, "%") == await found(desk, "' OR 1=1") == await found(desk, "") == []
    assert await found(desk, "khai sinh", agencies=frozenset({OTHER})) == []
    assert await found(desk, "khai sinh", category="construction") == []


async def test_what_had_no_answer_is_noted_without_numbers_ticked_off_and_comes_back(desk: Desk) -> None:
    await desk.publish()
    for words in ("Nhập tịch", "nhap tich", "NHẬP TỊCH ", "xin số 0901 234 567", "khai sinh", "0901234567"):
        await desk.faq.search(Asked(words=words))
    await desk.faq.search(Asked(words="nhap t", typing=True))
    misses = await desk.faq.misses(10)
    assert [(one.words, one.count) for one in misses] == [("NHẬP TỊCH", 3), ("xin số", 1)]
    await desk.faq.tick(misses[0].id, "user:lan", desk.now)
    await desk.faq.tick(misses[0].id, "user:binh", desk.now)
    assert [one.words for one in await desk.faq.misses(10)] == ["xin số"]
    assert await refused(desk.faq.tick("f" * 16, "user:lan", desk.now)) == "miss-unknown"
    await desk.faq.search(Asked(words="nhập tịch"))
    assert [(one.words, one.count) for one in await desk.faq.misses(10)] == [("nhập tịch", 4), ("xin số", 1)]
    async with desk.database.reading() as tx:
        dump = str((await tx._connection.execute(text("SELECT * FROM faq_miss"))).all())
    assert "0901" not in dump and "234567" not in dump


async def test_the_list_of_misses_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faq_find, "MOST_MISSES", 3)
    for words in ("một hai", "ba bốn", "ba bốn", "năm sáu", "bảy tám"):
        desk.now += timedelta(seconds=1)
        await desk.faq.search(Asked(words=words))
    assert {one.words for one in await desk.faq.misses(10)} == {"ba bốn", "năm sáu", "bảy tám"}


def a_sheet(*rows: list[str]) -> bytes:
    return a_book([HEAD, *rows])


async def taken(desk: Desk, data: bytes, *, dry_run: bool = False, propose: bool = False) -> Report:
    return await desk.faq.take_in("", data, LAN, desk.now, dry_run=dry_run, propose=propose)


async def test_an_import_is_tried_first_and_told_row_by_row(desk: Desk) -> None:
    await desk.faq.add("", BIRTH, LAN, desk.now)
    data = a_sheet(
        ["Đăng ký kết hôn ở đâu?", "Tại xã.", "", "Luật Hộ tịch 2014", "Xây dựng", "31/12/2030"],
        ["?", "", "", "", "Vũ trụ", "hôm nào"],
        [BIRTH.question.lower(), "Đã có.", "", "", "", ""],
        ["ĐĂNG KÝ KẾT HÔN Ở ĐÂU?", "Lần nữa.", "", "", "", ""],
    )
    wanted = [(2, Said.NEW), (3, Said.WRONG), (4, Said.THERE), (5, Said.THERE)]
    tried = await taken(desk, data, dry_run=True)
    assert [(one.row, one.said) for one in tried.rows] == wanted and not tried.written
    assert set(tried.rows[1].problems) == {"faq-question", "faq-answer", "category-unknown", "faq-valid-to"}
    assert len(await desk.faq.list(EntryFilter())) == 1, "nothing was written"
    done = await taken(desk, data)
    assert [(one.row, one.said) for one in done.rows] == wanted and done.written
    entries = await desk.faq.list(EntryFilter(words="ket hon"))
    assert [(one.shown.state, one.agency, one.shown.text.category) for one in entries] == [
        (State.DRAFT, AGENCY, "construction")
    ]
    assert entries[0].shown.authors == LAN.keys, "who sent the file does not publish it"
    assert (await taken(desk, data)).count(Said.NEW) == 0, "once more, and nothing is there twice"


async def test_an_import_may_propose_at_once_but_nothing_that_is_over(desk: Desk) -> None:
    data = a_sheet(["Một câu hỏi?", "Có.", "", "", "", ""], ["Câu đã cũ?", "Cũ.", "", "", "", "31/12/2001"])
    report = await taken(desk, data, propose=True)
    assert [(one.said, set(one.problems)) for one in report.rows] == [(Said.NEW, set()), (Said.WRONG, {"faq-over"})]
    (one,) = await desk.faq.list(EntryFilter())
    assert (one.shown.state, one.shown.proposed_by) == (State.PROPOSED, "Lan")
    assert await refused(desk.faq.move(one.id, 1, Move.PUBLISH, "", LAN, desk.now)) == "faq-same-person"
    await desk.faq.move(one.id, 1, Move.PUBLISH, "", BINH, desk.now)
    assert await found(desk, "một câu hỏi") == ["Một câu hỏi?"]
    assert await refused(desk.faq.take_in(OTHER, data, LAN, desk.now, dry_run=True, propose=False)) == "faq-agency"


async def test_the_loop_goes_on_while_a_sheet_is_read(desk: Desk) -> None:
    rows = [[f"Câu hỏi số {number}?", "Trả lời " * 100, "", "", "", ""] for number in range(2000)]
    data = a_sheet(*rows)
    assert len(read_xlsx(data).rows) == 2001
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    report = await taken(desk, data)
    ticking.cancel()
    assert report.count(Said.NEW) == 2000 and len(await desk.faq.list(EntryFilter(limit=3000))) == 2000
    assert ticks > 100


async def test_the_template_has_the_columns_that_are_read(desk: Desk) -> None:
    (number, cells), *_ = read_xlsx(await desk.faq.template()).rows
    assert (number, [cells[column].partition(" (")[0] for column in sorted(cells)]) == (1, HEAD)


def signed(contact: str, *may: Permission) -> SignedIn:
    user = User(id="u1", login="lan", name="Lan", roles=frozenset(), contact=contact, created_at=datetime.now(UTC))
    at = datetime.now(UTC)
    session = Session(
        id="s", user="u1", stage=Stage.FULL, made_at=at, seen_at=at, ends_at=at, origin="127.0.0.1", browser=""
    )
    return SignedIn(user=user, session=session, permissions=frozenset(may))


async def test_a_user_with_a_contact_point_writes_for_its_agency_as_long_as_it_is_one(desk: Desk) -> None:
    async with desk.database.reading() as tx:
        directory = await tx.directory.load()
    contact = next(one for one in directory.contacts.values() if one.agency == AGENCY)
    by = await desk.faq.author(signed(contact.id, Permission.FAQ_WRITE))
    assert (by.agency, by.agencies, by.reads_all) == (AGENCY, frozenset({AGENCY}), False)
    assert by.keys == {"user:u1", f"contact:{contact.id}"}, "by whichever door, one person"
    assert (await desk.faq.author(signed("", Permission.LOOK))).agencies is None
    nobodys = await desk.faq.author(signed("", Permission.HANDLE, Permission.FAQ_WRITE, Permission.FAQ_PUBLISH))
    assert (nobodys.agencies, nobodys.reads_all) == (frozenset(), False), (
        "whose contact point was taken away is of no agency"
    )
    mine = (await desk.publish()).id
    assert await refused(desk.faq.get(mine, nobodys)) == "faq-unknown"
    assert await refused(desk.faq.add(AGENCY, BIRTH, nobodys, desk.now)) == "faq-agency"
    assert await refused(desk.faq.move(mine, 1, Move.WITHDRAW, "x", nobodys, desk.now)) == "faq-unknown"
    assert (await desk.faq.author(signed(contact.id, Permission.ANSWER))).reads_all
    day = desk.now.date()
    await change(desk.database, lambda found: end(found, What.CONTACT, contact.id, day), "test", desk.now)
    by = await desk.faq.author(signed(contact.id, Permission.FAQ_WRITE))
    assert (by.agency, by.agencies) == ("", frozenset())
    assert await refused(desk.faq.add(AGENCY, BIRTH, by, desk.now)) == "faq-agency"


async def test_the_words_of_an_answer_are_found_by_an_index(desk: Desk) -> None:
    """No search walks through all answers: the plans of both databases name the index of words."""
    await many(desk.database, 400)
    await desk.publish()
    asked: list[tuple[str, Any]] = []
    async with desk.database.transaction() as tx:
        connection = tx._connection
        await connection.exec_driver_sql("ANALYZE")

        def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            asked.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", hear)
        assert await tx.faq_find.with_all(["q:khai", "q:sinh"], None, "")
        assert await tx.faq_find.with_some(["q:khai_sinh", "q:dang_ky"], None, "")
        event.remove(connection.sync_connection, "before_cursor_execute", hear)
        word = "EXPLAIN QUERY PLAN" if desk.database.dialect == "sqlite" else "EXPLAIN"
        for statement, parameters in asked:
            rows = await connection.exec_driver_sql(f"{word} {statement}", parameters)
            plan = "\n".join(str(row[-1]) for row in rows)
            assert "SCAN faq_key" not in plan and "Seq Scan on faq_key" not in plan, plan
            assert "faq_key" in plan and ("PRIMARY KEY" in plan or "pk_faq_key" in plan or "faq_key_pkey" in plan), plan


async def test_the_database_itself_keeps_one_published_version(desk: Desk) -> None:
    one = await desk.publish()
    with pytest.raises(Refused):
        async with desk.database.transaction() as tx:
            await tx._connection.execute(
                text(
                    "INSERT INTO faq_version SELECT entry_id, 2, state, question, answer, keywords, legal_source, category,"
                    " valid_to, authors, written_by, written_at, proposed_by, proposed_at, published_by, published_at,"
                    " ended_by, ended_at, why, search, folded FROM faq_version WHERE entry_id = :id"
                ),
                {"id": one.id},
            )


async def test_a_sheet_that_is_read_for_nobody_any_more_is_read_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who gives up frees no place: the thread goes on, and files made to be slow would come to be read side by side."""
    inside, most, go_on = 0, 0, threading.Event()

    def slow(data: bytes, categories: object) -> list[Read]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        assert go_on.wait(30)
        inside -= 1
        return []

    monkeypatch.setattr(faq_import, "_rows", slow)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await taken(desk, b"x")
    go_on.set()
    assert (await taken(desk, b"x")).rows == ()
    assert (most, inside) == (1, 0)
