"""Those who answer at the lines: added, named anew, ended, taken back, and given a new PIN, which is shown to the session
that made it, for minutes (shown_once.py), and is in no address. Refuses to take a PIN from a form: nobody thinks of one that nobody guesses.
"""

from dataclasses import dataclass
from secrets import randbelow
from typing import Annotated

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.core.people import check_new_pin
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.shown_once import Once, keep, kept
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule, parse
from hotline1022.web.types import PersonView
from hotline1022.web.wire import PersonBody

LIST = "/desk/roster/people"
#: digits of a PIN that is made here; core/people.py has how many there may be
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleQuery:
    """What was just made."""

    once: Annotated[str, Rule(doc="which PIN was made just before", high=40)] = ""


async def list_people(ask: Ask) -> web.Response:
    """All."""
    query: PeopleQuery = ask.query
    shown = kept(ask, LIST, query.once) if query.once else None
    return await _page(ask, given=shown, problem=words()("people.once-over") if query.once and shown is None else "")


async def add_person(ask: Ask) -> web.Response:
    """One more, and the PIN."""
    form: Form = ask.body
    typed = {name: form.one(name).strip()[:81] for name in ("id", "name")}
    pin = made_pin()
    try:
        body: PersonBody = parse(PersonBody, typed | {"pin": pin}, texts=False)
        person = await ask.ports.people.create(body.id, body.name, body.pin)
    except HotlineError as error:
        return await _page(ask, error, typed=typed)
    return _once(ask, person, pin)


async def give_pin(ask: Ask) -> web.Response:
    """Another PIN."""
    pin = made_pin()
    try:
        person = await ask.ports.people.new_pin(ask.path["person"], pin)
    except HotlineError as error:
        return await _page(ask, error)
    return _once(ask, person, pin)


async def show_person(ask: Ask) -> web.Response:
    """One."""
    query: DoneQuery = ask.query
    return await _one(ask, said=words()("people.saved") if query.done else "")


async def rename_person(ask: Ask) -> web.Response:
    """Another name."""
    form: Form = ask.body
    typed = form.one("name").strip()[:81]
    try:
        await ask.ports.people.rename(ask.path["person"], typed, form.one("before"))
    except HotlineError as error:
        return await _one(ask, error, typed=typed)
    return _done(ask)


async def end_person(ask: Ask) -> web.Response:
    """Answers no more."""
    try:
        await ask.ports.people.end(ask.path["person"])
    except HotlineError as error:
        return await _one(ask, error)
    return _done(ask)


async def take_back_person(ask: Ask) -> web.Response:
    """Answers again."""
    try:
        await ask.ports.people.take_back(ask.path["person"])
    except HotlineError as error:
        return await _one(ask, error)
    return _done(ask)


def made_pin() -> str:
    """A PIN that may be given to somebody."""
    while True:
        try:
            return check_new_pin(f"{randbelow(10**DIGITS):0{DIGITS}}")
        except Invalid:  # all digits the same
            continue


def _once(ask: Ask, person: PersonView, pin: str) -> web.Response:
    """To the page that shows it: loaded again it makes no second one."""
    return see(keep(ask, LIST, pin, name=person.name, id=person.id))


def _done(ask: Ask) -> web.Response:
    return see(f"{LIST}/{ask.path['person']}?done=saved")


async def _page(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    typed: dict[str, str] | None = None,
    given: Once | None = None,
    problem: str = "",
) -> web.Response:
    return show(
        ask,
        "roster-people",
        error=error,
        problem=problem,
        tab="people",
        edits=True,
        people=await ask.ports.people.list(),
        typed=typed or {"id": "", "name": ""},
        given=given,
    )


async def _one(
    ask: Ask, error: HotlineError | None = None, *, said: str = "", typed: str | None = None
) -> web.Response:
    id = ask.path["person"]
    known = next((one for one in await ask.ports.people.list() if one.id == id), None)
    if known is None:
        raise NotFound(f"there is no person {id}; the list has them", error_id="person-not-found")
    line = next((one.line for one in await ask.ports.lines.list() if one.person == id), "")
    return show(
        ask,
        "roster-person",
        error=error,
        said=said,
        tab="people",
        edits=True,
        known=known,
        line=line,
        typed=known.name if typed is None else typed,
    )
