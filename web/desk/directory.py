"""The directory, as an admin sees and changes it: agencies, areas, categories, contact points, each with its history. Refuses to
decide anything: what may be is for the directory, behind the API's own port.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.words import day_written
from hotline1022.directory.types import Agency, Category, Contact, Thing, What
from hotline1022.web.desk import area_form, hunt_form, meanwhile, rows_form, week_form
from hotline1022.web.desk.directory_find import leaf
from hotline1022.web.desk.directory_forms import SHAPES, Shape, Sort, body_of, filled, of_day, seen_of, typed
from hotline1022.web.desk.directory_history import WITH_LETTERS, told_changes
from hotline1022.web.desk.directory_told import told_of, wrong_field
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.failures import failure
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask, Handler
from hotline1022.web.rules import Rule

HERE = "/desk/directory"
#: what a browser offers to choose for a scan; which are taken, directory/letters.py says
SCANS = "application/pdf,image/jpeg,image/png,image/webp,image/heic"
#: changes that a page lists
CHANGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What a list shows."""

    all: Annotated[str, Rule(doc="1: what has ended, and what is still to come, too")] = ""
    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    agency: Annotated[str, Rule(doc="agency of a new contact point")] = ""
    words: Annotated[str, Rule(doc="what is searched, without marks and case", high=200)] = ""
    page: Annotated[str, Rule(doc="number of the page")] = ""


def lister(what: What) -> Handler:
    """The page that lists all of one sort."""

    async def show_list(ask: Ask) -> web.Response:
        query: ListQuery = ask.query
        today = local_day(ask.ports.clock())
        names = await _names(ask, what)
        everything = query.all == "1"
        rows = [_row(one, today, names) for one in await all_of(ask, what, None if everything else today)]
        asked = query.words.strip()
        path = f"{HERE}/{SHAPES[what].folder}"
        return show(
            ask,
            "directory",
            said=words()("directory.saved") if query.done else "",
            here=HERE,
            shape=SHAPES[what],
            leaf=leaf(rows, path, words=asked, page=query.page, everything=everything),
            asked=asked,
            others=_others(asked, everything),
            everything=everything,
        )

    return show_list


def adder(what: What) -> Handler:
    """The form for a new one."""

    async def show_new(ask: Ask) -> web.Response:
        query: ListQuery = ask.query
        shape = SHAPES[what]
        return await form_page(ask, shape, None, filled(shape, None, agency=query.agency))

    return show_new


def shower(what: What) -> Handler:
    """One, with its history."""

    async def show_one(ask: Ask) -> web.Response:
        query: ListQuery = ask.query
        known = await known_of(ask, what)
        said = words()("directory.saved") if query.done else ""
        return await form_page(ask, SHAPES[what], known, filled(SHAPES[what], known), said=said)

    return show_one


def saver(what: What, *, new: bool) -> Handler:
    """What a form says is written."""

    async def save(ask: Ask) -> web.Response:
        form: Form = ask.body
        shape = SHAPES[what]
        known = None if new else await known_of(ask, what)
        given = typed(shape, form)
        if known is not None:
            given |= {one.name: value for one, value in _fixed(shape, known)}
        if rows_form.pressed(form):
            return await form_page(ask, shape, known, given, form=form)
        try:
            body = body_of(shape, given)
            if known is None:
                await _is_new(ask, what, given.get("id", ""))
            elif form.one("seen") != seen_of(known):
                raise Refused(f"{what} {known.id} was changed meanwhile; look at it again", error_id="thing-changed")
            saved = await _save(ask, what, known, body)
        except HotlineError as error:
            if known is None or form.one("seen") == seen_of(known):
                return await form_page(ask, shape, known, given, error)
            merged = meanwhile.merge(form, filled(shape, known), given, await _fields(ask, shape, known))
            return await form_page(ask, shape, known, merged.values, error, merged=merged)
        return see(f"{HERE}/{shape.folder}/{saved.id}?done=saved")

    return save


def _others(asked: str, everything: bool) -> str:
    """The query of the same list with what has ended, or without it."""
    given = {name: value for name, value in (("words", asked), ("all", "" if everything else "1")) if value}
    return f"?{urlencode(given)}" if given else ""


async def all_of(ask: Ask, what: What, day: date | None) -> Sequence[Thing]:
    """All of one sort that there are on a day; None: at any time."""
    port = ask.ports.directory
    match what:
        case What.AGENCY:
            return await port.agencies(day)
        case What.AREA:
            return await port.areas(day)
        case What.CATEGORY:
            return await port.categories(day)
        case What.CONTACT:
            return await port.contacts(day, None)


async def _save(ask: Ask, what: What, known: Thing | None, body: Any) -> Thing:
    port, by = ask.ports.directory, who(ask)
    match what:
        case What.AGENCY:
            return await port.save_agency(body, by)
        case What.AREA:
            return await port.save_area(body, by)
        case What.CATEGORY:
            return await port.save_category(body, by)
        case What.CONTACT:
            return await port.change_contact(known.id, body, by) if known else await port.add_contact(body, by)


async def known_of(ask: Ask, what: What) -> Thing:
    """The one that the address names; NotFound `agency-unknown` …"""
    id = ask.path[what.value]
    found = next((one for one in await all_of(ask, what, None) if one.id == id), None)
    if found is None:
        raise NotFound(f"there is no {what} {id}; the list has them", error_id=f"{what}-unknown")
    return found


async def _is_new(ask: Ask, what: What, id: str) -> None:
    """The API writes over one of the same id; who fills in a form for a new one does not mean that."""
    if id and any(one.id == id for one in await all_of(ask, what, None)):
        raise Refused(f"there is a {what} {id} already; open it, or choose another id", error_id="thing-exists")


def _fixed(shape: Shape, known: Thing) -> list[tuple[Any, str]]:
    values = filled(shape, known)
    return [(one, values[one.name]) for one in shape.fields if one.fixed]


async def _fields(ask: Ask, shape: Shape, known: Thing) -> dict[str, meanwhile.Field]:
    """What somebody else may have changed meanwhile."""
    say, choices, now = words(), await _choices(ask), filled(shape, known)
    names = {id: name for pairs in choices.values() for id, name in pairs}
    in_words: dict[Sort, Callable[[str], str]] = {
        Sort.WEEK: week_form.said,
        Sort.HUNT: hunt_form.said,
        Sort.ANSWERS: partial(area_form.said, names=names),
    }
    return {
        one.name: meanwhile.Field(
            label=say(f"named.{one.name}"),
            names=dict(choices.get(one.sort, ()))
            | {word: say(f"{one.prefix}.{word}") for word in one.words}
            | ({now[one.name]: in_words[one.sort](now[one.name])} if one.sort in in_words else {}),
        )
        for one in shape.fields
        if not one.fixed
    }


async def _names(ask: Ask, what: What = What.CONTACT) -> Mapping[str, str]:
    """What things of this sort belong to, by id: areas lie within areas, all else belongs to agencies."""
    if what is What.AREA:
        return {one.id: one.name for one in await ask.ports.directory.areas(None)}
    return {one.id: of_day(one) for one in await ask.ports.directory.agencies(None)}


async def _choices(ask: Ask) -> dict[Sort, list[tuple[str, str]]]:
    """What a field may name: everything, as what has ended may still be named."""
    agencies = [(one.id, one.name) for one in await ask.ports.directory.agencies(None)]
    areas = [(one.id, one.name) for one in await ask.ports.directory.areas(None)]
    return {Sort.AGENCY: sorted(agencies, key=_by_name), Sort.AREA: sorted(areas, key=_by_name)}


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1]


async def form_page(
    ask: Ask,
    shape: Shape,
    known: Thing | None,
    given: Mapping[str, Any],
    error: HotlineError | None = None,
    *,
    said: str = "",
    day: str = "",
    successor: str = "",
    merged: meanwhile.Filled | None = None,
    form: Form | None = None,
    change: int = 0,
) -> web.Response:
    """A thing as a form, with its history; `day` and `successor`: what stands in the form that ends it; `change`: what is chosen in the
    form that attaches a scan; `form`: what was sent by a button that only changes the rows of the form, which stays as it was opened.
    """
    seen = seen_of(known) if known else ""
    merged = merged or meanwhile.fill(filled(shape, known) if known else {})
    rows = rows_form.rows_of(given)
    if form is not None:
        seen, rows = form.one("seen"), rows_form.done(form)
        merged = replace(merged, read=form.one(meanwhile.READ))
    people: list[dict[str, Any]] = []
    if isinstance(known, Agency):
        today, names = local_day(ask.ports.clock()), await _names(ask)
        people = [_row(one, today, names) for one in await ask.ports.directory.contacts(None, known.id)]
    choices = await _choices(ask)
    every = {id: name for pairs in choices.values() for id, name in pairs}
    wrong = wrong_field(error)
    faults = _faults(rows, choices) if wrong == rows_form.AREAS else {}
    history = await told_changes(ask, shape.what, known.id, CHANGES) if known else []
    # the last one that named a letter is the likeliest
    change = change or next((one["number"] for one in history if one["lettered"]), 0)
    return show(
        ask,
        "directory-one",
        status=failure(error).status if error else 200,
        problem=told_of(error, known.id if known else given.get("id", ""), every, faults) if error else "",
        wrong=wrong,
        faults=faults,
        said=said,
        here=HERE,
        shape=shape,
        known=known,
        given=given,
        merged=merged,
        seen=seen,
        rows=rows,
        said_hours=week_form.said(filled(shape, known).get("hours", "")) if known else "",
        days=range(len(week_form.DAYS)),
        spans=week_form.SPANS,
        roles=hunt_form.ROLES,
        telephones=hunt_form.TELEPHONES,
        most_rows={"hours": week_form.MOST, "hunt": hunt_form.MOST, "by_area": area_form.MOST},
        choices=choices,
        people=people,
        day=day or local_day(ask.ports.clock()).isoformat(),
        successor=successor,
        history=history,
        change=change,
        kinds=SCANS if shape.what in WITH_LETTERS else "",
    )


def _faults(rows: rows_form.Rows, choices: Mapping[Sort, list[tuple[str, str]]]) -> dict[int, str]:
    areas, agencies = (dict(choices[sort]) for sort in (Sort.AREA, Sort.AGENCY))
    return area_form.faults(area_form.rows_of(rows.by_area), areas, agencies)


def _row(one: Thing, today: date, names: Mapping[str, str]) -> dict[str, Any]:
    say = words()
    state = ""
    if one.valid_to is not None:
        ended = one.valid_to <= today
        state = say("directory.ended" if ended else "directory.ends", day=day_written(one.valid_to))
    elif one.valid_from is not None and one.valid_from > today:
        state = say("directory.begins", day=day_written(one.valid_from))
    about: list[str] = []
    dialled = ""
    match one:
        case Agency():
            about = [one.short, say(f"thing.{one.kind}"), str(one.code) if one.code else ""]
        case Category():
            about = [names.get(one.agency, one.agency), say("named.urgent") if one.urgent else ""]
        case Contact():
            letter = f"{one.letter} ({day_written(one.letter_date)})" if one.letter and one.letter_date else one.letter
            numbers = " / ".join(said_number(number) for number in (one.office, one.mobile) if number)
            about = [names.get(one.agency, one.agency), say(f"contact-role.{one.role}"), numbers, letter]
            dialled = f"{one.office} {one.mobile}"
        case _:
            about = [say(f"thing.{one.kind}"), names.get(one.parent or "", one.parent or "")]
    about_it = " · ".join(filter(None, about))
    return {"id": one.id, "name": one.name, "about": about_it, "dialled": dialled, "state": state}
