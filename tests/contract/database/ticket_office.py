"""A desk of tickets with what it told others, and a way to break the telling. Keeps nothing."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database, Work
from hotline1022.directory.types import Directory
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.view import TicketsView
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.ports import Outcome, Settled
from hotline1022.tickets.types import Changed, Reminder, Ticket, TicketFilter
from tests.unit.directory_memory import shipped as shipped_directory
from tests.unit.tickets_made import NOW, OFFICER, POLICY, a_draft

CALL = "hl1-1795470208.58"
TAKEN = Outcome(how=Settled.TAKEN, owner=OFFICER)
NOBODY = Outcome(how=Settled.NOBODY)
DROPPED = Outcome(how=Settled.DROPPED)


class Office:
    """A desk with what it told others, and a way to break the telling."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.told: list[Changed] = []
        self.reminded: list[tuple[str, Reminder]] = []
        self.noticed = asyncio.Event()
        self.fails: Exception | None = None
        self.spoilt = ""
        self.shelf = Shelf(folder / "attachments")
        self.desk = TicketDesk(
            database, POLICY, DirectoryNames(shipped), self.shelf, also=self._also, remind=self._remind
        )
        self.view = TicketsView(database, self.desk)

    async def _also(self, tx: Work, changed: Changed) -> None:
        found = await tx.tickets.get(changed.after.id)
        assert found == changed.after, "it is told inside the transaction that wrote it"
        if self.fails:
            raise self.fails
        self.told.append(changed)

    async def _remind(self, tx: Work, ticket: Ticket, reminder: Reminder) -> None:
        if self.fails or ticket.id == self.spoilt:
            raise self.fails or Unavailable("no message can be made of this ticket")
        self.reminded.append((ticket.id, reminder))
        self.noticed.set()

    async def ticket(self, **more: object) -> Ticket:
        return await self.desk.create(a_draft(**more), by="lan", at=NOW)

    async def all(self) -> list[Ticket]:
        return list(await self.view.list(TicketFilter(limit=1000)))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


async def nothing_due(at: datetime) -> None:
    """No merger takes effect."""


async def shipped() -> Directory:
    """The agencies that are there at a first start."""
    return shipped_directory()
