"""`hotline1022 token`: tokens of contact points are made for who is one today, with few scopes, and their end is told."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.core.clock import local_day
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.service.cli.main import main
from hotline1022.service.directory.desk import DirectoryDesk, change, fill
from hotline1022.service.directory.token_ends import TokenEnds
from tests.lab.own_settings import own_settings
from tests.unit.directory_memory import NUMBERS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with the shipped directory."""
    path = tmp_path / "data" / "db" / "hotline.sqlite"

    async def save() -> None:
        await migrate(path)
        async with Database(path) as database:
            await fill(database, NUMBERS, datetime.now(UTC))

    asyncio.run(save())
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    return path


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["token", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_a_token_of_a_contact_point_and_its_end(file: Path) -> None:
    made = run("create", "so-y-te", "--scope", "agent", "--contact", "so-y-te-cv")
    assert "hl1022_" in made
    run("create", "desk", "--scope", "admin")
    lines = {line.split()[1]: line for line in run("list").splitlines()}
    assert " valid " in lines["so-y-te"] and lines["so-y-te"].endswith("last used never   so-y-te-cv")
    assert lines["desk"].endswith("last used never")

    async def ends() -> None:
        at = datetime.now(UTC)
        async with Database(file) as database:
            await change(database, lambda found: end(found, What.CONTACT, "so-y-te-cv", local_day(at)), "lan", at)
            await DirectoryDesk(
                database, lambda: NUMBERS, ended=[TokenEnds(database, lambda: datetime.now(UTC))]
            ).start()

    asyncio.run(ends())
    lines = {line.split()[1]: line for line in run("list").splitlines()}
    assert " revoked " in lines["so-y-te"]
    assert lines["so-y-te"].endswith(f"contact point so-y-te-cv ended on {local_day(datetime.now(UTC))}")
    assert " valid " in lines["desk"]
    assert "contact-unknown" in run("create", "again", "--contact", "so-y-te-cv", code=1)


@pytest.mark.parametrize("scope", ["admin", "listen", "metrics"])
def test_what_is_not_for_contact_points(file: Path, scope: str) -> None:
    assert "scope-invalid" in run("create", "x", "--scope", scope, "--contact", "so-y-te-cv", code=1)
    assert "contact-unknown" in run("create", "x", "--contact", "nobody", code=1)
    assert run("list") == ""
