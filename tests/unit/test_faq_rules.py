"""Questions and answers without a database: states, who may what, how well an answer fits, what is noted of a search."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.faq.rules import (
    check_agency,
    check_seen,
    edited,
    moved,
    replaced,
    text_of,
    with_version,
    written,
    wrote,
)
from hotline1022.faq.search import best, keys_of, noted, query_of
from hotline1022.faq.seed import MARK, examples
from hotline1022.faq.states import TABLE, allowed, follow
from hotline1022.faq.types import Account, Author, Candidate, Entry, Move, State, Text
from tests.unit.calls_memory import NOW
from tests.unit.faq_memory import CHIEF, TEXT, WRITER, an_entry

TODAY = date(2026, 11, 24)


def refused(work: object, *given: object, **more: object) -> str:
    assert callable(work)
    with pytest.raises(HotlineError) as caught:
        work(*given, **more)
    return caught.value.error_id


def step(entry: Entry, move: Move, by: Author = WRITER, why: str = "lý do") -> Entry:
    return with_version(entry, moved(entry, move, why, by, NOW), NOW)


def test_every_cell_of_the_table_and_no_other() -> None:
    for state, move in itertools.product(State, Move):
        if (state, move) in TABLE:
            assert follow(state, move) is TABLE[state, move]
        else:
            assert refused(follow, state, move) == "faq-state"
    assert allowed(State.PUBLISHED) == (Move.WITHDRAW,), "what comes by itself is not offered"
    assert allowed(State.WITHDRAWN) == allowed(State.REPLACED) == ()


def test_who_wrote_a_part_of_it_does_not_publish_it() -> None:
    one = step(an_entry(), Move.PROPOSE)
    assert refused(moved, one, Move.PUBLISH, "", WRITER, NOW) == "faq-same-person"
    same_contact = Author(keys=frozenset({"user:other", "user:lan"}), name="Lan")
    assert refused(moved, one, Move.PUBLISH, "", same_contact, NOW) == "faq-same-person"
    assert moved(one, Move.PUBLISH, "", CHIEF, NOW).published_by == "Bình"
    # a chief who mends a word has written it: somebody else must look again
    mended = step(one, Move.RETURN, CHIEF)
    mended = with_version(mended, written(mended, replace(TEXT, answer="Khác."), CHIEF, NOW), NOW)
    mended = step(mended, Move.PROPOSE, CHIEF)
    for by in (WRITER, CHIEF):
        assert refused(moved, mended, Move.PUBLISH, "", by, NOW) == "faq-same-person"


def test_who_wrote_it_under_another_name_of_the_own_does_not_publish_it() -> None:
    accounts = {"user:1f": Account(login="tran.an", name="Trần An"), "user:2f": Account(login="binh", name="Lê Bình")}
    an, binh = (Author(keys=frozenset({key}), name="x") for key in accounts)
    for written_by in ("cli:tranan", "cli:tran.an", "token:trần  an", "token:Tran.An"):
        by = Author(keys=frozenset({written_by}), name="y", reads_all=True)
        one = an_entry(draft=False)
        one = step(with_version(one, written(one, TEXT, by, NOW), NOW), Move.PROPOSE, by)
        assert one.open is not None and wrote(one.open, an, accounts) and not wrote(one.open, binh, accounts)
        assert refused(moved, one, Move.PUBLISH, "", an, NOW, accounts) == "faq-same-person", written_by
        assert moved(one, Move.PUBLISH, "", binh, NOW, accounts).state is State.PUBLISHED
        assert moved(one, Move.RETURN, "sai", an, NOW, accounts).state is State.DRAFT, "the own is taken back"
    # and the other way round: an account wrote it, a shell or a token would publish it
    one = an_entry(draft=False)
    one = step(with_version(one, written(one, TEXT, an, NOW), NOW), Move.PROPOSE, an)
    for key in ("cli:tranan", "token:TRẦN AN"):
        by = Author(keys=frozenset({key}), name="y", reads_all=True)
        assert refused(moved, one, Move.PUBLISH, "", by, NOW, accounts) == "faq-same-person", key
    other = Author(keys=frozenset({"token:Trần Anh"}), name="y", reads_all=True)
    assert moved(one, Move.PUBLISH, "", other, NOW, accounts).state is State.PUBLISHED


def test_what_somebody_else_wrote_stays_in_the_history_when_it_is_written_over() -> None:
    one = an_entry()
    own = edited(one, replace(TEXT, answer="Của Lan."), WRITER, NOW)
    assert (own.opened, own.last) == (2, 2), "the own draft is changed in place"
    assert edited(own, own.version(2).text, CHIEF, NOW).last == 2, "the same text loses nothing"
    other = edited(own, replace(TEXT, answer="Của Bình."), CHIEF, NOW)
    assert (other.published, other.opened, other.last) == (1, 3, 3)
    before, after = other.version(2), other.version(3)
    assert (before.state, before.text.answer, before.ended_by) == (State.WITHDRAWN, "Của Lan.", "Bình")
    assert (after.state, after.text.answer, after.authors) == (State.DRAFT, "Của Bình.", WRITER.keys | CHIEF.keys)
    proposed = step(other, Move.PROPOSE, CHIEF)
    assert refused(edited, proposed, TEXT, WRITER, NOW) == "faq-state"


def test_a_new_version_lies_beside_the_published_one_until_it_is_published() -> None:
    one = an_entry()
    assert (one.published, one.opened, one.shown.number) == (1, 2, 1)
    one = step(one, Move.PROPOSE)
    assert one.shown.number == 1
    before = replaced(one, CHIEF, NOW)
    assert before is not None and before.state is State.REPLACED
    one = step(with_version(one, before, NOW), Move.PUBLISH, CHIEF)
    assert (one.published, one.opened, one.last) == (2, 0, 2)
    assert [each.state for each in one.versions] == [State.PUBLISHED, State.REPLACED]
    one = step(one, Move.WITHDRAW, CHIEF)
    assert (one.published, one.opened) == (0, 0)
    again = with_version(one, written(one, TEXT, WRITER, NOW), NOW)
    assert (again.opened, again.open and again.open.state) == (3, State.DRAFT)


def test_what_is_proposed_is_not_changed_behind_the_back() -> None:
    one = step(an_entry(), Move.PROPOSE)
    assert refused(written, one, TEXT, WRITER, NOW) == "faq-state"


def test_reasons_are_asked_for() -> None:
    one = step(an_entry(), Move.PROPOSE)
    for why in ("", "  ", "x" * 501, "a\nb"):
        assert refused(moved, one, Move.RETURN, why, CHIEF, NOW) == "faq-why"
    assert refused(moved, an_entry(draft=False), Move.WITHDRAW, "", CHIEF, NOW) == "faq-why"
    assert refused(moved, an_entry(draft=False), Move.PROPOSE, "", WRITER, NOW) == "faq-state"


def test_it_holds_through_its_last_day_in_the_province() -> None:
    one = an_entry()
    draft = one.open
    assert draft is not None
    last = replace(draft, text=replace(TEXT, valid_to=TODAY))
    midnight = NOW.replace(year=2026, month=11, day=24, hour=16, minute=59, second=59)  # 23:59:59 there
    assert not last.out_of_date(midnight) and last.out_of_date(midnight + timedelta(seconds=1))
    over = with_version(one, last, NOW)
    assert moved(over, Move.PROPOSE, "", WRITER, midnight).state is State.PROPOSED
    assert refused(moved, over, Move.PROPOSE, "", WRITER, midnight + timedelta(seconds=1)) == "faq-over"


def test_people_of_an_agency_reach_its_entries_alone() -> None:
    other = Author(keys=frozenset({"user:x"}), name="x", agencies=frozenset({"so-xay-dung"}))
    assert refused(check_agency, other, "so-y-te") == "faq-agency"
    assert refused(check_seen, other, an_entry()) == "faq-unknown"
    check_seen(replace(other, reads_all=True), an_entry())
    check_agency(CHIEF, "so-y-te")
    nobody = Author(keys=frozenset({"user:y"}), name="y", agencies=frozenset())
    with pytest.raises(Refused):
        check_agency(nobody, "so-y-te")
    with pytest.raises(NotFound):
        check_seen(nobody, an_entry())


@pytest.mark.parametrize(
    ("field", "value", "error_id"),
    [
        ("question", "ab", "faq-question"),
        ("question", "x" * 301, "faq-question"),
        ("question", "a\nb c", "faq-question"),
        ("question", "abc\x00d", "faq-question"),
        ("answer", " ", "faq-answer"),
        ("answer", "x" * 4001, "faq-answer"),
        ("answer", "a\u2028b", "faq-answer"),
        ("keywords", "x" * 301, "faq-keywords"),
        ("legal_source", "x" * 501, "faq-legal-source"),
        ("valid_to", date(1999, 1, 1), "faq-valid-to"),
    ],
)
def test_a_text_has_bounds(field: str, value: object, error_id: str) -> None:
    with pytest.raises(Invalid) as caught:
        text_of(replace(TEXT, **{field: value}))  # type: ignore[arg-type]
    assert caught.value.error_id == error_id


def test_a_text_has_one_form() -> None:
    given = replace(TEXT, question=" Lê\u0323 phí\u0301? ".replace("í\u0301", "i\u0301"), answer="a\r\nb\tc ")
    clean = text_of(given)
    assert clean.question == "Lệ phí?" and clean.answer == "a\nb c"


def candidate(question: str, keywords: str = "", valid_to: date | None = None) -> Candidate:
    return Candidate(entry=question, question=question, folded=fold(question), keywords=keywords, valid_to=valid_to)


def order(words: str, *found: Candidate, typing: bool = False) -> list[str]:
    return [one.question for one in best(query_of(words, typing=typing), found, TODAY)]


def test_best_first() -> None:
    exact, phrase = candidate("Khai sinh"), candidate("Đăng ký khai sinh cho con ở đâu?")
    apart, by_keyword = candidate("Sinh con thứ ba thì khai ở đâu?"), candidate("Giấy của trẻ", "khai sinh")
    over = candidate("Khai sinh quá hạn", valid_to=date(2026, 11, 23))
    for words in ("khai sinh", "Khai Sinh", "khải sình", "KHAI  SINH?"):
        assert order(words, apart, over, by_keyword, phrase, exact)[0] == "Khai sinh"
        assert order(words, apart, by_keyword, phrase)[0] == phrase.question
    assert order("khai sinh", over, phrase)[-1] == over.question, "marked, and after what holds"


def test_who_types_marks_gets_the_same_marks_first() -> None:
    father, white = candidate("Quyền của bố"), candidate("Quyền của bộ")
    assert order("của bộ", father, white)[0] == white.question
    assert order("của bố", white, father)[0] == father.question


def test_a_half_typed_word_is_open_and_an_ended_one_is_not() -> None:
    assert query_of("khai si", typing=True).open and not query_of("khai sinh ", typing=True).open
    assert order("khai si", candidate("Khai tử"), candidate("Khai sinh"), typing=True)[0] == "Khai sinh"
    assert query_of("  ?! ", typing=False).words == ()
    assert len(query_of("a " * 500, typing=False).words) == 12


def test_keys_are_words_and_pairs_without_marks() -> None:
    keys = keys_of(Text(question="Cấp đổi đất?", answer="Ở Đà Nẵng", keywords="sổ đỏ, nhà ở"))
    assert {"q:cap", "q:cap_doi", "q:doi_dat", "q:so_do", "q:nha_o", "a:nang"} <= set(keys)
    assert "q:dat_so" not in keys and "q:do_nha" not in keys, "a pair does not go over the end of a keyword"
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Nhập tịch", "nhap tich"),
        ("gọi lại 0901 234 567 về đất", "goi lai ve dat"),
        ("+84 901.234.567", ""),
        ("cccd 074200001234", "cccd"),
        ("1022 là gì", "1022 la gi"),
        ("luật 2014, nghị định 123/2015", "luat 2014 nghi dinh 123 2015"),
        ("x" * 300, "x" * 40),
    ],
)
def test_no_number_of_anybody_is_noted(typed: str, folded: str) -> None:
    assert noted(typed)[0] == folded and len(noted(typed)[1]) <= 120
    assert not any(len(word) >= 7 and word.isdigit() for word in noted(typed)[1].split())


def test_the_examples_are_texts_and_say_what_they_are() -> None:
    found = examples()
    assert len(found) >= 20 and len({text.question for _, text in found}) == len(found)
    for _, text in found:
        assert text_of(text) == text and text.answer.startswith(MARK) and text.legal_source
