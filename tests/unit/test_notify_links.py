"""Links in messages, which open until they expire, and the statement of a month."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.notify.links import KEY, Links, good
from hotline1022.notify.statement import Statement, as_csv, month_of, span
from hotline1022.notify.types import Billed, Channel, Link, RecipientKind
from tests.unit.notify_made import NOON

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
