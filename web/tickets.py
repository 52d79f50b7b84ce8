"""Answers about tickets and their files. Refuses readers what tells who a citizen is, and files outside the attachments; whose a
ticket is, and who may do what to it, ticket_rights.py says.
"""

import asyncio
from dataclasses import fields, replace
from pathlib import Path, PurePath
from urllib.parse import quote

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid, NotFound, Unavailable
from hotline1022.core.masking import mask_name
from hotline1022.tickets.ports import Act, Draft
from hotline1022.tickets.types import Action, HistoryRow, Named, Ticket, TicketFilter
from hotline1022.web.route import Ask
from hotline1022.web.ticket_list import chosen, cursor_of, page_of
from hotline1022.web.ticket_rights import agencies_of, check_act, found_for, owner_for, words_open
from hotline1022.web.tickets_wire import (
    ActBody,
    AttachmentFile,
    AttachmentView,
    AttachQuery,
    EditBody,
    FileQuery,
    HistoryList,
    LateTicket,
    LinkBody,
    StatusQuery,
    StatusView,
    TicketBody,
    TicketDetail,
    TicketFilters,
    TicketListed,
    TicketPage,
    TicketQuery,
)
from hotline1022.web.uploads import read_upload

#: bytes of a file at most; what is longer is not even read
LARGEST = 10 * 1024 * 1024
#: fields of a ticket that tell who a citizen is, beside the number
WHO = ("name", "email", "address")


async def list_tickets(ask: Ask) -> TicketPage:
    """One page."""
    query: TicketQuery = ask.query
    found = await ask.ports.tickets.list(page_of(query, listed(ask, query)))
    tickets = tuple(_shown(ask, one) for one in found[: query.limit])
    more = len(found) > query.limit
    now = query.at or ask.ports.clock()
    late = tuple(LateTicket(ticket=one.id, late=one.late(now)) for one in tickets if one.late(now))
    return TicketPage(tickets=tickets, late=late, next=cursor_of(ask, query, found[query.limit - 1]) if more else None)


def listed(ask: Ask, query: TicketListed) -> TicketFilter:
    """What is asked for; Forbidden for a number of readers."""
    if query.phone is not None:
        ask.asker.demand(Permission.NUMBERS)
    if query.due_since and query.due_until and query.due_since >= query.due_until:
        raise Invalid("due_since is not before due_until; exchange them")
    now = ask.ports.clock()
    return replace(
        chosen(ask, query, narrowed(ask, query)),
        due_since=query.due_since,
        due_until=query.due_until,
        code=query.code or "",
        phone=query.phone or "",
        call=query.call or "",
        overdue_at=now if query.overdue else None,
        standing=query.standing,
        standing_at=query.at or now,
    )


def narrowed(ask: Ask, query: TicketFilters) -> TicketFilter:
    """What is asked for, of lists and figures; Forbidden for tickets of another agency."""
    if query.since and query.until and query.since >= query.until:
        raise Invalid("since is not before until; exchange them")
    return TicketFilter(
        since=query.since,
        until=query.until,
        state=query.state,
        agencies=agencies_of(ask.asker, query.agency or ""),
        open_words=query.words is not None and words_open(ask.asker),
        category=query.category or "",
        service=query.service or "",
        area=query.area or "",
        channel=query.channel,
        words=query.words or "",
    )


async def get_ticket(ask: Ask) -> TicketDetail:
    """One ticket."""
    detail = await found_for(ask)
    files = detail.attachments
    if not ask.sees_numbers:  # telephones name pictures by numbers
        files = tuple(replace(one, name=mask_name(one.name)) for one in files)
    return replace(detail, ticket=_shown(ask, detail.ticket), attachments=files)


async def get_history(ask: Ask) -> HistoryList:
    """Its changes."""
    await found_for(ask, Permission.NUMBERS)
    return HistoryList(history=tuple(_told(ask, row) for row in await ask.ports.tickets.history(ask.path["ticket"])))


async def create_ticket(ask: Ask) -> Ticket:
    """A request is written down."""
    body: TicketBody = ask.body
    draft = Draft(**{field.name: getattr(body, field.name) for field in fields(TicketBody) if field.name != "answer"})
    return await ask.ports.tickets.create(draft, answer=body.answer, by=ask.by, at=ask.ports.clock())


async def edit_ticket(ask: Ask) -> Ticket:
    """Something is corrected."""
    check_act(ask.asker, (await found_for(ask)).ticket, Action.EDIT)
    body: EditBody = ask.body
    names = (field.name for field in fields(EditBody) if field.name not in ("version", "why"))
    given = {name: getattr(body, name) for name in names if getattr(body, name) is not None}
    if not given:
        raise Invalid("nothing is corrected; give at least one field")
    return await _act(ask, Act(action=Action.EDIT, version=body.version, why=body.why, fields=given))


async def link_call(ask: Ask) -> Ticket:
    """A call belongs to it."""
    check_act(ask.asker, (await found_for(ask)).ticket, Action.LINK)
    body: LinkBody = ask.body
    return await _act(ask, Act(action=Action.LINK, version=body.version, call=body.call))


async def act_on_ticket(ask: Ask) -> Ticket:
    """Something is done to it."""
    body: ActBody = ask.body
    action = Action(ask.path["action"])
    ticket = (await found_for(ask)).ticket
    check_act(ask.asker, ticket, action)
    given = Named(id=body.owner, name=body.owner_name) if body.owner else None
    wanted = Act(
        action=action,
        version=body.version,
        why=body.why,
        answer=body.answer,
        until=body.until,
        agency=Named(id=body.agency) if body.agency else None,
        owner=await owner_for(ask, ticket.agency, action, given),
    )
    return await _act(ask, wanted)


async def _act(ask: Ask, wanted: Act) -> Ticket:
    return _shown(ask, await ask.ports.tickets.act(ask.path["ticket"], wanted, by=ask.by, at=ask.ports.clock()))


async def attach_file(ask: Ask) -> AttachmentView:
    """A file comes to a ticket."""
    query: AttachQuery = ask.query
    await found_for(ask, Permission.ANSWER)
    data = await read_upload(ask.request, LARGEST, attachment_too_large)
    return await ask.ports.tickets.attach(
        ask.path["ticket"],
        name=query.name,
        media_type=ask.request.content_type,
        data=data,
        by=ask.by,
        at=ask.ports.clock(),
    )


def attachment_too_large() -> Invalid:
    """That a file is not taken."""
    return Invalid(f"the file is too large; send at most {LARGEST >> 20} MiB", error_id="attachment-large")


async def get_attachment(ask: Ask) -> web.StreamResponse:
    """The file, to be saved and never shown by the browser; or of a picture what may be handed to citizens."""
    query: FileQuery = ask.query
    await found_for(ask, Permission.NUMBERS)
    found = await ask.ports.tickets.attachment(ask.path["ticket"], ask.path["attachment"])
    if found is None:
        raise NotFound("this ticket has no such file; look at its attachments", error_id="attachment-unknown")
    if query.copy:
        await asyncio.to_thread(_inside, found.path, ask.ports.attachments_root)
        # the name that somebody gave it may say who or when, too
        name = f"{found.view.id}{PurePath(found.view.name).suffix.lower()}"
        return web.Response(body=await ask.ports.tickets.clean_copy(found), headers=_saved(found, name))
    return await stored_file(found, ask.ports.attachments_root)


async def stored_file(found: AttachmentFile, root: Path) -> web.FileResponse:
    """As it is stored, to be saved. Unavailable `attachment-missing`."""
    await asyncio.to_thread(_inside, found.path, root)
    return web.FileResponse(found.path, headers=_saved(found, found.view.name))


def _saved(found: AttachmentFile, name: str) -> dict[str, str]:
    return {
        "Content-Type": found.view.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
    }


def _inside(path: Path, root: Path) -> None:
    real = path.resolve()
    if not real.is_relative_to(root.resolve()) or not real.is_file():
        raise Unavailable(
            "the file is not where it should be; take it from a backup of data/attachments",
            error_id="attachment-missing",
        )


async def get_status(ask: Ask) -> StatusView:
    """What whoever has the code is told."""
    query: StatusQuery = ask.query
    asker = f"{ask.by}~{query.asker or ''}"
    return await ask.ports.tickets.status(ask.path["code"], asker, ask.ports.clock())


def _shown(ask: Ask, ticket: Ticket) -> Ticket:
    """Readers learn what a ticket is about, not who the citizen is; the number is masked like all numbers."""
    return ticket if ask.sees_numbers else replace(ticket, name="", email="", address="")


def _told(ask: Ask, row: HistoryRow) -> HistoryRow:
    """The same for what a change made other: that a name was corrected, and not which it is."""
    if ask.sees_numbers:
        return row
    return replace(row, changes={name: ["", ""] if name in WHO else change for name, change in row.changes.items()})
