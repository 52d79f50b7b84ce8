"""Who gets what: templates and their lengths, the policy, links, the statement."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.clock import local
from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.notify.audience import NAMES, TOLD, Audience
from hotline1022.notify.links import KEY, Links, good
from hotline1022.notify.policy import LISTED, How, LinkMaker, messages_for, take_over_messages
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.sms import split
from hotline1022.notify.statement import Statement, as_csv, month_of, span
from hotline1022.notify.template_check import PLACEHOLDERS
from hotline1022.notify.templates import fill, load
from hotline1022.notify.types import (
    Billed,
    Channel,
    Encoding,
    Link,
    NewMessage,
    Recipient,
    RecipientKind,
    Role,
    TakeOver,
    TicketChange,
    TicketEvent,
    ToTell,
)

SHIPPED = Path(__file__).parents[2] / "notify" / "templates.toml"
TEMPLATES = load()
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
NEVER = Quiet(starts=time(0), ends=time(0))
LAN = Recipient(contact="c1", name="Nguyễn Thị Lan", role=Role.SPECIALIST, sms="+84901111111", email="lan@example.vn")
MINH = Recipient(contact="c2", name="Trần Văn Minh", role=Role.LEADER, sms="+84902222222", email="minh@example.vn")
#: as long as they come
LONGEST = {
    "code": "9999-9999",
    "agency": "Ban Chỉ đạo chống buôn lậu, gian lận thương mại và hàng giả tỉnh (Ban Chỉ đạo 389)",
    "category": "Buôn lậu, gian lận thương mại, hàng giả, an toàn thực phẩm và vật tư nông nghiệp",
    "deadline": "23:59 31/12/2026",
    "answer": "Đơn vị đã kiểm tra hiện trường, lập biên bản và yêu cầu khắc phục trong ngày. " * 8,
    "urgent": "KHẨN:",
    "link": "https://1022.binhduong.gov.vn/l/" + "x" * 22,
    "officer": "Nguyễn Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên",
    "name": "Nguyễn Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên",
    "phone": "+842743822333",
    "count": "1234",
    "former": ", ".join(["Ủy ban nhân dân thành phố Thủ Dầu Một", "Sở Nông nghiệp và Phát triển nông thôn"] * 9),
    "tickets": ", ".join(["2345 6789"] * 400),
}


def a_change(event: TicketEvent = TicketEvent.MADE, **more: Any) -> TicketChange:
    given: dict[str, Any] = {
        "change": f"t1/{event.value}",
        "ticket": "t1",
        "code": "4711-22",
        "event": event,
        "agency": "Sở Giao thông Vận tải",
        "category": "Giao thông",
        "name": "Lê Văn Bé",
        "phone": "0903333333",
        "deadline": NOON + timedelta(days=5),
        "answer": "Đã thay bóng đèn.",
    }
    return TicketChange(**given | more)


def how(quiet: Quiet | None = None, link: LinkMaker | None = None) -> How:
    return How(templates=TEMPLATES, quiet=quiet or Quiet(), link=link)


def told(
    change: TicketChange, contacts: tuple[Recipient, ...] = (LAN, MINH), at: datetime = NOON, **more: Any
) -> tuple[dict[str, NewMessage], list[ToTell]]:
    messages, to_tell = messages_for(change, contacts, how(**more), at)
    assert len({one.key for one in messages}) == len(messages)
    return {f"{one.name} {one.channel.value}": one for one in messages}, to_tell


# ---------------------------------------------------------------- templates


@pytest.mark.parametrize("name", sorted(name for name in NAMES if name.endswith(".sms")))
def test_an_sms_is_never_longer_than_its_template_says(name: str) -> None:
    template = TEMPLATES[name]
    filled = fill(template, LONGEST)
    assert filled.parts == len(split(filled.text, template.encoding)) <= template.parts
    assert filled.text.isascii(), "GSM-7 without marks"
    for kept in ("code", "deadline", "link"):
        if f"{{{kept}}}" in template.text:
            assert LONGEST[kept] in filled.text, "what people need is never cut"
    marked = replace(template, encoding=Encoding.UCS2)
    assert fill(marked, dict.fromkeys(PLACEHOLDERS, "ế")).text.startswith(("1022", "Tổng", "ế 1022"))


def test_the_citizen_gets_the_code_in_one_part() -> None:
    assert fill(TEMPLATES["citizen.made.sms"], LONGEST).parts == 1


def test_what_is_cut_is_the_answer_first() -> None:
    filled = fill(TEMPLATES["citizen.completed.sms"], LONGEST | {"agency": "Sở Xây dựng"})
    assert "..." in filled.text
    assert filled.text.endswith("Neu chua dong y, moi ong/ba goi 1022.")
    assert 290 < len(filled.text) <= 306


@given(st.fixed_dictionaries({name: st.text(max_size=400) for name in sorted(PLACEHOLDERS - {"code", "deadline"})}))
def test_no_value_makes_an_sms_longer_or_two_lines(values: dict[str, str]) -> None:
    given = values | {
        "code": "4711-22",
        "deadline": "16:45 05/12/2026",
        "phone": "0901234567",
        "urgent": "",
        "link": "",
    }
    for name in ("citizen.answered.sms", "specialist.made.sms", "leader.overdue.sms"):
        filled = fill(TEMPLATES[name], given)
        assert filled.parts <= 2 and "\n" not in filled.text and "4711-22" in filled.text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{code}", "{cdoe}", "{cdoe} is no placeholder"),
        ("{code}", "{code!r}", "a name in braces alone"),
        ("{code}", "{code:>9}", "a name in braces alone"),
        ("{code}", "{0}", "{0} is no placeholder"),
        ("{code}", "{code.x}", "is no placeholder"),
        ("{code}", "{code", "braces"),
        ('"citizen.made.sms"', '"citizen.maed.sms"', "citizen.maed.sms is no template"),
        ('encoding = "gsm7"', 'encoding = "latin"', "write gsm7 or ucs2"),
        ('encoding = "gsm7"', 'encoding = ""', "an SMS is gsm7 or ucs2"),
        ('class = "care"', 'class = "spam"', "care or advertising"),
        ("parts = 1", "parts = 9", "1 to 5 parts"),
        ("parts = 1", 'parts = "1"', "of the wrong kind"),
        ("parts = 1", "prats = 1", "exactly the keys"),
        ("bấm phím", "bấm phím " * 30, "even without values"),
        ("[", "[[", "is not TOML"),
        ("{code}", "{tickets}", "{tickets} is no placeholder"),
        ("{count}", "{code}", "{code} is no placeholder; known are agency, count"),
    ],
)
def test_templates_with_a_fault_are_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    begin = text.index('["citizen')
    file = tmp_path / "own.toml"
    file.write_text(text[:begin] + text[begin:].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.error_id == "templates-invalid"
    assert says in str(caught.value) and "; " in str(caught.value)


def test_what_an_own_file_does_not_say_is_the_shipped_text(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    own = 'text = "Mã {code}"\nencoding = "gsm7"\nclass = "care"\nparts = 1\n'
    file.write_text(f'["citizen.made.sms"]\n{own}', encoding="utf-8")
    found, shipped = load(file), load()
    assert found["citizen.made.sms"].text == "Mã {code}"
    assert {name for name in found if found[name] != shipped[name]} == {"citizen.made.sms"}
    assert set(found) == set(shipped)


def test_an_own_file_and_one_more_than_is_known(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(file) == TEMPLATES
    file.write_text(SHIPPED.read_text(encoding="utf-8") + '\n["mayor.made.sms"]\ntext = ""\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mayor\.made\.sms is no template"):
        load(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_every_template_is_used_and_every_event_has_people() -> None:
    assert set(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))) == NAMES
    assert set(TOLD) == set(TicketEvent)


# ---------------------------------------------------------------- policy


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


def test_audiences_have_templates_in_both_channels() -> None:
    assert len(NAMES) == 2 * sum(len(people) for people in TOLD.values())
    assert {name.partition(".")[0] for name in NAMES} == {one.value for one in Audience}


# ---------------------------------------------------------------- links


LINKS = Links(secret=b"0123456789abcdef")
LATER = NOON + timedelta(days=14)


def test_a_link_opens_until_it_expires_or_its_contact_point_ends() -> None:
    token = LINKS.make("c1", "t1", LATER)
    assert LINKS.check(token, NOON, lambda contact: contact == "c1") == Link(contact="c1", ticket="t1", expires=LATER)
    assert LINKS.check(token, LATER - timedelta(seconds=1), lambda _: True) is not None
    assert LINKS.check(token, LATER, lambda _: True) is None
    assert LINKS.check(token, NOON, lambda _: False) is None
    assert Links(secret=b"another-secret-of-ours").check(token, NOON, lambda _: True) is None
    assert "0123456789abcdef" not in repr(LINKS)
    with pytest.raises(ValueError, match="too short"):
        Links(secret=b"short")


@given(st.text(max_size=20), st.text(max_size=20), st.data())
def test_a_changed_token_is_none(contact: str, ticket: str, data: st.DataObject) -> None:
    if "\x1f" in contact + ticket or any("\ud800" <= c <= "\udfff" for c in contact + ticket):
        return
    token = LINKS.make(contact, ticket, LATER)
    assert LINKS.read(token) == Link(contact=contact, ticket=ticket, expires=LATER)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_=+/ é"))
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or LINKS.read(changed) is None
    assert LINKS.read(token[:-2]) is None and LINKS.read("") is None


@given(st.text("abc-0", max_size=40), st.text("abc-0", max_size=16), st.datetimes(timezones=st.just(UTC)))
def test_a_key_is_short_and_of_letters_and_digits_and_stands_for_its_row_alone(
    contact: str, ticket: str, until: datetime
) -> None:
    link = Link(contact=contact, ticket=ticket, expires=until.replace(microsecond=0))
    key = LINKS.key(link)
    assert len(key) == KEY and key.isascii() and key.isalnum()
    assert LINKS.stands(key, link) is link and LINKS.stands(key, None) is None
    for other in (
        replace(link, contact=contact + "x"),
        replace(link, ticket=ticket + "x"),
        replace(link, expires=LATER),
    ):
        assert LINKS.stands(key, other) is None or other == link
    assert Links(secret=b"another-secret-of-ours").stands(key, link) is None, "another secret ends them all"
    assert LINKS.read(key) is None
    token = LINKS.make(contact, ticket, link.expires)
    assert LINKS.stands(token, link) is None and LINKS.stands(token[:KEY], link) is None


def test_a_key_opens_as_long_as_a_token() -> None:
    link = Link(contact="c1", ticket="t1", expires=LATER)
    assert good(link, NOON, lambda contact: contact == "c1") == link
    assert good(link, LATER, lambda _: True) is None and good(link, NOON, lambda _: False) is None


# ---------------------------------------------------------------- statement


def test_a_month_is_the_provinces() -> None:
    since, until = span("2026-12")
    assert (since.isoformat(), until.isoformat()) == ("2026-12-01T00:00:00+07:00", "2027-01-01T00:00:00+07:00")
    assert month_of(datetime(2026, 11, 30, 17, 0, tzinfo=UTC)) == "2026-12"
    for wrong in ("2026-13", "2026-1", "26-01", "2026-01-01", ""):
        with pytest.raises(Invalid) as caught:
            span(wrong)
        assert caught.value.error_id == "month-invalid"


def test_the_statement_adds_up() -> None:
    row = Billed(
        gateway="esms", channel=Channel.SMS, kind=RecipientKind.CITIZEN, messages=3, parts=5, price=2000, unknown=1
    )
    mail = replace(row, gateway="mail", channel=Channel.EMAIL, kind=RecipientKind.AGENCY, price=0, unknown=0)
    made = Statement(month="2026-11", rows=(row, mail), budget=4)
    assert (made.sms, made.price, made.left) == (5, 2000, -1)
    assert as_csv(made).splitlines() == [
        "thang,cong,kenh,nguoi_nhan,so_tin,so_phan,thanh_tien,chua_ro",
        "2026-11,esms,sms,citizen,3,5,2000,1",
        "2026-11,mail,email,agency,3,5,0,0",
        "2026-11,tong,,,6,10,2000,1",
        "2026-11,han_muc,sms,,,4,,",
        "2026-11,con_lai,sms,,,-1,,",
    ]
