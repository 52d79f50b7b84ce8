"""The text of an SMS: marks, alphabets, parts; caps, quiet hours; the moves of a message. All pure, mostly by table."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.clock import local
from hotline1022.notify.answers import Accepted, Arrived, NoAnswer, NotTaken, RefusedForGood, StillOpen, Undeliverable
from hotline1022.notify.caps import Caps, may_send
from hotline1022.notify.decide import after_ask, after_send
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.retry import ASK, LONGEST, TRIES, again_at, ask_at, given_up
from hotline1022.notify.sms import BASIC, EXTENDED, decode_gsm7, encode, mobile, plain, split, units, written
from hotline1022.notify.states import TABLE, Trigger, follow, moves
from hotline1022.notify.types import Begun, Encoding, MessageState
from tests.unit.notify_memory import AT, PHONE, a_message

G, U = Encoding.GSM7, Encoding.UCS2
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Đường phố Nguyễn Huệ ướt", "Duong pho Nguyen Hue uot"),
        ("đ Đ ơ Ơ ư Ư ệ Ệ", "d D o O u U e E"),
        ("à é ì ò ù", "a e i o u"),
        ("“Ngập” ‘sâu’ – gấp…", "\"Ngap\" 'sau' - gap..."),
        ("e\u0302\u0301 ế", "e e"),
        ("50₫ ½ ﬁ", "50d 1/2 fi"),
        ("một\u00a0hai\u200bba\tbốn", "mot haiba bon"),
        ("giá {10} [a] €5", "gia {10} [a] €5"),
        ("ký tự 漢 😀", "ky tu ? ?"),
        ("", ""),
    ],
)
def test_vietnamese_without_marks(text: str, bare: str) -> None:
    assert plain(text) == bare


@pytest.mark.parametrize(
    ("text", "encoding", "lengths"),
    [
        ("", G, [0]),
        ("x" * 160, G, [160]),
        ("x" * 161, G, [153, 8]),
        ("x" * 306, G, [153, 153]),
        ("x" * 307, G, [153, 153, 1]),
        ("x" * 459, G, [153] * 3),
        ("x" * 158 + "€", G, [159]),
        ("x" * 159 + "€", G, [153, 7]),
        ("x" * 152 + "€" + "x" * 7, G, [152, 8]),
        ("đ" * 70, U, [70]),
        ("đ" * 71, U, [67, 4]),
        ("đ" * 134, U, [67, 67]),
        ("đ" * 135, U, [67, 67, 1]),
        ("đ" * 69 + "😀", U, [67, 3]),
        ("đ" * 66 + "😀" + "đ" * 10, U, [66, 11]),
    ],
)
def test_parts(text: str, encoding: Encoding, lengths: list[int]) -> None:
    assert [len(part) for part in split(text, encoding)] == lengths


def test_signs_that_cost_two_places_and_one_that_makes_all_dear() -> None:
    assert [sign for sign in "^{}[]~\\|€" if units(sign, G) != 2] == []
    assert units('@£$¥_!"#&/', G) == 10
    dear = "Hôm nay “đẹp”"
    assert plain(dear).isascii() and written(dear, G) == 'Hom nay "dep"', "a smart quote must not make it UCS-2"


@given(st.text(max_size=700), st.sampled_from([G, U]))
def test_parts_are_the_text_and_none_is_too_long(text: str, encoding: Encoding) -> None:
    text = written(text, encoding)
    parts = split(text, encoding)
    assert "".join(parts) == text
    most = {G: (160, 153), U: (70, 67)}[encoding][len(parts) > 1]
    assert all(units(part, encoding) <= most for part in parts)
    if encoding is G:
        assert set(text) <= set(BASIC) | set(EXTENDED)
        assert "".join(decode_gsm7(encode(part, G)) for part in parts) == text
    elif not any("\ud800" <= c <= "\udfff" for c in text):
        assert b"".join(encode(part, U) for part in parts).decode("utf-16-be") == text


def test_a_part_of_ucs2_is_at_most_140_bytes_with_its_header() -> None:
    assert max(len(encode(part, U)) for part in split("đ" * 500, U)) == 134
    assert len(encode("đ" * 70, U)) == 140


@pytest.mark.parametrize(
    ("number", "reached"),
    [
        ("0901234567", PHONE),
        ("84901234567", PHONE),
        ("+84 90 123 45 67", PHONE),
        ("02743822333", ""),
        ("+842743822333", ""),
        ("1022", ""),
        ("19001022", ""),
        ("090123456", ""),
        ("anonymous", ""),
        ("", ""),
        # a mobile of another country, made up by whoever called
        ("+14155550100", ""),
        ("+66812345678", ""),
    ],
)
def test_whom_an_sms_reaches(number: str, reached: str) -> None:
    assert mobile(number) == reached


# ---------------------------------------------------------------- caps and hours


def begun(*seconds: float, to: str = PHONE) -> list[Begun]:
    return [Begun(recipient=to, at=AT - timedelta(seconds=one)) for one in seconds]


@pytest.mark.parametrize(
    ("history", "caps", "waits"),
    [
        ([], Caps(per_minute=1, per_number=1), 0),
        (begun(59, 30, 10), Caps(per_minute=4, per_number=0), 0),
        (begun(59, 30, 10), Caps(per_minute=3, per_number=0), 1),
        (begun(59, 30, 10), Caps(per_minute=2, per_number=0), 30),
        (begun(61, 60, 10), Caps(per_minute=2, per_number=0), 0),
        (begun(59, 30, 10), Caps(per_minute=0, per_number=0), 0),
        (begun(3000, 100, 20), Caps(per_minute=0, per_number=3), 600),
        (begun(3000, 100, 20, to="+84907654321"), Caps(per_minute=0, per_number=3), 0),
        (begun(3000, 20, 10), Caps(per_minute=2, per_number=3), 600),
    ],
)
def test_caps(history: list[Begun], caps: Caps, waits: float) -> None:
    assert may_send(history, PHONE, AT, caps) == AT + timedelta(seconds=waits)


@given(st.lists(st.integers(0, 4000), max_size=30), st.integers(0, 8), st.integers(0, 8))
def test_caps_are_kept_when_each_waits_its_time(ages: list[int], per_minute: int, per_number: int) -> None:
    history = begun(*sorted(ages, reverse=True))
    caps = Caps(per_minute=per_minute, per_number=per_number)
    at = may_send(history, PHONE, AT, caps)
    assert at >= AT
    for span, cap in ((timedelta(minutes=1), per_minute), (timedelta(hours=1), per_number)):
        if cap:
            assert sum(one.at > at - span for one in history) < cap


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("20:59", None),
        ("21:00", "07:00+1"),
        ("23:59", "07:00+1"),
        ("00:00", "07:00"),
        ("06:59", "07:00"),
        ("07:00", None),
        ("12:00", None),
    ],
)
def test_quiet_hours_of_the_province(clock: str, until: str | None) -> None:
    at = datetime.fromisoformat(f"2026-11-23T{clock}:00+07:00").astimezone(UTC)
    found = Quiet().until(at)
    if until is None:
        assert found is None
    else:
        assert found is not None
        later = local(found)
        assert (f"{later:%H:%M}", later.date().day) == (until[:5], 24 if until.endswith("+1") else 23)


def test_quiet_at_noon_and_never() -> None:
    noon = datetime.fromisoformat("2026-11-23T12:00:00+07:00")
    siesta = Quiet(starts=noon.time().replace(hour=11, minute=30), ends=noon.time().replace(hour=13))
    found = siesta.until(noon)
    assert found is not None and f"{local(found):%H:%M}" == "13:00"
    assert Quiet(starts=noon.time(), ends=noon.time()).until(noon) is None


# ---------------------------------------------------------------- moves


def test_every_state_has_a_way_out_or_is_the_end() -> None:
    for state in MessageState:
        leads = {following for (one, _), following in TABLE.items() if one is state}
        assert bool(leads) == (state is not MessageState.DELIVERED), state
    reached, front = {MessageState.NEW}, {MessageState.NEW}
    while front:
        front = {following for (one, _), following in TABLE.items() if one in front} - reached
        reached |= front
    assert reached == set(MessageState)


def test_what_left_is_never_new_again_but_by_the_gateways_word_or_by_hand() -> None:
    back = {
        trigger for (state, trigger), to in TABLE.items() if to is MessageState.NEW and state is MessageState.UNKNOWN
    }
    assert back == {Trigger.NOT_TAKEN, Trigger.RESEND}
    assert follow(MessageState.SENDING, Trigger.LEASE_OVER) is MessageState.UNKNOWN
    assert follow(MessageState.DELIVERED, Trigger.RESEND) is None
    assert moves(Trigger.LEASE_OVER) == {
        MessageState.LEASED: MessageState.NEW,
        MessageState.SENDING: MessageState.UNKNOWN,
    }


@given(st.integers(0, 40), st.floats(0, 0.999), st.none() | st.floats(0, 5000))
def test_waits_grow_and_are_bounded(tries: int, chance: float, seconds: float | None) -> None:
    wait = (again_at(tries, AT, chance, seconds) - AT).total_seconds()
    if seconds is None:
        assert 15 <= wait <= LONGEST * 1.25
        assert wait <= (again_at(tries + 2, AT, chance) - AT).total_seconds() + 1e-6
    else:
        assert max(1.0, seconds) - 1e-6 <= wait <= max(1.0, seconds) * 1.25 + 1e-6


def test_giving_up_and_asking_end() -> None:
    assert not given_up(TRIES - 1, AT, AT + DAY - timedelta(seconds=1), DAY)
    assert given_up(TRIES, AT, AT, DAY) and given_up(0, AT, AT + DAY, DAY)
    asked = [ask_at(number, AT) for number in range(len(ASK) + 1)]
    assert asked[-1] is None
    assert all(a is not None and b is not None and a < b for a, b in itertools.pairwise(asked[:-1]))


SENDS = {"chance": 0.5, "patience": DAY}


@pytest.mark.parametrize(
    ("said", "trigger", "counts"),
    [
        (Accepted(ids=("1",)), Trigger.ACCEPTED, True),
        (NoAnswer(reason="x"), Trigger.NO_ANSWER, True),
        (RefusedForGood(error_id="x", reason="x"), Trigger.REFUSED, True),
        (NotTaken(error_id="x", reason="x"), Trigger.NOT_TAKEN, True),
        (NotTaken(error_id="x", reason="x", away=True), Trigger.NOT_TAKEN, False),
        (NotTaken(error_id="x", reason="x", seconds=9.0), Trigger.NOT_TAKEN, False),
    ],
)
def test_after_a_request(said: Accepted, trigger: Trigger, counts: bool) -> None:
    step = after_send(a_message(), said, AT, **SENDS)  # type: ignore[arg-type]
    assert (step.trigger, step.counts) == (trigger, counts)
    assert follow(MessageState.SENDING, trigger) is not None
    assert (step.due_at is not None) == (trigger is Trigger.NOT_TAKEN)


def test_the_last_try_is_the_last() -> None:
    tired = a_message(tries=TRIES - 1)
    down = NotTaken(error_id="x", reason="x")
    assert after_send(tired, down, AT, **SENDS).trigger is Trigger.TOO_LATE  # type: ignore[arg-type]
    away = NotTaken(error_id="x", reason="x", away=True)
    assert after_send(tired, away, AT, **SENDS).trigger is Trigger.NOT_TAKEN  # type: ignore[arg-type]
    assert after_send(tired, away, AT + DAY, **SENDS).trigger is Trigger.TOO_LATE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "said", "trigger"),
    [
        (MessageState.UNKNOWN, Accepted(), Trigger.ACCEPTED),
        (MessageState.UNKNOWN, NotTaken(error_id="x", reason="x"), Trigger.NOT_TAKEN),
        (MessageState.UNKNOWN, StillOpen(), None),
        (MessageState.UNKNOWN, Arrived(), Trigger.ARRIVED),
        (MessageState.SENT, Arrived(), Trigger.ARRIVED),
        (MessageState.SENT, Undeliverable(reason="x"), Trigger.UNDELIVERABLE),
        (MessageState.SENT, Accepted(), None),
        (MessageState.SENT, NotTaken(error_id="x", reason="x"), None),
        (MessageState.SENT, StillOpen(), None),
    ],
)
def test_after_asking(state: MessageState, said: StillOpen, trigger: Trigger | None) -> None:
    step = after_ask(a_message(state=state), said, AT, can_follow=True)
    assert step.trigger is trigger
    assert trigger is None or follow(state, trigger) is not None
    assert after_ask(a_message(state=state, asked=len(ASK)), StillOpen(), AT).ask_at is None
