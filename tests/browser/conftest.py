"""What tests of pages share: a Chromium for each file of them, and windows of their own in it for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.lab.browser import Browser, windows
from tests.lab.chromium import Chromium, running_chromium


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
