"""A service without Asterisk whose settings a test rewrites. Keeps nothing."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.db.migrate import migrate
from hotline1022.service.app import App
from hotline1022.service.prepare import folders
from hotline1022.service.settings.config import load

BASE = """
[paths]
data = "data"
[asterisk]
sip_port = 45060
ami_port = 45038
[trunk]
host = "192.0.2.7"
"""


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "1022.toml"
    file.write_text(BASE, encoding="utf-8")
    return file


@pytest.fixture
async def app(config: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    """A service that is made and not started."""
    monkeypatch.setattr("hotline1022.service.reload.speak_prompts", lambda *_, **__: 0)
    for name in [name for name in os.environ if name.startswith("HOTLINE1022_")]:
        monkeypatch.delenv(name)
    settings = load(config, {})
    folders(settings)
    await migrate(settings.database_url)
    made = App(settings, str(config))
    yield made
    await made.database.close()
