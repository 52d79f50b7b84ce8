"""Parts of messages by the ids that gateways gave them, and delivery receipts. Refuses to drop one that came too early."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from hotline1022.db.sql import Repository
from hotline1022.db.tables_notify import early_receipt, outbox_message, outbox_part
from hotline1022.notify.types import Receipt


class ReceiptRepository(Repository):
    """Parts and receipts."""

    async def named(self, message: str, gateway: str, ids: Sequence[str]) -> None:
        """The ids that the gateway gave to the parts, in place of those of an earlier request."""
        await self._connection.execute(delete(outbox_part).where(outbox_part.c.message_id == message))
        for number, one in enumerate(ids, start=1):
            row = {"message_id": message, "number": number, "gateway": gateway, "gateway_id": one, "delivered": None}
            await self._connection.execute(outbox_part.insert(), row)

    async def receipt(self, gateway: str, receipt: Receipt, at: datetime) -> tuple[str, bool | None]:
        """Note a receipt; gives its message ("" = none is known yet, the receipt is kept), and whether that has arrived.

        None: other parts of the message are open still.
        """
        rows = await self._connection.execute(
            select(outbox_part.c.message_id, outbox_part.c.number, outbox_part.c.gateway_id)
            .join(outbox_message, outbox_message.c.id == outbox_part.c.message_id)
            .where(outbox_part.c.gateway == gateway, outbox_part.c.gateway_id.in_(receipt.ids))
            .order_by((outbox_message.c.recipient == receipt.number).desc(), outbox_message.c.created_at.desc())
        )
        found = sorted(rows.all(), key=lambda row: receipt.ids.index(row.gateway_id))
        owned = [row for row in found if await self._is_of(row.message_id, receipt.number)]
        if not owned:
            row = {"gateway": gateway, "gateway_id": receipt.ids[0], "number": receipt.number, "at": at}
            kept = {**row, "delivered": receipt.delivered, "error": receipt.error}
            await self._connection.execute(early_receipt.insert(), kept)
            return "", None
        return owned[0].message_id, await self._part_over(owned[0].message_id, owned[0].number, receipt.delivered)

    async def _is_of(self, message: str, number: str) -> bool:
        if not number:
            return True
        query = select(outbox_message.c.id).where(outbox_message.c.id == message, outbox_message.c.recipient == number)
        return (await self._connection.execute(query)).first() is not None

    async def _part_over(self, message: str, number: int, delivered: bool) -> bool | None:
        mine = and_(outbox_part.c.message_id == message, outbox_part.c.number == number)
        await self._connection.execute(update(outbox_part).where(mine).values(delivered=delivered))
        parts = await self._connection.execute(
            select(outbox_part.c.delivered).where(outbox_part.c.message_id == message)
        )
        known = set(parts.scalars())
        return False if False in known else None if None in known else True

    async def early(self, gateway: str, message: str, parts: Sequence[tuple[str, ...]]) -> tuple[bool | None, str]:
        """Receipts that came before the parts were named, each in all its spellings: whether all arrived, and the error."""
        over: bool | None = None
        error = ""
        for number, ids in enumerate(parts, start=1):
            mine = and_(early_receipt.c.gateway == gateway, early_receipt.c.gateway_id.in_(ids))
            rows = (
                await self._connection.execute(select(early_receipt).where(mine).order_by(early_receipt.c.id))
            ).all()
            for row in rows:
                if await self._is_of(message, row.number):
                    over = await self._part_over(message, number, row.delivered)
                    error = row.error or error
                    await self._connection.execute(delete(early_receipt).where(early_receipt.c.id == row.id))
        return over, error

    async def forget(self, before: datetime) -> int:
        """Receipts of that time that never found their part are dropped; gives how many."""
        done = await self._connection.execute(delete(early_receipt).where(early_receipt.c.at < before))
        return done.rowcount
