"""What a directory is made of: hours of a week, telephone numbers, steps, each thing by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Invalid
from hotline1022.directory.hours import DAYS, open_at, read_hours
from hotline1022.directory.hunt import ORDER, never_closed, read_step
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import AgencyKind, Answering, AreaKind, Role, Step, Which

NUMBERS = Numbers(area_code="274", own=frozenset({"1022", "+842743999999"}))
OFFICE = "mon-fri 07:30-11:30 13:30-17:00"
#: a Monday
MONDAY = date(2026, 11, 23)


def moment(text: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, datetime.strptime(text, "%H:%M").time(), PROVINCE)


# ---------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("hours", "day", "clock", "is_open"),
    [
        (OFFICE, 0, "07:29", False),
        (OFFICE, 0, "07:30", True),
        (OFFICE, 0, "11:29", True),
        (OFFICE, 0, "11:30", False),
        (OFFICE, 0, "12:30", False),
        (OFFICE, 4, "16:59", True),
        (OFFICE, 4, "17:00", False),
        (OFFICE, 5, "08:00", False),
        (OFFICE + "; sat 07:30-11:30", 5, "08:00", True),
        ("sat,sun 08:00-12:00", 6, "08:00", True),
        ("mon,wed-fri 08:00-12:00", 1, "09:00", False),
        ("mon-sun 22:00-24:00 00:00-06:00", 2, "23:59", True),
        ("mon-sun 22:00-24:00 00:00-06:00", 2, "05:59", True),
        ("mon-sun 22:00-24:00 00:00-06:00", 2, "06:00", False),
        ("always", 6, "03:00", True),
    ],
)
def test_working_hours(hours: str, day: int, clock: str, is_open: bool) -> None:
    at = moment(clock, MONDAY + timedelta(days=day))
    assert open_at(read_hours(hours), at, never_closed) is is_open


def test_hours_are_the_provinces_whatever_zone_the_moment_has() -> None:
    assert open_at(read_hours("mon 08:00-09:00"), datetime(2026, 11, 23, 1, 30, tzinfo=UTC), never_closed)
    assert open_at(read_hours("tue 00:00-01:00"), datetime(2026, 11, 23, 17, 30, tzinfo=UTC), never_closed)


def test_public_holidays_close_what_has_hours_and_not_always() -> None:
    assert not open_at(read_hours(OFFICE), moment("08:00"), lambda day: day == MONDAY)
    assert open_at(read_hours(OFFICE), moment("08:00"), lambda day: day != MONDAY)
    assert open_at(read_hours("always"), moment("08:00"), lambda day: True)


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ("", "no working hours"),
        ("mon-fri", "no working hours"),
        ("07:30-11:30", "no working hours"),
        ("thứ-2 07:30-11:30", "no day of the week"),
        ("fri-mon 07:30-11:30", "runs backwards"),
        ("mon-x 07:30-11:30", "no day of the week"),
        ("mon- 07:30-11:30", "no day of the week"),
        ("mon 7:30-11:30", "no span"),
        ("mon 07:30", "no span"),
        ("mon 22:00-06:00", "same day"),
        ("mon 08:00-08:00", "same day"),
        ("mon 08:00-24:01", "same day"),
        ("mon 08:00-12:00 11:00-13:00", "overlap"),
        ("mon-fri 08:00-12:00; wed 09:00-10:00", "overlap"),
        ("mon-fri 08:00-12:00;", "no working hours"),
        ("Always", "no working hours"),
    ],
)
def test_what_are_no_hours(hours: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_hours(hours)
    assert says in str(caught.value) and caught.value.error_id == "hours-invalid"


@given(st.sampled_from(DAYS), st.integers(0, 24 * 60 - 2), st.integers(1, 24 * 60 - 1), st.integers(0, 7 * 24 * 60 - 1))
def test_a_span_is_open_from_its_first_minute_until_its_last(day: str, since: int, length: int, minute: int) -> None:
    until = min(since + length, 24 * 60)
    week = read_hours(f"{day} {since // 60:02}:{since % 60:02}-{until // 60:02}:{until % 60:02}")
    begin = DAYS.index(day) * 24 * 60
    at = datetime.combine(MONDAY, datetime.min.time(), PROVINCE) + timedelta(minutes=minute)
    assert open_at(week, at, never_closed) is (begin + since <= minute < begin + until)


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0274 3822 222", "+842743822222"),
        ("(0274) 3.822.222", "+842743822222"),
        ("+84 274 3822222", "+842743822222"),
        ("84274 3822222", "+842743822222"),
        ("3822222", "+842743822222"),
        ("0901 234 567", "+84901234567"),
        ("1900 1022", "+8419001022"),
        ("115", "115"),
        ("1080", "1080"),
    ],
)
def test_an_office_number_in_any_form(text: str, number: str) -> None:
    assert NUMBERS.office(text) == number


@pytest.mark.parametrize("text", ["0901234567", "0901 234 567", "+84901234567", "84901234567"])
def test_a_mobile_in_any_form(text: str) -> None:
    assert NUMBERS.mobile(text) == "+84901234567"


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("office", "0274 382", "too short"),
        ("office", "0274 3822 222 222", "too long"),
        ("office", "0274 3822 222 máy lẻ 12", "other signs than digits"),
        ("office", "0274 3822222 / 0901234567", "other signs than digits"),
        ("office", "0274 382 222", "too short"),
        ("office", "0600 000 000", "begins as no number"),
        ("mobile", "0901 234 5678", "too long"),
        ("office", "+1 212 555 0123", "in another country"),
        ("office", "+999 123456", "cannot be read"),
        ("office", "1022", "is 1022 itself"),
        ("office", "0274 3999 999", "is 1022 itself"),
        ("office", "٠٢٧٤٣٨٢٢٢٢٢", "other signs than digits"),
        ("mobile", "0274 3822 222", "no mobile: no SMS reaches it"),
        ("mobile", "115", "too short"),
        ("mobile", "1900 1022", "no mobile"),
    ],
)
def test_a_wrong_number_is_refused_with_the_reason(kind: str, text: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        getattr(NUMBERS, kind)(text)
    assert says in str(caught.value) and text in str(caught.value) and "; " in str(caught.value)
    assert caught.value.error_id == "number-invalid"


def test_the_area_code_is_a_setting() -> None:
    assert Numbers(area_code="28").office("3822 2222") == "+842838222222"


# ---------------------------------------------------------------- steps and things


def test_steps_are_read_as_they_are_written() -> None:
    assert [read_step(str(step)) for step in ORDER] == list(ORDER)
    assert read_step("leader.mobile 120") == Step(role=Role.LEADER, which=Which.MOBILE, seconds=120)


@pytest.mark.parametrize(
    "text",
    ["leader.mobile", "leader.mobile 4", "leader.mobile 121", "boss.mobile 20", "leader.fax 20", "leader mobile 20"],
)
def test_what_is_no_step(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_step(text)
    assert caught.value.error_id == "hunt-invalid"


AGENCY = {"id": "so-x", "name": "Sở X", "short": "SX", "kind": AgencyKind.DEPARTMENT}
AREA = {"id": "x", "name": "Phường X", "kind": AreaKind.WARD}
CATEGORY = {"id": "x", "name": "Lĩnh vực X", "agency": "so-x"}
CONTACT = {"id": "k", "agency": "so-x", "role": Role.LEADER, "name": "Nguyễn Thị Ánh"}


@pytest.mark.parametrize(
    ("what", "changes", "error_id"),
    [
        ("agency", {"id": "Sở X"}, "agency-invalid"),
        ("agency", {"id": ""}, "agency-invalid"),
        ("agency", {"id": "a" * 41}, "agency-invalid"),
        ("agency", {"name": ""}, "agency-invalid"),
        ("agency", {"name": " Sở X"}, "agency-invalid"),
        ("agency", {"short": ""}, "agency-invalid"),
        ("agency", {"code": 699}, "agency-invalid"),
        ("agency", {"code": 800}, "agency-invalid"),
        ("agency", {"valid_from": date(2026, 1, 2), "valid_to": date(2026, 1, 1)}, "agency-invalid"),
        ("agency", {"hours": "mon"}, "hours-invalid"),
        ("agency", {"hunt": ["leader 20"]}, "hunt-invalid"),
        ("agency", {"hunt": ["leader.mobile 20"] * 13}, "agency-invalid"),
        ("area", {"id": "x y"}, "area-invalid"),
        ("area", {"name": "x" * 121}, "area-invalid"),
        ("category", {"by_area": ["thuan-an"]}, "category-invalid"),
        ("category", {"by_area": ["a so-x", "a so-y"]}, "category-invalid"),
        ("category", {"by_area": ["a so-x so-y"]}, "category-invalid"),
        ("contact", {"email": "an@"}, "contact-invalid"),
        ("contact", {"email": "an b@c.vn"}, "contact-invalid"),
        ("contact", {"order": 0}, "contact-invalid"),
        ("contact", {"letter_date": date(2026, 1, 1)}, "contact-invalid"),
        ("contact", {"mobile": "115"}, "number-invalid"),
        ("contact", {"sms": "0274 3822 222"}, "number-invalid"),
        ("contact", {"hours": "sometimes"}, "hours-invalid"),
    ],
)
def test_what_cannot_be_is_refused(what: str, changes: dict[str, object], error_id: str) -> None:
    with pytest.raises(Invalid) as caught:
        make(what, changes)
    assert caught.value.error_id == error_id


def make(what: str, changes: dict[str, object]) -> object:
    match what:
        case "agency":
            return an_agency(**{**AGENCY, **changes})  # type: ignore[arg-type]
        case "area":
            return an_area(**{**AREA, **changes})  # type: ignore[arg-type]
        case "category":
            return a_category(**{**CATEGORY, **changes})  # type: ignore[arg-type]
    return a_contact(NUMBERS, **{**CONTACT, **changes})  # type: ignore[arg-type]


def test_messages_go_to_the_mobile_unless_another_number_or_none_is_named() -> None:
    def sms(**more: str) -> str:
        return a_contact(NUMBERS, mobile="0900 000 001", **CONTACT, **more).sms  # type: ignore[arg-type]

    assert (sms(), sms(sms="0900 000 002"), sms(sms="")) == ("+84900000001", "+84900000002", "")


def test_areas_of_a_category_are_in_order_whatever_order_they_were_written_in() -> None:
    made = a_category(id="x", name="X", agency="a", by_area=["q b", "p c"])
    assert made.by_area == (Answering(area="p", agency="c"), Answering(area="q", agency="b"))
