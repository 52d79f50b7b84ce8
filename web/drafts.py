"""Answers about drafts: what is kept, keep what was typed, throw away, make a ticket of it. Refuses everybody's but the own."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from hotline1022.core.drafts import Writing
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import BEGUN, Channel, Ticket
from hotline1022.web.drafts_wire import (
    TYPED,
    DraftBody,
    DraftList,
    DraftTicketBody,
    DraftView,
    SeenBody,
    view,
)
from hotline1022.web.faq_used import used
from hotline1022.web.route import Ask
from hotline1022.web.rules import parse
from hotline1022.web.tickets_wire import TicketBody
from hotline1022.web.wire import LimitQuery

#: the part of the path for a request without a call
NO_CALL = "none"


async def list_drafts(ask: Ask) -> DraftList:
    """The own."""
    query: LimitQuery = ask.query
    return DraftList(drafts=tuple(map(view, await ask.ports.drafts.list(ask.asker.owner, query.limit))))


async def get_draft(ask: Ask) -> DraftView:
    """One; version 0 where nothing is kept."""
    found = await ask.ports.drafts.get(ask.asker.owner, call_of(ask))
    if found is None:
        return DraftView(call=call_of(ask), version=0, first=0, changed_at=ask.ports.clock(), fields={})
    return view(found)


async def write_draft(ask: Ask) -> DraftView:
    """Something was typed."""
    body: DraftBody = ask.body
    texts = {name: text for name in TYPED if (text := getattr(body, name)) is not None}
    writing = Writing(window=body.window, seen=body.seen, texts=texts)
    taken = await ask.ports.drafts.write(ask.asker.owner, call_of(ask), writing, ask.ports.clock())
    return view(taken.draft, taken.kept)


async def drop_draft(ask: Ask) -> DraftList:
    """It is thrown away; what is left."""
    body: SeenBody = ask.body
    await ask.ports.drafts.drop(ask.asker.owner, call_of(ask), body.seen)
    return DraftList(drafts=tuple(map(view, await ask.ports.drafts.list(ask.asker.owner, 200))))


async def make_ticket(ask: Ask) -> Ticket:
    """A ticket of it."""
    body: DraftTicketBody = ask.body
    owner, call = ask.asker.owner, call_of(ask)
    found = await ask.ports.drafts.get(owner, call)
    texts = {name: one.text for name, one in found.fields.items()} if found else {}
    faq = await used(ask, texts.get("faq", ""), strict=True)
    draft, answer = draft_of(texts, call)
    given = answered(answer, complete=body.complete, faq=faq)
    return await ask.ports.drafts.ticket(owner, call, body.seen, draft, **given, by=ask.by, at=ask.ports.clock())


def answered(answer: str, *, complete: bool, faq: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What becomes of an answer: the ticket is completed with it, or its history keeps what was begun, for who answers then. `faq`: of
    which answers of the agencies it is, as `used` has it.
    """
    beside = dict(faq or {}) if answer else {}
    return {"answer": answer, "beside": beside} if complete else {"answer": "", "beside": beside | {BEGUN: answer}}


def draft_of(texts: dict[str, str], call: str) -> tuple[Draft, str]:
    """A request, and the answer to it, from texts as they were typed; Invalid for what is no ticket."""
    given: dict[str, object] = {name: text for name, text in texts.items() if text.strip() and name != "faq"}
    body: TicketBody = parse(TicketBody, given, texts=False)
    values = {field.name: getattr(body, field.name) for field in fields(TicketBody) if field.name != "answer"}
    return Draft(**values | {"channel": Channel.PHONE, "calls": (call,) if call else ()}), body.answer


def call_of(ask: Ask) -> str:
    """The call of the path; "" for none."""
    return "" if ask.path["draft"] == NO_CALL else ask.path["draft"]
