"""Those who answer at the lines: added, and given a new PIN, which is shown once, on the page that answers, and is in no address.
Refuses to take a PIN from a form: nobody thinks of one that nobody guesses.
"""

from secrets import randbelow

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.people import check_new_pin
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.types import PersonView
from hotline1022.web.wire import PersonBody

#: digits of a PIN that is made here; core/people.py has how many there may be
DIGITS = 6


async def list_people(ask: Ask) -> web.Response:
    """All."""
    return await _page(ask)


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
    return await _page(ask, given=(person, pin))


async def give_pin(ask: Ask) -> web.Response:
    """Another PIN."""
    pin = made_pin()
    try:
        person = await ask.ports.people.new_pin(ask.path["person"], pin)
    except HotlineError as error:
        return await _page(ask, error)
    return await _page(ask, given=(person, pin))


def made_pin() -> str:
    """A PIN that may be given to somebody."""
    while True:
        try:
            return check_new_pin(f"{randbelow(10**DIGITS):0{DIGITS}}")
        except Invalid:  # all digits the same
            continue


async def _page(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    typed: dict[str, str] | None = None,
    given: tuple[PersonView, str] | None = None,
) -> web.Response:
    return show(
        ask,
        "roster-people",
        error=error,
        tab="people",
        edits=True,
        people=await ask.ports.people.list(),
        typed=typed or {"id": "", "name": ""},
        given={"name": given[0].name, "id": given[0].id, "pin": given[1]} if given else None,
    )
