"""Calls of tickets, each with the moment at which it came in, as the log says it: so those of a year are found among the calls of
all years. Refuses to guess: a moment that the log had not told of is left out, and whoever counts looks at the call itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.db.sql import insert_new, run_many
from hotline1022.db.tables import call
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.tickets.types import Purpose

#: the log has told of the call `id`, perhaps after its ticket was made, perhaps of another moment than before
TOLD_OF = (
    update(ticket_call)
    .values(entered_at=call.c.entered_at)
    .where(
        call.c.id == bindparam("id"),
        ticket_call.c.call_id == call.c.id,
        ticket_call.c.entered_at.is_distinct_from(call.c.entered_at),
    )
)


async def link_new(connection: AsyncConnection, made: str, calls: Sequence[str], purpose: Purpose) -> bool:
    """Calls of a new ticket; False, and nothing is written, when one of them made a ticket for this purpose."""
    entered = await _entered(connection, calls)
    insert = insert_new(connection.dialect.name, ticket_call)
    for place, one in enumerate(calls):
        done = await connection.execute(insert, _row(made, one, purpose, place, entered))
        if not done.rowcount:
            await connection.execute(delete(ticket_call).where(ticket_call.c.ticket_id == made))
            return False
    return True


async def link_more(connection: AsyncConnection, changed: str, calls: Sequence[str], place: int) -> None:
    """More calls of a ticket, the first at this place."""
    entered = await _entered(connection, calls)
    rows = (_row(changed, one, Purpose.TALK, place + number, entered) for number, one in enumerate(calls))
    await run_many(connection, plain_insert(ticket_call), rows)


def _row(of: str, call_id: str, purpose: Purpose, place: int, entered: Mapping[str, datetime]) -> dict[str, Any]:
    at = entered.get(call_id)
    return {"ticket_id": of, "call_id": call_id, "purpose": purpose, "place": place, "entered_at": at}


async def _entered(connection: AsyncConnection, calls: Collection[str]) -> Mapping[str, datetime]:
    """When these came in, as far as the log has told. A call that is written at this moment is left out: nobody waits for the log,
    nor it for us with what is over.
    """
    if not calls:
        return {}
    query = select(call.c.id, call.c.entered_at).where(call.c.id.in_(calls))
    rows = await connection.execute(query.with_for_update(read=True, skip_locked=True))
    return {row.id: row.entered_at for row in rows}


def has_ticket(fits: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """That a ticket which fits hangs on the call: for a page of calls, newest first, which ends long before all are looked at."""
    of_ticket = select(ticket_call.c.call_id).join(ticket, ticket.c.id == ticket_call.c.ticket_id).where(*fits)
    return call.c.id.in_(of_ticket)


def one_of_span(
    dialect: str, fits: Sequence[ColumnElement[bool]], since: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    """The same for counting all calls of [since, until): tickets of that span's calls are looked at, not those of all years.

    True of no call of the span that has no such ticket; of calls of other times it may be either.
    """
    span = [ticket_call.c.entered_at >= since] if since is not None else []
    span += [ticket_call.c.entered_at < until] if until is not None else []
    if not span:
        return has_ticket(fits)
    links = (*span,), (ticket_call.c.entered_at.is_(None),)
    if dialect == "sqlite":
        of_ticket = select(ticket_call.c.call_id).join(ticket, ticket.c.id == ticket_call.c.ticket_id).where(*fits)
        return call.c.id.in_(union_all(*(of_ticket.where(*one) for one in links)))
    # OFFSET: the ticket of each link is looked up, as a join all tickets would be read; ANY: and so is each call, by its key
    fitting: Select[Any] = select(literal_column("1")).where(ticket.c.id == ticket_call.c.ticket_id, *fits)
    each = fitting.correlate(ticket_call).offset(literal_column("0")).lateral()
    of_span = select(ticket_call.c.call_id).select_from(ticket_call.join(each, true()))
    found = union_all(*(of_span.where(*one) for one in links)).scalar_subquery()
    return call.c.id == any_(func.array(found, type_=ARRAY(String)))
