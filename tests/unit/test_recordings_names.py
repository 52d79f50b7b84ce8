"""Spool names: both ways, and nothing else is taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.names import (
    call_day,
    copy_name,
    folder_parts,
    format_name,
    from_ms,
    is_copy,
    is_made_copy,
    original_name,
    parse_name,
    repaired_name,
    row_id,
    sealed_anew,
    stem,
    to_ms,
    unfinished,
)
from hotline1022.recordings.types import Side, SpoolFile

UNIQUE = st.from_regex(r"\A(?:[A-Za-z0-9][A-Za-z0-9_-]{0,39}-)?[0-9]{9,11}\.[0-9]{1,10}\Z")
FILES = st.one_of(
    st.builds(
        SpoolFile,
        call=UNIQUE.map(lambda text: CallId(ChannelId(text))),
        channel=UNIQUE.map(ChannelId),
        kind=st.sampled_from(LegKind),
        started_ms=st.integers(0, 9_999_999_999_999),
        side=st.sampled_from(Side),
    ),
    st.builds(
        SpoolFile,
        call=UNIQUE.map(lambda text: CallId(ChannelId(text))),
        channel=UNIQUE.map(ChannelId),
        kind=st.none(),
        started_ms=st.integers(0, 9_999_999_999_999),
        side=st.none(),
    ),
)


def test_the_names_of_the_dialplan_are_understood() -> None:
    said = parse_name("hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123-r.wav")
    assert said == SpoolFile(
        call=CallId(ChannelId("hl1-1795470208.58")),
        channel=ChannelId("hl1-1795470209.61"),
        kind=LegKind.AGENT,
        started_ms=1795470210123,
        side=Side.SAID,
    )
    message = parse_name("hl1-1795470208.58~hl1-1795470208.58~voicemail~1795470210123.wav")
    assert message is not None and message.voicemail and message.side is None
    assert row_id(message) == stem(message) == "hl1-1795470208.58~hl1-1795470208.58~voicemail~1795470210123"


@given(FILES)
def test_a_name_that_is_written_is_read_back(file: SpoolFile) -> None:
    name = format_name(file)
    assert parse_name(name) == file
    assert "/" not in name and len(name) < 200
    assert original_name(repaired_name(name)) == name
    assert parse_name(repaired_name(name)) is None


@given(st.text())
def test_any_text_is_either_refused_or_exactly_one_of_ours(text: str) -> None:
    file = parse_name(text)
    assert file is None or format_name(file) == text


@given(FILES, st.integers(0, 150), st.characters())
def test_one_wrong_letter_makes_another_file_or_none(file: SpoolFile, at: int, letter: str) -> None:
    name = format_name(file)
    changed = name[:at] + letter + name[at + 1 :]
    found = parse_name(changed)
    assert found is None or format_name(found) == changed


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a.wav",
        "../hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123-r.wav",
        "hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123-r.wav\n",
        "hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123-r.WAV",
        "hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123.wav",
        "hl1-1795470208.58~hl1-1795470209.61~voicemail~1795470210123-r.wav",
        "hl1-1795470208.58~hl1-1795470209.61~leader~1795470210123-r.wav",
        "hl1-1795470208.58~hl1-1795470209.61~agent~-795470210123-r.wav",
        "hl1-1795470208.58~hl1-1795470209.61~agent~179547021012-r.wav",
        "hl1-1795470208.58~..~agent~1795470210123-r.wav",
        "hl1-１７９５４７０２０８.58~hl1-1795470209.61~agent~1795470210123-r.wav",
        ".hl1-1795470208.58~hl1-1795470209.61~agent~1795470210123-r.wav.part",
    ],
)
def test_everything_else_is_not_ours(name: str) -> None:
    assert parse_name(name) is None


def test_a_value_that_makes_no_name_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        format_name(
            SpoolFile(call=CallId(ChannelId("../etc")), channel=ChannelId("1.1"), kind=None, started_ms=1, side=None)
        )
    assert caught.value.error_id == "recording-name"


def test_the_folder_is_the_provinces_day_of_the_calls_start() -> None:
    # 2026-11-23 17:00 UTC is midnight in the province
    before, after = (CallId(ChannelId(f"hl1-{seconds}.1")) for seconds in (1795453199, 1795453200))
    assert (call_day(before), call_day(after)) == (date(2026, 11, 23), date(2026, 11, 24))
    assert folder_parts(after) == ("2026", "11", "24", "hl1-1795453200.1")


@pytest.mark.parametrize("call", ["..", "", "hl1", "a/b-1795453200.1", "1795453200"])
def test_a_call_id_that_is_none_has_no_folder(call: str) -> None:
    with pytest.raises(Invalid):
        folder_parts(CallId(ChannelId(call)))


@given(st.integers(0, 9_999_999_999_999))
def test_milliseconds_are_exact_both_ways(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


def test_a_listening_copy_is_no_spool_name() -> None:
    call = CallId(ChannelId("hl1-1795453200.1"))
    name = copy_name(call, "0123456789ab")
    assert parse_name(name) is None and is_copy(call, name) and is_copy(call, f".{name}.part")
    assert not is_copy(call, "hl1-1795453200.1~hl1-1795453200.1~citizen~1795470210123-r.wav")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        (".a-r.wav.reseal", "a-r.wav"),
        ("..a-r.wav.reseal.part", "a-r.wav"),
        (".a-r.wav.part", "a-r.wav"),
        ("a-r.wav", ""),
        (".hidden", ""),
        (".reseal", ""),
    ],
)
def test_what_was_never_finished_is_known_by_its_name(name: str, whole: str) -> None:
    assert unfinished(name) == whole


def test_what_may_be_taken_away_has_exactly_a_name_that_is_given_here() -> None:
    call = CallId(ChannelId("hl1-1795453200.1"))
    made = copy_name(call, "0123456789ab")
    for name in (made, f".{made}.part", f".{made}.reseal", f"..{made}.reseal.part"):
        assert is_made_copy(call, name), name
    original = f"{call}~{call}~citizen~1795470210123-r.wav"
    for other in (
        f".{made}", f"{made}.part", f"{call}~listen-0123456789AB.wav", f"{call}~listen-x.wav", f"{made}.wav", original,
        copy_name(CallId(ChannelId("hl1-1795453200.2")), "0123456789ab"),
    ):  # fmt: skip
        assert not is_made_copy(call, other), other
    assert sealed_anew(f".{original}.reseal") == sealed_anew(f"..{original}.reseal.part") == original
    assert sealed_anew(f".{repaired_name(original)}.reseal") == repaired_name(original)
    for other in (f".{original}.part", original, ".more.wav.reseal", f"{original}.reseal", f".{made}.reseal"):
        assert sealed_anew(other) == "", other
