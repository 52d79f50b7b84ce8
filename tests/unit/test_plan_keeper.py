"""What Asterisk's own database keeps for the time without the service: the plans, their hours as Asterisk judges them, and who keeps them."""

import asyncio
import itertools
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline1022.cascade.plan import LONGEST_PIECE
from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Unavailable
from hotline1022.directory.edit import end, put
from hotline1022.directory.hours import DAYS, Week, open_at, read_hours
from hotline1022.directory.hunt import never_closed
from hotline1022.directory.types import Directory, Role, What, Which
from hotline1022.directory.types import Step as Order
from hotline1022.service.cascades import plan_keeper
from hotline1022.service.cascades.plan import dialled, hours_text, plans_kept
from hotline1022.service.cascades.plan_keeper import OwnConsole, PlanKeeper
from tests.lab.waiting import until
from tests.unit.cascade_house import NOW, MemoryConsole
from tests.unit.directory_memory import shipped

HOURS = "@0730-1129.mon-fri+1330-1659.mon-fri"
#: a Monday, 0 o'clock
MONDAY = datetime(2026, 11, 23, tzinfo=PROVINCE)
HOLIDAY = NOW.date() + timedelta(days=9)
DIRECTORY = shipped()


class Desk:
    """A directory at hand."""

    def __init__(self, now: Directory = DIRECTORY) -> None:
        self.now = now


def keeper(console: OwnConsole, desk: Desk | None = None) -> PlanKeeper:
    return PlanKeeper(desk or Desk(), console, HOLIDAY.__eq__, lambda: NOW)  # type: ignore[arg-type]


def plans(directory: Directory = DIRECTORY, at: datetime = NOW) -> dict[str, str]:
    return plans_kept(directory, at, HOLIDAY.__eq__)


# ---------------------------------------------------------------- what is kept


def test_each_agency_with_a_code_has_a_plan() -> None:
    found = plans()
    with_code = [one for one in DIRECTORY.agencies.values() if one.code is not None]
    urgent = {"urgent-public-order", "urgent-medical-emergency"}
    assert found.keys() == {"off"} | urgent | {f"plan-{one.code}" for one in with_code} and len(with_code) > 30
    assert found["plan-709"] == (
        f"so-xay-dung~02740000019:20:specialist:so-xay-dung-cv:office:{HOURS}"
        f"&0900000019:25:specialist:so-xay-dung-cv:mobile:{HOURS}"
        f"&02740000020:20:leader:so-xay-dung-ld:office:{HOURS}"
        f"&0900000020:25:leader:so-xay-dung-ld:mobile:{HOURS}"
    )
    assert HOURS not in found["plan-740"], "the power company always answers"
    assert all(re.fullmatch(r"\S*", plan) for plan in found.values()), "the console splits at spaces"


def test_hours_are_asterisks_to_judge_not_those_of_this_moment() -> None:
    assert plans(at=NOW) == plans(at=NOW + timedelta(hours=12))


def test_the_days_off_of_the_next_thirty_go_with_the_plans_and_fit() -> None:
    first, last = date(2026, 11, 23), date(2026, 12, 22)
    off = {first, last, last + timedelta(days=1), first - timedelta(days=1)}
    assert plans_kept(DIRECTORY, MONDAY, off.__contains__)["off"] == "20261123&20261222"
    assert len(plans_kept(DIRECTORY, MONDAY, lambda _: True)["off"]) <= LONGEST_PIECE
    assert plans()["off"] == f"{HOLIDAY:%Y%m%d}"
    assert plans_kept(DIRECTORY, NOW, never_closed)["off"] == ""


def test_who_has_ended_is_in_no_plan_and_a_missing_number_is_an_empty_one() -> None:
    after = end(DIRECTORY, What.CONTACT, "so-xay-dung-cv", date(2026, 11, 1))
    office, mobile, *_ = plans(after)["plan-709"].partition("~")[2].split("&")
    assert (office, mobile) == (":20:specialist::office:", ":25:specialist::mobile:")
    gone = end(DIRECTORY, What.AGENCY, "so-tu-phap", date(2026, 11, 1), "so-noi-vu")
    assert "plan-703" not in plans(gone) and "plan-703" in plans()
    agency = DIRECTORY.agencies["so-xay-dung"]
    other = put(DIRECTORY, [replace(agency, hunt=(Order(role=Role.LEADER, which=Which.MOBILE, seconds=30),))])
    assert plans(other)["plan-709"] == f"so-xay-dung~0900000020:30:leader:so-xay-dung-ld:mobile:{HOURS}"


def test_an_agency_that_no_plan_can_be_made_of_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    contact = DIRECTORY.contacts["so-xay-dung-cv"]
    broken = replace(DIRECTORY, contacts={**DIRECTORY.contacts, "so-xay-dung-cv": replace(contact, office="nonsense")})
    found = plans(broken)
    assert found == {key: plan for key, plan in plans().items() if key != "plan-709"}
    assert "so-xay-dung" in caplog.text


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+84901234567", "0901234567"),
        ("+842740000019", "02740000019"),
        ("115", "115"),
        ("+33123456789", "0033123456789"),
    ],
)
def test_numbers_as_the_carrier_takes_them(number: str, said: str) -> None:
    assert dialled(number) == said


def long_plans() -> dict[str, str]:
    """With a second specialist and a second leader, so that an agency has eight steps."""
    more = [replace(DIRECTORY.contacts[f"so-xay-dung-{role}"], id=f"so-xay-dung-{role}-2") for role in ("cv", "ld")]
    return plans(put(DIRECTORY, more))


def much_urgent() -> dict[str, str]:
    """The long plans, and four hundred urgent categories."""
    category = DIRECTORY.categories["public-order"]
    return long_plans() | plans(put(DIRECTORY, [replace(category, id=f"field-{n}") for n in range(400)]))


def test_any_number_of_urgent_categories_is_kept_in_short_values() -> None:
    found = much_urgent()
    assert {f"urgent-field-{n}" for n in range(400)} < found.keys()
    assert max(len(f"database put hl1022 {key} {value}") for key, value in found.items()) < 480


def test_a_plan_of_many_steps_goes_on_in_further_values() -> None:
    found = long_plans()
    whole = found["plan-709"] + found["plan-709-2"]
    assert "plan-709-3" not in found and whole.count("&") == 7 and whole.count("so-xay-dung-ld-2") == 2


# ---------------------------------------------------------------- hours, judged twice


MINUTES = [MONDAY + timedelta(minutes=minute) for minute in range(7 * 24 * 60)]
CLOCKS = [f"{at:%H%M}" for at in MINUTES]


def judged(text: str) -> set[datetime]:
    """The minutes of a week that the dialplan finds open: GotoIfTime of each span, whose last minute belongs to it."""
    found = set()
    for span in text.split("+"):
        clock, days = span.split(".")
        first, _, last = days.partition("-")
        since, until = clock.split("-")
        numbers = range(DAYS.index(first), DAYS.index(last or first) + 1)
        found |= {
            at for at, now in zip(MINUTES, CLOCKS, strict=True) if since <= now <= until and at.weekday() in numbers
        }
    return found


def week_of(cuts: list[list[int]]) -> Week:
    """Spans between every second pair of cuts, in minutes of each day."""
    return tuple(tuple(itertools.pairwise(sorted(day)))[::2] for day in cuts)


WEEKS = st.one_of(
    st.lists(st.lists(st.integers(0, 1440), max_size=6, unique=True), min_size=7, max_size=7).map(week_of),
    # the same spans on some days: neighbours are told as one
    st.tuples(
        st.lists(st.integers(0, 1440), min_size=2, max_size=4, unique=True),
        st.lists(st.booleans(), min_size=7, max_size=7),
    ).map(lambda pair: week_of([pair[0] if on else [] for on in pair[1]])),
).filter(lambda week: any(week or ()))


@settings(max_examples=40)
@given(WEEKS)
def test_every_minute_of_a_week_is_judged_the_same_by_both(week: Week) -> None:
    found = judged(hours_text(week))
    different = [at for at in MINUTES if (at in found) != open_at(week, at, never_closed)]
    assert not different


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("always", ""),
        ("mon-fri 07:30-11:30 13:30-17:00", HOURS[1:]),
        ("mon,wed-thu 08:00-12:00; sun 00:00-24:00", "0000-2359.sun+0800-1159.mon+0800-1159.wed-thu"),
    ],
)
def test_hours_as_they_are_written(written: str, text: str) -> None:
    assert hours_text(read_hours(written)) == text


# ---------------------------------------------------------------- who keeps it


async def test_only_what_is_other_than_it_was_is_written() -> None:
    old = {"plan-709": "old", "plan-777": "so-cu~", "urgent": "public-order&medical-emergency", "urgent-old": "1"}
    console = MemoryConsole(rows={**old, "cel": "nobody's"})
    wanted = plans()
    assert await keeper(console).write(wanted) == len(wanted) + 3, "all of them, and those that are no more"
    assert console.rows == {**wanted, "cel": "nobody's"}, "what is not the keeper's is left alone"
    console.said.clear()
    assert await keeper(console).write(wanted) == 0 and console.said == ["database show hl1022"]
    assert await keeper(console).write({**wanted, "plan-709": ""}) == 1
    assert "plan-709" not in console.rows


async def test_a_value_that_asterisk_does_not_take_is_no_success() -> None:
    class Deaf(MemoryConsole):
        async def say(self, command: str) -> str:
            return await MemoryConsole.say(self, command) if len(command) < 511 else ""

    console, wanted = Deaf(), {"plan-799": "x" * 500, **plans()}
    with pytest.raises(Unavailable, match=r"1 of .*plan-799"):
        await keeper(console).write(wanted)
    assert console.rows == plans(), "the others are there all the same"


async def test_a_plan_that_became_shorter_leaves_nothing_behind() -> None:
    console = MemoryConsole()
    await keeper(console).write(long_plans())
    assert "plan-709-2" in console.rows
    await keeper(console).write(plans())
    assert console.rows == plans()


async def test_it_is_written_at_the_start_after_a_change_and_after_asterisk_lost_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan_keeper, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(plan_keeper, "COMPARE_SECONDS", 0.2)
    console, desk = MemoryConsole(away=True), Desk()
    changed = replace(end(DIRECTORY, What.AGENCY, "so-tu-phap", date(2026, 11, 1), "so-noi-vu"), version=2)
    running = asyncio.create_task(keeper(console, desk).run())

    try:
        await until(lambda: len(console.said) >= 2)
        assert not running.done() and console.rows == {}
        console.away = False
        await until(lambda: console.rows == plans())
        desk.now = changed
        await until(lambda: console.rows == plans(changed))
        console.rows.clear()
        await until(lambda: console.rows == plans(changed))
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_console_that_is_away_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(plan_keeper, "LOOK_SECONDS", 0.001)
    console = MemoryConsole(away=True)
    running = asyncio.create_task(keeper(console).run())
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if len(console.said) >= 5:
                break
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert caplog.text.count("are not in Asterisk") == 1
