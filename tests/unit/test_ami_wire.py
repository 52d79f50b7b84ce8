"""AMI's bytes: what is written is read back, any split gives the same messages, nothing injects."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.ami_bridge.wire import MESSAGE_LIMIT, Framer, Packet, event_name, parse, serialise
from hotline1022.core.errors import Invalid

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)
PAIRS = st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=8)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def feed(chunks: list[bytes], limit: int = MESSAGE_LIMIT) -> tuple[list[bytes], str | None]:
    framer = Framer(limit)
    messages = [message for chunk in chunks for message in framer.feed(chunk)]
    return messages, framer.broken


@given(st.lists(PAIRS, max_size=5))
def test_what_is_written_is_read_back(packets: list[list[tuple[str, str]]]) -> None:
    stream = BANNER + b"".join(serialise(pairs) for pairs in packets)
    messages, broken = feed([stream])
    assert [list(parse(message).pairs) for message in messages] == packets
    assert broken is None


@given(
    st.lists(st.one_of(PAIRS.map(serialise), st.binary(max_size=60), st.sampled_from([b"\r\n", b"\r", b"\n"]))),
    st.lists(st.integers(min_value=0), max_size=30),
)
def test_any_split_gives_the_same_messages(parts: list[bytes], places: list[int]) -> None:
    stream = BANNER + b"".join(parts)
    whole = feed([stream], limit=50)
    assert feed(cut(stream, places), limit=50) == whole
    assert feed([bytes([byte]) for byte in stream], limit=50) == whole


@given(st.binary(max_size=80), st.lists(st.integers(min_value=0), max_size=10))
def test_any_split_of_any_greeting_is_judged_alike(data: bytes, places: list[int]) -> None:
    assert feed(cut(data, places)) == feed([data])


def test_a_letter_split_between_two_reads_is_kept() -> None:
    stream = BANNER + "Event: X\r\nMemberName: Nguyễn Văn Đức\r\n\r\n".encode()
    for place in range(len(stream)):
        messages, _ = feed([stream[:place], stream[place:]])
        assert parse(messages[0]).get("MemberName") == "Nguyễn Văn Đức"


def test_bytes_that_are_no_utf8_cost_one_letter_not_the_message() -> None:
    packet = parse(b"Event: Hold\r\nCallerIDName: Nguy\xe1\xbb\r\nUniqueid: 1.1")
    assert packet.get("Uniqueid") == "1.1"
    assert packet.get("CallerIDName") == "Nguy�"


def test_a_repeated_header_is_kept_and_harms_nothing() -> None:
    packet = parse(b"Event: Hold\r\nEvent: Unhold\r\nChanVariable: a=1\r\nChanVariable: b=2")
    assert packet.get("event") == "Hold"
    assert packet.all("chanvariable") == ("a=1", "b=2")


def test_a_misspelt_name_is_absent_and_has_its_default() -> None:
    packet = Packet((("Uniqueid", ""),))
    assert "UniqueId" in packet and "Unikeid" not in packet
    assert packet.get("Unikeid", "none") == "none"


def test_values_keep_their_blanks_and_colons() -> None:
    packet = parse(b"A:  two \r\nB: x: y\r\nC:\r\nD:tight\r\nno header\r\n: nameless")
    assert packet.pairs == (("A", " two "), ("B", "x: y"), ("C", ""), ("D", "tight"))


def test_too_long_a_message_breaks_the_stream() -> None:
    messages, broken = feed([BANNER + b"A: 1\r\n\r\n" + b"B: " + b"x" * (MESSAGE_LIMIT + 1)])
    assert messages == [b"A: 1"]
    assert broken is not None and "more than" in broken


def test_what_does_not_greet_as_asterisk_is_refused() -> None:
    assert feed([b"SSH-2.0-OpenSSH\r\n"])[1] is not None
    assert feed([BANNER[:22] + b"1" * 400])[1] is not None


def test_an_event_is_known_by_its_first_line() -> None:
    assert event_name(b"Event: VarSet\r\nVariable: x") == b"VarSet"
    assert event_name(b"Event: Odd") == b"Odd"
    assert event_name(b"Response: Success\r\nEvent: no") is None


@given(VALUES, st.sampled_from("\r\n\0"), VALUES)
def test_a_line_break_or_nul_in_a_value_is_refused(before: str, evil: str, after: str) -> None:
    with pytest.raises(Invalid) as caught:
        serialise([("Action", "Setvar"), ("Value", before + evil + after)])
    assert caught.value.error_id == "ami-injection"


@pytest.mark.parametrize("key", ["", "A B", "A:", "Å", "A\r\nAction", "A\0", " A", "A\n"])
def test_what_is_no_header_name_is_refused(key: str) -> None:
    with pytest.raises(Invalid) as caught:
        serialise([(key, "x")])
    assert caught.value.error_id == "ami-injection"


def test_lone_surrogates_and_empty_messages_are_refused() -> None:
    for pairs in ([("A", "\ud800")], []):
        with pytest.raises(Invalid) as caught:
            serialise(pairs)
        assert caught.value.error_id == "ami-injection"
