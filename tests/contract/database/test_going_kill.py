"""Retention and erasure are killed by SIGKILL at random moments, again and again; then they are done, and the chain verifies."""

import asyncio
import random
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.recordings.types import State
from tests.contract.database.citizen_world import NUMBER, WHOLE, House, fill
from tests.lab.evidence_world import build, everything_now
from tests.lab.forked import forked
from tests.lab.going_process import places
from tests.lab.retention_world import old
from tests.unit.recordings_world import CALL


async def killed(*words: str) -> None:
    """Start it, and kill it some time after it began."""
    async with forked("going_process", *words, silent=True) as running:
        async with asyncio.timeout(60):
            assert await running.stdout.readline() == b"begins\n"
        await asyncio.sleep(random.random() * 0.15)  # the moment of the kill, not a wait for anything


async def test_retention(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_now(monkeypatch)
    async with Database(address) as database:
        house = await old(await build(address, database, tmp_path))
        for _ in range(4):
            await killed("retention", address, str(tmp_path))
            assert await house.world.findings() == [], "whenever it was killed"
        await house.retention().resume()
        await house.retention().night()
        async with database.reading() as tx:
            assert (await tx.catalogue.get(CALL)).state is State.EXPIRED
            told = [one.kind for one in await tx.audit.about(f"call:{CALL}")]
        assert told.count("recording-expired") == 1 and house.files() == []
        assert await house.world.findings() == []


async def test_erasure(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_now(monkeypatch)
    async with Database(address) as database:
        world = await build(address, database, tmp_path)
        await fill(world, tmp_path)
        house = House(world=world, folder=tmp_path)
        asked = await house.citizens().request(NUMBER, "Đơn")
        for _ in range(4):
            await killed("citizen", address, str(tmp_path), asked.request, NUMBER)
            assert await world.findings() == [], "whenever it was killed"
        try:
            await house.citizens().confirm(asked.request, NUMBER)
        except Refused as error:
            assert error.error_id == "erasure-done"
        assert await house.traces() == []
        assert list(places(tmp_path).attachments.iterdir()) == list(places(tmp_path).outbox.iterdir()) == []
        async with database.reading() as tx:
            told = await tx.audit.about(f"citizen:{asked.pseudonym}")
        (end,) = [one for one in told if "counts" in one.detail]
        assert end.detail["counts"] == WHOLE, "all that went, whenever it was killed"
        assert len([one for one in told if "reasons" in one.detail]) == 1, "once done, nothing is left to do again"
