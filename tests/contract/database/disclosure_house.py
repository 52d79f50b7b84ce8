"""A house whose recordings are disclosed, over both databases: `house` with them plain and sealed. Keeps nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.recordings.keys import Keys
from tests.lab.disclosure_world import House, a_house


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[House]:
    async with a_house(address, tmp_path, monkeypatch, ring=ring) as made:
        yield made


@pytest.fixture(name="house")
async def plain_house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Its recordings lie there plain."""
    async with a_house(address, tmp_path, monkeypatch) as made:
        yield made
