"""Numbers in any writing are one key, words lose marks and case, and a check speaks of a whole recording or not at all."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.recordings.catalogue import (
    MOST_WORDS,
    asked_duration,
    asked_number,
    duration_keys,
    number_keys,
    significant,
    word_keys,
    words_of,
)
from hotline1022.recordings.types import Judged, StoredFile, Verdict
from hotline1022.recordings.verdicts import Verdicts

MOBILE = [
    "+84901234567",
    "0084901234567",
    "84901234567",
    "0901234567",
    "901234567",
    "+84 (0) 90-123.45 67",
    "090 1234567",
]


@pytest.mark.parametrize("number", MOBILE)
def test_every_writing_of_a_number_is_the_same(number: str) -> None:
    assert significant(number) == "901234567"
    assert asked_number(number) == ("n:765432109", "n:765432109")


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("1022", "1022"),
        ("115", "115"),
        ("+14155550123", "14155550123"),
        ("8412345678", "8412345678"),
        ("", ""),
        ("abc", ""),
    ],
)
def test_other_numbers(number: str, digits: str) -> None:
    assert significant(number) == digits


@given(st.text(alphabet="0123456789", min_size=9, max_size=9).filter(lambda text: text[0] != "0"))
def test_any_subscriber_in_any_writing(digits: str) -> None:
    forms = [
        f"+84{digits}",
        f"0084 {digits}",
        f"84{digits}",
        f"0{digits}",
        f"(0{digits[:3]}) {digits[3:6]}.{digits[6:]}",
    ]
    assert number_keys(forms) == (f"n:{digits[::-1]}", f"e:{digits[::-1][:4]}")


def test_ends_of_numbers() -> None:
    assert asked_number("22 22") == ("", "n:2222")
    assert number_keys(["115", "", "0274 3822 222"]) == ("n:511", "n:2222283472", "e:2222")
    with pytest.raises(Invalid) as caught:
        asked_number("+84 (3)")
    assert caught.value.error_id == "number-short"


def test_words_of_a_text() -> None:
    text = "Đèn ĐƯỜNG, đèn hỏng (số 12/3)"
    assert words_of(text) == ("den", "duong", "hong", "so", "12", "3")
    assert word_keys(unicodedata.normalize("NFD", text)) == word_keys(text)
    assert words_of("x" * 41 + " y") == ("y",)
    assert len(words_of(" ".join(map(str, range(MOST_WORDS + 9))))) == MOST_WORDS


@given(st.integers(0, 20_000_000), st.integers(0, 20_000_000))
def test_a_length_has_the_keys_that_a_search_for_it_asks(ms: int, bound: int) -> None:
    keys = set(duration_keys(ms))
    if ms >= bound:
        assert set(asked_duration(bound, None)) <= keys
    if ms <= bound:
        assert set(asked_duration(None, bound)) <= keys


class Book:
    """recordings.ports.StateBook that remembers."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self.runs: list[tuple[int, Judged]] = []

    async def files(self, calls: Sequence[str]) -> Sequence[StoredFile]:
        return []

    async def judge(self, verdicts: Sequence[Verdict]) -> Judged:
        self.verdicts += verdicts
        sound = sum(not one.wrong for one in verdicts)
        return Judged(verified=sound, damaged=tuple(one.call for one in verdicts if one.wrong))

    async def judged_all(self, recordings: int, judged: Judged) -> None:
        self.runs.append((recordings, judged))


def stored(call: str, name: str) -> StoredFile:
    return StoredFile(path=f"2026/11/24/{call}/{name}", sha256="ab" * 32)


async def test_a_recording_is_judged_when_all_its_files_were_seen() -> None:
    calls = [f"hl1-179547020{n}.1" for n in (1, 2, 3)]
    said = [stored(call, f"{call}~{call}~citizen~1795470208000-{side}.wav") for call in calls for side in "rt"]
    copy = stored(calls[0], "listen.wav")
    book = Book()
    verdicts = Verdicts(book)
    await verdicts.take([said[0]], frozenset())
    assert book.verdicts == [], "its other file may follow"
    await verdicts.take([said[1], copy, *said[2:5]], frozenset({said[3].path, copy.path}))
    assert book.verdicts == [
        Verdict(call=calls[0], checked=2),
        Verdict(call=calls[1], checked=2, wrong=(said[3].path,)),
    ]
    await verdicts.take([said[5]], frozenset())
    found = await verdicts.end()
    assert book.verdicts[2] == Verdict(call=calls[2], checked=2)
    assert found == Judged(verified=2, damaged=(calls[1],)) and book.runs == [(3, found)]
