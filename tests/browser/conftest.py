"""What tests of pages share: a Chromium and a database of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.db.unit import Database
from tests.lab.browser import Browser, running_browser
from tests.lab.migrated import migrated


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Running, with an empty profile."""
    (tmp_path / "chromium").mkdir()
    async with running_browser(tmp_path / "chromium") as running:
        yield running


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database without rows."""
    async with Database(await migrated(tmp_path / "hotline.sqlite")) as opened:
        yield opened
