"""The API's port of messages over the database: conversions, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.db.unit import Database
from hotline1022.notify.statement import Statement, as_csv, span
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import InboundSms, Message, OutboxFilter, ToTellRow
from hotline1022.service.views import _pick
from hotline1022.web.notify_wire import BilledView, StatementView


class OutboxView:
    """web.ports.Outbox."""

    def __init__(self, database: Database, *, budget: int) -> None:
        self._database, self._budget = database, budget

    async def list(self, wanted: OutboxFilter) -> Sequence[Message]:
        """Latest first."""
        async with self._database.reading() as tx:
            return await tx.outbox.list(wanted)

    async def resend(self, message: str, *, confirm: bool, at: datetime) -> Message:
        """By hand."""
        async with self._database.transaction() as tx:
            return await tx.outbox.resend(message, moves(Trigger.RESEND), at, confirmed=confirm)

    async def statement(self, month: str) -> StatementView:
        """A month."""
        made = await statement_of(self._database, month, self._budget)
        return StatementView(
            month=month,
            rows=tuple(_pick(BilledView, row) for row in made.rows),
            sms=made.sms,
            price=made.price,
            budget=made.budget,
            left=made.left,
        )

    async def statement_csv(self, month: str) -> str:
        """The same as a table."""
        return as_csv(await statement_of(self._database, month, self._budget))

    async def to_tell(self, told: bool | None, limit: int) -> Sequence[ToTellRow]:
        """Who waits longest first."""
        async with self._database.reading() as tx:
            return await tx.to_tell.list(told=told, limit=limit)

    async def untold(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[ToTellRow], int]:
        """A part of those who wait, and how many there are."""
        async with self._database.reading() as tx:
            return await tx.to_tell.waiting(skip=skip, limit=limit, latest=latest)

    async def mark_told(self, line: str, by: str, at: datetime, *, seen: str = "") -> ToTellRow:
        """The first mark stays."""
        async with self._database.transaction() as tx:
            return await tx.to_tell.mark_told(line, by, at, seen=seen)

    async def inbound(self, limit: int) -> Sequence[InboundSms]:
        """Latest first."""
        async with self._database.reading() as tx:
            return await tx.inbound.list(limit=limit)


async def statement_of(database: Database, month: str, budget: int) -> Statement:
    """What left in a month; Invalid `month-invalid`."""
    since, until = span(month)
    async with database.reading() as tx:
        rows = await tx.outbox.billed(since, until)
    return Statement(month=month, rows=tuple(rows), budget=budget)
