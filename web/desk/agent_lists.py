"""Whom to call back: abandoned calls, voicemail, citizens who wait to be told; and answers of the FAQ. Refuses nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.callbacks import Callback, CallbackWhat, Dealt, Talk
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.masking import mask
from hotline1022.web.asker import of_session
from hotline1022.web.desk.agent_call import clock, sees_numbers
from hotline1022.web.desk.agent_own import own_line, piece, signed_of
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment
from hotline1022.web.numbers_said import said_number
from hotline1022.web.package import origin
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

#: list → what its citizens are called back for
LISTS = {"missed": CallbackWhat.ABANDONED, "voicemail": CallbackWhat.VOICEMAIL, "tell": CallbackWhat.TICKET}
_ROWS = 30


#: who waits longest first, the latest first
ORDERS = ("longest", "latest")
_PAGES = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which, and which part of it."""

    list: Annotated[str, Rule(doc="missed, voicemail or tell", pattern="|".join(LISTS))] = "missed"
    order: Annotated[str, Rule(doc="who waits longest first, or the latest", pattern="|".join(ORDERS))] = ORDERS[0]
    page: Annotated[int, Rule(doc="from 1; behind the last one is the last one", low=1, high=_PAGES)] = 1


async def show_list(ask: Ask) -> web.Response:
    """One list."""
    query: ListQuery = ask.query
    return piece(ask, "lists", lists=await rows(ask, query))


def _part(form: Form, which: str) -> ListQuery:
    """The part of the list that the form was sent from."""
    order = form.one("order") if form.one("order") in ORDERS else ORDERS[0]
    return ListQuery(list=which, order=order, page=min(max(1, form.number("page", digits=4)), _PAGES))


async def heard(ask: Ask) -> web.Response:
    """A message was seen to."""
    form: Form = ask.body
    failed = None
    try:
        marked = await ask.ports.voicemails.mark_heard(form.one("id"), signed_of(ask).user.name, ask.ports.clock())
        if marked is None:
            raise NotFound("there is no such message", error_id="voicemail-unknown")
    except HotlineError as error:
        failed = error
    return piece(ask, "lists", failed, lists=await rows(ask, _part(form, "voicemail")))


async def tell(ask: Ask) -> web.Response:
    """A citizen was told."""
    form: Form = ask.body
    failed = None
    try:
        await ask.ports.outbox.mark_told(
            form.one("id"), signed_of(ask).user.name, ask.ports.clock(), seen=form.one("seen")
        )
    except HotlineError as error:
        failed = error
    return piece(ask, "lists", failed, lists=await rows(ask, _part(form, "tell")))


async def hear(ask: Ask) -> web.Response:
    """A right to listen to a message, which is the agent's work: its sound beside the list."""
    form: Form = ask.body
    asker = of_session(signed_of(ask), None)
    try:
        right = await ask.ports.listening.voicemail(form.one("id"), asker, origin(ask.request), ask.ports.clock())
    except HotlineError as error:
        return piece(ask, "hear", error, hear=None)
    heard = {"source": right.url, "until": moment(right.expires_at), "number": form.one("number"), "at": form.one("at")}
    return piece(ask, "hear", hear=heard)


async def call_back(ask: Ask) -> web.Response:
    """The own phone rings, then hers."""
    form: Form = ask.body
    which = form.one("list") if form.one("list") in LISTS else "missed"
    failed, said = None, ""
    try:
        line = await own_line(ask)
        if line is None:
            raise Refused("you are logged in at no line; log in first", error_id="line-none")
        id, mark = form.one("id"), form.one("mark")

        def shown(number: str) -> bool:
            return mark == _mark(ask, id, number)

        await ask.ports.callbacks.begin(line.line, LISTS[which], id, shown=shown, talk=form.one("talk"))
    except HotlineError as error:
        failed, said = error, _dealt(error, which)
    return piece(ask, "lists", failed, said=said, lists=await rows(ask, _part(form, which)))


def _dealt(error: HotlineError, which: str) -> str:
    """Who was quicker, and when; "" = nobody was."""
    if not isinstance(error, Dealt):
        return ""
    again = error.error_id == "callback-talked" and which != "missed"  # she stands there still, and the row says it now
    say = words()
    by = error.name or say("agent-list.somebody")
    return say(f"agent-list.{error.error_id}{'-again' if again else ''}", by=by, at=moment(error.at))


def _mark(ask: Ask, target: str, number: str) -> str:
    """Of a number as this user sees it: a masked one tells nothing more."""
    seen = number if sees_numbers(ask) else mask(number)
    return sha256(f"{target} {seen}".encode()).hexdigest()[:16]


async def rows(ask: Ask, query: ListQuery) -> Mapping[str, Any]:
    """A part of a list as it is shown."""
    found, total = await _found(ask, query, query.page)
    pages = max(1, -(-total // _ROWS))
    page = min(query.page, pages)
    if page < query.page:  # those behind were called meanwhile
        found, total = await _found(ask, query, page)
    shown = sees_numbers(ask)
    tried = await ask.ports.callbacks.tried(LISTS[query.list], {one["target"]: one["caller"] for one in found})
    waiting = {one["target"]: (one["caller"], one["since"]) for one in found if one["caller"]}
    talks = (
        await ask.ports.callbacks.talks(waiting) if query.list != "missed" else {}
    )  # whoever was reached leaves that one
    for one in found:
        caller, talk, last = one.pop("caller"), talks.get(one["target"]), tried.get(one["target"])
        one |= {"talk": talk.call if talk else "", "talked": _talked(talk, last)}
        one |= {"number": said_number(caller if shown else mask(caller)), "tried": _tried(last)}
        one["shown"] = _mark(ask, one["target"], caller)
    return {
        "which": query.list,
        "rows": found,
        "lists": tuple(LISTS),
        "order": query.order,
        "orders": ORDERS,
        "page": page,
        "pages": pages,
        "total": total,
    }


async def _found(ask: Ask, query: ListQuery, page: int) -> tuple[list[dict[str, Any]], int]:
    """The rows of a page, and how many the list has."""
    part: dict[str, Any] = {"skip": (page - 1) * _ROWS, "limit": _ROWS, "latest": query.order == "latest"}
    if query.list == "voicemail":
        messages, total = await ask.ports.voicemails.unheard(**part)
        found = [
            {
                "id": one.id,
                "target": one.id,
                "caller": one.caller,
                "at": moment(one.left_at),
                "since": one.left_at,
                "more": clock(one.duration_ms // 1000) if one.duration_ms else "",
                "text": "",
            }
            for one in messages
        ]
    elif query.list == "tell":
        lines, total = await ask.ports.outbox.untold(**part)
        names = sees_numbers(ask)
        found = [
            {
                "id": one.id,
                "target": one.ticket,
                "caller": one.number,
                "at": moment(one.since),
                "since": one.since,
                "more": one.code,
                "text": f"{one.name}: {one.text}" if names else "",
                "mark": one.mark,
            }
            for one in lines
        ]
    else:
        calls, total = await ask.ports.abandoned.waiting(**part)
        found = [
            {
                "id": one.last_call,
                "target": one.last_call,
                "caller": one.caller,
                "at": moment(one.last_at),
                "since": one.last_at,
                "more": str(one.count),
                "text": "",
            }
            for one in calls
        ]
    return found, total


def _talked(talk: Talk | None, tried: Callback | None) -> Mapping[str, str] | None:
    """When somebody talked with her since, and who; the last try says it where it was that one."""
    if talk is None or (tried is not None and tried.call == talk.call):
        return None
    return {"at": moment(talk.at), "by": talk.name or words()("agent-list.somebody")}


def _tried(last: Callback | None) -> Mapping[str, str] | None:
    """When and by whom she was called last, and how it ended."""
    if last is None:
        return None
    at = last.ended_at or last.asked_at
    return {"at": moment(at), "by": last.name, "reason": last.reason.value if last.reason else ""}
