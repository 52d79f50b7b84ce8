"""The API over some real parts and a real database's tokens, the other ports in memory. Keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hotline1022.db.unit import Database
from hotline1022.directory.types import Directory
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.service.views import TokensView
from hotline1022.web.app import make_app
from tests.unit.web_memory import open_house

#: a client, and the header of a token
Api = tuple[TestClient[Any, Any], dict[str, str]]


class Served(TestServer):
    """As the service runs it: a listener who goes away cancels nothing."""

    async def _make_runner(self, **more: Any) -> web.AppRunner:
        return web.AppRunner(self.app, **more | {"handler_cancellation": False})


@asynccontextmanager
async def api(
    database: Database,
    folder: Path,
    name: str,
    scopes: Sequence[str],
    *,
    served: type[TestServer] = TestServer,
    **parts: Any,
) -> AsyncIterator[Api]:
    """With a token of this name and these scopes; `parts` are the real ports."""

    async def nobody() -> Directory:
        raise AssertionError("the token is no officer's")

    async with database.transaction() as tx:
        _, secret = await tx.tokens.create(name, scopes, datetime.now(UTC))
    await asyncio.to_thread(folder.mkdir)
    async with open_house(folder) as memory:
        ports = replace(
            memory.ports,
            tokens=TokensView(database, nobody),
            acts=ActBook(database, folder / "acts.jsonl"),
            clock=lambda: datetime.now(UTC),
            registry=CollectorRegistry(),
            **parts,
        )
        async with TestClient(served(make_app(ports, version="0"))) as client:
            yield client, {"Authorization": f"Bearer {secret}"}
