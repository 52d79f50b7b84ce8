"""Whom to call back: abandoned calls, voicemail, citizens who wait to be told; and answers of the FAQ. Refuses nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.masking import mask
from hotline1022.web.asker import of_session
from hotline1022.web.desk.agent_call import clock, sees_numbers
from hotline1022.web.desk.agent_own import own_line, piece, signed_of
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment
from hotline1022.web.numbers_said import said_number
from hotline1022.web.package import origin
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

#: list → what its citizens are called back for
LISTS = {"missed": CallbackWhat.ABANDONED, "voicemail": CallbackWhat.VOICEMAIL, "tell": CallbackWhat.TICKET}
_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which."""

    list: Annotated[str, Rule(doc="missed, voicemail or tell", pattern="|".join(LISTS))] = "missed"


async def show_list(ask: Ask) -> web.Response:
    """One list."""
    query: ListQuery = ask.query
    return piece(ask, "lists", lists=await rows(ask, query.list))


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
    return piece(ask, "lists", failed, lists=await rows(ask, "voicemail"))


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
    return piece(ask, "lists", failed, lists=await rows(ask, "tell"))


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
    failed = None
    try:
        line = await own_line(ask)
        if line is None:
            raise Refused("you are logged in at no line; log in first", error_id="line-none")
        await ask.ports.callbacks.begin(line.line, LISTS[which], form.one("id"))
    except HotlineError as error:
        failed = error
    return piece(ask, "lists", failed, lists=await rows(ask, which))


async def rows(ask: Ask, which: str) -> Mapping[str, Any]:
    """A list as it is shown."""
    shown = sees_numbers(ask)
    found: list[dict[str, Any]]
    if which == "voicemail":
        found = [
            {
                "id": one.id,
                "target": one.id,
                "caller": one.caller,
                "at": moment(one.left_at),
                "more": clock(one.duration_ms // 1000) if one.duration_ms else "",
                "text": "",
            }
            for one in await ask.ports.voicemails.list(False, _ROWS)
        ]
    elif which == "tell":
        found = [
            {
                "id": one.id,
                "target": one.ticket,
                "caller": one.number,
                "at": moment(one.since),
                "more": one.code,
                "text": f"{one.name}: {one.text}" if shown else "",
                "mark": one.mark,
            }
            for one in await ask.ports.outbox.to_tell(False, _ROWS)
        ]
    else:
        found = [
            {
                "id": one.last_call,
                "target": one.last_call,
                "caller": one.caller,
                "at": moment(one.last_at),
                "more": str(one.count),
                "text": "",
            }
            for one in await ask.ports.abandoned.list(_ROWS)
        ]
    tried = await ask.ports.callbacks.tried(LISTS[which], {one["target"]: one["caller"] for one in found})
    for one in found:
        caller = one.pop("caller")
        one |= {"number": said_number(caller if shown else mask(caller)), "tried": _tried(tried.get(one["target"]))}
    return {"which": which, "rows": found, "lists": tuple(LISTS)}


def _tried(last: Callback | None) -> Mapping[str, str] | None:
    """When and by whom she was called last, and how it ended."""
    if last is None:
        return None
    at = last.ended_at or last.asked_at
    return {"at": moment(at), "by": last.name, "reason": last.reason.value if last.reason else ""}
