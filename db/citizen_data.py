"""What is kept of one citizen, as rows to be handed to that citizen. Reads; leaves out who else was on the line."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, or_, select

from hotline1022.db.sql import Repository
from hotline1022.db.tables import call, number, track, voicemail
from hotline1022.db.tables_drafts import agent_draft
from hotline1022.db.tables_notify import inbound_sms, outbox_message
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.notify.types import RecipientKind
from hotline1022.recordings.types import NO_FILE

_CALL = (
    "id", "direction", "entered_at", "answered_at", "ended_at", "caller_raw", "result", "category", "wait_ms", "talk_ms",
)  # fmt: skip
_TICKET = (
    "code", "created_at", "channel", "state", "name", "phone", "email", "address", "area_name", "category_name",
    "agency_name", "content", "answer", "closed_at",
)  # fmt: skip
_MESSAGE = ("channel", "recipient", "name", "subject", "text", "created_at", "sent_at", "state")
_DRAFT = ("call_id", "made_at", "changed_at", "fields")
_SMS = ("sender", "text", "received_at")
_TRACK = ("call_id", "kind", "segment_started_at", "side", "duration_ms", "sha256", "status", "path")

Rows = list[dict[str, Any]]


class CitizenDataRepository(Repository):
    """One citizen's rows, within one transaction."""

    async def all(self, forms: Sequence[str]) -> dict[str, Rows]:
        """By part: calls, tickets, drafts, messages, sms, recordings. Tickets of others for whom this one called are left out."""
        calls = await self._rows(call, _CALL, or_(number.in_(forms), call.c.caller_raw.in_(forms)))
        ids = [one["id"] for one in calls]
        linked = select(ticket_call.c.ticket_id).where(ticket_call.c.call_id.in_(ids))
        mine = or_(ticket.c.phone_key.in_(forms), ticket.c.id.in_(linked) & (ticket.c.phone_key == ""))
        seen = ticket.c.begun_at.is_not(None)
        sent = outbox_message.c.recipient.in_(forms) & (outbox_message.c.kind == RecipientKind.CITIZEN)
        recordings = await self._rows(track, _TRACK, track.c.call_id.in_(ids))
        query = select(voicemail).where(voicemail.c.call_id.in_(ids)).order_by(voicemail.c.left_at)
        for row in (await self._connection.execute(query)).mappings():
            message = {"kind": "voicemail", "segment_started_at": row["left_at"], "side": "r"}
            recordings.append({name: message.get(name, row.get(name)) for name in _TRACK})
        for one in recordings:
            one["path"] = "" if one["status"] in NO_FILE else one["path"]
        typed = or_(
            agent_draft.c.phone_key.in_(forms), agent_draft.c.call_id.in_(ids) & (agent_draft.c.phone_key == "")
        )
        drafts = await self._rows(agent_draft, _DRAFT, typed)
        for one in drafts:
            one["fields"] = {name: said["text"] for name, said in one["fields"].items()}
        return {
            "calls": calls,
            "tickets": await self._rows(ticket, _TICKET, seen & mine),
            "drafts": drafts,
            "messages": await self._rows(outbox_message, _MESSAGE, sent),
            "sms": await self._rows(inbound_sms, _SMS, inbound_sms.c.sender.in_(forms)),
            "recordings": recordings,
        }

    async def _rows(self, table: Table, names: Sequence[str], wanted: Any) -> Rows:
        query = select(*(table.c[name] for name in names)).where(wanted).order_by(*table.primary_key)
        return [dict(row) for row in (await self._connection.execute(query)).mappings()]
