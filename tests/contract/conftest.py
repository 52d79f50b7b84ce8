"""The databases of the contract tests, over SQLite and over a real PostgreSQL cluster: each test gets one of its own, empty
or migrated, and takes it away afterwards.
"""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import NO_KEYS, Keys, make_key
from hotline1022.service.accounts import password_look
from hotline1022.service.lines import pins
from tests.lab.migrated import migrated
from tests.lab.postgres import TemporaryPostgres

_numbers = itertools.count(1)
#: they take a minute or more, most of it in processes of their own: first, so that at the end nobody waits for one alone
_LONG = (
    "test_ticket_kill.py",
    "test_outbox_kill.py",
    "test_going_kill.py",
    "test_chain_kill.py",
    "test_storing_kill.py",
    "test_story.py",
    "test_story_killed.py",
    "test_supervision.py",
)
_TEMPLATE = "hl_migrated"
# as cheap here as the passwords of those who are there: tests/conftest.py
password_look._NOBODY = pins._HASHER.hash("nobody's")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in _LONG)


@pytest.fixture(scope="session")
def cluster() -> Iterator[TemporaryPostgres]:
    running = TemporaryPostgres(in_memory=True)
    try:
        running.create()
        running.start()
        yield running
    finally:
        running.stop()
        running.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest) -> TemporaryPostgres | None:
    """The PostgreSQL cluster of the run; None over SQLite."""
    if request.param == "sqlite":
        return None
    found: TemporaryPostgres = request.getfixturevalue("cluster")
    return found


@pytest.fixture
async def empty(server: TemporaryPostgres | None, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    if server is None:
        yield f"sqlite:///{tmp_path / 'db' / 'hotline.sqlite'}"
        return
    name = f"empty_{next(_numbers)}"
    yield await server.make(name)
    await server.drop(name)


@pytest.fixture
async def address(server: TemporaryPostgres | None, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a migrated database."""
    if server is None:
        yield f"sqlite:///{await migrated(tmp_path / 'hotline.sqlite')}"
        return
    if not await server.run(f"SELECT 1 FROM pg_database WHERE datname = '{_TEMPLATE}'"):
        await migrate(await server.make(_TEMPLATE))
    name = f"test_{next(_numbers)}"
    yield await server.make(name, template=_TEMPLATE)
    await server.drop(name)


@pytest.fixture(params=["plain", "sealed"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    """Keys by which recordings are sealed, with one in it; and none."""
    return _ring(request.param, tmp_path)


@pytest.fixture
def asked_ring(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    """None, but for a test that is parametrised with it."""
    return _ring(getattr(request, "param", "plain"), tmp_path)


def _ring(kind: str, tmp_path: Path) -> Keys:
    if kind == "plain":
        return NO_KEYS
    make_key(tmp_path / "ring", datetime(2026, 11, 29, tzinfo=UTC))
    return Keys(folder=tmp_path / "ring", seal=True)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    """An open, migrated database without rows."""
    async with Database(address) as opened:
        yield opened
