"""Stores a recording with the parts that the service has, and stays at a step, to be killed there:
`python -m tests.lab.storing_process ADDRESS FOLDER STEP`. Says `here` when it is there.
"""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hotline1022.db.originals import OriginalRepository
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.figures import WorkerSettings
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, CopyRow, FiledCall
from tests.unit.recordings_world import CALL, Board, Book, Phones, two_agents

#: after which of these it is killed, in the order in which they come
STEPS = ("files", "rows-uncommitted", "rows", "release", "copy", "copy-row")
SETTINGS = WorkerSettings(gather=0.0, apart=0.0, again=0.02, age=0.0)


def stay() -> None:
    """For ever."""
    print("here", flush=True)
    while True:
        signal.pause()


class Pool(HeavyPool):
    """Stays after one job."""

    def __init__(self, after: Callable[..., Any] | None) -> None:
        super().__init__(lambda: ThreadPoolExecutor(1))
        self._after = after

    async def run(self, job: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As the pool does."""
        done = await super().run(job, *args, **kwargs)
        if job is self._after:
            stay()
        return done


class Store(SqlRecordingStore):
    """Stays after what was to be written."""

    def __init__(self, database: Database, step: str) -> None:
        super().__init__(database)
        self._step = step

    async def save(self, filed: Sequence[FiledCall]) -> None:
        """The rows of what was filed."""
        await super().save(filed)
        if self._step == "rows":
            stay()

    async def save_copies(self, rows: Sequence[CopyRow], fault: str = "") -> None:
        """The row of the listening copy, whose file is there."""
        if self._step == "copy":
            stay()
        await super().save_copies(rows, fault)
        stay()


def the_call() -> CallFacts:
    """What is known of the call; its files are put elsewhere."""
    with tempfile.TemporaryDirectory() as elsewhere:
        return two_agents(Path(elsewhere))


def worker_of(
    database: Database, folder: Path, pool: HeavyPool, store: SqlRecordingStore | None = None
) -> RecordingWorker:
    """The service's worker over the folder's spool and recordings."""
    return RecordingWorker(
        spool=folder / "spool",
        root=folder / "recordings",
        store=store or SqlRecordingStore(database),
        book=Book(the_call()),
        channels=Phones(),
        notices=Board(),
        pool=pool,
        settings=SETTINGS,
    )


async def work(address: str, folder: Path, step: str) -> None:
    """Up to that step."""
    attest = OriginalRepository.attest

    async def attests(self: OriginalRepository, *given: Any, **more: Any) -> int:
        await attest(self, *given, **more)
        stay()
        return 0

    if step == "rows-uncommitted":
        OriginalRepository.attest = attests  # type: ignore[method-assign]
    jobs_by_step: dict[str, Callable[..., Any]] = {"files": jobs.file_calls, "release": jobs.release}
    async with Database(address) as database:
        worker = worker_of(database, folder, Pool(jobs_by_step.get(step)), Store(database, step))
        await worker.file([the_call()])
        await worker.listening_copy(CALL)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
