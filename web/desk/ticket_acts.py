"""What is done to a ticket by a form of its page, with the files that prove it. Refuses who is second, who is told what happened and
keeps what was typed; files that came along are stored before the act, which counts only with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable, check_length
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import LOOKING, Action, HistoryRow, Named, State
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.ticket import MOST, Trouble, gone_page, ticket_page
from hotline1022.web.desk.tickets import LIST, asked
from hotline1022.web.errors import Forbidden
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.ticket_rights import check_act, found_for, owner_for
from hotline1022.web.tickets_wire import ActBody, TicketDetail
from hotline1022.web.uploads import name_of

ATTACH = "attach"


async def act(ask: Ask) -> web.Response:
    """One of the forms."""
    ask = await asked(ask)
    form: Form = ask.body
    action = Action(ask.path["action"])
    typed = {name: form.secret(name).replace("\r\n", "\n") for name in MOST}
    seen, stored = form.number("version"), False if form.has_files else None
    try:
        detail = await found_for(ask)
    except NotFound as error:
        return gone_page(ask, error, typed)
    try:
        check_act(ask.asker, detail.ticket, action)
        form.check_files()
        wanted = _wanted(action, typed, detail)
        _check(detail, action, seen, await ask.ports.tickets.history(detail.ticket.id), ask.by)
        owner = await owner_for(ask, detail.ticket.agency, action, wanted.owner)
        if form.files:
            await _store(ask, form)
            stored = True
        version = await _version(ask, detail.ticket.version, stored=bool(stored))
        await ask.ports.tickets.act(
            detail.ticket.id, replace(wanted, version=version, owner=owner), by=ask.by, at=ask.ports.clock()
        )
    except (Forbidden, Invalid, Refused, Unavailable) as error:
        trouble = Trouble(error=error, form=action, typed=typed, seen=seen, stored=stored)
        return await ticket_page(ask, await found_for(ask), trouble=trouble)
    return see(f"{LIST}/{detail.ticket.id}?done={action}")


async def attach(ask: Ask) -> web.Response:
    """Files alone."""
    ask = await asked(ask)
    form: Form = ask.body
    detail = await found_for(ask, Permission.ANSWER)
    try:
        form.check_files()
        if not form.files:
            raise Invalid("no file was chosen; choose one", error_id="files-missing")
        await _store(ask, form)
    except (Invalid, Refused, Unavailable) as error:
        trouble = Trouble(error=error, form=ATTACH, typed={}, seen=detail.ticket.version)
        page = await ticket_page(ask, await found_for(ask), trouble=trouble)
        if "HX-Request" in ask.request.headers:  # of an error a page would take nothing in
            page.set_status(200)
        return page
    return see(f"{LIST}/{detail.ticket.id}?done={ATTACH}")


def _wanted(action: Action, typed: Mapping[str, str], detail: TicketDetail) -> Act:
    """What the form of this action says; a version comes later."""
    needs = {
        Action.ANSWER: ("answer",),
        Action.COMPLETE: ("answer",),
        Action.PASS_TO_LEADER: ("owner", "why"),
        Action.FORWARD: ("agency", "why"),
        Action.EXTEND: ("until", "why"),
    }.get(action, ("why",))
    given = {name: typed[name] for name in needs if typed[name].strip()}
    for name, text in given.items():
        check_length(name, text, MOST[name])
    day = _day(given.pop("until", ""))
    try:
        body: ActBody = parse(ActBody, given | {"version": "1"}, texts=True)
    except Invalid as error:
        raise Invalid(str(error), error_id="text-signs") from error
    if action is Action.FORWARD and not body.agency:
        raise Invalid("no agency is chosen; choose one", error_id="agency-missing")
    if action is Action.PASS_TO_LEADER and not body.owner:
        raise Invalid("no leader is chosen; choose one", error_id="owner-missing")
    answers = action is Action.ANSWER or (action is Action.COMPLETE and detail.ticket.state is not State.ANSWERED)
    if answers and not body.answer:
        raise Invalid("there is no answer; write what was answered", error_id="answer-missing")
    return Act(
        action=action,
        why=body.why,
        answer=body.answer,
        until=day,
        agency=Named(id=body.agency) if body.agency else None,
        owner=Named(id=body.owner) if body.owner else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("the new day is none; choose it again", error_id="until-invalid") from None


def _check(detail: TicketDetail, action: Action, seen: int, history: Sequence[HistoryRow], by: str) -> None:
    """Refused `ticket-changed`, `ticket-state`: before anything is stored. Looks at who the citizen is stop nobody, nor do files that
    one has added oneself, beside a form that is being filled in.
    """
    if action not in detail.allowed:
        text = (
            f"a ticket that is {detail.ticket.state} cannot take {action}; load the page again to see what can be done"
        )
        raise Refused(text, error_id="ticket-state")
    since = [one for one in history if one.number > seen and not _own_file(one, by)]
    if seen > detail.ticket.version or any(one.action not in LOOKING for one in since):
        raise _changed()


def _own_file(row: HistoryRow, by: str) -> bool:
    return (row.action, row.by) == (Action.ATTACH, by)


async def _store(ask: Ask, form: Form) -> None:
    """Each file, durable before its row."""
    for one in form.files:
        await ask.ports.tickets.attach(
            ask.path["ticket"],
            name=name_of(one.name),
            media_type=one.media_type,
            data=one.data,
            by=ask.by,
            at=ask.ports.clock(),
        )


async def _version(ask: Ask, before: int, *, stored: bool) -> int:
    """The version to act on: that of the page, and what was stored with it. Refused `ticket-changed`."""
    if not stored:
        return before
    since = [one for one in await ask.ports.tickets.history(ask.path["ticket"]) if one.number > before]
    if any(one.action is not Action.REVEAL and not _own_file(one, ask.by) for one in since):
        raise _changed()
    return before + len(since)


def _changed() -> Refused:
    return Refused("somebody else changed this ticket; read it again, then decide", error_id="ticket-changed")
