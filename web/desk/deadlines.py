"""Deadlines of tickets, office hours and days off at the desk: seen, changed, back to an earlier version. Refuses what somebody else
changed meanwhile; what was typed stays on the page. Tickets keep the dates that they have, and the page says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.words import day_written
from hotline1022.tickets.ports import DayChange, PolicyVersion
from hotline1022.web.deadlines_wire import REMARK_LIMIT, DeadlinesBody, DeadlinesDocument
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.deadlines_form import (
    CLOCKS,
    GENERAL,
    LENGTHS,
    ROWS,
    document_of,
    filled,
    rows_of,
    typed,
    unchosen,
)
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show, told
from hotline1022.web.desk.roster import YEARS, day_of, days_from, full, off_words
from hotline1022.web.desk.service_words import policy_words
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

HERE = "/desk/deadlines"
#: versions that the page lists
LISTED = 50
#: days that are added at once
MOST_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class YearQuery:
    """Whose days."""

    year: Annotated[str, Rule(doc="2026; empty = this year")] = ""
    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""


async def show_deadlines(ask: Ask) -> web.Response:
    """What is in force, as a form."""
    query: DoneQuery = ask.query
    return await _form(ask, said=words()("deadlines.saved") if query.done else "")


async def save_deadlines(ask: Ask) -> web.Response:
    """Others are in force."""
    form: Form = ask.body
    given = typed(form)
    now = await ask.ports.deadlines.now()
    try:
        document = document_of(given, now.document)
        await _save(ask, form, document)
    except HotlineError as error:
        return await _form(ask, given, error, note=_note(form))
    return see(f"{HERE}?done=saved")


async def show_days(ask: Ask) -> web.Response:
    """Days off, and days worked in exchange."""
    query: YearQuery = ask.query
    return await days_page(ask, query.year, said=words()("deadlines.saved") if query.done else "")


async def save_days(ask: Ask) -> web.Response:
    """Days are added, or one is taken away."""
    form: Form = ask.body
    try:
        offices = (document := (await ask.ports.deadlines.now()).document).offices
        closed, worked = set(offices.closed), set(offices.worked)
        days = _given_days(form)
        # one's own word about a day is one word
        closed, worked = closed - days, worked - days
        if form.one("act") == "closed":
            closed |= days
        elif form.one("act") == "worked":
            worked |= days
        changed = replace(offices, closed=tuple(sorted(closed)), worked=tuple(sorted(worked)))
        await _save(ask, form, replace(document, offices=changed))
    except HotlineError as error:
        return await days_page(ask, form.one("year"), error=error, typed=(form.one("first"), form.one("last")))
    return see(f"{HERE}/days?year={min(days).year}&done=saved")


async def show_deadlines_version(ask: Ask) -> web.Response:
    """An earlier one."""
    return await _version(ask)


async def bring_back(ask: Ask) -> web.Response:
    """It is in force again."""
    form: Form = ask.body
    wanted = DeadlinesBody(seen=form.number("seen"), again=int(ask.path["version"]), note=_note(form))
    try:
        await ask.ports.deadlines.save(wanted, who(ask))
    except HotlineError as error:
        return await _version(ask, error, _note(form))
    return see(f"{HERE}?done=saved")


async def _save(ask: Ask, form: Form, document: DeadlinesDocument) -> None:
    await ask.ports.deadlines.save(
        DeadlinesBody(seen=form.number("seen"), document=document, note=_note(form)), who(ask)
    )


def _note(form: Form) -> str:
    return form.one("note").strip()[:REMARK_LIMIT]


def _given_days(form: Form) -> set[date]:
    """From the first to the last day. Invalid `day-invalid`, `days-many`."""
    first = day_of(form.one("first"))
    last = day_of(form.one("last")) if form.one("last") else first
    if first is None or last is None or last < first:
        raise Invalid("these are no days; write 2026-11-23, the first one first", error_id="day-invalid")
    if last - first >= timedelta(days=MOST_DAYS):
        raise Invalid(f"these are more than {MOST_DAYS} days; give them in parts", error_id="days-many")
    return set(days_from(first, last))


async def _names(ask: Ask) -> Mapping[str, str]:
    """Categories by id, those that have ended too."""
    return {one.id: one.name for one in await ask.ports.directory.categories(None)}


async def _common(ask: Ask, error: HotlineError | None, tab: str) -> dict[str, Any]:
    now = await ask.ports.deadlines.now()
    return {
        "status": failure(error).status if error else 200,
        "problem": await _told(ask, error) if error else "",
        "tab": tab,
        "seen": now.version.number if now.version else 0,
        "note_most": REMARK_LIMIT,
    }


async def _told(ask: Ask, error: HotlineError) -> str:
    """The faults of a policy are told one by one."""
    said = told(error)
    if error.error_id != "deadlines-invalid":
        return said
    return f"{said} {policy_words(str(error), await _names(ask))}"


async def _form(
    ask: Ask,
    given: Mapping[str, Any] | None = None,
    error: HotlineError | None = None,
    *,
    said: str = "",
    note: str = "",
) -> web.Response:
    now = await ask.ports.deadlines.now()
    names = await _names(ask)
    values = given or filled(now.document)
    rows = [*values["rows"], {"category": "", "urgency": "ordinary", "clock": ""} | dict.fromkeys(LENGTHS, "")]
    known = {row["category"] for row in values["rows"]} - names.keys()
    say = words()
    return show(
        ask,
        "deadlines",
        said=said,
        values=values,
        rows=[row | {"unchosen": unchosen(row)} for row in rows[:ROWS]],
        more=max(0, len(now.document.categories) - ROWS),
        lengths=LENGTHS,
        general=GENERAL,
        urgencies=GENERAL,
        clocks=CLOCKS,
        categories=sorted(names.items(), key=lambda pair: pair[1]) + [(one, one) for one in sorted(known) if one],
        note=note,
        number=now.version.number if now.version else 0,
        due=[
            {
                "name": names.get(one.category, one.category) if one.category else say("deadlines.general"),
                "urgency": say(f"urgency.{one.urgency}"),
                "accept": moment(one.accept_by),
                "answer": moment(one.answer_by),
            }
            for one in now.due
        ],
        versions=[_row(one) for one in await ask.ports.deadlines.versions(LISTED)],
        **await _common(ask, error, "deadlines"),
    )


async def days_page(
    ask: Ask,
    year_text: str,
    *,
    said: str = "",
    error: HotlineError | None = None,
    typed: tuple[str, str] = ("", ""),
) -> web.Response:
    """The days of a year, and what became of them."""
    today = local_day(ask.ports.clock())
    year = (
        int(year_text) if year_text.isascii() and year_text.isdecimal() and int(year_text[:5]) in YEARS else today.year
    )
    found = await ask.ports.deadlines.days(date(year, 1, 1), date(year, 12, 31))
    return show(
        ask,
        "deadlines-days",
        said=said,
        again=error is not None,
        year=year,
        days=[
            {
                "iso": one.day.isoformat(),
                "day": full(one.day),
                "name": off_words(one),
                "off": one.off,
                "own": one.own,
                "past": one.day < today,
            }
            for one in found
        ],
        changes=[_changed(one) for one in await ask.ports.deadlines.day_changes()][:LISTED],
        typed=typed,
        **await _common(ask, error, "days"),
    )


def _changed(one: DayChange) -> dict[str, Any]:
    say = words()
    return _row(one.version) | {
        "stands": one.stands,
        "moves": [
            say(
                "deadlines.move",
                day=full(move.day),
                before=say(f"deadlines.word-{move.before}"),
                after=say(f"deadlines.word-{move.after}"),
            )
            for move in one.moves
        ],
    }


async def _version(ask: Ask, error: HotlineError | None = None, note: str = "") -> web.Response:
    found = await ask.ports.deadlines.version(int(ask.path["version"]))
    offices = found.document.offices
    return show(
        ask,
        "deadlines-version",
        one=_row(found.version),
        rows=rows_of(found.document, await _names(ask)),
        lengths=LENGTHS,
        hours=", ".join(one.replace("-", "–") for one in offices.hours),
        weekdays=", ".join(words()(f"weekday.{one}") for one in offices.weekdays),
        longest=found.document.longest_extension_days,
        closed=", ".join(day_written(day) for day in offices.closed),
        worked=", ".join(day_written(day) for day in offices.worked),
        note=note,
        **await _common(ask, error, "deadlines"),
    )


def _row(version: PolicyVersion) -> dict[str, Any]:
    say = words()
    again = say("menu.again-of", number=version.again) if version.again else ""
    note = say("menu.from-file") if version.from_file else again
    return {
        "number": version.number,
        "by": name_of(version.by),
        "at": moment(version.at),
        "note": " · ".join(filter(None, (note, version.note))),
    }
