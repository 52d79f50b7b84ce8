"""A process with the service's own parts, killed by SIGKILL between any two steps of storing a recording: after the sweep nothing
is lost, nothing is there twice, and `evidence verify` finds nothing wrong.
"""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.types import State
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.walk import Examiner
from tests.contract.database.made import answered, at
from tests.lab.evidence_world import everything_now, thread_pool
from tests.lab.forked import forked
from tests.lab.storing_process import STEPS, worker_of
from tests.unit.recordings_world import CALL, CITIZEN_TONE, START, file, name, names_in, put, tone, two_agents


def files(folder: Path) -> dict[str, bytes]:
    """All that lies there."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("step", STEPS)
async def test_killed_after(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    everything_now(monkeypatch)
    spool, root = tmp_path / "spool", tmp_path / "recordings"
    spool.mkdir()
    two_agents(spool)
    put(spool, name(CALL, None, None, START + 5500), file(tone(CITIZEN_TONE, 500)))
    there = {path: sha256(data).hexdigest() for path, data in files(spool).items()}
    assert len(there) == 7
    async with Database(address) as database:
        await begin(database)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        async with forked("storing_process", address, str(tmp_path), step) as running:
            async with asyncio.timeout(30):
                assert await running.stdout.readline() == b"here\n"

        # as it was left: no original is nowhere, and the rows say no more than the disk has
        left = {sha256(data).hexdigest() for data in files(tmp_path).values()}
        assert left >= set(there.values())
        rows = await SqlRecordingStore(database).tracks(CALL)
        assert bool(rows) is (STEPS.index(step) >= STEPS.index("rows"))
        assert bool(names_in(spool)) is (STEPS.index(step) < STEPS.index("release"))

        # the next start
        pool = thread_pool()
        worker = worker_of(database, tmp_path, pool)
        serving = asyncio.create_task(worker.run())
        await worker.sweep()
        assert await worker.drain(seconds=20) and not serving.done()
        copy = await worker.listening_copy(CALL)
        serving.cancel()
        await asyncio.wait([serving], timeout=10)
        await pool.close()

        assert names_in(spool) == []
        async with database.reading() as tx:
            originals = await tx.recordings.originals([CALL])
            entries = [one.kind for one in await tx.audit.about(f"call:{CALL}")]
            assert (await tx.catalogue.get(CALL)).state is State.STORED
        assert {Path(one.path).name: one.sha256 for one in originals} == there
        stored = files(root)
        sums = {one.path: one.sha256 for one in originals} | {copy.path: copy.sha256}
        assert {path: sha256(data).hexdigest() for path, data in stored.items()} == sums
        assert entries.count("recording-stored") == 1
        found = await Examiner(database, root, Trust(folder=tmp_path / "second"), pool=thread_pool()).everything()
        assert found.findings == []
