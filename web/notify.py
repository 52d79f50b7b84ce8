"""Answers about messages: the outbox, the statement, citizens to tell, incoming SMS. Refuses to tell the links in
messages to anybody: each is the right of one officer alone.
"""

import re
from dataclasses import fields, replace
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid
from hotline1022.notify.types import Message, OutboxFilter, RecipientKind, ToTellRow
from hotline1022.web.notify_wire import (
    InboundList,
    InboundView,
    MessageList,
    MessageView,
    MonthQuery,
    OutboxQuery,
    ResendBody,
    StatementView,
    ToldBody,
    ToTellList,
    ToTellQuery,
    ToTellView,
)
from hotline1022.web.route import Ask
from hotline1022.web.wire import LimitQuery, Order

#: what is a right by itself: the end of an address, and whatever is longer than any other run of such signs in a message
_SIGNED = re.compile(r"(https://\S*?)[A-Za-z0-9_-]{22,}(?=[.,;:!?)]*(?:\s|$))|[A-Za-z0-9_-]{50,}")


def _pick(kind: type[Any], source: Any) -> Any:
    return kind(**{field.name: getattr(source, field.name) for field in fields(kind)})


def _message(ask: Ask, one: Message) -> MessageView:
    """A message, without what would let its reader act as the officer who got it."""
    view: MessageView = _pick(MessageView, one)
    if not ask.sees_numbers:  # as with tickets: what it is about, not who the citizen is
        name = "" if one.kind is RecipientKind.CITIZEN else one.name
        return replace(view, name=name, subject="", text="")
    return replace(view, text=_unsigned(one.text), subject=_unsigned(one.subject))


def _unsigned(text: str) -> str:
    return _SIGNED.sub(lambda found: f"{found[1] or ''}…", text)


async def list_messages(ask: Ask) -> MessageList:
    """Messages."""
    query: OutboxQuery = ask.query
    wanted = OutboxFilter(state=query.state, channel=query.channel, ticket=query.ticket or "", limit=query.limit)
    return MessageList(messages=tuple(_message(ask, one) for one in await ask.ports.outbox.list(wanted)))


async def resend_message(ask: Ask) -> MessageView:
    """A dead letter goes again."""
    body: ResendBody = ask.body
    again = await ask.ports.outbox.resend(ask.path["message"], confirm=body.confirm, at=ask.ports.clock())
    return _message(ask, again)


async def get_statement(ask: Ask) -> StatementView:
    """A month."""
    return await ask.ports.outbox.statement(_month(ask))


async def get_statement_csv(ask: Ask) -> web.Response:
    """A month as a table."""
    month = _month(ask)
    text = await ask.ports.outbox.statement_csv(month)
    name = f"1022-sms-{month}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=f"\ufeff{text}", content_type="text/csv", charset="utf-8", headers=headers)


def _month(ask: Ask) -> str:
    query: MonthQuery = ask.query
    return query.month or f"{local(ask.ports.clock()):%Y-%m}"


async def list_to_tell(ask: Ask) -> ToTellList:
    """Citizens to tell."""
    query: ToTellQuery = ask.query
    latest = query.order is Order.LATEST
    if query.told is False:
        lines, total = await ask.ports.outbox.untold(query.skip, query.limit, latest=latest)
        return ToTellList(to_tell=tuple(_to_tell(ask, one) for one in lines), total=total)
    if query.skip or latest:
        text = "skip and order are for citizens who wait to be told; send told=false, or leave them out"
        raise Invalid(text, error_id="order-untold")
    lines = await ask.ports.outbox.to_tell(query.told, query.limit)
    return ToTellList(to_tell=tuple(_to_tell(ask, one) for one in lines), total=None)


async def mark_told(ask: Ask) -> ToTellView:
    """The citizen was told what stood there when it was read; Refused `to-tell-changed` when that is another text now."""
    body: ToldBody = ask.body
    line = await ask.ports.outbox.mark_told(ask.path["to_tell"], ask.by, ask.ports.clock(), seen=body.mark)
    return _to_tell(ask, line)


def _to_tell(ask: Ask, line: ToTellRow) -> ToTellView:
    """A line; by its mark whoever has no business with it could find out what a masked text says."""
    view: ToTellView = _pick(ToTellView, line)
    if not ask.sees_numbers:
        view = replace(view, name="")
    return view if ask.asker.may(Permission.ANSWER) else replace(view, mark="")


async def list_inbound(ask: Ask) -> InboundList:
    """Incoming SMS. What a citizen writes may say who it is: readers learn that something came, and when."""
    query: LimitQuery = ask.query
    came = await ask.ports.outbox.inbound(query.limit)
    shown = came if ask.sees_numbers else [replace(one, text="") for one in came]
    return InboundList(inbound=tuple(_pick(InboundView, one) for one in shown))
