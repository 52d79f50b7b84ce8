"""A house of evidence, what its chain and files are called, the command that looks, and a byte that is changed. Keeps nothing."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Entry
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.recordings.types import VoicemailRow
from hotline1022.service.cli.main import main
from tests.lab.evidence_world import World, build, everything_now


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


async def entries(database: Database) -> list[Entry]:
    async with database.reading() as tx:
        return [entry async for portion in tx.audit.entries() for entry in portion]


def names(world: World) -> list[str]:
    return sorted(one.path for one in world.originals)


def message(world: World) -> VoicemailRow:
    (one,) = world.filed.voicemails
    return one


def ids(world: World) -> list[str]:
    return sorted(one.id for one in world.filed.tracks)


async def command(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    hotline(world, monkeypatch)
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    return done.exit_code, done.stdout


def hotline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in [one for one in os.environ if one.startswith("HOTLINE1022_") and one != "HOTLINE1022_ROOT"]:
        monkeypatch.delenv(one)
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(world.root.parent))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", world.address)
    monkeypatch.setenv("HOTLINE1022_AUDIT_SECOND_PLACE", str(world.place))


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
