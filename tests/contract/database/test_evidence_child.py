"""`evidence verify` as the service runs it: a process of its own, which says how far it is, and goes when it is not wanted."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from hotline1022.audit.types import Fault
from hotline1022.core.errors import Unavailable
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.service.evidence.child import verify_in_child
from tests.lab.evidence_world import World, build
from tests.lab.own_settings import own_settings


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    own_settings(
        monkeypatch, PATHS_DATA=tmp_path / "data", DATABASE_URL=address, AUDIT_SECOND_PLACE=tmp_path / "second"
    )
    await migrate(address)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


def nothing(done: int, work: int) -> None:
    """Whoever does not want to know."""


async def test_it_finds_what_the_examiner_finds(world: World) -> None:
    sound = await verify_in_child(None, None, nothing)
    assert sound.ok and (sound.stamps, sound.calls, sound.files, sound.begun) == (2, 1, 7, True)
    async with world.database.reading() as tx:
        assert sound.head == await tx.audit.head(), "it changes nothing"
    (world.root / world.filed.tracks[0].path).unlink()
    await world.attack("DELETE FROM audit_entry WHERE seq = 3")
    found = await verify_in_child(None, None, nothing)
    assert {(one.fault, one.name or one.seq) for one in found.findings} == {
        (Fault.DELETED, 3), (Fault.FILE_MISSING, world.filed.tracks[0].path),
    }  # fmt: skip
    assert (await verify_in_child(None, date(2100, 1, 1), nothing)).entries == 0


async def test_what_stops_it_is_said(world: World, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[nothing]\n")
    with pytest.raises(Unavailable) as caught:
        await verify_in_child(str(tmp_path / "bad.toml"), None, nothing)
    assert caught.value.error_id == "config-invalid" and "bad.toml" in str(caught.value)


async def test_it_says_how_far_it_is_and_goes_when_it_is_not_wanted(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in its place that says two steps and sleeps: what a verification of hours looks like from here."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho $$ > '%s'\necho 3/9 >&2\necho 5/9 >&2\nexec sleep 600\n" % (tmp_path / "pid"))
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))

    def pid() -> str:
        return (tmp_path / "pid").read_text().strip()

    steps: list[tuple[int, int]] = []
    told = asyncio.Event()

    def step(done: int, work: int) -> None:
        steps.append((done, work))
        if len(steps) == 2:
            told.set()

    task = asyncio.create_task(verify_in_child(None, None, step))
    await asyncio.wait_for(told.wait(), 10)
    assert steps == [(3, 9), (5, 9)]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not os.path.exists(f"/proc/{pid()}")  # noqa: ASYNC240, PTH110 -- one look
