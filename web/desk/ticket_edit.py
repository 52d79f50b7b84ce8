"""What was written down of a request, corrected by 1022: content, place, category, urgency, and who reports. Refuses to write over what
somebody else has changed meanwhile: that is shown beside what was typed first. What was not touched stays as the others left it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, check_length
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, HistoryRow, Kind, Requester, Ticket, Urgency, only_looked
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.ticket_look import story
from hotline1022.web.desk.tickets import LIST, asked
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.ticket_rights import check_act, found_for
from hotline1022.web.tickets_wire import EMAIL, EditBody, TicketDetail

#: what the form has, and characters of it at most
MOST = {
    "content": 4000,
    "category": 64,
    "area": 64,
    "address": 300,
    "urgency": 20,
    "kind": 20,
    "requester": 20,
    "name": 120,
    "phone": 32,
    "email": 254,
}
_WHY = 1000


async def show_edit(ask: Ask) -> web.Response:
    """The form, filled in with what the ticket says."""
    ask = await asked(ask)
    detail = await _mine(ask)
    return await _page(ask, detail.ticket, _values(detail.ticket))


async def edit(ask: Ask) -> web.Response:
    """Correct what was changed in it."""
    ask = await asked(ask)
    form: Form = ask.body
    detail = await _mine(ask)
    ticket, seen = detail.ticket, form.number("version")
    typed = {name: form.one(name).replace("\r\n", "\n").strip() for name in MOST}
    why = form.one("why").replace("\r\n", "\n").strip()
    history = await ask.ports.tickets.history(ticket.id)
    before = _before(history, ticket, seen)
    # of what somebody else changed, what was not touched here is left as it is now
    now = _values(ticket)
    # the same number in another way of writing is no correction
    mine = {name: text for name, text in typed.items() if _written(name, text) != before[name]}
    merged = now | mine
    try:
        if seen != ticket.version and not only_looked(history, seen):
            raise Refused("somebody else changed this ticket; read it again, then decide", error_id="ticket-changed")
        wanted = _wanted(mine, why, ticket.version)
        await ask.ports.tickets.act(ticket.id, wanted, by=ask.by, at=ask.ports.clock())
    except (Invalid, NotFound, Refused) as error:
        detail = await _mine(ask)  # as it stands now, where somebody was quicker just before
        if detail.ticket.version != ticket.version:
            merged = _values(detail.ticket) | mine
        return await _page(ask, detail.ticket, merged, error=error, why=why, seen=seen)
    return see(f"{LIST}/{ticket.id}?done={Action.EDIT}")


async def _mine(ask: Ask) -> TicketDetail:
    """The ticket; who corrects it sees it whole, or what is masked would be written over what it hides."""
    detail = await found_for(ask)
    check_act(ask.asker, detail.ticket, Action.EDIT)
    ask.asker.demand(Permission.NUMBERS)
    return detail


def _wanted(mine: Mapping[str, str], why: str, version: int) -> Act:
    """Invalid `edit-same`, `edit-email`, `content-missing`, `text-long`, `text-signs`."""
    if not mine:
        raise Invalid("nothing is corrected; change at least one field", error_id="edit-same")
    if mine.get("content") == "":
        raise Invalid("a request without content; write the content", error_id="content-missing")
    if not re.fullmatch(EMAIL, mine.get("email", "")):
        raise Invalid("the address of the citizen is none; correct it or leave it out", error_id="edit-email")
    for name, text in {**mine, "why": why}.items():
        check_length(name, text, MOST.get(name, _WHY))
    try:
        body: EditBody = parse(EditBody, {**mine, "why": why, "version": str(version)}, texts=True)
    except Invalid as error:
        raise Invalid(str(error), error_id="text-signs") from error
    given = {one.name: getattr(body, one.name) for one in fields(EditBody) if one.name in mine}
    return Act(action=Action.EDIT, version=version, why=body.why, fields=given)


def _values(ticket: Ticket) -> dict[str, str]:
    return {name: _written(name, getattr(ticket, name)) for name in MOST}


def _written(name: str, value: object) -> str:
    """A field as it stands in the form."""
    return said_number(str(value)) if name == "phone" else str(value)


def _before(history: Sequence[HistoryRow], ticket: Ticket, seen: int) -> dict[str, str]:
    """What the ticket said at this version: the changes since, taken back."""
    values = _values(ticket)
    for row in reversed(history):
        if row.number <= seen:
            break
        for name, change in row.changes.items():
            if name in values and isinstance(change, list | tuple) and len(change) == 2:
                values[name] = _written(name, change[0] or "")
    return values


async def _page(
    ask: Ask,
    ticket: Ticket,
    values: Mapping[str, str],
    *,
    error: HotlineError | None = None,
    why: str = "",
    seen: int = 0,
) -> web.Response:
    """The form; after an error with what was typed, and beside it what the ticket says now where that is something else."""
    now, say, day = _values(ticket), words(), local_day(ask.ports.clock())
    history = await ask.ports.tickets.history(ticket.id) if error else ()
    late = error is not None and error.error_id == "ticket-changed"
    categories = await ask.ports.directory.categories(day)
    areas = await ask.ports.directory.areas(day)
    choices = {
        "category": _choices(categories, ticket.category, ticket.category_name),
        "area": _choices(areas, ticket.area, ticket.area_name),
        "urgency": [(one.value, say(f"urgency.{one.value}")) for one in Urgency],
        "kind": [(one.value, say(f"kind.{one.value}")) for one in Kind],
        "requester": [(one.value, say(f"agent.requester-{one.value}")) for one in Requester],
    }
    return show(
        ask,
        "ticket-edit",
        error=error,
        ticket=ticket,
        code=spaced(ticket.code),
        value=values,
        why=why,
        most=MOST | {"why": _WHY},
        choices=choices,
        changed=story(history, ticket, say, shown=True, after=seen) if late else (),
        now=_now(now, values, choices) if late else {},
    )


def _choices(things: Sequence[Any], id: str, name: str) -> list[tuple[str, str]]:
    """Those of today, and the ticket's own, which may have ended."""
    found = {one.id: one.name for one in things}
    if id:
        found.setdefault(id, name or id)
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _now(
    now: Mapping[str, str], values: Mapping[str, str], choices: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, str]:
    """What the ticket says where the form says something else."""
    return {
        name: dict(choices.get(name, ())).get(text, text) or words()("page.unknown")
        for name, text in now.items()
        if text != values[name]
    }
