"""Filing is killed by SIGKILL at random moments: a change and its entry are both there, or neither."""

import asyncio
import random
from pathlib import Path

from hotline1022.audit.chain import Walk
from hotline1022.db.migrate import migrate
from hotline1022.db.types import CallFilter
from hotline1022.db.unit import Database
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.walk import Examiner
from tests.lab.forked import forked


async def test_killed_between_change_and_commit(address: str, tmp_path: Path) -> None:
    await migrate(address)
    told: list[str] = []
    for turn in range(5):
        async with forked("filing_process", address, str(turn * 100_000)) as running:
            for _ in range(random.randint(1, 12)):
                async with asyncio.timeout(30):
                    told.append((await running.stdout.readline()).decode().strip())
            await asyncio.sleep(random.random() * 0.02)  # the moment of the kill, not a wait for anything
    async with Database(address) as database:
        async with database.reading() as tx:
            walk = Walk()
            found = [entry async for portion in tx.audit.entries() for entry in portion]
            assert walk.take(found) == []
            told_of = [call async for portion in tx.originals.told() for call in portion]
            assert [portion async for portion in tx.originals.untold()] == []
            calls = {one.call.id for one in (await tx.calls.list(CallFilter(limit=1000))).calls}
        stored = {one.subject.removeprefix("call:") for one in found if one.kind == "recording-stored"}
        acted = {one.subject.removeprefix("call:") for one in found if one.kind == "act"}
        assert set(told) <= stored == set(told_of) and set(told) <= acted == calls
        examiner = Examiner(database, tmp_path, Trust(folder=tmp_path))
        assert await examiner.rows(told_of) == []
