"""What tests of pages share: a Chromium for each file of them, windows of their own in it for each test, and a database of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from tests.lab.browser import Browser, windows
from tests.lab.chromium import Chromium, running_chromium
from tests.lab.migrated import migrated


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Running until the file's last test is over."""
    with running_chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
async def browser(chromium: Chromium) -> AsyncIterator[Browser]:
    """As it comes to somebody new."""
    async with windows(chromium) as opened:
        yield opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database without rows."""
    async with Database(await migrated(tmp_path / "hotline.sqlite")) as opened:
        yield opened
