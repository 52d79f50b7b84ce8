"""What tests of pages share: a Chromium of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.lab.browser import Browser, running_browser


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Running, with an empty profile."""
    (tmp_path / "chromium").mkdir()
    async with running_browser(tmp_path / "chromium") as running:
        yield running
