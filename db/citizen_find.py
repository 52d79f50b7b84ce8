"""All that is kept under one telephone number, and what of it must stay, with the reason. Reads; writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.outcomes import CallState, Result
from hotline1022.db.catalogue_facts import EMERGENCIES
from hotline1022.db.tables import call, leg, number
from hotline1022.db.tables_catalogue import catalogue
from hotline1022.db.tables_directory import contact_point
from hotline1022.db.tables_drafts import agent_draft
from hotline1022.db.tables_notify import inbound_sms, outbox_message, to_tell
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.notify.types import MessageState, RecipientKind
from hotline1022.tickets.types import phone_key

#: messages that may still be sent, or of which nobody knows whether they were
_UNSETTLED = (MessageState.NEW, MessageState.LEASED, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ids of what is there. What is in `kept` stays: `call:ID`, `ticket:CODE`, `message:ID` → why."""

    #: the number is a contact point's: it belongs to an office
    contact: str
    calls: tuple[str, ...]
    #: calls of others in which the number was rung
    rung: tuple[str, ...]
    tickets: tuple[str, ...]
    messages: tuple[str, ...]
    #: messages to agencies about these tickets
    told: tuple[str, ...]
    to_tell: tuple[str, ...]
    sms: tuple[str, ...]
    #: owner and call of what agents typed and made no ticket of yet
    drafts: tuple[tuple[str, str], ...]
    kept: Mapping[str, str]

    @property
    def anything(self) -> bool:
        """Whether something is there that may go."""
        return any((self.calls, self.rung, self.tickets, self.messages, self.told, self.to_tell, self.sms, self.drafts))


async def find(connection: AsyncConnection, forms: Sequence[str]) -> Found:
    """What is there under these forms of one number."""
    kept: dict[str, str] = {}
    of_number = or_(number.in_(forms), call.c.caller_raw.in_(forms))
    rows = (await connection.execute(select(call).where(of_number))).mappings().all()
    calls = {row["id"]: _call_kept(row) for row in rows}
    held = select(catalogue.c.call_id).where(catalogue.c.call_id.in_(calls), catalogue.c.held)
    for one in (await connection.execute(held)).scalars():
        calls[one] = calls[one] or "held"
    linked = select(ticket_call.c.ticket_id).where(ticket_call.c.call_id.in_(calls))
    of_phone = or_(ticket.c.phone_key.in_(forms), ticket.c.id.in_(linked))
    tickets: dict[str, tuple[str, str]] = {}
    for row in (await connection.execute(select(ticket).where(of_phone))).mappings():
        others = row["phone_key"] and row["phone_key"] not in {phone_key(one) for one in forms}
        if others:
            continue  # somebody else's, for whom this one called
        open_still = row["begun_at"] is not None and row["closed_at"] is None
        tickets[row["id"]] = (row["code"], "ticket-open" if open_still else "")
    pairs = (await connection.execute(select(ticket_call).where(ticket_call.c.ticket_id.in_(tickets)))).mappings().all()
    for pair in pairs:
        code, why = tickets[pair["ticket_id"]]
        tickets[pair["ticket_id"]] = (code, why or calls.get(pair["call_id"], ""))
    for pair in pairs:
        if pair["call_id"] in calls:
            calls[pair["call_id"]] = calls[pair["call_id"]] or tickets[pair["ticket_id"]][1]
    kept |= {f"call:{one}": why for one, why in calls.items() if why}
    kept |= {f"ticket:{code}": why for code, why in tickets.values() if why}
    free = [one for one, (_, why) in tickets.items() if not why]
    stay = [one for one, (_, why) in tickets.items() if why]
    messages, told = await _messages(connection, forms, free, stay, kept)
    rung = select(leg.c.call_id).where(leg.c.party.in_(forms), leg.c.call_id.not_in(calls)).distinct()
    waiting = select(to_tell.c.id).where(
        or_(to_tell.c.number.in_(forms), to_tell.c.ticket.in_(free)), to_tell.c.ticket.not_in(stay)
    )
    typed = select(agent_draft.c.owner, agent_draft.c.call_id).where(
        or_(
            agent_draft.c.phone_key.in_(forms),
            agent_draft.c.call_id.in_([one for one, why in calls.items() if not why]) & (agent_draft.c.phone_key == ""),
        )
    )
    sms = select(inbound_sms.c.id).where(inbound_sms.c.sender.in_(forms))
    return Found(
        contact=await _contact(connection, forms),
        calls=tuple(sorted(one for one, why in calls.items() if not why)),
        rung=tuple(sorted((await connection.execute(rung)).scalars())),
        tickets=tuple(sorted(free)),
        messages=messages,
        told=told,
        to_tell=tuple(sorted((await connection.execute(waiting)).scalars())),
        sms=tuple(sorted((await connection.execute(sms)).scalars())),
        drafts=tuple(sorted((owner, of) for owner, of in await connection.execute(typed))),
        kept=kept,
    )


def _call_kept(row: Mapping[Any, Any]) -> str:
    if row["state"] is not CallState.ENDED:
        return "going-on"
    return "emergency" if row["result"] is Result.EMERGENCY or row["reason"] in EMERGENCIES else ""


async def _messages(
    connection: AsyncConnection,
    forms: Sequence[str],
    free: Collection[str],
    stay: Collection[str],
    kept: dict[str, str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    m = outbox_message.c
    query = select(m.id, m.kind, m.state, m.ticket).where(or_(m.recipient.in_(forms), m.ticket.in_(free)))
    messages: list[str] = []
    told: list[str] = []
    for row in (await connection.execute(query.order_by(m.id))).mappings():
        if row["ticket"] in stay:
            continue
        if row["state"] in _UNSETTLED:
            kept[f"message:{row['id']}"] = "not-settled"
        elif row["kind"] is RecipientKind.CITIZEN:
            messages.append(row["id"])
        else:
            told.append(row["id"])
    return tuple(messages), tuple(told)


async def _contact(connection: AsyncConnection, forms: Sequence[str]) -> str:
    c = contact_point.c
    query = select(c.id).where(or_(*(column.in_(forms) for column in (c.office, c.mobile, c.sms)))).limit(1)
    return (await connection.execute(query)).scalar() or ""
