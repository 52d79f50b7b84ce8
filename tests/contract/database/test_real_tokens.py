"""The routes of the evidence, role by role, with tokens that are rows of a real database: who is let in, and what the audit tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import Entry, Kind
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.service.directory.desk import fill
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.service.tickets.join import stored
from hotline1022.service.views import TokensView
from hotline1022.web import (
    backup_routes,
    citizen_routes,
    copies_routes,
    disclosure_routes,
    evidence_routes,
    listening_routes,
    recordings_routes,
    retention_routes,
)
from hotline1022.web.app import make_app
from hotline1022.web.route import Route
from hotline1022.web.types import Scope
from tests.lab.chain import entries
from tests.unit.directory_memory import NUMBERS
from tests.unit.permissions import others, permissions, scopes
from tests.unit.test_web_roles import status_of
from tests.unit.web_memory import House, open_house

ROOMS = (
    recordings_routes, retention_routes, citizen_routes, copies_routes, listening_routes, backup_routes,
    disclosure_routes, evidence_routes,
)  # fmt: skip
#: of those without a scope, and of a choice of speakers, a right to listen lets in, not a token
ROUTES: tuple[Route, ...] = tuple(
    route
    for room in ROOMS
    for route in room.ROUTES
    if route.needs is not None and not route.path.startswith("/api/listen/{key}")
)
#: with its port in memory its act is written when all was sent; with the real one before: test_export_api.py
STREAMED = {"/api/recordings/{recording}/export", "/api/citizens/export/zip"}
_BOTH = {"listen and admin": frozenset({Scope.LISTEN, Scope.ADMIN})}
#: the scopes of each token
SCOPES_OF = {scope.value: frozenset({scope}) for scope in Scope} | _BOTH | {"officer": frozenset(Scope)}


def let_in(who: str, needs: str) -> bool:
    """Whether this token has the permission."""
    return any(needs in scopes()[scope] for scope in SCOPES_OF.get(who, ()))


@dataclass
class Office:
    """The API, and tokens that were made as `token create` makes them."""

    database: Database
    house: House
    #: text of each token by its name
    secrets: dict[str, str]

    async def entries(self) -> list[Entry]:
        """All of the audit."""
        return await entries(self.database)


@asynccontextmanager
async def opened(database: Database, folder: Path) -> AsyncIterator[Office]:
    now, secrets = datetime.now(UTC), dict[str, str]()
    wanted = {scope.value: [scope.value] for scope in Scope} | {"listen and admin": ["listen", "admin"]}
    wanted["revoked"] = [scope.value for scope in Scope]
    async with database.transaction() as tx:
        for name, scopes in wanted.items():
            row, secrets[name] = await tx.tokens.create(name, scopes, now)
            if name == "revoked":
                await tx.tokens.revoke(row.id, now)
        _, secrets["officer"] = await tx.tokens.create("officer", wanted["revoked"], now, contact="so-y-te-ld")
    async with open_house(folder) as memory:
        ports = replace(
            memory.ports,
            tokens=TokensView(database, stored(database)),
            acts=ActBook(database, folder / "acts.jsonl"),
            clock=lambda: datetime.now(UTC),
            registry=CollectorRegistry(),
        )
        async with TestClient(TestServer(make_app(ports, version="0"))) as client:
            yield Office(database, replace(memory, client=client), secrets)


@pytest.fixture
async def office(address: str, tmp_path: Path) -> AsyncIterator[Office]:
    await migrate(address)
    async with Database(address) as database:
        await fill(database, NUMBERS, datetime.now(UTC))
        async with opened(database, tmp_path) as made:
            yield made


def expected(route: Route, who: str) -> set[int]:
    """Which answers there may be."""
    wanted, officers = permissions()[route.method, route.path]
    if who in ("nobody", "revoked"):
        return {401, 429}
    if who == "officer" and not officers:
        return {403}
    if not any(let_in(who, one) for one in (wanted, *others()[route.method, route.path])):
        return {403}
    # let in, and told that another token asked for that disclosure
    return {409} if route.path == "/api/disclosures/{disclosure}/change" else {200, 201, 202}


@pytest.mark.parametrize("who", ["nobody", "revoked", "officer", "listen and admin", *(scope.value for scope in Scope)])
async def test_every_route_of_the_evidence_asks_the_tokens_row(office: Office, who: str) -> None:
    assert len(ROUTES) > 30
    secret = office.secrets.get(who, "hl_made-up")
    before = len(await office.entries())
    for route in ROUTES:
        status = await status_of(office.house, route.method, route.path, secret)
        allowed = expected(route, who)
        assert status in allowed, (route.method, route.path, status)
        new = (await office.entries())[before:]
        async with asyncio.timeout(10):
            while status < 300 and route.path in STREAMED and not new:
                await asyncio.sleep(0.01)
                new = (await office.entries())[before:]
        before += len(new)
        told = [(one.kind, one.actor, one.detail["act"]) for one in new]
        act = f"{route.method} {route.path}"
        if status < 300 and route.method == "POST" and not route.typing:
            assert told == [(Kind.ACT, f"token:{who}", act)], route.path
        elif status == 403 and route.needs is Permission.LISTEN and who != "officer" and not let_in(who, "listen"):
            assert told == [(Kind.RECORDING_REFUSED, f"token:{who}", act)], route.path
            assert new[0].detail["refused"]
        else:
            assert told == [], route.path
