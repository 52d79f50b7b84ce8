"""Officers of agencies before the whole API over a real database: a directory that can be changed, tickets, links, tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hotline1022.db.unit import Database
from hotline1022.ivr.load import load as load_menu
from hotline1022.notify.types import Link, Message, OutboxFilter
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.service.directory.token_ends import TokenEnds
from hotline1022.service.directory.view import DirectoryView
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.join import take_overs_of
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.take_overs import TakeOvers
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import TokensView
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, Named, Ticket
from hotline1022.web.app import make_app
from tests.unit.directory_memory import NUMBERS
from tests.unit.notify_memory import LINKS
from tests.unit.tickets_made import NOW, POLICY, a_draft
from tests.unit.web_memory import open_house

SPECIALIST, LEADER = "so-xay-dung-cv", "so-xay-dung-ld"
NAMES = {SPECIALIST: "Chuyên viên mẫu Sở XD", LEADER: "Lãnh đạo mẫu Sở XD"}
PHONE = "+84901234567"


@dataclass
class Shown:
    """An answer."""

    status: int
    text: str
    headers: Any


@dataclass
class World:
    database: Database
    directory: DirectoryDesk
    desk: TicketDesk
    take_overs: TakeOvers
    client: TestClient[Any, Any]
    #: acts that no change has told of
    acts: Any
    now: datetime = NOW

    async def ticket(self, *actions: Action, **more: Any) -> Ticket:
        """A citizen's report that was forwarded to Sở Xây dựng, and what else was done."""
        ticket = await self.desk.create(a_draft(**more), by="lan", at=self.now)
        for action in (Action.FORWARD, *actions):
            ticket = await self.act(ticket, action)
        return ticket

    async def act(self, ticket: Ticket, action: Action, **more: Any) -> Ticket:
        return await self.desk.act(ticket.id, Act(action=action, **more), by="lan", at=self.now)

    async def stored(self, ticket: Ticket) -> Ticket:
        async with self.database.reading() as tx:
            return await tx.tickets.get(ticket.id)

    def link(self, ticket: Ticket, contact: str = SPECIALIST, days: int = 14) -> str:
        return f"/l/{LINKS.make(contact, ticket.id, self.now + timedelta(days=days))}"

    async def short_link(self, ticket: Ticket, contact: str = SPECIALIST, days: int = 14) -> str:
        """As messages have it now."""
        link = Link(contact=contact, ticket=ticket.id, expires=self.now + timedelta(days=days))
        async with self.database.transaction() as tx:
            await tx.ticket_links.put({LINKS.key(link): link})
        return f"/l/{LINKS.key(link)}"

    async def outbox(self) -> list[Message]:
        """Everything that was put there, the first one first."""
        async with self.database.reading() as tx:
            return list(reversed(await tx.outbox.list(OutboxFilter(limit=10_000))))

    async def get(self, path: str, **headers: str) -> Shown:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return Shown(response.status, await response.text(), response.headers)

    async def press(self, path: str, act: str, version: int, **typed: str) -> Shown:
        data = {"act": act, "version": str(version), **typed}
        async with self.client.post(path, data=data, allow_redirects=False) as response:
            return Shown(response.status, await response.text(), response.headers)

    async def ask(self, method: str, path: str, secret: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with self.client.request(method, path, headers=headers, **more) as response:
            return response.status, await response.json()

    async def token(self, *scopes: str, contact: str = "", name: str = "máy") -> str:
        async with self.database.transaction() as tx:
            return (await tx.tokens.create(name, scopes or ("agent",), self.now, contact=contact))[1]


def named(contact: str) -> Named:
    """A contact point of the sample data."""
    return Named(id=contact, name=NAMES[contact])


@asynccontextmanager
async def open_world(database: Database, folder: Path) -> AsyncIterator[World]:
    """The API over this database, and everything that is not about officers in memory."""
    world: World

    def clock() -> datetime:
        return world.now

    notify = Notify(link_address="https://1022.example/l/", quiet_from="21:00", quiet_until="07:00")
    take_overs = take_overs_of(replace(Settings(), notify=notify), LINKS)
    ends = TokenEnds(database, clock)
    directory = DirectoryDesk(database, lambda: NUMBERS, ended=[ends], also=take_overs.tell, clock=clock)
    desk = TicketDesk(database, POLICY, DirectoryNames(directory.read), Shelf(folder / "attachments"))
    menu = load_menu(None)
    async with open_house(folder) as house:
        ports = replace(
            house.ports,
            directory=DirectoryView(directory, database, lambda: menu),
            tickets=TicketsView(database, desk),
            links=LinkDesk(database, LINKS, directory.fresh, desk),
            tokens=TokensView(database, directory.fresh),
            clock=clock,
            registry=CollectorRegistry(),
        )
        async with TestClient(TestServer(make_app(ports, version="0"))) as client:
            world = World(database, directory, desk, take_overs, client, house.ports.acts)
            await directory.start()
            yield world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database, tmp_path) as opened:
        yield opened
