"""AGI's bytes: replies of every form, joined lines, quoting that nothing escapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.ami_bridge.agi_wire import AgiReply, OutOfStep, ReplyReader, parse_headers, parse_reply, quote
from hotline1022.core.errors import Invalid

TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=60)


def asterisk_arguments(line: str) -> list[str]:
    """How Asterisk splits a command: quotes group, a backslash takes the next character as it is."""
    words: list[str] = []
    word, started, quoted, escaped = "", False, False, False
    for letter in line:
        if escaped:
            word, started, escaped = word + letter, True, False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted, started = not quoted, True
        elif letter in " \t" and not quoted:
            if started:
                words.append(word)
            word, started = "", False
        else:
            word, started = word + letter, True
    return [*words, word] if started else words


@given(TEXT, TEXT)
def test_asterisk_reads_back_exactly_what_was_quoted(first: str, second: str) -> None:
    line = f"SET VARIABLE {quote(first)} {quote(second)}"
    assert asterisk_arguments(line) == ["SET", "VARIABLE", first, second]
    assert "\n" not in line


@given(TEXT, st.sampled_from("\r\n\0"), TEXT)
def test_a_line_break_or_nul_is_refused(before: str, evil: str, after: str) -> None:
    with pytest.raises(Invalid) as caught:
        quote(before + evil + after)
    assert caught.value.error_id == "agi-injection"


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(Invalid):
        quote("\udcff")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"200 result=1", AgiReply(code=200, result="1", text="result=1")),
        (b"200 result=-1", AgiReply(code=200, result="-1", text="result=-1")),
        (b"200 result=0 endpos=1234", AgiReply(code=200, result="0", endpos=1234, text="result=0 endpos=1234")),
        (b"200 result= (timeout)", AgiReply(code=200, result="", data="timeout", text="result= (timeout)")),
        (b"200 result=12 (timeout)", AgiReply(code=200, result="12", data="timeout", text="result=12 (timeout)")),
        (b"200 result=1 (hangup)", AgiReply(code=200, result="1", data="hangup", text="result=1 (hangup)")),
        (b"200 result=1 ()", AgiReply(code=200, result="1", data="", text="result=1 ()")),
        (b"200 result=1 (a (b) c)", AgiReply(code=200, result="1", data="a (b) c", text="result=1 (a (b) c)")),
        (
            b"200 result=0 (timeout) endpos=5",
            AgiReply(code=200, result="0", data="timeout", endpos=5, text="result=0 (timeout) endpos=5"),
        ),
        (b"510 Invalid or unknown command", AgiReply(code=510, text="Invalid or unknown command")),
        (b"511 Command Not Permitted", AgiReply(code=511, text="Command Not Permitted")),
    ],
)
def test_each_form_of_reply(raw: bytes, expected: AgiReply) -> None:
    assert parse_reply(raw) == expected
    assert ReplyReader().feed(raw) == expected


def test_the_timeout_is_told() -> None:
    assert parse_reply(b"200 result=12 (timeout)").timeout
    assert not parse_reply(b"200 result=12").timeout


@pytest.mark.parametrize("raw", [b"", b"HANGUP", b"hello", b"20 result=1", b"200result=1", b"200 nothing"])
def test_what_is_no_reply_is_out_of_step(raw: bytes) -> None:
    with pytest.raises(OutOfStep):
        parse_reply(raw)


def joined(stream: bytes) -> list[AgiReply]:
    reader, replies = ReplyReader(), []
    for line in stream.split(b"\n"):
        reply = reader.feed(line)
        if reply is not None:
            replies.append(reply)
            reader = ReplyReader()
    assert not reader.begun
    return replies


@given(st.lists(st.text(st.characters(exclude_characters="\0()", exclude_categories=["Cs"]), max_size=30), min_size=1))
def test_values_with_line_breaks_do_not_shift_the_replies(values: list[str]) -> None:
    stream = b"\n".join(f"200 result=1 ({value})".encode() for value in values)
    assert [reply.data for reply in joined(stream)] == values


def test_a_usage_text_of_several_lines_is_one_reply() -> None:
    usage = b"520-Invalid command syntax.  Proper usage follows:\nUsage: ANSWER\n200 result=1 (in the text)\n"
    replies = joined(usage + b"520 End of proper usage.\n200 result=7")
    assert [(reply.code, reply.result) for reply in replies] == [(520, ""), (200, "7")]
    glued = joined(b"520-Invalid.  Proper usage follows:\nAnswers. 520 End of proper usage.\n200 result=7")
    assert [reply.code for reply in glued] == [520, 200]
    alone = joined(b"520 Invalid command syntax.  Proper usage not available.\n200 result=7")
    assert [reply.code for reply in alone] == [520, 200]


def test_an_endless_reply_is_given_up() -> None:
    reader = ReplyReader()
    with pytest.raises(OutOfStep):
        for _ in range(1_000):
            reader.feed(b"520-" + b"x" * 1_000)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    parse_headers(raw)
    reader = ReplyReader()
    for line in raw.split(b"\n"):
        try:
            if reader.feed(line) is not None:
                reader = ReplyReader()
        except OutOfStep:
            reader = ReplyReader()


def test_headers() -> None:
    raw = "agi_network: yes\nagi_calleridname: Nguyễn: A\nagi_x:\nagi_arg_1: \nother: 1\nagi_x: second".encode()
    assert parse_headers(raw + b"\nagi_bad: \xff") == {
        "agi_network": "yes",
        "agi_calleridname": "Nguyễn: A",
        "agi_x": "",
        "agi_arg_1": "",
        "agi_bad": "�",
    }
