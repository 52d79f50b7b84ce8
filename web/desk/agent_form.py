"""The form of a call: filled in with what is known, with what was typed before, and made a ticket of. Refuses a form whose words
another window has changed; what was typed stays on the page.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from hotline1022.core.clock import local, local_day
from hotline1022.core.errors import HotlineError, Invalid, check_length
from hotline1022.core.words import time_written
from hotline1022.directory.types import Category
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Kind, Requester, State, Ticket, TicketFilter, Urgency
from hotline1022.web.desk.agent_call import CallQuery, answers, current, sees_numbers
from hotline1022.web.desk.agent_own import own_line, piece, signed_of
from hotline1022.web.desk.forms import Form
from hotline1022.web.drafts import answered, draft_of
from hotline1022.web.drafts_wire import TYPED
from hotline1022.web.faq_used import used
from hotline1022.web.line_call_wire import CallerView
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

#: what a form begins with where nobody has chosen
_FIRST = {"kind": Kind.REPORT.value, "requester": Requester.PERSON.value, "urgency": Urgency.ORDINARY.value}
#: characters of what was asked, and of an answer
_MOST = 4000
#: other forms that are shown
_OTHERS = 8


async def show_form(ask: Ask) -> web.Response:
    """The form of a call."""
    query: CallQuery = ask.query
    call = await current(ask, await own_line(ask))
    return piece(ask, "form", form=await values(ask, query.call, call))


async def values(
    ask: Ask, of_call: str, call: CallerView | None, *, typed: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """What stands in the form: what was just sent, else what is kept, else what is known of the caller."""
    owner, now = owner_of(ask), ask.ports.clock()
    draft = await ask.ports.drafts.get(owner, of_call)
    known = dict.fromkeys(TYPED, "") | _FIRST | await _known(ask, of_call, call)
    if draft is not None:
        known |= {name: one.text for name, one in draft.fields.items()}
    if typed is not None:
        known |= typed
    day = local_day(now)
    there = await ask.ports.directory.agencies(day)
    names = {one.id: one.name for one in there}
    others = [one for one in await ask.ports.drafts.list(owner, _OTHERS + 1) if one.call != of_call]
    return {
        "call": of_call,
        "version": draft.version if draft else 0,
        "saved": time_written(local(draft.changed_at), exactly=True) if draft else "",
        "value": known,
        "categories": await _categories(ask, day, known["category"]),
        "areas": sorted(await ask.ports.directory.areas(day), key=lambda one: one.name),
        "agencies": sorted(there, key=lambda one: one.name),
        "answers": names.get(await answers(ask, known["category"], known["area"], now), ""),
        "kinds": [one.value for one in Kind],
        "requesters": [one.value for one in Requester],
        "others": [
            {
                "call": one.call,
                "who": one.text("name") or one.text("phone"),
                "about": one.text("content")[:60],
                "at": local(one.changed_at).strftime(words()("format.moment-short")),
            }
            for one in others[:_OTHERS]
        ],
    }


async def _categories(ask: Ask, day: date, chosen: str) -> Sequence[Category]:
    """Those of the day, and the one that the form has: a caller may have pressed the key of one that has ended."""
    found = await ask.ports.directory.categories(day)
    if not chosen or any(one.id == chosen for one in found):
        return found
    return [*found, *(one for one in await ask.ports.directory.categories(None) if one.id == chosen)]


async def make(ask: Ask) -> web.Response:
    """A ticket of it: forwarded, completed with an answer, or kept as new."""
    form: Form = ask.body
    call, act, typed = form.one("call"), form.one("act"), {name: form.one(name) for name in TYPED}
    try:
        made = await _make(ask, call, act, _seen(form), typed)
    except HotlineError as error:
        return await _again(ask, call, typed, error)
    forwarded, failed = made, None
    if act == "forward" and made.agency and made.state is State.NEW:
        try:
            wanted = Act(action=Action.FORWARD, version=made.version)
            forwarded = await ask.ports.tickets.act(made.id, wanted, by=_by(ask), at=ask.ports.clock())
        except HotlineError as error:  # it is made, and says so; forwarding is done again from the list
            failed = error
    begun = act != "complete" and bool(typed["answer"].strip())
    return piece(ask, "done", failed, ticket=forwarded, call=call, begun=begun)


async def _make(ask: Ask, call: str, act: str, seen: int, typed: Mapping[str, str]) -> Ticket:
    if not typed["content"].strip():
        raise Invalid("nothing is written down; write the content", error_id="content-missing")
    if act == "complete" and not typed["answer"].strip():
        raise Invalid("nothing is answered; write the answer", error_id="answer-missing")
    for name in ("content", "answer"):  # the browser cuts nothing off, and a draft keeps more than a ticket takes
        check_length(name, typed[name].replace("\r\n", "\n").strip(), _MOST)
    draft, answer = draft_of(dict(typed), call)
    faq = await used(ask, typed["faq"], strict=False)
    return await ask.ports.drafts.ticket(
        owner_of(ask),
        call,
        seen,
        draft,
        **answered(answer, complete=act == "complete", faq=faq),
        by=_by(ask),
        at=ask.ports.clock(),
    )


async def _again(ask: Ask, call: str, typed: Mapping[str, str], error: HotlineError) -> web.Response:
    at_line = await current(ask, await own_line(ask))
    said = ""
    if error.error_id == "draft-gone" and call:
        done = await ask.ports.tickets.list(TicketFilter(call=call, limit=1))
        said = words()("agent.made-already", code=done[0].code) if done else ""
    changed = error.error_id == "draft-changed"  # the newer words of the other window come first
    return piece(ask, "form", error, said=said, form=await values(ask, call, at_line, typed=None if changed else typed))


async def drop(ask: Ask) -> web.Response:
    """What was typed is thrown away."""
    form: Form = ask.body
    call, failed = form.one("call"), None
    try:
        if _seen(form):
            await ask.ports.drafts.drop(owner_of(ask), call, _seen(form))
    except HotlineError as error:
        failed = error
    at_line = await current(ask, await own_line(ask))
    following = call if failed or (at_line is not None and at_line.call == call) else ""
    return piece(ask, "form", failed, form=await values(ask, following, at_line))


async def _known(ask: Ask, of_call: str, call: CallerView | None) -> dict[str, str]:
    """Number, name and category of the caller, from the line, else from the log."""
    if not of_call:
        return {}
    shown = sees_numbers(ask)
    if call is not None and call.call == of_call:
        found = {"category": call.category}
        return found | ({"phone": said_number(call.caller), "name": call.name} if shown else {})
    detail = await ask.ports.calls.get(of_call)
    if detail is None:
        return {}
    return {"category": detail.call.category} | ({"phone": said_number(detail.call.caller_raw)} if shown else {})


def _seen(form: Form) -> int:
    """The version of the draft that the page shows: milliseconds, and the writes since."""
    return form.number("seen", digits=15)


def owner_of(ask: Ask) -> str:
    """As Asker.owner has it: the same drafts by page and API."""
    return f"user:{signed_of(ask).user.id}"


def _by(ask: Ask) -> str:
    return signed_of(ask).user.name
