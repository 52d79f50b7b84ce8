"""The plan of shifts as a calendar: a month, a week or a day, who is on, hours with nobody, people twice at once, days off. Changes
nothing itself; who may only look sees it without buttons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local, local_day
from hotline1022.core.words import day_short, day_written, time_written
from hotline1022.queue.types import Double
from hotline1022.web.deadlines_wire import DayOff
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.roster_wire import RosterCheck
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.types import CrewView, ShiftTimes

HERE = "/desk/roster"
VIEWS = ("month", "week", "day")
#: oddities that the page lists one by one
LISTED = 12
#: years that can be looked at
YEARS = range(2020, 2100)
_DAY = timedelta(days=1)
Who = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLook:
    """Which days."""

    view: Annotated[str, Rule(doc="month, week or day")] = "week"
    day: Annotated[str, Rule(doc="a day of it: 2026-11-24; empty = today")] = ""
    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    count: Annotated[str, Rule(doc="how many")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of some days, with names."""

    since: date
    until: date
    shifts: Sequence[ShiftTimes]
    crews: Mapping[str, CrewView]
    people: Mapping[str, str]
    active: Sequence[str]
    planned: Mapping[tuple[date, str], Who]

    def name(self, one: str) -> str:
        """A crew or a person, as people call them."""
        crew = self.crews.get(one)
        return crew.name if crew else self.people.get(one, one)

    def on(self, day: date) -> list[ShiftTimes]:
        """The shifts of a day: those that there are, and those that somebody is planned for."""
        return [one for one in self.shifts if still(one.ended_on, day) or self.planned.get((day, one.id))]


def still(ended_on: date | None, day: date) -> bool:
    """Whether a shift or a crew can be planned for this day."""
    return ended_on is None or day < ended_on


async def plan_of(ask: Ask, since: date, until: date) -> Plan:
    """The plan of these days, both included."""
    people = await ask.ports.people.list()
    return Plan(
        since=since,
        until=until,
        shifts=await ask.ports.shifts.times(),
        crews={one.id: one for one in await ask.ports.shifts.crews()},
        people={one.id: one.name for one in people},
        active=[one.id for one in people if one.active],
        planned={(one.day, one.shift): one.who for one in await ask.ports.shifts.planned(since, until)},
    )


async def show_roster(ask: Ask) -> web.Response:
    """The calendar."""
    query: RosterLook = ask.query
    today = local_day(ask.ports.clock())
    view = query.view if query.view in VIEWS else "week"
    day = day_of(query.day) or today
    since, until = _span(view, day)
    plan = await plan_of(ask, since, until)
    check = await ask.ports.roster.check(since, until)
    off = {one.day: one for one in await ask.ports.deadlines.days(since, until)}
    say = words()
    days = [_day(plan, one, today, check, off.get(one)) for one in days_from(since, until)]
    for one in days:
        one["outside"] = view == "month" and one["month"] != day.month
    return show(
        ask,
        "roster",
        said=_said(query),
        tab="calendar",
        edits=may_edit(ask),
        view=view,
        views=VIEWS,
        day=day.isoformat(),
        monday=(day - timedelta(days=day.weekday())).isoformat(),
        title=_title(view, day, since, until),
        before=_step(view, day, -1).isoformat(),
        after=_step(view, day, 1).isoformat(),
        days=days,
        has_shifts=bool(plan.shifts),
        counts=[
            say(f"roster.count-{name}", count=len(found))
            for name, found in (("gaps", check.gaps), ("short", check.short), ("doubles", check.doubles))
            if found
        ],
        odd=_odd(plan, check),
    )


def may_edit(ask: Ask) -> bool:
    """Whether whoever is signed in may change the plan."""
    return ask.signed is not None and ask.signed.may(Permission.ROSTER)


def day_of(text: str) -> date | None:
    """A day that can be looked at; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def days_from(since: date, until: date) -> list[date]:
    """Both included."""
    return [since + number * _DAY for number in range((until - since).days + 1)]


def weekday(day: date) -> str:
    """`Thứ Ba`."""
    return words()(f"weekday.{day.isoweekday()}")


def full(day: date) -> str:
    """`Thứ Ba, 24/11/2026`."""
    return f"{weekday(day)}, {day_written(day)}"


def hours(shift: ShiftTimes) -> str:
    """`22:00–06:00`."""
    return f"{time_written(shift.starts)}–{time_written(shift.ends)}"


def people_in(plan: Plan, who: Who) -> list[str]:
    """Ids of the people, crews as theirs, each once."""
    found = [person for one in who for person in (plan.crews[one].people if one in plan.crews else (one,))]
    return list(dict.fromkeys(found))


def _span(view: str, day: date) -> tuple[date, date]:
    if view == "day":
        return day, day
    first = day.replace(day=1) if view == "month" else day
    last = _step("month", first, 1) - _DAY if view == "month" else day
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _step(view: str, day: date, by: int) -> date:
    if view == "month":
        month = day.year * 12 + day.month - 1 + by
        return date(month // 12, month % 12 + 1, 1)
    return day + timedelta(days=by if view == "day" else 7 * by)


def _title(view: str, day: date, since: date, until: date) -> str:
    say = words()
    if view == "day":
        return full(day)
    if view == "month":
        return say("roster.month-of", month=day.month, year=day.year)
    return say("roster.week-of", since=day_short(since), until=day_written(until))


def _day(plan: Plan, day: date, today: date, check: RosterCheck, off: DayOff | None) -> dict[str, Any]:
    short = {one.shift: one for one in check.short if one.day == day}
    return {
        "iso": day.isoformat(),
        "name": weekday(day),
        "date": day_short(day),
        "month": day.month,
        "today": day == today,
        "off": off_words(off) if off else "",
        "shut": off is not None and off.off,
        "gaps": [_stretch(one.start, one.end) for one in check.gaps if local_day(one.start) == day],
        "shifts": [
            {
                "id": one.id,
                "name": one.name,
                "hours": hours(one),
                "path": f"{HERE}/days/{day.isoformat()}/{one.id}",
                "who": [_named(plan, each) for each in plan.planned.get((day, one.id), ())],
                "short": words()("roster.short", planned=short[one.id].planned, needed=short[one.id].needed)
                if one.id in short
                else "",
                "doubles": [_double(plan, each) for each in check.doubles if (each.day, each.shift) == (day, one.id)],
            }
            for one in plan.on(day)
        ],
    }


def off_words(off: DayOff) -> str:
    """What a day off, or one that is worked in exchange, is called."""
    say = words()
    if off.off:
        return off.name or say("roster.day-off")
    return say("roster.day-worked")


def _named(plan: Plan, one: str) -> dict[str, Any]:
    crew = plan.crews.get(one)
    people = [plan.people.get(each, each) for each in crew.people] if crew else []
    return {"name": plan.name(one), "crew": crew is not None, "people": people}


def _double(plan: Plan, one: Double) -> str:
    say = words()
    if (one.other_day, one.other_shift) == (one.day, one.shift):
        return say("roster.twice", name=plan.name(one.person))
    other = next((each.name for each in plan.shifts if each.id == one.other_shift), one.other_shift)
    return say("roster.double", name=plan.name(one.person), shift=other, day=day_short(one.other_day))


def _stretch(start: Any, end: Any) -> str:
    until = time_written(local(end))
    return f"{time_written(local(start))}–{'24:00' if until == '00:00' else until}"


def _odd(plan: Plan, check: RosterCheck) -> list[dict[str, str]]:
    """What should be looked at first, with the way there."""
    say = words()
    found = [(local_day(one.start), say("roster.gap", hours=_stretch(one.start, one.end))) for one in check.gaps] + [
        (one.day, _double(plan, one)) for one in check.doubles
    ]
    return [
        {"day": f"{weekday(day)} {day_short(day)}", "to": f"#day-{day.isoformat()}", "text": text}
        for day, text in sorted(found)[:LISTED]
    ]


def _said(query: RosterLook) -> str:
    say = words()
    count = query.count if query.count.isdecimal() else "0"
    said = {"saved": say("roster.saved"), "copied": say("roster.copied", count=count)}
    return said.get(query.done, "")
