"""The page of a signed link: a ticket for one officer of an agency, and the few things that are done there. Refuses to act on
what the officer has not seen: who was slower is shown what happened meanwhile, with the text kept.

The address is the right, and there is no session: a form on a strange page has nothing to ride on.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.masking import mask_name
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named
from hotline1022.web.link_door import DOOR
from hotline1022.web.officer_port import SHOWN_FOR, OfficerTicket, Opened
from hotline1022.web.page_render import Typed, fill, page, plain, style
from hotline1022.web.page_view import Step, deadlines, masked, moment, steps
from hotline1022.web.page_wire import MOST_ANSWER, MOST_WHY, PageForm, PageQuery
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse

REVEAL = "reveal"
#: nothing is done: the ticket as it is now, with what was typed before an answer failed
LOOK = "look"
#: what is done by a button, and the field that it needs
NEEDS = {Action.ACCEPT: "", Action.ANSWER: "answer", Action.PASS_TO_LEADER: "leader", Action.RETURN: "why"}
MOST = {"answer": MOST_ANSWER, "why": MOST_WHY}
#: what is refused because the ticket is no longer as it was seen
_MEANWHILE = frozenset({"ticket-changed", "ticket-state"})


async def show_style(ask: Ask) -> web.Response:
    """The style sheet of the pages."""
    return style()


async def old_address(ask: Ask) -> web.Response:
    """The address that the sample settings named before there was a page."""
    return web.Response(status=301, headers={"Location": f"../l/{ask.path['token']}"})


async def show_page(ask: Ask) -> web.Response:
    """The page."""
    query: PageQuery = ask.query
    opened = await _open(ask)
    return _moved(opened) if opened.own is None else _page(ask, opened, opened.own, done=query.done)


async def act_on_page(ask: Ask) -> web.Response:
    """One of the buttons of the page."""
    form, typed, problems = _form(ask.body)
    opened = await _open(ask)
    if opened.own is None:
        return _moved(opened, 409, typed)
    if form.act == REVEAL:
        return await _reveal(ask, typed)
    if form.act == LOOK:
        places = {Action.ANSWER: typed.answer, Action.RETURN: typed.why}
        placeless = any(text and one not in opened.own.actions for one, text in places.items())
        return _page(ask, opened, opened.own, typed=typed, changed=[] if placeless else None)
    action = next((one for one in NEEDS if one == form.act), None)
    if action is None:
        return _page(ask, opened, opened.own, typed=typed, problems={"act": words()("problem.act-unknown")}, status=400)
    needs = NEEDS[action]
    if needs and not getattr(form, needs):
        problems.setdefault(needs, words()(f"problem.{needs}-missing"))
    if needs in problems:
        return _page(ask, opened, opened.own, typed=typed, problems={needs: problems[needs]}, status=400)
    given = {name: getattr(form, name) for name in MOST if name == needs}
    owner = Named(id=form.leader) if needs == "leader" else None
    try:
        done = await ask.ports.links.act(
            ask.path["token"], Act(action=action, version=form.version, owner=owner, **given), ask.ports.clock()
        )
    except Refused as error:
        if error.error_id not in _MEANWHILE:
            raise
        done = False
    return _see(ask, f"?done={action}") if done else await _too_late(ask, form, typed)


async def _open(ask: Ask) -> Opened:
    return await ask.request.app[DOOR].open(ask.path["token"], ask.request.remote)


def _see(ask: Ask, query: str = "") -> web.Response:
    """Looked at by GET, so that nothing is done twice by loading the page again."""
    return web.Response(status=303, headers={"Location": f"{ask.path['token']}{query}"})


def _form(given: Mapping[str, str]) -> tuple[PageForm, Typed, dict[str, str]]:
    """The form, what was typed as it was typed, and by field what is wrong; Invalid for what no browser sends."""
    sent = {name: given[name] for name in ("act", "version", "leader") if name in given}
    form, problems = parse(PageForm, sent, texts=True), {}
    typed = {name: given.get(name, "").replace("\r\n", "\n") for name in MOST}
    for name, text in typed.items():
        if len(unicodedata.normalize("NFC", text)) > MOST[name]:
            problems[name] = words()("problem.too-long", most=MOST[name])
            continue
        try:
            form = replace(form, **{name: getattr(parse(PageForm, sent | {name: text}, texts=True), name)})
        except Invalid:
            problems[name] = words()("problem.bad-signs")
    return form, Typed(**typed, leader=form.leader), problems


async def _reveal(ask: Ask, typed: Typed) -> web.Response:
    """The number, which is written down; text that is typed stays, though that takes a page without an address of its own."""
    opened = await ask.ports.links.reveal(ask.path["token"], ask.ports.clock())
    if opened is None:
        raise ask.request.app[DOOR].refused(ask.request.remote)
    if opened.own is None:
        return _moved(opened, 409, typed)
    return _page(ask, opened, opened.own, typed=typed) if typed.answer or typed.why else _see(ask)


async def _too_late(ask: Ask, form: PageForm, typed: Typed) -> web.Response:
    """What happened since the officer saw the ticket."""
    opened = await _open(ask)
    if opened.own is None:
        return _moved(opened, 409, typed)
    since = [row for row in opened.own.history if row.number > form.version and row.action is not Action.REVEAL]
    changed = steps(since, words(), shown=opened.own.phone_shown)
    return _page(ask, opened, opened.own, typed=typed, changed=changed, status=409)


def _moved(opened: Opened, status: int = 200, typed: Typed | None = None) -> web.Response:
    """Another agency has it: nothing of the citizen is shown."""
    say, code = words(), spaced(opened.code)
    said = say("moved.said", code=code, agency=opened.agency_name) if opened.agency_name else ""
    return plain(
        say("moved.title"), said or say("moved.nobody", code=code), say("moved.cure"), status=status, typed=typed
    )


def _page(
    ask: Ask,
    opened: Opened,
    own: OfficerTicket,
    *,
    done: str = "",
    typed: Typed | None = None,
    problems: Mapping[str, str] | None = None,
    changed: Sequence[Step] | None = None,
    status: int = 200,
) -> web.Response:
    ticket, shown, say = own.ticket, own.phone_shown, words()
    phone, content, answer = masked(ticket, shown=shown)
    html = fill(
        "ticket.html",
        ticket=ticket,
        contact=opened.contact,
        code=spaced(opened.code),
        created=moment(ticket.created_at),
        expires=moment(opened.expires),
        phone=phone,
        content=content,
        answer=answer,
        shown=shown,
        dialled=re.fullmatch(r"\+?[0-9]{3,15}", ticket.phone) is not None,
        minutes=round(SHOWN_FOR.total_seconds() / 60),
        deadlines=tuple(deadlines(ticket, ask.ports.clock(), say)),
        steps=steps(own.history, say, shown=shown),
        files=[one if shown else replace(one, name=mask_name(one.name)) for one in own.attachments],
        actions=frozenset(own.actions),
        leaders=own.leaders,
        most=MOST,
        done=done if any(done == one for one in NEEDS) else "",
        typed=typed or Typed(),
        problems=problems or {},
        changed=changed,
    )
    return page(html, status)


def spaced(code: str) -> str:
    """A code as people read it: 2345 6789."""
    return f"{code[:4]} {code[4:]}"
