"""Officers and 1022's own at the pages of tickets, over a real database with a real directory: who has which contact point."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from hotline1022.audit.types import Kind
from hotline1022.db.unit import Database
from hotline1022.ivr.load import load as load_menu
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.service.directory.view import DirectoryView
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import TokensView
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, HistoryRow, Ticket
from tests.contract.database.desk_world import Browser, Shown, World, open_desk
from tests.unit.directory_memory import NUMBERS
from tests.unit.tickets_made import NEEDS, NOW, POLICY, a_draft

SPECIALIST, LEADER, OTHER = "so-xay-dung-cv", "so-xay-dung-ld", "so-y-te-cv"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
#: what tells who the citizen of a_draft is
WHO = ("Nguyễn Thị Ánh", "0901 234 567", "+84901234567", "12 đường Lê Lợi")


@dataclass(slots=True)
class Handling:
    """The pages of tickets."""

    desk: World
    tickets: TicketDesk

    async def ticket(self, *actions: Action, **more: Any) -> Ticket:
        """A citizen's report that was forwarded to Sở Xây dựng, and what else was done."""
        ticket = await self.tickets.create(a_draft(**more), by="Người lan", at=self.desk.now)
        for action in (Action.FORWARD, *actions):
            ticket = await self.act(ticket, action)
        return ticket

    async def act(self, ticket: Ticket, action: Action, **more: Any) -> Ticket:
        until = {"until": date(2026, 12, 18)} if action is Action.EXTEND else {}
        wanted = Act(action=action, **NEEDS.get(action, {}) | until | more)
        return await self.tickets.act(ticket.id, wanted, by="Người khác", at=self.desk.now)

    async def stored(self, ticket: Ticket) -> Ticket:
        async with self.desk.database.reading() as tx:
            return await tx.tickets.get(ticket.id)

    async def history(self, ticket: Ticket) -> list[HistoryRow]:
        async with self.desk.database.reading() as tx:
            return list(await tx.tickets.history(ticket.id))

    async def changes(self) -> int:
        """Acts in the audit."""
        async with self.desk.database.reading() as tx:
            return len([one async for one in tx.audit.of_kind(Kind.ACT)])


def page(ticket: Ticket) -> str:
    """Its address."""
    return f"/desk/tickets/{ticket.id}"


def act_page(ticket: Ticket, action: Action) -> str:
    """The address of a form."""
    return f"{page(ticket)}/act/{action}"


async def upload(browser: Browser, ticket: Ticket, action: str, *files: tuple[str, str, bytes], **typed: str) -> Shown:
    """A form with files, as a browser sends it: with the hidden fields of the page."""
    shown = await browser.get(page(ticket))
    data = FormData(quote_fields=False)  # as browsers do
    for name, value in {**shown.forms.fields[action], **typed}.items():
        data.add_field(name, value)
    for name, kind, content in files:
        data.add_field("file", BytesIO(content), filename=name, content_type=kind)
    if not files:
        data.add_field("file", b"", filename="", content_type="application/octet-stream")
    return await browser.post(action, data)


@asynccontextmanager
async def open_handling(database: Database, folder: Path, **more: Any) -> AsyncIterator[Handling]:
    """The desk over this database; `more` takes the place of ports in memory."""
    async with AsyncExitStack() as stack:
        desk: World

        def clock() -> Any:
            return desk.now

        directory = DirectoryDesk(database, lambda: NUMBERS, clock=lambda: NOW)
        await directory.start()
        tickets = TicketDesk(database, POLICY, DirectoryNames(directory.read), Shelf(folder / "attachments"))
        menu = load_menu(None)
        parts = {
            "directory": DirectoryView(directory, database, lambda: menu),
            "tickets": TicketsView(database, tickets, clock=clock),
            "tokens": TokensView(database, directory.fresh),
            "attachments_root": folder / "attachments",
        }
        desk = await stack.enter_async_context(open_desk(database, folder, **parts, **more))
        desk.now = NOW
        yield Handling(desk, tickets)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[Handling]:
    async with open_handling(database, tmp_path) as made:
        yield made
