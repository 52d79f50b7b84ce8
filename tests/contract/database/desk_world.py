"""The desk before a browser over a real database: people with roles, their cookies, forms as a browser sends them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry

from hotline1022.accounts.types import Wanted
from hotline1022.audit.types import Kind
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.service.directory.view import DirectoryView
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.web.app import make_app
from hotline1022.web.ports import Ports
from tests.contract.database.made import T0
from tests.contract.database.menu_world import MenuHouse, begun
from tests.unit.directory_memory import NUMBERS
from tests.unit.web_memory import open_house

OWN = "sen trắng nở bên hồ 5"


class _Forms(HTMLParser):
    """The hidden fields of the first form that is sent to an address, and every id, label and address."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}
        self._action = ""
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        match tag:
            case "form":
                self._action = given["action"]
                self.fields.setdefault(self._action, {})
            case "input" if given.get("type") == "hidden":
                self.fields[self._action][given["name"]] = given["value"]
            case "input" if given.get("type") not in ("checkbox", "radio") and "aria-hidden" not in given:
                self.inputs.append((given.get("id", ""), given.get("name", "")))
            case "label" if "for" in given:
                self.labelled.add(given["for"])
            case "a" | "link" | "script" | "img":
                self.links.append(given.get("href") or given.get("src", ""))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Shown:
    status: int
    text: str
    headers: Any

    @property
    def forms(self) -> _Forms:
        read = _Forms()
        read.feed(self.text)
        return read

    @property
    def goes_to(self) -> str:
        return str(self.headers.get("Location", ""))


@dataclass(slots=True)
class Browser:
    """One browser: it keeps cookies, and sends forms with the hidden fields of the page they are on."""

    client: ClientSession

    async def get(self, path: str, **headers: str) -> Shown:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return Shown(response.status, await response.text(errors="replace"), response.headers)

    async def head(self, path: str, **headers: str) -> Shown:
        async with self.client.head(path, headers=headers, allow_redirects=False) as response:
            return Shown(response.status, "", response.headers)

    async def post(self, path: str, data: Any, **headers: str) -> Shown:
        async with self.client.post(path, data=data, headers=headers, allow_redirects=False) as response:
            return Shown(response.status, await response.text(), response.headers)

    async def send(self, page: str, action: str, **typed: Any) -> Shown:
        """The form of a page."""
        shown = await self.get(page)
        assert shown.status == 200, shown.text
        hidden = shown.forms.fields[action]
        pairs = [*hidden.items()]
        for name, value in typed.items():
            pairs += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
        return await self.post(action, pairs)

    async def enter(self, login: str, password: str) -> Shown:
        return await self.post("/desk/sign-in", {"login": login, "password": password})


@dataclass(slots=True)
class World:
    database: Database
    server: TestServer
    admin: UserAdmin
    now: Any
    once: str
    folder: Path
    menu: MenuHouse
    directory: DirectoryDesk
    ports: Ports

    async def again(self) -> None:
        """The service started anew over the same, at another port: what it kept in memory is gone."""
        await self.server.close()
        self.ports = replace(self.ports, registry=CollectorRegistry())
        self.server = TestServer(make_app(self.ports, version="0"))
        await self.server.start_server(access_log=None)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        async with ClientSession(self.server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as client:
            yield Browser(client)

    @asynccontextmanager
    async def signed_in(self, *roles: str, login: str = "lan", contact: str = "") -> AsyncIterator[Browser]:
        """Somebody with these roles and a password of the own choice."""
        wanted = Wanted(login=login, name=f"Người {login}", roles=frozenset(roles), contact=contact)
        given = await self.admin.add(wanted)
        async with self.browser() as browser:
            assert (await browser.enter(login, given.password)).goes_to == "/desk/password"
            done = await browser.send("/desk/password", "/desk/password", old=given.password, new=OWN, again=OWN)
            assert done.goes_to == "/desk/account?done=password", done.text
            yield browser

    async def acts(self) -> list[dict[str, Any]]:
        async with self.database.reading() as tx:
            return [
                {"actor": one.actor, "subject": one.subject} | dict(one.detail)
                async for one in tx.audit.of_kind(Kind.ACT)
            ]


@asynccontextmanager
async def open_desk(database: Database, folder: Path, **parts: Any) -> AsyncIterator[World]:
    """The desk over this database; `parts` are other real ports, everything else is in memory."""
    made: World

    def clock() -> Any:
        return made.now

    admin = UserAdmin(database, clock)
    menu = MenuHouse(database, folder, clock)
    directory = DirectoryDesk(database, lambda: NUMBERS, clock=clock)
    async with open_house(folder) as house:
        ports = replace(
            house.ports,
            door=AccountDesk(database, "the key of the accounts", clock),
            users=admin,
            menu=menu.view(lambda: directory.now),
            acts=ActBook(database, folder / "acts"),
            clock=clock,
            registry=CollectorRegistry(),
            **{"directory": DirectoryView(directory, database, lambda: menu.tree)} | parts,
        )
        server = TestServer(make_app(ports, version="0"))
        await server.start_server(access_log=None)
        made = World(database, server, admin, T0, "", folder, menu, directory, ports)
        await directory.start()
        await begun(menu.desk)
        first = await admin.first()
        assert first is not None
        made.once = first.password
        yield made
        await made.server.close()


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path) as made:
        yield made
