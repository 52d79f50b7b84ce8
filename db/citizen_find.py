"""All that is kept under one telephone number, and what of it must stay, with the reason. Reads; writes nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
#: in the order in which they are shown
_PARTS = ("calls", "rung", "tickets", "messages", "told", "to_tell", "sms", "drafts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One of what is there."""

    #: a name of Found's parts: calls, rung, tickets, messages, told, to_tell, sms, drafts
    part: str
    #: of a ticket its code, of a draft its call: "" for none
    id: str
    #: when it came
    at: datetime
    #: why it stays; "" = it may go
    why: str = ""


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
    #: all of it, what stays too, by part and time: for people to look at
    things: tuple[Thing, ...]

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
    entered = {row["id"]: row["entered_at"] for row in rows}
    held = select(catalogue.c.call_id).where(catalogue.c.call_id.in_(calls), catalogue.c.held)
    for one in (await connection.execute(held)).scalars():
        calls[one] = calls[one] or "held"
    linked = select(ticket_call.c.ticket_id).where(ticket_call.c.call_id.in_(calls))
    of_phone = or_(ticket.c.phone_key.in_(forms), ticket.c.id.in_(linked))
    tickets: dict[str, tuple[str, str]] = {}
    made: dict[str, datetime] = {}
    for row in (await connection.execute(select(ticket).where(of_phone))).mappings():
        others = row["phone_key"] and row["phone_key"] not in {phone_key(one) for one in forms}
        if others:
            continue  # somebody else's, for whom this one called
        open_still = row["begun_at"] is not None and row["closed_at"] is None
        tickets[row["id"]] = (row["code"], "ticket-open" if open_still else "")
        made[row["id"]] = row["created_at"]
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
    things = [Thing(part="calls", id=one, at=entered[one], why=why) for one, why in calls.items()]
    things += [Thing(part="tickets", id=code, at=made[one], why=why) for one, (code, why) in tickets.items()]
    messages = await _messages(connection, forms, tickets)
    kept |= {f"message:{one.id}": one.why for one in messages if one.why == "not-settled"}
    rung = await _rung(connection, forms, calls)
    kept |= {f"call:{one.id}": one.why for one in rung if one.why}
    to_tell_ = await _to_tell(connection, forms, tickets)
    drafts = await _drafts(connection, forms, calls)
    sms = await _sms(connection, forms)
    things += [*messages, *rung, *to_tell_, *(thing for thing, _ in drafts), *sms]
    return Found(
        contact=await _contact(connection, forms),
        calls=tuple(sorted(one for one, why in calls.items() if not why)),
        rung=_ids(rung),
        tickets=tuple(sorted(free)),
        messages=_ids(one for one in messages if one.part == "messages"),
        told=_ids(one for one in messages if one.part == "told"),
        to_tell=_ids(to_tell_),
        sms=_ids(sms),
        drafts=tuple(sorted((owner, thing.id) for thing, owner in drafts if not thing.why)),
        kept=kept,
        things=tuple(sorted(things, key=lambda one: (_PARTS.index(one.part), one.at, one.id))),
    )


def _ids(things: Iterable[Thing]) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in things if not one.why))


def _call_kept(row: Mapping[Any, Any]) -> str:
    if row["state"] is not CallState.ENDED:
        return "going-on"
    return "emergency" if row["result"] is Result.EMERGENCY or row["reason"] in EMERGENCIES else ""


async def _messages(
    connection: AsyncConnection, forms: Sequence[str], tickets: Mapping[str, tuple[str, str]]
) -> list[Thing]:
    """To the citizen, and to agencies about these tickets; those of a ticket that stays, stay with it."""
    m = outbox_message.c
    query = select(m.id, m.kind, m.state, m.ticket, m.created_at).where(
        or_(m.recipient.in_(forms), m.ticket.in_(tickets))
    )
    found: list[Thing] = []
    for row in (await connection.execute(query)).mappings():
        part = "messages" if row["kind"] is RecipientKind.CITIZEN else "told"
        _, why = tickets.get(row["ticket"], ("", ""))
        why = why or ("not-settled" if row["state"] in _UNSETTLED else "")
        found.append(Thing(part=part, id=row["id"], at=row["created_at"], why=why))
    return found


async def _rung(connection: AsyncConnection, forms: Sequence[str], calls: Collection[str]) -> list[Thing]:
    """Calls of others in which the number was rung; those that are held or still go on stay as they are."""
    query = (
        select(call.c.id, call.c.entered_at, call.c.state, catalogue.c.held)
        .join(leg, leg.c.call_id == call.c.id)
        .join(catalogue, catalogue.c.call_id == call.c.id, isouter=True)
        .where(leg.c.party.in_(forms), leg.c.call_id.not_in(calls))
        .distinct()
    )
    return [
        Thing(part="rung", id=one, at=at, why="going-on" if state is not CallState.ENDED else "held" if held else "")
        for one, at, state, held in await connection.execute(query)
    ]


async def _to_tell(
    connection: AsyncConnection, forms: Sequence[str], tickets: Mapping[str, tuple[str, str]]
) -> list[Thing]:
    t = to_tell.c
    query = select(t.id, t.since, t.ticket).where(or_(t.number.in_(forms), t.ticket.in_(tickets)))
    return [
        Thing(part="to_tell", id=one, at=since, why=tickets.get(of, ("", ""))[1])
        for one, since, of in await connection.execute(query)
    ]


async def _drafts(
    connection: AsyncConnection, forms: Sequence[str], calls: Mapping[str, str]
) -> list[tuple[Thing, str]]:
    """What agents typed and made no ticket of yet, each with its owner."""
    d = agent_draft.c
    of_call = d.call_id.in_(calls) & (d.phone_key == "")
    query = select(d.owner, d.call_id, d.changed_at, d.phone_key).where(or_(d.phone_key.in_(forms), of_call))
    return [
        (Thing(part="drafts", id=of, at=at, why="" if key else calls[of]), owner)
        for owner, of, at, key in await connection.execute(query)
    ]


async def _sms(connection: AsyncConnection, forms: Sequence[str]) -> list[Thing]:
    s = inbound_sms.c
    rows = await connection.execute(select(s.id, s.received_at).where(s.sender.in_(forms)))
    return [Thing(part="sms", id=one, at=at) for one, at in rows]


async def _contact(connection: AsyncConnection, forms: Sequence[str]) -> str:
    c = contact_point.c
    query = select(c.id).where(or_(*(column.in_(forms) for column in (c.office, c.mobile, c.sms)))).limit(1)
    return (await connection.execute(query)).scalar() or ""
