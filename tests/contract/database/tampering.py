"""A house of evidence, what its chain and files are called, the command that looks, and a byte that is changed. Keeps nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.recordings.types import VoicemailRow
from hotline1022.service.cli.main import main
from tests.lab.evidence_world import World, build, everything_now
from tests.lab.own_settings import own_settings


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


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
    own_settings(monkeypatch, PATHS_DATA=world.root.parent, DATABASE_URL=world.address, AUDIT_SECOND_PLACE=world.place)
