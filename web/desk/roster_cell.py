"""One shift of one day: who is on, one person in place of another; and a week copied onto the next ones, looked at before it is
written. Refuses to write over what somebody else changed meanwhile: what was picked stays on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.roster import HERE, Plan, day_of, full, hours, off_words, people_in, plan_of, still
from hotline1022.web.page_words import words
from hotline1022.web.roster_wire import WEEKS_LIMIT, CopyBody, PlannedBody, PlannedPast, SwapBody, UndoPlannedBody
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule, parse

#: changes of a copy that the page lists
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLook:
    """Which week, onto how many."""

    week: Annotated[str, Rule(doc="a day of the week: 2026-11-24; empty = this week")] = ""
    weeks: Annotated[str, Rule(doc="how many weeks after it; empty = only ask")] = ""


async def show_cell(ask: Ask) -> web.Response:
    """Who is on, and who may be chosen."""
    return await _cell(ask)


async def save_cell(ask: Ask) -> web.Response:
    """These crews and people are on."""
    form: Form = ask.body
    day = _day(ask)
    who = sorted(form.all("who"))
    try:
        body: PlannedBody = parse(
            PlannedBody,
            {"day": day.isoformat(), "shift": ask.path["shift"], "who": who, "before": _before(form)},
            texts=False,
        )
        await ask.ports.roster.save_planned(body)
    except HotlineError as error:
        return await _cell(ask, error, picked=frozenset(who))
    return see(f"{HERE}?day={day}&done=saved")


async def swap(ask: Ask) -> web.Response:
    """One person in place of another."""
    form: Form = ask.body
    day = _day(ask)
    try:
        body: SwapBody = parse(
            SwapBody,
            {
                "day": day.isoformat(),
                "shift": ask.path["shift"],
                "out": form.one("out"),
                "into": form.one("into"),
                "before": _before(form),
            },
            texts=False,
        )
        await ask.ports.roster.swap(body)
    except HotlineError as error:
        return await _cell(ask, error)
    return see(f"{HERE}?day={day}&done=saved")


async def undo(ask: Ask) -> web.Response:
    """The last change of it undone."""
    form: Form = ask.body
    day = _day(ask)
    try:
        number = form.number("number", digits=12)
        await ask.ports.roster.undo(UndoPlannedBody(day=day, shift=ask.path["shift"], number=number))
    except HotlineError as error:
        return await _cell(ask, error)
    return see(f"{HERE}?day={day}&done=saved")


def _day(ask: Ask) -> date:
    found = day_of(ask.path["day"])
    if found is None:
        raise NotFound("there is no such day; choose one in the calendar", error_id="day-invalid")
    return found


def _before(form: Form) -> list[str]:
    return form.one("before").split()


async def _cell(ask: Ask, error: HotlineError | None = None, *, picked: frozenset[str] | None = None) -> web.Response:
    day = _day(ask)
    plan = await plan_of(ask, day, day)
    shift = next((one for one in plan.shifts if one.id == ask.path["shift"]), None)
    if shift is None:
        raise NotFound("there is no such shift; the list has them", error_id="shift-unknown")
    who = plan.planned.get((day, shift.id), ())
    off = next(iter(await ask.ports.deadlines.days(day, day)), None)
    chosen = frozenset(who) if picked is None else picked
    on = people_in(plan, who)
    return show(
        ask,
        "roster-cell",
        again=error is not None,
        error=error,
        tab="calendar",
        edits=True,
        here=f"{HERE}/days/{day.isoformat()}/{shift.id}",
        back=f"{HERE}?day={day.isoformat()}",
        title=f"{shift.name}, {full(day)}",
        about=words()("roster.cell-about", hours=hours(shift), needed=shift.needed),
        off=off_words(off) if off else "",
        ended=not still(shift.ended_on, day),
        before=" ".join(who),
        now=[plan.name(one) for one in who] if error and error.error_id == "roster-changed" else [],
        crews=_crews(plan, day, chosen),
        people=_people(plan, chosen),
        out=[(one, plan.name(one)) for one in on],
        into=[(one, plan.name(one)) for one in plan.active if one not in on],
        history=_history(plan, await ask.ports.roster.changes(day, shift.id)),
    )


def _history(plan: Plan, changes: Sequence[PlannedPast]) -> list[dict[str, Any]]:
    def named(who: Sequence[str]) -> str:
        return ", ".join(map(plan.name, who)) or words()("roster.nobody")

    return [
        {
            "number": one.number,
            "at": moment(one.at),
            "by": name_of(one.by),
            "copied": one.copied,
            "before": named(one.before),
            "after": named(one.after),
            "stands": one.stands,
        }
        for one in changes
    ]


def _crews(plan: Plan, day: date, chosen: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "people": ", ".join(plan.people.get(each, each) for each in one.people),
            "chosen": one.id in chosen,
        }
        for one in plan.crews.values()
        if still(one.ended_on, day) or one.id in chosen
    ]


def _people(plan: Plan, chosen: frozenset[str]) -> list[dict[str, Any]]:
    ids = [*plan.active, *sorted(one for one in chosen if one in plan.people and one not in plan.active)]
    return [{"id": one, "name": plan.name(one), "chosen": one in chosen} for one in ids]


# ---------------------------------------------------------------- a week copied


async def show_copy(ask: Ask) -> web.Response:
    """What would change."""
    query: CopyLook = ask.query
    return await _copy(ask, query.week, query.weeks)


async def copy(ask: Ask) -> web.Response:
    """It is written, if it is still what was looked at."""
    form: Form = ask.body
    week, weeks = form.one("week"), form.one("weeks")
    try:
        body = _body(week, weeks, form.one("mark") or "0" * 64)
        done = await ask.ports.roster.copy(body)
    except HotlineError as error:
        return await _copy(ask, week, weeks, error)
    after = body.week + timedelta(weeks=1)
    return see(f"{HERE}?day={after}&done=copied&count={len(done.changes)}")


def _body(week: str, weeks: str, mark: str = "") -> CopyBody:
    number = int(weeks) if weeks.isascii() and weeks.isdecimal() and len(weeks) < 4 else 0
    body: CopyBody = parse(CopyBody, {"week": week, "weeks": number, "mark": mark}, texts=False)
    return body


async def _copy(ask: Ask, week: str, weeks: str, error: HotlineError | None = None) -> web.Response:
    monday = day_of(week) or local_day(ask.ports.clock())
    monday -= timedelta(days=monday.weekday())
    changes: list[dict[str, str]] = []
    count, mark, asked = 0, "", bool(weeks)
    if asked:
        try:
            found = await ask.ports.roster.copy(_body(monday.isoformat(), weeks))
        except HotlineError as refused:
            error, asked = error or refused, False
        else:
            plan = await plan_of(ask, monday, monday)
            names = {one.id: one.name for one in plan.shifts}
            count, mark = len(found.changes), found.mark
            changes = [
                {
                    "day": full(one.day),
                    "shift": names.get(one.shift, one.shift),
                    "before": ", ".join(map(plan.name, one.before)) or "—",
                    "after": ", ".join(map(plan.name, one.after)) or "—",
                }
                for one in found.changes[:SHOWN]
            ]
    return show(
        ask,
        "roster-copy",
        error=error,
        tab="calendar",
        edits=True,
        week=monday.isoformat(),
        weeks=weeks if weeks.isdecimal() else "1",
        most=WEEKS_LIMIT,
        asked=asked,
        changes=changes,
        count=count,
        mark=mark,
    )
