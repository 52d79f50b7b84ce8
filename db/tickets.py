"""Tickets with their calls, history, attachments and reminders. Refuses to write over what somebody else changed meanwhile.

What a change does is decided in tickets/; here it is written, with its row of history, or not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, not_, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.core.masking import mask_text
from hotline1022.core.outcomes import Reason
from hotline1022.db.sql import Repository, Told, Values, build, insert_new, nobody, picker
from hotline1022.db.tables import call, voicemail
from hotline1022.db.tables_tickets import ticket, ticket_attachment, ticket_call, ticket_history, ticket_reminder
from hotline1022.db.ticket_calls import link_more, link_new
from hotline1022.db.ticket_filter import DUE, OPEN, SEEN, ticket_conditions
from hotline1022.db.types import LeftMessage
from hotline1022.tickets.types import (
    CLOSED,
    Attachment,
    Changed,
    Channel,
    HistoryRow,
    Purpose,
    Reminder,
    State,
    Ticket,
    TicketFilter,
)

_ticket_values = picker(Ticket)
_attachment_values = picker(Attachment)
#: what free words are looked for in
_SEARCHED = ("code", "name", "phone", "email", "address", "area_name", "category_name", "agency_name", "service_group")
_TEXTS = ("content", "answer")
#: those of them that tell nothing of who it is
_OPEN = ("area_name", "category_name", "agency_name", "service_group")
#: ids in one question: drivers take a limited number of values
_AT_ONCE = 500


class TicketRepository(Repository):
    """Tickets by id, by code, by call."""

    def __init__(
        self,
        connection: AsyncConnection,
        told: Told = nobody,
        changed: Callable[[Changed], None] = lambda changed: None,
    ) -> None:
        super().__init__(connection)
        #: `changed` hears of each change that was written
        self._told, self._changed = told, changed

    async def add(self, made: Changed, *, purpose: Purpose = Purpose.TALK) -> bool:
        """Write a new ticket; False, and nothing is written, when its code is taken, or its call made one for this purpose."""
        new = made.after
        done = await self._connection.execute(insert_new(self._dialect, ticket), ticket_values(new))
        if not done.rowcount:
            return False
        if not await link_new(self._connection, new.id, new.calls, purpose):
            await self._connection.execute(delete(ticket).where(ticket.c.id == new.id))
            return False
        await self._write_history(made.row)
        self._told(new.calls)
        self._changed(made)
        return True

    async def change(self, made: Changed) -> None:
        """Write a change and its row of history; Refused `ticket-changed` when the ticket is no longer as it was before."""
        before, after = made.before, made.after
        if before is None:
            raise AssertionError("a new ticket is added")
        values = {name: value for name, value in ticket_values(after).items() if name not in ("id", "code")}
        done = await self._connection.execute(
            update(ticket).where(ticket.c.id == after.id, ticket.c.version == before.version).values(values)
        )
        if not done.rowcount:
            raise Refused(
                "somebody else changed this ticket at the same moment; read it again, then decide",
                error_id="ticket-changed",
            )
        linked = [one for one in after.calls if one not in before.calls]
        await link_more(self._connection, after.id, linked, len(before.calls))
        await self._write_history(made.row)
        self._told(after.calls)
        self._changed(made)

    async def _write_history(self, row: HistoryRow) -> None:
        await self._connection.execute(plain_insert(ticket_history), history_values(row))

    async def find(self, name: str) -> Ticket | None:
        """The ticket of this id or code, hidden or not; None when there is none."""
        found = await self._tickets(or_(ticket.c.id == name, ticket.c.code == name))
        return found[0] if found else None

    async def get(self, name: str) -> Ticket:
        """As `find`; NotFound `ticket-unknown`."""
        found = await self.find(name)
        if found is None:
            raise NotFound(f"there is no ticket {name}; look in the list of tickets", error_id="ticket-unknown")
        return found

    async def made_by_call(self, call_id: str, purpose: Purpose) -> Ticket | None:
        """The ticket that this call made by itself for this purpose."""
        made = (ticket_call.c.call_id == call_id, ticket_call.c.purpose == purpose)
        of_call = select(ticket_call.c.ticket_id).where(*made)
        found = await self._tickets(ticket.c.id.in_(of_call))
        return found[0] if found else None

    async def of_hunts(self, call_id: str) -> Sequence[Ticket]:
        """The tickets that transfers of this call made, oldest first, hidden ones too."""
        of_call = select(ticket_call.c.ticket_id).where(ticket_call.c.call_id == call_id)
        wanted = (ticket.c.id.in_(of_call), ticket.c.channel == Channel.CASCADE)
        return await self._tickets(*wanted, order=(ticket.c.created_at, ticket.c.id))

    async def written_in(self, call_id: str) -> Sequence[Ticket]:
        """The tickets that somebody wrote down in this call, oldest first: neither kept for a transfer, nor only joined to the call."""
        first = (ticket_call.c.call_id == call_id, ticket_call.c.place == 0, ticket_call.c.purpose == Purpose.TALK)
        of_call = select(ticket_call.c.ticket_id).where(*first)
        wanted = (SEEN, ticket.c.id.in_(of_call), ticket.c.channel == Channel.PHONE)
        return await self._tickets(*wanted, order=(ticket.c.created_at, ticket.c.id))

    async def list(self, wanted: TicketFilter) -> Sequence[Ticket]:
        """Tickets of this filter, at most `limit`; never hidden ones."""
        conditions = [SEEN, *ticket_conditions(wanted)]
        if not wanted.due_first:
            return await self._tickets(*conditions, limit=wanted.limit, skip=wanted.skip)
        order = (DUE.asc().nulls_last(), ticket.c.created_at, ticket.c.id)
        if wanted.states and not wanted.states & CLOSED:
            conditions.append(OPEN)
        # all that is open is put in order by the columns of its index alone, and then only a page is read
        page = select(ticket.c.id).where(*conditions).order_by(*order).limit(wanted.limit).offset(wanted.skip or None)
        return await self._tickets(ticket.c.id.in_(page), order=order)

    async def of_calls(self, calls: Collection[str]) -> Sequence[Ticket]:
        """Tickets that hang on any of these calls, oldest first; never hidden ones."""
        # ids first: of a question in a question the newest of all tickets would be looked through
        query = select(ticket_call.c.ticket_id).where(ticket_call.c.call_id.in_(sorted(calls))).distinct()
        ids = (await self._connection.execute(query)).scalars().all()
        return await self._tickets(SEEN, ticket.c.id.in_(ids), order=(ticket.c.created_at, ticket.c.id)) if ids else []

    async def open(self, agencies: Collection[str] | None = None) -> Sequence[Ticket]:
        """Everything that is not closed, of these agencies or of all, whatever its age; what is due first comes first."""
        wanted = [OPEN] if agencies is None else [OPEN, ticket.c.agency.in_(sorted(agencies))]
        return await self._tickets(*wanted, order=(ticket.c.answer_by, ticket.c.id))

    async def having_open(self, agencies: Collection[str], *, but: Collection[State]) -> AbstractSet[str]:
        """Those of the agencies that have something that is not closed, and in none of these states."""
        wanted = (OPEN, ticket.c.agency.in_(sorted(agencies)), ticket.c.state.not_in(sorted(but)))
        rows = await self._connection.execute(select(ticket.c.agency).where(*wanted).distinct())
        return set(rows.scalars())

    async def open_after(self, last: Ticket | None, limit: int) -> Sequence[Ticket]:
        """The same in portions: those behind the last one of the portion before."""
        wanted = [OPEN]
        if last is not None:  # in the order of the index of what is open
            by = ticket.c.answer_by
            wanted += [by >= last.answer_by, or_(by > last.answer_by, ticket.c.id > last.id)]
        return await self._tickets(*wanted, order=(ticket.c.answer_by, ticket.c.id), limit=limit)

    async def open_of(self, phones: Collection[str], *, limit: int) -> Sequence[Ticket]:
        """What is not closed of these phone keys, newest first."""
        return await self._tickets(OPEN, ticket.c.phone_key.in_(sorted(phones)), limit=limit)

    async def name_of(self, phones: Collection[str]) -> str:
        """The name in the latest ticket of these phone keys that has one; "" where none has."""
        query = select(ticket.c.name).where(SEEN, ticket.c.phone_key.in_(sorted(phones)), ticket.c.name != "")
        found = await self._connection.execute(query.order_by(ticket.c.created_at.desc()).limit(1))
        return str(found.scalar() or "")

    async def reserved(self, *, before: datetime) -> Sequence[Ticket]:
        """Reservations made before that time which nobody settled, oldest first."""
        wanted = (ticket.c.state == State.RESERVED, ticket.c.created_at < before)
        return await self._tickets(*wanted, order=(ticket.c.created_at, ticket.c.id))

    async def history(self, ticket_id: str) -> Sequence[HistoryRow]:
        """Every change, oldest first."""
        query = select(ticket_history).where(ticket_history.c.ticket_id == ticket_id).order_by(ticket_history.c.number)
        return [
            build(
                HistoryRow,
                row,
                ticket=row["ticket_id"],
                by=row["who"],
                before=row["state_before"],
                after=row["state_after"],
            )
            for row in (await self._connection.execute(query)).mappings()
        ]

    async def attach(self, new: Attachment) -> None:
        """Write the row of a file that is on the disk."""
        values = _attachment_values(new)
        values["ticket_id"] = values.pop("ticket")
        await self._connection.execute(plain_insert(ticket_attachment), values)

    async def attachments(self, ticket_id: str) -> Sequence[Attachment]:
        """The files of a ticket, oldest first."""
        return await self._attachments(ticket_attachment.c.ticket_id == ticket_id)

    async def attachment(self, ticket_id: str, attachment_id: str) -> Attachment | None:
        """One file of this ticket; None when it has no such file."""
        found = await self._attachments(
            ticket_attachment.c.ticket_id == ticket_id, ticket_attachment.c.id == attachment_id
        )
        return found[0] if found else None

    async def _attachments(self, *wanted: Any) -> Sequence[Attachment]:
        order = (ticket_attachment.c.stored_at, ticket_attachment.c.id)
        rows = await self._connection.execute(select(ticket_attachment).where(*wanted).order_by(*order))
        return [build(Attachment, row, ticket=row["ticket_id"]) for row in rows.mappings()]

    async def remind(self, ticket_id: str, reminder: Reminder, at: datetime) -> bool:
        """Note that it is sent; False when it was before."""
        values = {
            "ticket_id": ticket_id,
            "kind": reminder.kind,
            "due": reminder.due,
            "recipient": reminder.to,
            "at": at,
        }
        done = await self._connection.execute(insert_new(self._dialect, ticket_reminder), values)
        return bool(done.rowcount)

    async def reminded(self, tickets: Collection[str]) -> Mapping[str, Sequence[Reminder]]:
        """What was sent about these tickets, by their ids."""
        found: defaultdict[str, list[Reminder]] = defaultdict(list)
        query = select(ticket_reminder).where(ticket_reminder.c.ticket_id.in_(sorted(tickets)))
        for row in (await self._connection.execute(query)).mappings():
            found[row["ticket_id"]].append(build(Reminder, row, to=row["recipient"]))
        return found

    async def messages_without(self, *, since: datetime, limit: int = 100) -> Sequence[LeftMessage]:
        """Messages left since then, oldest first, that nobody has heard and whose call has made no ticket for them."""
        made = exists().where(ticket_call.c.call_id == voicemail.c.call_id, ticket_call.c.purpose == Purpose.VOICEMAIL)
        query = (
            select(
                voicemail.c.call_id,
                voicemail.c.left_at,
                func.coalesce(call.c.caller_e164, call.c.caller_raw, "").label("caller"),
                func.coalesce(call.c.category, "").label("category"),
            )
            .outerjoin(call, call.c.id == voicemail.c.call_id)
            .where(voicemail.c.left_at >= since, voicemail.c.heard_at.is_(None), voicemail.c.duration_ms > 0)
            .where(func.coalesce(call.c.reason, "") != Reason.NO_MESSAGE, not_(made))
            .order_by(voicemail.c.left_at, voicemail.c.id)
            .limit(limit)
        )
        return [build(LeftMessage, row) for row in (await self._connection.execute(query)).mappings()]

    async def _tickets(
        self, *wanted: Any, order: Sequence[Any] = (), limit: int | None = None, skip: int = 0
    ) -> Sequence[Ticket]:
        newest = (ticket.c.created_at.desc(), ticket.c.id.desc())
        query = select(ticket).where(*wanted).order_by(*(order or newest)).limit(limit).offset(skip or None)
        rows = (await self._connection.execute(query)).mappings().all()
        calls = await self._calls([row["id"] for row in rows])
        return [build(Ticket, row, calls=tuple(calls[row["id"]])) for row in rows]

    async def _calls(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            query = select(ticket_call.c.ticket_id, ticket_call.c.call_id).where(ticket_call.c.ticket_id.in_(some))
            query = query.order_by(ticket_call.c.ticket_id, ticket_call.c.place)
            for ticket_id, call_id in await self._connection.execute(query):
                found[ticket_id].append(call_id)
        return found


def history_values(row: HistoryRow) -> Values:
    """The columns of a change."""
    return {
        "ticket_id": row.ticket,
        "number": row.number,
        "at": row.at,
        "who": row.by,
        "action": row.action,
        "state_before": row.before,
        "state_after": row.after,
        "why": row.why,
        "changes": dict(row.changes),
    }


def ticket_values(of: Ticket) -> Values:
    """The columns of a ticket; its calls have rows of their own."""
    values = _ticket_values(of)
    del values["calls"]
    values["phone_key"] = of.phone_key
    values["search"] = fold(" ".join(values[name] for name in (*_SEARCHED, *_TEXTS)))
    values["open_search"] = open_search(values)
    return values


def open_search(values: Mapping[str, Any]) -> str:
    """What is searched by those who may not see who the citizen is: what they read of a ticket anyway, with numbers masked."""
    said = " ".join(values[name] for name in (*_OPEN, *_TEXTS))
    return f"{values['code']} {mask_text(fold(said))}".strip()
