"""What became of the province's days off, and one change of them undone. Refuses to guess: days that were changed again since are told,
and put right by hand.
"""

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web.desk.deadlines import HERE, days_page
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask


async def undo_days(ask: Ask) -> web.Response:
    """The days of one change as they were before it."""
    form: Form = ask.body
    number = int(ask.path["version"])
    note = words()("deadlines.undo-note", number=number)
    try:
        await ask.ports.deadlines.undo_days(number, seen=form.number("seen"), note=note, by=who(ask))
    except HotlineError as error:
        return await days_page(ask, form.one("year"), error=error)
    year = form.number("year", digits=4)
    return see(f"{HERE}/days?year={year}&done=saved" if year else f"{HERE}/days?done=saved")
