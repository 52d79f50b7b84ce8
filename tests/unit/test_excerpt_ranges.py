"""Ranges of an excerpt: read as people write them, and refused with one sentence where nobody can have meant them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Invalid
from hotline1022.evidence.excerpt import Asked, AskedPart, Clock, clock_time, moment, parts_of, spoken
from hotline1022.evidence.types import MOST_BLEEPS, Bleep, Part

#: 04:43:28 in the province, on the next day of UTC
BEGAN = datetime(2026, 11, 23, 21, 43, 28, tzinfo=UTC)
ID = "0123456789abcdef"
CLOCK = Clock(recording=ID, entered_at=BEGAN, duration_ms=90_000, tracks=frozenset({"a-r", "a-t", "b-r"}))


def parts(start: str = "", end: str = "", *bleeps: Asked, recording: str = ID) -> tuple[Part, ...]:
    return parts_of(
        [AskedPart(recording=recording, start=start, end=end, bleeps=bleeps)], {ID: CLOCK, "hl1-1.1": CLOCK}
    )


def bleep(start: str, end: str, *tracks: str) -> Asked:
    return Asked(start=start, end=end, tracks=tracks)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0", 0),
        ("75", 75_000),
        ("1:15", 75_000),
        ("1:15.25", 75_250),
        ("0:01:15.004", 75_004),
        ("90:00", 5_400_000),
        ("2026-11-24T04:43:30", 2_000),
        ("2026-11-24 04:43:30.5", 2_500),
        ("2026-11-23T21:43:30Z", 2_000),
        ("2026-11-24T04:43:27", -1_000),
    ],
)
def test_moments_as_people_write_them(text: str, ms: int) -> None:
    assert moment(text, BEGAN) == ms


@pytest.mark.parametrize(
    "text",
    ["nan", "NaN", "inf", "-1", "1e3", "1:75", "1:75:00", "0x10", "1.0000", "٣", "04:43:30 ", "2026-13-24T04:43:30", "", "1:", " 1", "9" * 400],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        moment(text, BEGAN)
    assert caught.value.error_id == "excerpt-moment" and "write an offset" in str(caught.value)


@given(st.integers(0, 100 * 3_600_000))
def test_a_moment_is_read_back_as_it_was_said(ms: int) -> None:
    assert moment(spoken(ms), BEGAN) == ms
    at = clock_time(BEGAN, ms)
    assert at.tzinfo is PROVINCE and moment(at.replace(tzinfo=None).isoformat(timespec="milliseconds"), BEGAN) == ms


def test_a_part_with_what_nobody_shall_hear() -> None:
    made = parts("0:10", "2026-11-24T04:44:28", bleep("0:40", "0:41.5", "b-r", "a-r", "a-r"), bleep("0:20", "0:21"))
    silent = (Bleep(start_ms=20_000, end_ms=21_000), Bleep(start_ms=40_000, end_ms=41_500, tracks=("a-r", "b-r")))
    assert made == (Part(recording=ID, start_ms=10_000, end_ms=60_000, bleeps=silent),)
    assert parts("", "", bleep("", "0:01"), recording="hl1-1.1") == (
        Part(recording=ID, start_ms=0, end_ms=90_000, bleeps=(Bleep(start_ms=0, end_ms=1_000),)),
    )
    # the same moments of different tracks, and one that begins where the other ends
    assert len(parts("", "", bleep("1", "2", "a-r"), bleep("1", "2", "b-r"), bleep("2", "3"))[0].bleeps) == 3


@pytest.mark.parametrize(
    ("start", "end", "bleeps", "word"),
    [
        ("0:30", "0:30", [], "empty"),
        ("0:30", "0:20", [], "reversed"),
        ("0:30", "1:30.001", [], "outside"),
        ("2026-11-24T04:43:27", "0:20", [], "outside"),
        ("NaN", "0:20", [], "moment"),
        ("", "", [("0:10", "0:10")], "empty"),
        ("", "", [("0:12", "0:10")], "reversed"),
        ("0:10", "0:20", [("0:09", "0:11")], "outside"),
        ("0:10", "0:20", [("0:19", "0:20.001")], "outside"),
        ("", "", [("0:10", "0:12"), ("0:11.999", "0:13")], "overlapping"),
        ("", "", [("0:10", "0:20"), ("0:12", "0:13")], "overlapping"),
        ("", "", [("0:10", "0:12", "a-r"), ("0:11", "0:13")], "overlapping"),
        ("", "", [("0:10", "0:12", "a-r", "b-r"), ("0:11", "0:13", "b-r")], "overlapping"),
        ("", "", [("0:10", "0:12", "of-another-call-r")], "track-unknown"),
        ("", "", [("0:01", "0:02")] * (MOST_BLEEPS + 1), "too-many"),
        ("", "", [(str(n), str(n + 1)) for n in range(10_000)], "too-many"),
    ],
)
def test_what_nobody_can_have_meant(start: str, end: str, bleeps: list[tuple[str, ...]], word: str) -> None:
    with pytest.raises(Invalid) as caught:
        parts(start, end, *(bleep(*one) for one in bleeps))
    assert caught.value.error_id == f"excerpt-{word}"
    assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


def test_a_part_belongs_to_one_recording_that_has_tracks() -> None:
    for asked, clocks, word in (
        ([AskedPart(recording="f" * 16)], {ID: CLOCK}, "of-other"),
        ([AskedPart(recording=ID), AskedPart(recording="hl1-1.1")], {ID: CLOCK, "hl1-1.1": CLOCK}, "twice"),
        ([AskedPart(recording=ID)], {ID: Clock(recording=ID, entered_at=BEGAN, duration_ms=0, tracks=frozenset())}, "without-tracks"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            parts_of(asked, clocks)
        assert caught.value.error_id == f"excerpt-{word}"


def test_as_many_as_there_may_be() -> None:
    made = parts("", "", *(bleep(f"0:{n % 60}.{n // 60}", f"0:{n % 60}.{n // 60}5") for n in range(MOST_BLEEPS)))
    assert len(made[0].bleeps) == MOST_BLEEPS
    assert clock_time(BEGAN, 0) == BEGAN and BEGAN + timedelta(0) == clock_time(BEGAN, 0)
