"""The database that a contract test runs over: SQLite in a fresh folder, and a real PostgreSQL cluster of its own."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from tests.lab.postgres import TemporaryPostgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[TemporaryPostgres]:
    running = TemporaryPostgres()
    try:
        running.create()
        running.start()
        yield running
    finally:
        running.stop()
        running.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}"
    cluster: TemporaryPostgres = request.getfixturevalue("cluster")
    return await cluster.make(f"contract{next(_numbers)}")


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    await migrate(address)
    async with Database(address) as opened:
        yield opened
