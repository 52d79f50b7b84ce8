"""Erases what may be erased under one telephone number; what must stay is told with the reason. Refuses an office's number.

Rows stay, for the figures; what says who it was goes, and a pseudonym made by chance joins them. A call whose originals the
chain tells of gets an entry that tells of its shorter history, so that the chain verifies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.audit.types import Kind
from hotline1022.core.folding import fold
from hotline1022.core.numbers import without
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.citizen_find import Found, find
from hotline1022.db.citizen_requests import ErasureRequests
from hotline1022.db.citizen_words import GONE, having
from hotline1022.db.originals import OriginalRepository
from hotline1022.db.sql import Repository, insert_new, run_many
from hotline1022.db.tables import call, call_event, leg
from hotline1022.db.tables_citizen import AliasKind, citizen_alias
from hotline1022.db.tables_drafts import agent_draft
from hotline1022.db.tables_notify import early_receipt, inbound_sms, outbox_message, outbox_part, to_tell
from hotline1022.db.tables_tickets import ticket, ticket_attachment, ticket_history
from hotline1022.db.tickets import open_search
from hotline1022.tickets.types import BEGUN

#: calls whose history is written anew in one transaction
PORTION = 100
_PERSONAL = frozenset({"name", "phone", "email", "address", "content", "answer", BEGUN})
_KEPT_WORDS = ("code", "area_name", "category_name", "agency_name", "service_group")


class CitizenRepository(Repository):
    """One citizen's data, within one transaction."""

    def __init__(self, connection: AsyncConnection, rows: CatalogueRepository, originals: OriginalRepository) -> None:
        super().__init__(connection)
        self._rows, self._originals = rows, originals
        #: who asked for it to be erased
        self.requests = ErasureRequests(connection)

    async def find(self, forms: Sequence[str]) -> Found:
        """What is there under these forms of one number."""
        return await find(self._connection, forms)

    async def erase_calls(self, calls: Sequence[str], digits: str, pseudonym: str, at: datetime, **by: str) -> int:
        """Numbers of these calls, in their rows, legs and histories; `by`: actor and origin, for the entries. How many of them are
        recorded.
        """
        nobody = {"caller_raw": "", "caller_sent": "", "caller_e164": None}
        await self._connection.execute(update(call).where(call.c.id.in_(calls)).values(**nobody))
        await self._histories(calls, digits, own=True)
        told = await self._originals.last(calls)
        await self._originals.tell(sorted(told), at, kind=Kind.CITIZEN_ERASED, **by, pseudonym=pseudonym)
        await self._alias(AliasKind.CALL, calls, pseudonym)
        self._rows.touch(calls)
        return len(told)

    async def erase_rung(self, calls: Sequence[str], digits: str, at: datetime, **by: str) -> None:
        """The number where somebody else's call rang it."""
        await self._histories(calls, digits, own=False)
        told = await self._originals.last(calls)
        await self._originals.tell(sorted(told), at, kind=Kind.CITIZEN_ERASED, **by)

    async def _histories(self, calls: Sequence[str], digits: str, *, own: bool) -> None:
        """Legs and events without the number; of the own calls also without what the carrier sent for it, names too."""
        for table, name, keys in ((leg, "party", ("call_id", "channel")), (call_event, "data", ("call_id", "key"))):
            column = table.c[name]
            query = select(*(table.c[key] for key in keys), column).where(table.c.call_id.in_(calls))
            if not own:
                query = query.where(having(column.cast(String), digits))
            for row in (await self._connection.execute(query)).mappings().all():
                bare = _without(row[name], digits)
                if own and isinstance(bare, dict):
                    bare |= {key: "" for key in ("caller", "sent") if key in bare}
                if bare != row[name]:
                    mine = [table.c[key] == row[key] for key in keys]
                    await self._connection.execute(update(table).where(*mine).values({name: bare}))

    async def erase_tickets(self, tickets: Sequence[str], pseudonym: str) -> list[list[str]]:
        """Who, where and what of these tickets, and their files: folder and name of each, to be taken off the disk."""
        rows = (await self._connection.execute(select(ticket).where(ticket.c.id.in_(tickets)))).mappings().all()
        for row in rows:
            empty = dict.fromkeys(("name", "phone", "phone_key", "email", "address", "content"), "")
            empty["answer"] = GONE if row["answer"] else ""
            empty["search"] = fold(" ".join(row[name] for name in _KEPT_WORDS))
            empty["open_search"] = open_search({**row, **empty})
            await self._connection.execute(update(ticket).where(ticket.c.id == row["id"]).values(**empty))
        past = select(ticket_history).where(ticket_history.c.ticket_id.in_(tickets))
        for row in (await self._connection.execute(past)).mappings().all():
            changes = {name: value for name, value in row["changes"].items() if name not in _PERSONAL}
            mine = (ticket_history.c.ticket_id == row["ticket_id"], ticket_history.c.number == row["number"])
            await self._connection.execute(
                update(ticket_history).where(*mine).values(why=GONE if row["why"] else "", changes=changes)
            )
        files = select(ticket_attachment.c.path).where(ticket_attachment.c.ticket_id.in_(tickets))
        gone = [["attachments", path] for path in (await self._connection.execute(files)).scalars()]
        await self._connection.execute(delete(ticket_attachment).where(ticket_attachment.c.ticket_id.in_(tickets)))
        await self._alias(AliasKind.TICKET, tickets, pseudonym)
        return gone

    async def erase_messages(self, found: Found, forms: Sequence[str], pseudonym: str, at: datetime) -> list[list[str]]:
        """Recipient and text; what was sent, when, in how many parts and for how much stays. Files of the folder gateway."""
        text = {"name": "", "subject": "", "text": GONE, "html": "", "error": ""}
        m = outbox_message.c
        both = (*found.messages, *found.told)
        await self._connection.execute(update(outbox_message).where(m.id.in_(both)).values(**text))
        await self._connection.execute(
            update(outbox_message).where(m.id.in_(found.messages)).values(recipient=pseudonym)
        )
        part = outbox_part.c
        files = select(part.gateway_id).where(part.message_id.in_(both), part.gateway == "folder")
        gone = [["outbox", name] for name in (await self._connection.execute(files)).scalars()]
        await self._connection.execute(
            update(to_tell)
            .where(to_tell.c.id.in_(found.to_tell), to_tell.c.told_at.is_(None))
            .values(told_at=at, told_by="erasure")
        )
        await self._connection.execute(
            update(to_tell).where(to_tell.c.id.in_(found.to_tell)).values(name="", number="", text="")
        )
        came = {"sender": pseudonym, "text": "", "pieces": {}}
        await self._connection.execute(update(inbound_sms).where(inbound_sms.c.id.in_(found.sms)).values(**came))
        await self._connection.execute(update(early_receipt).where(early_receipt.c.number.in_(forms)).values(number=""))
        await self._alias(AliasKind.MESSAGE, found.messages, pseudonym)
        await self._alias(AliasKind.SMS, found.sms, pseudonym)
        return gone

    async def erase_drafts(self, drafts: Sequence[tuple[str, str]]) -> None:
        """What agents typed and made no ticket of: the rows themselves."""
        for owner, of in drafts:
            mine = (agent_draft.c.owner == owner, agent_draft.c.call_id == of)
            await self._connection.execute(delete(agent_draft).where(*mine))

    async def _alias(self, kind: AliasKind, subjects: Sequence[str], pseudonym: str) -> None:
        rows = ({"kind": kind, "subject": one, "pseudonym": pseudonym} for one in subjects)
        await run_many(self._connection, insert_new(self._dialect, citizen_alias), rows)


def _without(value: Any, digits: str) -> Any:
    """The text or document without the number, in any form."""
    if isinstance(value, str):
        return without(value, digits)
    if isinstance(value, list):
        return [_without(one, digits) for one in value]
    if isinstance(value, Mapping):
        return {key: _without(one, digits) for key, one in value.items()}
    return value
