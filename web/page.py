"""The page of a signed link: a ticket for one officer of an agency, and the few things that are done there. Refuses to act on
what the officer has not seen: who was slower is shown what happened meanwhile, with the text kept.

The address is the right, and there is no session: a form on a strange page has nothing to ride on.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from hotline1022.core.clock import day_as_written, local_day
from hotline1022.core.errors import HotlineError, Invalid, Refused, Unavailable
from hotline1022.core.masking import mask_name
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named, State
from hotline1022.web.desk.forms import SENT, Form, read_form
from hotline1022.web.desk.render import told
from hotline1022.web.failures import failure
from hotline1022.web.link_door import DOOR
from hotline1022.web.officer_port import SHOWN_FOR, NewFile, OfficerTicket, Opened
from hotline1022.web.package import origin
from hotline1022.web.page_render import Typed, fill, page, plain, style
from hotline1022.web.page_view import Step, deadlines, masked, moment, steps
from hotline1022.web.page_wire import MOST_ANSWER, MOST_WHY, PageForm, PageQuery
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.uploads import KINDS, name_of

REVEAL = "reveal"
#: nothing is done: the ticket as it is now, with what was typed before an answer failed
LOOK = "look"
#: what is done by a button, and the fields that it needs
NEEDS: Mapping[Action, tuple[str, ...]] = {
    Action.ACCEPT: (),
    Action.ANSWER: ("answer",),
    Action.COMPLETE: ("answer",),
    Action.PASS_TO_LEADER: ("leader",),
    Action.EXTEND: ("until", "extend_why"),
    Action.WAIT: ("wait_why",),
    Action.RESUME: (),
    Action.RETURN: ("why",),
}
MOST = {"answer": MOST_ANSWER, "why": MOST_WHY, "extend_why": MOST_WHY, "wait_why": MOST_WHY}
#: the fields with a text, and what must be possible for there to be one
_PLACES = {
    "answer": Action.ANSWER,
    "why": Action.RETURN,
    "extend_why": Action.EXTEND,
    "wait_why": Action.WAIT,
}
#: what is refused because the ticket is no longer as it was seen
_MEANWHILE = frozenset({"ticket-changed", "ticket-state"})
#: what is wrong with the new day of a ticket that is extended; all else that is refused is about files
_OF_DAY = frozenset({"until-missing", "until-invalid", "deadline-far", "deadline-not-later"})


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
    await _open(ask)  # before anything is read: nobody else's photos are
    ask.request[SENT] = None
    ask.request[SENT] = sent = await read_form(ask.request, most=20)
    form, typed, problems = _form(sent)
    opened = await _open(ask)  # as it is now: photos take their time
    if opened.own is None:
        return _moved(opened, 409, typed)
    if form.act == REVEAL:
        return await _reveal(ask, typed, again=sent.has_files)
    again = sent.has_files
    if form.act == LOOK:
        placeless = _lost(typed, opened.own)
        return _page(ask, opened, opened.own, typed=typed, changed=[] if placeless else None, again=again)
    action = next((one for one in NEEDS if one == form.act), None)
    if action is None:
        return _page(
            ask,
            opened,
            opened.own,
            typed=typed,
            problems={"act": words()("problem.act-unknown")},
            again=again,
            status=400,
        )
    needs = NEEDS[action]
    # what was answered already is completed as it is
    kept = action is Action.COMPLETE and opened.own.ticket.state is State.ANSWERED
    for name in needs:
        if not kept and action in opened.own.actions and not getattr(form, name):
            problems.setdefault(name, words()(f"problem.{name}-missing"))
    if wrong := {name: problems[name] for name in needs if name in problems}:
        return _page(ask, opened, opened.own, typed=typed, problems=wrong, again=again, status=400)
    try:
        sent.check_files()
        done = await ask.ports.links.act(
            ask.path["token"],
            _wanted(action, form, needs),
            ask.ports.clock(),
            origin=origin(ask.request),
            files=tuple(
                NewFile(name=name_of(one.name), media_type=one.media_type, data=one.data) for one in sent.files
            ),
        )
    except (Invalid, Refused, Unavailable) as error:
        if error.error_id not in _MEANWHILE:
            return await _not_done(ask, error, typed, again=again)
        done = False
    return _see(ask, f"?done={action}") if done else await _too_late(ask, form, typed, again=again)


def _wanted(action: Action, form: PageForm, needs: Sequence[str]) -> Act:
    """What the button asks for. Invalid `until-invalid`."""
    given = {"answer" if name == "answer" else "why": getattr(form, name) for name in needs if name in MOST}
    until = day_as_written(form.until) if "until" in needs else None
    if "until" in needs and form.until and until is None:
        raise Invalid("the new day is none; choose it again", error_id="until-invalid")
    owner = Named(id=form.leader) if "leader" in needs else None
    return Act(action=action, version=form.version, owner=owner, until=until, **given)


def _lost(typed: Typed, own: OfficerTicket) -> Sequence[str]:
    """Texts that have no field on the page of the ticket as it is now."""
    return [text for name, text in typed.texts if _PLACES[name] not in own.actions]


async def _open(ask: Ask) -> Opened:
    return await ask.request.app[DOOR].open(ask.path["token"], ask.request.remote)


def _see(ask: Ask, query: str = "") -> web.Response:
    """Looked at by GET, so that nothing is done twice by loading the page again."""
    return web.Response(status=303, headers={"Location": f"{ask.path['token']}{query}"})


def _form(body: Form) -> tuple[PageForm, Typed, dict[str, str]]:
    """The form, what was typed as it was typed, and by field what is wrong; Invalid for what no browser sends."""
    given = body.firsts
    if body.too_large:  # the button stands behind the files, and files go with an answer
        given.setdefault("act", Action.ANSWER)
    sent: dict[str, str] = {name: given[name] for name in ("act", "version", "leader", "until") if name in given}
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
    return form, Typed(**typed, leader=form.leader, until=form.until), problems


async def _reveal(ask: Ask, typed: Typed, *, again: bool) -> web.Response:
    """Who it is, which is written down; text that is typed stays, though that takes a page without an address of its own."""
    opened = await ask.ports.links.reveal(ask.path["token"], ask.ports.clock(), origin=origin(ask.request))
    if opened is None:
        raise ask.request.app[DOOR].refused(ask.request.remote)
    if opened.own is None:
        return _moved(opened, 409, typed)
    return _page(ask, opened, opened.own, typed=typed, again=again) if typed.texts or again else _see(ask)


async def _not_done(ask: Ask, error: HotlineError, typed: Typed, *, again: bool) -> web.Response:
    """What is wrong, mostly with the files; the text is kept."""
    opened = await _open(ask)
    if opened.own is None:
        return _moved(opened, 409, typed)
    status, problems = failure(error).status, {"until" if error.error_id in _OF_DAY else "file": told(error)}
    return _page(ask, opened, opened.own, typed=typed, problems=problems, again=again, status=status)


async def _too_late(ask: Ask, form: PageForm, typed: Typed, *, again: bool) -> web.Response:
    """What happened since the officer saw the ticket."""
    opened = await _open(ask)
    if opened.own is None:
        return _moved(opened, 409, typed)
    since = [row for row in opened.own.history if row.number > form.version and row.action is not Action.REVEAL]
    changed = steps(since, words(), shown=opened.own.shown)
    return _page(ask, opened, opened.own, typed=typed, changed=changed, again=again, status=409)


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
    again: bool = False,
    status: int = 200,
) -> web.Response:
    """`again`: files came, and may have to come once more."""
    ticket, shown, say = own.ticket, own.shown, words()
    phone, content, answer = masked(ticket, shown=shown)
    known = any((ticket.name, ticket.phone, ticket.email, ticket.address, own.attachments))
    html = fill(
        "ticket.html",
        ticket=ticket,
        contact=opened.contact,
        token=ask.path["token"],
        code=spaced(opened.code),
        created=moment(ticket.created_at),
        expires=moment(opened.expires),
        phone=phone,
        content=content,
        answer=answer,
        shown=shown,
        hides=not shown and (known or (content, answer) != (ticket.content, ticket.answer)),
        dialled=re.fullmatch(r"\+?[0-9]{3,15}", ticket.phone) is not None,
        minutes=round(SHOWN_FOR.total_seconds() / 60),
        deadlines=tuple(deadlines(ticket, ask.ports.tickets.left(ticket, ask.ports.clock()), say)),
        steps=steps(own.history, say, shown=shown),
        files=[one if shown else replace(one, name=mask_name(one.name)) for one in own.attachments],
        actions=frozenset(own.actions),
        waits=own.waits_for_leader,
        again=again,
        kinds=KINDS,
        leaders=own.leaders,
        most=MOST,
        done=done if any(done == one for one in NEEDS) else "",
        typed=typed or Typed(),
        problems=problems or {},
        changed=changed,
        lost=_lost(typed, own) if typed else (),
        first_day=local_day(ask.ports.clock() + timedelta(days=1)).isoformat(),
    )
    return page(html, status)


def spaced(code: str) -> str:
    """A code as people read it: 2345 6789."""
    return f"{code[:4]} {code[4:]}"
