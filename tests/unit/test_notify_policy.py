"""Who gets what: the policy of messages to citizens and officers."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from hotline1022.core.clock import local
from hotline1022.notify.policy import LISTED, take_over_messages
from hotline1022.notify.types import Channel, RecipientKind, TakeOver, TicketEvent
from tests.unit.notify_made import LAN, MINH, NIGHT, NOON, a_change, how, told


def test_a_ticket_is_made() -> None:
    messages, to_tell = told(a_change())
    assert set(messages) == {
        "Nguyễn Thị Lan sms",
        "Nguyễn Thị Lan email",
        "Trần Văn Minh sms",
        "Trần Văn Minh email",
        "Lê Văn Bé sms",
    }
    assert to_tell == []
    citizen = messages["Lê Văn Bé sms"]
    assert (citizen.recipient, citizen.kind, citizen.contact) == ("+84903333333", RecipientKind.CITIZEN, "")
    assert "4711-22" in citizen.text and citizen.text.isascii() and citizen.not_before is None
    specialist = messages["Nguyễn Thị Lan sms"]
    assert (specialist.kind, specialist.contact, specialist.template) == (
        RecipientKind.AGENCY,
        "c1",
        "specialist.made.sms",
    )
    assert "4711-22" in specialist.text and "12:00 28/11/2026" in specialist.text and specialist.parts == 1
    mail = messages["Nguyễn Thị Lan email"]
    assert mail.subject == "[1022] Phiếu mới 4711-22: Giao thông"
    assert "Kính gửi Nguyễn Thị Lan," in mail.text and "<p>" in mail.html


@pytest.mark.parametrize(
    ("event", "people"),
    [
        (TicketEvent.FORWARDED, {"Nguyễn Thị Lan", "Trần Văn Minh"}),
        (TicketEvent.WITH_LEADER, {"Trần Văn Minh"}),
        (TicketEvent.ANSWERED, {"Lê Văn Bé"}),
        (TicketEvent.COMPLETED, {"Lê Văn Bé"}),
        (TicketEvent.EXTENDED, {"Lê Văn Bé"}),
        (TicketEvent.TAKEN, {"Nguyễn Thị Lan", "Trần Văn Minh"}),
        (TicketEvent.REMINDER, {"Nguyễn Thị Lan"}),
        (TicketEvent.OVERDUE, {"Trần Văn Minh"}),
    ],
)
def test_who_is_told_of_what(event: TicketEvent, people: set[str]) -> None:
    messages, _ = told(a_change(event))
    assert {one.name for one in messages.values()} == people


def test_whoever_took_the_citizen_gets_the_code_and_a_link() -> None:
    messages, to_tell = told(a_change(TicketEvent.TAKEN), (MINH,), link=lambda contact, ticket: f"https://x/{contact}")
    assert set(messages) == {"Trần Văn Minh sms", "Trần Văn Minh email"} and to_tell == []
    sms, mail = messages["Trần Văn Minh sms"], messages["Trần Văn Minh email"]
    assert (sms.template, sms.contact, sms.ticket, sms.kind) == ("owner.taken.sms", "c2", "t1", RecipientKind.AGENCY)
    for said in (sms.text, mail.text):
        assert "4711-22" in said and "12:00 28/11/2026" in said and "https://x/c2" in said
    assert "<a href=" in mail.html and sms.parts <= 2


@pytest.mark.parametrize("event", [one for one in TicketEvent if one is not TicketEvent.TAKEN_OVER])
def test_no_message_tells_an_officer_who_the_citizen_is(event: TicketEvent) -> None:
    change = a_change(event, email="be@example.vn")
    for link in (lambda contact, ticket: f"https://1022.example.vn/l/{'k' * 22}", None):
        messages, _ = told(change, link=link)
        for one in messages.values():
            said = f"{one.subject} {one.text} {one.html}"
            if one.kind is RecipientKind.CITIZEN:
                continue
            assert not [who for who in ("Lê Văn Bé", "Le Van Be", "0903333333", "be@") if who in said], one.template
            opens = f"/l/{'k' * 22}" if link else "phần mềm 1022" if one.channel is Channel.EMAIL else "phan mem 1022"
            assert opens in one.text and one.parts <= 2, one.template


def a_take_over(count: int, **more: Any) -> TakeOver:
    codes = (f"{20000000 + number}" for number in range(count))
    tickets = tuple(
        replace(a_change(TicketEvent.TAKEN_OVER), ticket=f"t{code}", code=code, urgent=False, **more) for code in codes
    )
    return TakeOver(change="take-over/a/2027-01-01", agency="Sở Mới", former=("Sở Cũ", "Sở Xưa"), tickets=tickets)


@pytest.mark.parametrize("count", [1, 3, 400, LISTED + 7])
def test_of_many_tickets_each_person_gets_one_sms_and_one_email(count: int) -> None:
    of = a_take_over(count)
    for who in (LAN, MINH):
        by_sms, mail = take_over_messages(
            of, who, how(link=lambda contact, ticket: f"https://x/{contact}/{ticket}"), NOON
        )
        assert (by_sms.channel, mail.channel) == (Channel.SMS, Channel.EMAIL)
        assert (by_sms.ticket, by_sms.contact, by_sms.template) == ("", who.contact, f"{who.role}.taken-over.sms")
        assert by_sms.parts <= 2 and f"{count} phieu" in by_sms.text and "20000000" in by_sms.text
        assert "So Moi" in by_sms.text and "So Cu, So Xua" in by_sms.text
        assert mail.subject == f"[1022] Sở Mới tiếp tục xử lý {count} phiếu của Sở Cũ, Sở Xưa"
        assert mail.text.count("phiếu 2") == mail.text.count(f"https://x/{who.contact}/t2") == min(count, LISTED)
        assert ("và 7 phiếu khác" in mail.text) == (count > LISTED)
        assert "0903333333" not in mail.text and "Lê Văn Bé" not in mail.text, (
            "who the citizen is stands behind the link"
        )


def test_of_urgent_tickets_people_are_told_at_night_of_others_in_the_morning() -> None:
    calm = a_take_over(2)
    urgent = replace(calm, tickets=(calm.tickets[0], replace(calm.tickets[1], urgent=True)))
    for of, waits in ((calm, True), (urgent, False)):
        by_sms, mail = take_over_messages(of, LAN, how(), NIGHT)
        assert (by_sms.not_before is not None) == waits and mail.not_before is None
        assert by_sms.urgent == by_sms.text.startswith("KHAN: 1022") == (not waits)
        assert mail.text.count("KHẨN: phiếu 20000001") == (0 if waits else 1) and "https:" not in mail.text
    assert take_over_messages(calm, replace(LAN, sms="", email=""), how(), NOON) == []


@pytest.mark.parametrize("phone", ["02743822333", "", "anonymous", "1022"])
@pytest.mark.parametrize("event", [TicketEvent.MADE, TicketEvent.ANSWERED, TicketEvent.COMPLETED, TicketEvent.EXTENDED])
def test_whom_no_sms_reaches_is_told_by_people(phone: str, event: TicketEvent) -> None:
    messages, (line,) = told(a_change(event, phone=phone))
    assert not [one for one in messages.values() if one.kind is RecipientKind.CITIZEN]
    assert (line.ticket, line.code, line.number, line.event, line.since) == ("t1", "4711-22", phone, event.value, NOON)
    assert "4711-22" in line.text


def test_an_email_of_the_citizen_is_used_too() -> None:
    messages, to_tell = told(a_change(TicketEvent.COMPLETED, phone="02743822333", email="be@example.vn"))
    assert [one.channel for one in messages.values()] == [Channel.EMAIL]
    assert len(to_tell) == 1


def test_officers_without_a_mobile_or_a_role() -> None:
    desk = replace(LAN, sms="+842743822333")
    messages, to_tell = told(a_change(TicketEvent.REMINDER), (desk,))
    assert [one.channel for one in messages.values()] == [Channel.EMAIL] and to_tell == []
    messages, _ = told(a_change(TicketEvent.OVERDUE), (LAN,))
    assert {one.template for one in messages.values()} == {"leader.overdue.sms", "leader.overdue.email"}
    messages, _ = told(a_change(TicketEvent.MADE), (LAN, replace(LAN, contact="c9", name="Hai")))
    assert {one.contact for one in messages.values()} == {"c1", "c9", ""}


def test_the_night_is_quiet_but_not_for_officers_of_urgent_tickets() -> None:
    morning = datetime.fromisoformat("2026-11-24T07:00:00+07:00")
    messages, _ = told(a_change(), at=NIGHT)
    assert {key: one.not_before for key, one in messages.items() if one.not_before} == dict.fromkeys(
        ("Nguyễn Thị Lan sms", "Trần Văn Minh sms", "Lê Văn Bé sms"), morning
    )
    messages, _ = told(a_change(urgent=True), at=NIGHT)
    assert [key for key, one in messages.items() if one.not_before] == ["Lê Văn Bé sms"]
    assert messages["Nguyễn Thị Lan sms"].text.startswith("KHAN: 1022") and messages["Nguyễn Thị Lan sms"].urgent
    assert local(morning).hour == 7


def test_links_are_for_one_contact_point_alone() -> None:
    messages, _ = told(a_change(), link=lambda contact, ticket: f"https://1022.vn/p/{contact}-{ticket}")
    assert "https://1022.vn/p/c1-t1" in messages["Nguyễn Thị Lan email"].text
    assert 'href="https://1022.vn/p/c2-t1"' in messages["Trần Văn Minh email"].html
    assert "https://" not in messages["Lê Văn Bé sms"].text


def test_the_same_change_gives_the_same_keys() -> None:
    first, _ = told(a_change())
    again, _ = told(a_change(), at=NIGHT)
    other, _ = told(a_change(change="t1/9"))
    assert {one.key for one in first.values()} == {one.key for one in again.values()}
    assert not {one.key for one in first.values()} & {one.key for one in other.values()}
