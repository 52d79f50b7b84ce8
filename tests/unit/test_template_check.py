"""What is wrong with a text of a message is told by line, what is odd too; an example is what would be sent; pages have words for all."""

import re
from pathlib import Path

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.notify.audience import NAMES, AlarmEvent
from hotline1022.notify.sms import split, units
from hotline1022.notify.template_check import PLACEHOLDERS, allowed, faults, oddities
from hotline1022.notify.template_example import example
from hotline1022.notify.templates import load, template_of
from hotline1022.notify.trial import trial
from hotline1022.notify.types import Channel, Encoding, MessageState, TicketEvent, Wording
from hotline1022.web.gateways_wire import GatewayState
from hotline1022.web.page_words import words
from tests.unit.notify_memory import AT

TOP = Path(__file__).parents[2]
SMS, MAIL, MANY = "citizen.made.sms", "citizen.made.email", "leader.taken-over.email"


def sms(text: str, parts: int = 1, encoding: Encoding = Encoding.GSM7) -> Wording:
    return Wording(text=text, encoding=encoding, parts=parts)


@pytest.mark.parametrize(
    ("name", "wording", "found"),
    [
        (SMS, sms("Mã phiếu {code}."), []),
        (SMS, sms("1022.\nMã {cdoe}, {code!r}\n{officer}"), [("text", 2, "unknown"), ("text", 2, "form")]),
        (SMS, sms("Mã {code}\nvà {code"), [("text", 2, "braces")]),
        (SMS, sms("Mã {code}\nvà }"), [("text", 2, "braces")]),
        (SMS, sms("Viết {{code}} là chữ"), []),
        (SMS, sms("{code:>9}"), [("text", 1, "form")]),
        (SMS, sms("{code.x} {0} {}"), [("text", 1, "unknown")] * 3),
        (SMS, sms("{tickets}"), [("text", 1, "unknown")]),
        (SMS, sms("  \n "), [("text", 0, "empty")]),
        (SMS, sms("a" * 161), [("text", 0, "too-long")]),
        (SMS, sms("a" * 161, 2), []),
        (SMS, sms("ê" * 71, 1, Encoding.UCS2), [("text", 0, "too-long")]),
        (SMS, sms("a", 6), [("parts", 0, "parts")]),
        (SMS, sms("a", 0), [("parts", 0, "parts")]),
        (SMS, sms("a", 1, Encoding.NONE), [("parts", 0, "parts")]),
        (MAIL, Wording(subject="[1022] {code}", text="Kính gửi {officer}"), []),
        (MAIL, Wording(subject="", text="Kính gửi"), [("subject", 0, "empty")]),
        (MAIL, Wording(subject="a\nb", text="Kính gửi"), [("subject", 2, "lines")]),
        (MAIL, Wording(subject="{cod}", text="a"), [("subject", 1, "unknown")]),
        ("specialist.made.sms", sms("Mã {code}: {link}"), []),
        ("leader.overdue.sms", sms("Mã {code}\n{phone}"), [("text", 2, "citizen")]),
        (
            "owner.taken.email",
            Wording(subject="{name}", text="{phone}"),
            [("subject", 1, "citizen"), ("text", 1, "citizen")],
        ),
        (MANY, Wording(subject="{count} {former}", text="{tickets}"), []),
        (MANY, Wording(subject="{count}", text="{tickets}\n{code}"), [("text", 2, "unknown")]),
    ],
)
def test_each_fault_has_its_line(name: str, wording: Wording, found: list[tuple[str, int, str]]) -> None:
    told = faults(name, wording)
    assert [(one.place, one.line, one.word) for one in told] == found
    assert all("; " in one.message for one in told), "each names its cure"


def test_what_may_be_meant_so_is_told_and_allowed() -> None:
    wording = sms("1022: {link}\nXin chào 👋 ngài", 2)
    assert faults(SMS, wording) == ()
    assert [(one.line, one.word, one.about) for one in oddities(SMS, wording)] == [
        (0, "no-code", ""),
        (2, "lost", "👋"),
    ]
    assert oddities(SMS, sms("1022, {code}: «Đã xong» – “tốt”?")) == (), "those have a plain form"
    assert oddities(MANY, Wording(subject="a", text="b")) == ()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_example_is_what_would_be_sent(name: str) -> None:
    known = load()
    shown = example(known[name], known, lambda contact, ticket: "https://1022.example.vn/l/x")
    assert "{" not in shown.text + shown.subject and shown.text
    template = known[name]
    if template.channel is Channel.EMAIL:
        assert shown.subject and (shown.parts, shown.units) == (1, 0)
        return
    assert shown.units == units(shown.text, template.encoding)
    assert shown.parts == len(split(shown.text, template.encoding)) <= template.parts
    assert (shown.whole, shown.each) == (160, 153)


def test_an_example_counts_parts_as_the_sender_does() -> None:
    known = load()
    for text, encoding, parts in (
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("[" * 80, Encoding.GSM7, 1),
        ("[" * 81, Encoding.GSM7, 2),
        ("ê" * 70, Encoding.UCS2, 1),
        ("ê" * 71, Encoding.UCS2, 2),
        ("Đ" * 160, Encoding.GSM7, 1),
    ):
        made = template_of(SMS, sms(text, 3, encoding))
        assert example(made, known, None).parts == parts, text


def test_pages_have_words_for_everything() -> None:
    texts = words().texts
    code = (TOP / "notify" / "template_check.py").read_text(encoding="utf-8")
    told = set(re.findall(r'word="([a-z-]+)"', code))
    assert len(told) == 10 and told == {
        key.removeprefix("template-fault.") for key in texts if "template-fault." in key
    }
    assert {f"placeholder.{one}" for one in PLACEHOLDERS} == {key for key in texts if key.startswith("placeholder.")}
    assert all(allowed(name) <= PLACEHOLDERS for name in NAMES)
    events = {key.removeprefix("template-event.") for key in texts if key.startswith("template-event.")}
    assert events == {*TicketEvent, *AlarmEvent}
    for name in NAMES:
        assert f"template-who.{name.split('.')[0]}" in texts
    assert {f"message-state.{one}" for one in MessageState} == {
        key for key in texts if key.startswith("message-state.")
    }
    assert {f"gateway-state.{one}" for one in GatewayState} == {
        key for key in texts if key.startswith("gateway-state.")
    }


def test_every_alarm_has_a_name_and_a_cure_for_people() -> None:
    texts = words().texts
    told = (
        (TOP / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Alarms\n")[2].partition("\n## ")[0]
    )
    kinds = set(re.findall(r"^\| `([a-z-]+)` \|", told, flags=re.MULTILINE))
    assert len(kinds) > 25
    for table in ("alarm", "alarm-cure"):
        assert {key.removeprefix(f"{table}.") for key in texts if key.startswith(f"{table}.")} == kinds


@pytest.mark.parametrize(
    ("channel", "to", "error_id"),
    [
        (Channel.SMS, "02743822333", "number-invalid"),
        (Channel.SMS, "115", "number-invalid"),
        (Channel.SMS, "lan@example.vn", "number-invalid"),
        (Channel.EMAIL, "0901234567", "email-invalid"),
        (Channel.EMAIL, "lan@example.vn\r\nBcc: x@example.vn", "email-invalid"),
        (Channel.EMAIL, f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.vn", "email-invalid"),
    ],
)
def test_a_trial_goes_to_a_phone_or_an_address(channel: Channel, to: str, error_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        trial(channel, to, AT, "k")
    assert refused.value.error_id == error_id


def test_a_trial_says_that_it_is_one_and_waits_for_no_morning() -> None:
    by_sms, by_mail = trial(Channel.SMS, "0901 234 567", AT, "k"), trial(Channel.EMAIL, " lan@example.vn ", AT, "k")
    assert (by_sms.recipient, by_mail.recipient) == ("+84901234567", "lan@example.vn")
    assert by_sms.text == "Tong dai 1022: day la tin nhan thu luc 01:30:00 24/11/2026." and by_sms.urgent
    assert by_mail.subject == "[1022] Email thử" and "tin nhắn thử" in by_mail.html
    assert by_sms.not_before is None and by_mail.ticket == ""
