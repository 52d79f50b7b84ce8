"""One citizen's data at the desk: found by the number, given out as a ZIP. The number travels in forms alone: an address stands in logs.
Refuses nothing itself: what the service refuses is told on the page, and what was typed stays.
"""

from aiohttp import web

from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.desk.citizen_erase import confirmation
from hotline1022.web.desk.citizen_page import HERE, page_of, reason_of, typed_of
from hotline1022.web.desk.door import who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.kept import STORE, Kept
from hotline1022.web.desk.tickets import asked
from hotline1022.web.export import sent
from hotline1022.web.package import origin
from hotline1022.web.route import Ask


async def show_citizens(ask: Ask) -> web.Response:
    """The search, and what was done before. A form that came too late stands in it again, with the data that it was about."""
    late = kept_of(ask)
    if late is None or late.action == HERE:
        return await page_of(ask)
    typed = typed_of(Form(pairs=late.pairs))
    act = Acting(
        actor=who(ask), origin=origin(ask.request), act=f"GET {HERE}", detail={"status": 200, "given": ["number"]}
    )
    with acts(act):
        await ask.ports.acts.note(act)
    if late.action == f"{HERE}/erasures":
        request = dict(late.pairs).get("request", "")
        return await confirmation(ask, typed | {"request": request})
    return await page_of(ask, typed={"number": typed["number"]}, look=True)


async def find(ask: Ask) -> web.Response:
    """What is kept under a number, and what would become of it."""
    return await page_of(ask, typed=typed_of(ask.body), look=True)


async def export(ask: Ask) -> web.StreamResponse:
    """All of it as a ZIP."""
    ask = await asked(ask)
    typed = typed_of(ask.body)
    try:
        text = reason_of(typed["letter"], typed["text"])
        if not typed["reason"]:
            raise Invalid("no reason is chosen; choose one", error_id="reason-unknown")
        given = (typed["number"], typed["reason"], text, ask.asker)
        outgoing = await ask.ports.citizens.zip(*given, audio=typed["audio"] == "1")
    except HotlineError as error:
        return await page_of(ask, error, typed=typed, look=True)
    return await sent(ask, outgoing)


def kept_of(ask: Ask) -> Kept | None:
    """A form of this page that came too late; it stays where it is."""
    if ask.signed is None:
        return None
    return ask.request.app[STORE].look(ask.signed.user.id, ask.request.rel_url.raw_path_qs, ask.ports.clock())
