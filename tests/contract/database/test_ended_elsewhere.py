"""Who is ended by another process, such as the command line, opens nothing more in the running service: not half a minute
later, at the next use of the link or the token.
"""

import asyncio
import os
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hotline1022.core.clock import local_day
from hotline1022.directory.load import shipped_text
from hotline1022.service.app import App
from hotline1022.service.http_api import http_of
from hotline1022.service.prepare import folders
from hotline1022.service.settings.config import load
from hotline1022.tickets.ports import Draft
from hotline1022.tickets.types import Channel, Ticket

CONTACT, OTHER = "so-xay-dung-cv", "so-xay-dung-ld"
TOP = Path(__file__).parents[3]


@dataclass
class Service:
    """The service as it is put together, with its API, and the environment of a command beside it."""

    app: App
    client: TestClient  # type: ignore[type-arg]
    ticket: Ticket
    env: dict[str, str]
    folder: Path

    def link(self, contact: str) -> str:
        return f"/l/{self.app.links.make(contact, self.ticket.id, datetime.now(UTC) + timedelta(days=14))}"

    async def token(self, contact: str) -> dict[str, str]:
        async with self.app.database.transaction() as tx:
            _, secret = await tx.tokens.create(contact, ["agent"], datetime.now(UTC), contact=contact)
        return {"Authorization": f"Bearer {secret}"}

    async def status(self, path: str, **headers: str) -> int:
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status

    async def command(self, *words: str) -> None:
        """A command line in a process of its own."""
        done = await asyncio.create_subprocess_exec(sys.executable, "-m", "hotline1022", *words, cwd=TOP, env=self.env)
        assert await done.wait() == 0


@pytest.fixture
async def service(address: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(address, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def open_service(address: str, folder: Path) -> AsyncIterator[Service]:
    own = {"HOTLINE1022_PATHS_DATA": str(folder / "data"), "HOTLINE1022_DATABASE_URL": address}
    settings = load(None, own)
    folders(settings)
    app = App(settings)
    await app.directory.start()
    draft = Draft(channel=Channel.PHONE, agency="so-xay-dung", content="Vỉa hè bị đào lên.")
    ticket = await app.tickets.create(draft, by="lan", at=datetime.now(UTC))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE1022_")}
    try:
        async with TestClient(TestServer(http_of(app))) as client:
            yield Service(app, client, ticket, kept | own, folder)
    finally:
        await app.database.close()


def ending(contact: str, folder: Path) -> str:
    """A file that ends this contact point today."""
    (entry,) = (one for one in tomllib.loads(shipped_text())["contacts"] if one["id"] == contact)
    lines = (f"{name} = {value if name == 'letter_date' else repr(value)}" for name, value in entry.items())
    file = folder / "end.toml"
    text = "\n".join(["[[contacts]]", *lines, f"valid_to = {local_day(datetime.now(UTC))}", ""])
    file.write_text(text, encoding="utf-8")
    return str(file)


async def test_a_link_and_a_token_end_with_the_command(service: Service) -> None:
    link, other = service.link(CONTACT), service.link(OTHER)
    token, others = await service.token(CONTACT), await service.token(OTHER)
    assert [await service.status(one) for one in (link, other)] == [200, 200]
    assert [await service.status("/api/tickets", **one) for one in (token, others)] == [200, 200]
    await service.command("directory", "import", ending(CONTACT, service.folder))
    assert [await service.status(one) for one in (link, other)] == [404, 200]
    data = {"act": "accept", "version": str(service.ticket.version)}
    async with service.client.post(link, data=data, allow_redirects=False) as answer:
        assert answer.status == 404
    async with service.app.database.reading() as tx:
        assert await tx.tickets.get(service.ticket.id) == service.ticket, "nothing was done by it"
    assert [await service.status("/api/tickets", **one) for one in (token, others)] == [401, 200]
