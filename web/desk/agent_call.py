"""The call at the own line: who calls, who called while the form is still open, and the transfer with its steps. Refuses to show numbers to who may not see them, and to put
through a citizen who is at another line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.cascade import Outcome, State
from hotline1022.core.clock import local, local_day
from hotline1022.core.drafts import Drafted
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.masking import mask
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.core.words import time_written
from hotline1022.queue.types import LineView
from hotline1022.tickets.types import Kind, Requester, Urgency, phone_key
from hotline1022.web.cascade_wire import AREA, CascadeBody, CascadeQuery, CascadeView
from hotline1022.web.desk.agent_own import CALL, own_line, piece, signed_of
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment
from hotline1022.web.line_call_port import KnownCaller
from hotline1022.web.line_call_wire import CallerView
from hotline1022.web.numbers_said import said_number
from hotline1022.web.own_line import check_here, check_hunt
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.tickets_wire import EMAIL

#: of what goes with a transfer, as CascadeBody has it
_NOTE, _NAME, _PHONE, _ADDRESS = 4000, 120, 32, 300
_FINISHED = {"email": EMAIL, "area": AREA}
_CHOSEN: dict[str, type[StrEnum]] = {"kind": Kind, "requester": Requester, "urgency": Urgency}
#: by so many last digits a number is the same, with a country's code or without
_DIGITS = 9
#: hunts of a call that are shown
_HUNTS = 3
_OR_NONE = f"({AREA})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """Of which call."""

    call: Annotated[str, Rule(doc="id of a call; empty = of none", pattern=CALL)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferQuery(CallQuery):
    """The transfer of which call, for what stands in its form."""

    category: Annotated[str | None, Rule(doc="id that the form shows; left out = as it is kept", pattern=_OR_NONE)] = (
        None
    )
    area: Annotated[str | None, Rule(doc="the same", pattern=_OR_NONE)] = None


def sees_numbers(ask: Ask) -> bool:
    """Whether citizens are shown as they are."""
    return signed_of(ask).may(Permission.NUMBERS)


async def current(ask: Ask, line: LineView | None) -> CallerView | None:
    """Who calls at the own line."""
    return (await ask.ports.callers.get(line.line)).call if line is not None else None


async def put_through(ask: Ask, line: LineView | None) -> str:
    """Id of the call that was put through from the own line and is still on its way; "" for none."""
    if line is None:
        return ""
    going = await ask.ports.cascades.list(CascadeQuery(under_way=True))
    return next((one.call for one in going if one.line == line.line), "")


async def show_transfer(ask: Ask) -> web.Response:
    """The transfer of a call."""
    query: TransferQuery = ask.query
    call = await current(ask, await own_line(ask))
    shown = await transfer(ask, query.call, call, category=query.category, area=query.area)
    return piece(ask, "transfer", transfer=shown)


async def facts(ask: Ask, call: CallerView | None) -> Mapping[str, Any] | None:
    """The caller in words; None = nobody calls."""
    if call is None:
        return None
    own = call.called_by == signed_of(ask).user.person
    names = {one.id: one.name for one in await ask.ports.directory.categories(None)}
    return {
        "call": call.call,
        "category": names.get(call.category, call.category),
        "pressed": " › ".join(call.keys),
        "answered": call.answered_at.isoformat() if call.answered_at else "",
        "apart": call.direction is Direction.OUT and call.answered_at is not None and call.state is CallState.AFTER,
        "made": _made(call) if own else "",
        "other": "" if own or not call.called_by else call.called_by_name or words()("agent.a-colleague"),
        "since": call.since.isoformat(),
        "waiting_since": call.waiting_since.isoformat() if call.waiting_since else "",
        "waited": None if call.waited_ms is None else clock(call.waited_ms // 1000),
        **_known(ask, call, names),
    }


async def left(ask: Ask, of_call: str) -> Mapping[str, Any] | None:
    """What is known of the citizen of a call that this person answered, while its form is still open; None: that is for others."""
    known = await ask.ports.callers.known(of_call) if of_call else None
    if known is None or signed_of(ask).user.person not in known.people:
        return None
    return _known(ask, known, {one.id: one.name for one in await ask.ports.directory.categories(None)})


def _known(ask: Ask, call: CallerView | KnownCaller, names: Mapping[str, str]) -> dict[str, Any]:
    """Number, name, earlier calls and open tickets; what may be opened has its id."""
    shown, opens = sees_numbers(ask), signed_of(ask).may(Permission.LOOK)
    return {
        "number": said_number(call.caller if shown else mask(call.caller)),
        "name": call.name if shown else "",
        "past": [
            {
                "id": one.id if opens else "",
                "at": moment(one.entered_at),
                "result": one.result or "",
                "category": names.get(one.category, one.category),
                "by": one.person_name or one.person,
                "talk": clock(one.talk_ms // 1000) if one.talk_ms else "",
                "tickets": [{"id": made.id if opens else "", "code": spaced(made.code)} for made in one.tickets],
            }
            for one in call.past
        ],
        "tickets": [
            {
                "id": one.id if opens else "",
                "code": one.code,
                "state": one.state,
                "urgent": one.urgency == "urgent",
                "about": one.category_name,
                "agency": one.agency_name,
                "by": moment(one.answer_by) if one.answer_by else "",
                "overdue": one.overdue,
            }
            for one in call.open_tickets
        ],
    }


def _made(call: CallerView) -> str:
    """How far a call is by which this agent calls back; "" = the citizen calls."""
    if call.direction is Direction.IN:
        return ""
    match call.state:
        case CallState.CALLING_AGENT | CallState.CALLING_CITIZEN:
            return call.state.value
        case None | CallState.TALKING:
            return CallState.CALLING_CITIZEN.value
        case _:  # she was put through, and comes back
            return ""


async def transfer(
    ask: Ask, of_call: str, call: CallerView | None, *, category: str | None = None, area: str | None = None
) -> Mapping[str, Any]:
    """What may be done with this call's citizen now, and what became of earlier tries.

    `category`, `area`: what the form shows, which may not be kept yet; None = as it is kept, else as the caller pressed.
    """
    hunts = list(await ask.ports.cascades.list(CascadeQuery(call=of_call, limit=_HUNTS))) if of_call else []
    going = next((one for one in hunts if one.state is not State.ENDED), None)
    here = call if call is not None and call.call == of_call else None
    talking = here is not None and here.answered_at is not None
    draft = await ask.ports.drafts.get(f"user:{signed_of(ask).user.id}", of_call)
    if category is None:
        category = here.category if here is not None else ""
        category = draft.text("category", category) if draft is not None else category
    if area is None:
        area = draft.text("area") if draft is not None else ""
    now = ask.ports.clock()
    every = await ask.ports.directory.agencies(None)
    names = {one.id: one.short for one in every}
    first = await answers(ask, category, area, now)
    return {
        "call": of_call,
        "may": talking and going is None,
        "agencies": await agencies(ask, first, now) if talking and going is None else [],
        "category": category,
        "area": area,
        "answers": next((one.name for one in every if one.id == first), ""),
        "going": going.state.value if going else "",
        "version": max((one.version for one in hunts), default=0),
        "hunts": [{**_hunt(one, names), "more": await _more(ask, one, draft)} for one in hunts],
    }


async def _more(ask: Ask, hunt: CascadeView, draft: Drafted | None) -> bool:
    """Whether something is written down that the ticket of a transfer lacks: other words, or an answer."""
    if draft is None or not hunt.ticket or hunt.outcome in (None, Outcome.TAKEN_BACK):
        return False
    try:
        ticket = (await ask.ports.tickets.get(hunt.ticket)).ticket
    except NotFound:  # not settled yet: the next event shows it
        return False
    for name, text in ((name, one.text.strip()) for name, one in draft.fields.items() if name != "faq"):
        there = str(getattr(ticket, name))
        if name == "phone":
            same = phone_key(there)[-_DIGITS:] == phone_key(text)[-_DIGITS:]
        elif name == "urgency":
            same = text == Urgency.ORDINARY or text == there
        else:
            same = text == there
        if text and not same:
            return True
    return False


async def agencies(ask: Ask, first: str, now: datetime) -> Sequence[Mapping[str, Any]]:
    """Whom to put through to: first who answers for the category there, then who answers for others, then the rest."""
    day = local_day(now)
    there = {one.id: one for one in await ask.ports.directory.agencies(day)}
    leading = {one.agency for one in await ask.ports.directory.categories(day)}
    order = sorted(there.values(), key=lambda one: (one.id != first, one.id not in leading, one.name))
    return [{"id": one.id, "name": one.name, "short": one.short, "likely": one.id == first} for one in order]


async def answers(ask: Ask, category: str, area: str, now: datetime) -> str:
    """Id of the agency that answers for the category in the area; "" where nobody does."""
    if not category:
        return ""
    try:
        return (await ask.ports.directory.hunt("", category, area, now)).agency.id
    except NotFound:
        return ""


def _hunt(one: CascadeView, names: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "agency": names.get(one.agency, one.agency),
        "code": spaced(one.code),
        "state": one.state.value,
        "outcome": one.outcome.value if one.outcome else "",
        "steps": [
            {
                "at": time_written(local(step.started_at), exactly=True),
                "role": step.role,
                "name": step.name,
                "which": step.which,
                "outcome": step.outcome.value if step.outcome else "",
                "answered": step.answered_at is not None,
                "since": "" if step.ended_at else (step.answered_at or step.started_at).isoformat(),
            }
            for step in one.steps
        ],
    }


async def begin_transfer(ask: Ask) -> web.Response:
    """Put the citizen through."""
    form: Form = ask.body

    async def begin(call: str) -> None:
        await _as_written(ask, form)
        if not form.one("agency"):  # by the API that is the agency of the call's own category: nobody has seen it here
            raise Invalid("no agency is chosen; choose one", error_id="agency-missing")
        body = CascadeBody(
            call=call,
            agency=form.one("agency"),
            category=form.one("category"),
            note=form.one("note").strip()[:_NOTE],
            **_reporter(form),
            introduce=form.one("introduce") == "1",
        )
        await ask.ports.cascades.begin(body, by=signed_of(ask).user.name)

    return await _done(ask, begin)


async def _as_written(ask: Ask, form: Form) -> None:
    """Who has chosen no agency by hand means the one that answers for what stands in the form now, not for what stood there."""
    first = await answers(ask, form.one("category"), form.one("area"), ask.ports.clock())
    if form.one("by_hand") == "0" and form.one("agency") != first:
        raise Refused("the category has changed; look at the agency and put through again", error_id="agency-changed")


def _reporter(form: Form) -> dict[str, Any]:
    """Who it is, and where, as far as it is written down: what is not finished yet must not hold the citizen up."""
    typed = {name: form.one(name).strip() for name in ("email", "area")}
    finished = {name: text if re.fullmatch(_FINISHED[name], text) else "" for name, text in typed.items()}
    chosen = {name: kind(form.one(name)) for name, kind in _CHOSEN.items() if form.one(name) in set(kind)}
    cut = {"name": _NAME, "phone": _PHONE, "address": _ADDRESS}
    return {name: form.one(name).strip()[:most] for name, most in cut.items()} | finished | chosen


async def take_back(ask: Ask) -> web.Response:
    """The citizen comes back."""
    return await _done(ask, lambda call: ask.ports.cascades.take_back(call, by=signed_of(ask).user.name), own=False)


async def connect(ask: Ask) -> web.Response:
    """The introduction is over."""
    return await _done(ask, lambda call: ask.ports.cascades.connect(call, by=signed_of(ask).user.name), own=False)


async def _done(ask: Ask, act: Any, *, own: bool = True) -> web.Response:
    form: Form = ask.body
    call, failed = form.one("call"), None
    try:
        await (check_here if own else check_hunt)(ask.ports, signed_of(ask), call)
        await act(call)
    except HotlineError as error:
        failed = error
    at_line = await current(ask, await own_line(ask))
    written = {name: form.one(name) for name in ("category", "area")} if form.one("by_hand") else {}
    return piece(ask, "transfer", failed, transfer=await transfer(ask, call, at_line, **written))


def clock(seconds: int) -> str:
    """`2:05`, `1:02:05`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
