"""Deadlines in office hours: a table of moments that are easily counted wrong, and what holds for every moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline1022.core.clock import PROVINCE, local
from hotline1022.core.errors import ConfigError, Invalid
from hotline1022.tickets.calendar import Calendar, DayAndNight, Decreed, OfficeHours, decreed, is_open
from hotline1022.tickets.deadlines import Amount, after, ahead, amount, closing, due, elapsed, put_off

OFFICES = OfficeHours()
ALWAYS = DayAndNight()
#: the province adds a day off and has a Saturday worked for it
CHANGED = replace(OFFICES, closed=frozenset({date(2026, 11, 27)}), worked=frozenset({date(2026, 12, 5)}))
#: offices that open on Saturday mornings by themselves
SIX = replace(OFFICES, weekdays=frozenset(range(6)))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=PROVINCE)


# In 2026 Tết is from Monday 16 February (giao thừa) to Friday 20; the 14th is a Saturday. 22 August is a Saturday worked
# for Monday 31; 1 and 2 September are the National Day; 24 November is the Day of Culture.
TABLE = [
    # start, length, due, calendar
    ("2026-11-25 08:00", "30 minutes", "2026-11-25 08:30", OFFICES),  # an ordinary Wednesday
    ("2026-11-25 07:30", "4 hours", "2026-11-25 11:30", OFFICES),  # exactly a morning: due at its end, not after lunch
    ("2026-11-25 07:30", "241 minutes", "2026-11-25 13:31", OFFICES),
    ("2026-11-25 11:20", "20 minutes", "2026-11-25 13:40", OFFICES),  # over lunch
    ("2026-11-25 11:30", "10 minutes", "2026-11-25 13:40", OFFICES),  # begins as lunch begins
    ("2026-11-25 12:15", "10 minutes", "2026-11-25 13:40", OFFICES),  # begins in lunch
    ("2026-11-25 13:30", "210 minutes", "2026-11-25 17:00", OFFICES),
    ("2026-11-25 16:45", "15 minutes", "2026-11-25 17:00", OFFICES),
    ("2026-11-25 16:45", "16 minutes", "2026-11-26 07:31", OFFICES),
    ("2026-11-25 17:00", "1 minute", "2026-11-26 07:31", OFFICES),  # begins as the day ends
    ("2026-11-25 23:59", "30 minutes", "2026-11-26 08:00", OFFICES),
    ("2026-11-26 00:00", "30 minutes", "2026-11-26 08:00", OFFICES),
    ("2026-11-26 06:00", "30 minutes", "2026-11-26 08:00", OFFICES),  # before they open
    ("2026-11-27 16:45", "30 minutes", "2026-11-30 07:45", OFFICES),  # Friday evening
    ("2026-11-28 10:00", "30 minutes", "2026-11-30 08:00", OFFICES),  # Saturday
    ("2026-11-29 20:00", "4 hours", "2026-11-30 11:30", OFFICES),  # Sunday
    ("2026-11-25 10:00", "15 hours", "2026-11-27 10:00", OFFICES),  # two whole days of 7.5 hours
    ("2026-11-23 16:45", "30 minutes", "2026-11-25 07:45", OFFICES),  # before the Day of Culture
    ("2026-11-24 09:00", "30 minutes", "2026-11-25 08:00", OFFICES),  # on it
    ("2026-02-13 16:45", "30 minutes", "2026-02-23 07:45", OFFICES),  # 16:45 on the last day before Tết
    ("2026-02-13 16:45", "15 minutes", "2026-02-13 17:00", OFFICES),
    ("2026-02-17 00:00", "1 minute", "2026-02-23 07:31", OFFICES),  # at midnight of the new year
    ("2026-02-22 23:00", "4 hours", "2026-02-23 11:30", OFFICES),  # the last evening of Tết
    ("2026-02-13 08:00", "1 day", "2026-02-23 17:00", OFFICES),
    ("2026-02-12 08:00", "5 days", "2026-02-26 17:00", OFFICES),
    ("2026-11-25 08:00", "1 day", "2026-11-26 17:00", OFFICES),  # the day itself does not count
    ("2026-11-25 23:30", "1 day", "2026-11-26 17:00", OFFICES),
    ("2026-11-27 08:00", "1 day", "2026-11-30 17:00", OFFICES),
    ("2026-11-28 08:00", "1 day", "2026-11-30 17:00", OFFICES),  # nor does a Saturday
    ("2026-11-25 08:00", "5 days", "2026-12-02 17:00", OFFICES),
    ("2026-11-20 08:00", "5 days", "2026-11-30 17:00", OFFICES),  # over the Day of Culture and a weekend
    ("2026-08-21 16:45", "30 minutes", "2026-08-22 07:45", OFFICES),  # into the working Saturday
    ("2026-08-21 08:00", "1 day", "2026-08-22 17:00", OFFICES),
    ("2026-08-22 16:45", "30 minutes", "2026-08-24 07:45", OFFICES),  # out of it
    ("2026-08-28 16:45", "30 minutes", "2026-09-03 07:45", OFFICES),  # over the day given for it and the National Day
    ("2024-05-03 08:00", "1 day", "2024-05-04 17:00", OFFICES),  # Saturday 4 May 2024, worked for 29 April
    ("2024-04-26 16:45", "30 minutes", "2024-05-02 07:45", OFFICES),
    ("2026-12-31 16:45", "30 minutes", "2027-01-04 07:45", OFFICES),  # over the turn of the year
    ("2026-04-24 16:45", "30 minutes", "2026-04-28 07:45", OFFICES),  # Hùng Kings on a Sunday, given on Monday
    ("2026-04-29 16:45", "30 minutes", "2026-05-04 07:45", OFFICES),  # 30 April and 1 May, then a weekend
    ("2026-11-26 16:45", "30 minutes", "2026-11-30 07:45", CHANGED),  # the list was changed: Friday is off
    ("2026-12-04 16:45", "30 minutes", "2026-12-05 07:45", CHANGED),  # and a Saturday is worked
    ("2026-11-25 08:00", "5 days", "2026-12-03 17:00", CHANGED),
    ("2026-11-27 16:45", "30 minutes", "2026-11-28 07:45", SIX),
    ("2026-11-28 08:00", "1 day", "2026-11-30 17:00", SIX),
    ("2026-02-16 23:50", "15 minutes", "2026-02-17 00:05", ALWAYS),  # urgent: giao thừa counts
    ("2026-11-28 22:00", "4 hours", "2026-11-29 02:00", ALWAYS),
    ("2026-11-25 08:00", "1 day", "2026-11-27 00:00", ALWAYS),
    ("2026-11-28 10:00", "0 minutes", "2026-11-28 10:00", OFFICES),
    ("2026-11-28 10:00", "0 days", "2026-11-28 10:00", OFFICES),
]


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 40


@pytest.mark.parametrize(("start", "length", "end", "calendar"), TABLE)
def test_due(start: str, length: str, end: str, calendar: Calendar) -> None:
    assert f"{local(due(at(start), amount(length), calendar)):%Y-%m-%d %H:%M}" == end


@pytest.mark.parametrize(
    ("start", "end", "minutes", "calendar"),
    [
        ("2026-11-25 07:30", "2026-11-25 17:00", 450, OFFICES),
        ("2026-11-25 11:00", "2026-11-25 14:00", 60, OFFICES),
        ("2026-11-25 11:30", "2026-11-25 13:30", 0, OFFICES),
        ("2026-11-27 16:00", "2026-11-30 08:00", 90, OFFICES),
        ("2026-02-13 16:45", "2026-02-23 07:45", 30, OFFICES),
        ("2026-11-26 07:30", "2026-12-01 07:30", 900, CHANGED),
        ("2026-11-25 17:00", "2026-11-25 07:30", 0, OFFICES),
        ("2026-02-16 23:00", "2026-02-17 01:00", 120, ALWAYS),
    ],
)
def test_elapsed(start: str, end: str, minutes: int, calendar: Calendar) -> None:
    assert elapsed(at(start), at(end), calendar) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("deadline", "stopped", "resumed", "new"),
    [
        ("2026-12-02 17:00", "2026-11-26 10:00", "2026-11-27 10:00", "2026-12-03 17:00"),  # a day of work later
        ("2026-12-02 17:00", "2026-11-26 17:00", "2026-11-27 07:30", "2026-12-02 17:00"),  # a night costs nothing
        ("2026-12-02 17:00", "2026-11-28 09:00", "2026-11-29 21:00", "2026-12-02 17:00"),  # nor does a weekend
        ("2026-02-13 17:00", "2026-02-13 16:30", "2026-02-20 09:00", "2026-02-23 08:00"),  # half an hour left over Tết
        ("2026-11-25 11:30", "2026-11-25 11:00", "2026-11-25 12:00", "2026-11-25 14:00"),  # lunch
        ("2026-11-25 10:00", "2026-11-25 11:00", "2026-11-27 11:00", "2026-11-25 10:00"),  # missed already
        ("2026-11-28 12:00", "2026-11-28 10:00", "2026-11-28 11:00", "2026-11-28 12:00"),  # a date in closed hours
    ],
)
def test_a_clock_that_stood_still(deadline: str, stopped: str, resumed: str, new: str) -> None:
    assert put_off(at(deadline), at(stopped), at(resumed), OFFICES) == at(new)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-11-26", "2026-11-26 17:00"),
        ("2026-11-28", "2026-11-30 17:00"),  # a Saturday: the next day that is open
        ("2026-02-17", "2026-02-23 17:00"),  # an extension over Tết
        ("2026-08-22", "2026-08-22 17:00"),
        ("2026-09-01", "2026-09-03 17:00"),
    ],
)
def test_put_off_to_a_day(day: str, end: str) -> None:
    assert closing(date.fromisoformat(day), OFFICES) == at(end)


def test_the_state_gives_days_and_takes_saturdays() -> None:
    assert decreed(2026).worked == {date(2026, 8, 22)}
    assert {date(2026, 2, day) for day in range(16, 21)} | {date(2026, 8, 31)} <= decreed(2026).off
    assert OFFICES.works(date(2026, 8, 22)) and not OFFICES.works(date(2026, 8, 29))
    assert replace(OFFICES, closed=frozenset({date(2026, 8, 22)})).works(date(2026, 8, 22)) is False
    assert replace(OFFICES, worked=frozenset({date(2026, 2, 17)})).works(date(2026, 2, 17))


def test_open_and_closed() -> None:
    words = {"07:29": False, "07:30": True, "11:29": True, "11:30": False, "13:30": True, "16:59": True, "17:00": False}
    assert {clock: is_open(at(f"2026-11-25 {clock}"), OFFICES) for clock in words} == words
    assert not is_open(at("2026-11-24 09:00"), OFFICES)
    assert is_open(at("2026-11-24 03:00"), ALWAYS)


def test_what_never_opens_is_an_error_and_no_endless_search() -> None:
    never = OfficeHours(weekdays=frozenset(), state=lambda _: Decreed(off=frozenset(), worked=frozenset()))
    start = at("2026-11-25 08:00")
    for length in ("1 minute", "1 day"):
        with pytest.raises(ConfigError) as caught:
            due(start, amount(length), never)
        assert caught.value.error_id == "calendar-never"
    with pytest.raises(ConfigError) as caught:
        closing(start.date(), never)
    assert caught.value.error_id == "calendar-never"


@pytest.mark.parametrize("text", ["", "5", "5 weeks", "-1 days", "1.5 hours", "5 days ", "fünf days", "12345 days"])
def test_no_length_of_time(text: str) -> None:
    with pytest.raises(Invalid):
        amount(text)
    assert str(amount("1 hour")) == "1 hour" and str(amount("30 minutes")) == "30 minutes"


def test_reminders_run_in_the_same_hours() -> None:
    monday = at("2026-11-30 07:45")
    assert ahead(monday, amount("30 minutes"), at("2026-11-27 16:45"), OFFICES)
    assert not ahead(monday, amount("30 minutes"), at("2026-11-27 16:44"), OFFICES)


moments = st.datetimes(datetime(2025, 12, 1), datetime(2027, 3, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
lengths = st.one_of(
    st.integers(0, 3000).map(lambda number: amount(f"{number} minutes")),
    st.integers(0, 60).map(lambda number: amount(f"{number} hours")),
    st.integers(0, 12).map(lambda number: amount(f"{number} days")),
)
calendars = st.sampled_from([OFFICES, CHANGED, SIX, ALWAYS])


@settings(deadline=None)  # the first look at a year works out its Tết
@given(one=moments, other=moments, length=lengths, calendar=calendars)
def test_who_starts_later_is_not_due_earlier(
    one: datetime, other: datetime, length: Amount, calendar: Calendar
) -> None:
    first, second = sorted((one, other))
    assert due(first, length, calendar) <= due(second, length, calendar)


@settings(deadline=None)  # the first look at a year works out its Tết
@given(start=moments, length=lengths, more=st.integers(0, 20), calendar=calendars)
def test_more_time_is_not_due_earlier(start: datetime, length: Amount, more: int, calendar: Calendar) -> None:
    longer = replace(length, number=length.number + more)
    assert start <= due(start, length, calendar) <= due(start, longer, calendar)


@settings(deadline=None)  # the first look at a year works out its Tết
@given(start=moments, minutes=st.integers(1, 3000), calendar=calendars)
def test_what_passed_until_it_is_due_is_the_length(start: datetime, minutes: int, calendar: Calendar) -> None:
    length = timedelta(minutes=minutes)
    end = after(start, length, calendar)
    assert elapsed(start, end, calendar) == length
    assert elapsed(start, end - timedelta(microseconds=1), calendar) < length, "it was due before"


@settings(deadline=None)  # the first look at a year works out its Tết
@given(start=moments, days=st.integers(1, 10), stop=st.integers(0, 9000), pause=st.integers(0, 9000), cal=calendars)
def test_a_pause_never_brings_a_deadline_nearer(
    start: datetime, days: int, stop: int, pause: int, cal: Calendar
) -> None:
    deadline = due(start, amount(f"{days} days"), cal)
    stopped = start + timedelta(minutes=stop)
    resumed = stopped + timedelta(minutes=pause)
    new = put_off(deadline, stopped, resumed, cal)
    assert new >= deadline
    assert new == deadline or elapsed(resumed, new, cal) == elapsed(stopped, deadline, cal)


def test_hours_are_data() -> None:
    night = OfficeHours(hours=((time(22), time(23)),))
    assert due(at("2026-11-25 08:00"), amount("90 minutes"), night) == at("2026-11-26 22:30")
