"""The database as the house uses it: transactions that give repositories. Refuses to wait without end.

async with database.transaction() as tx:
    await tx.calls.save(batch)
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from sqlalchemy import text

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import Acting, acting
from hotline1022.db.alarms import raised_on
from hotline1022.db.engine import POOL, STATEMENT_SECONDS, WAIT_SECONDS, connect, speaking_our_words
from hotline1022.db.types import AlarmRow, Batch
from hotline1022.db.work import Work
from hotline1022.tickets.types import Changed

#: both are asked for here by the house
__all__ = ["Database", "Work"]


def _unnoted(work: Work) -> Acting | None:
    """The act under which this transaction is the first: its entry is written with it."""
    act = acting()
    if act is None or act.noted:
        return None
    detail = {"act": act.act, **act.detail}
    at, kind = datetime.now(UTC), Kind.ACT
    work.audit.add(Fact(at=at, kind=kind, actor=act.actor, origin=act.origin, subject=act.subject, detail=detail))
    return act


def _nobody(_: object) -> None:
    """Where nobody listens."""


class Database:
    """One database. The schema must be there: see migrate.py."""

    def __init__(
        self,
        address: str | Path,
        *,
        pool: int = POOL,
        wait_seconds: float = WAIT_SECONDS,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self._engines = connect(address, pool=pool, wait_seconds=wait_seconds, statement_seconds=statement_seconds)
        #: set after a transaction that put messages into the outbox
        self.outbox_filled = asyncio.Event()
        #: set after a transaction that put something for webhooks, or set it free
        self.webhooks_filled = asyncio.Event()
        #: told of each alarm after the commit that raised it
        self.alarm_raised: Callable[[AlarmRow], None] = _nobody
        #: told of each change of a ticket after the commit that wrote it; raises nothing
        self.ticket_changed: Callable[[Changed], None] = _nobody

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engines.dialect

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        """Everything inside is written together when the block ends, or not at all. Unavailable: nothing was written,
        or, when the connection was lost at the very end, perhaps all; writing the same again is harmless.
        """
        async with speaking_our_words(), self._engines.writer.begin() as connection:
            raised_on(connection).clear()
            work = Work(connection)
            yield work
            for fact in await work.catalogue.flush(datetime.now(UTC)):
                work.audit.add(fact)
            act = _unnoted(work)
            await work.audit.flush()
            raised = tuple(raised_on(connection))
        if act is not None:
            act.noted = True
        for alarm in raised:
            self.alarm_raised(alarm)
        for changed in work.changed_tickets:
            self.ticket_changed(changed)
        if work.outbox.filled:
            self.outbox_filled.set()
        if work.webhooks.filled:
            self.webhooks_filled.set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """For queries only: never waits for a writer, and a write inside fails."""
        async with speaking_our_words(), self._engines.reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(postgresql_readonly=True)
            yield Work(connection)

    async def save(self, batch: Batch) -> None:
        """One batch of the call log in a transaction of its own."""
        async with self.transaction() as tx:
            await tx.calls.save(batch)

    async def ping(self) -> float:
        """Seconds that the smallest question takes; Unavailable when there is no answer."""
        before = perf_counter()
        async with speaking_our_words(), self._engines.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return perf_counter() - before

    async def close(self) -> None:
        """End all connections."""
        await self._engines.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
