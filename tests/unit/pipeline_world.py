"""The worker that files recordings, with everything around it in memory."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.figures import WorkerSettings
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import CallFacts, Side
from tests.unit.recordings_world import (
    CITIZEN_TONE,
    START,
    Board,
    Book,
    Phones,
    facts,
    file,
    leg,
    name,
    names_in,
    put,
    tone,
)

QUICK = WorkerSettings(gather=0.0, apart=0.0, again=0.02, sweep=3600.0, patience=0.02)


@dataclass(slots=True)
class World:
    """A worker with everything around it."""

    spool: Path
    root: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    book: Book = field(default_factory=Book)
    phones: Phones = field(default_factory=Phones)
    board: Board = field(default_factory=Board)
    worker: RecordingWorker = field(init=False)

    def hire(self, pool: HeavyPool, settings: WorkerSettings = QUICK) -> RecordingWorker:
        self.worker = RecordingWorker(
            spool=self.spool,
            root=self.root,
            store=self.store,
            book=self.book,
            channels=self.phones,
            notices=self.board,
            pool=pool,
            settings=settings,
        )
        return self.worker

    def waiting(self) -> list[str]:
        return [title for title in names_in(self.spool) if title != "quarantine"]


def a_world(folder: Path) -> World:
    """An empty one."""
    (folder / "spool").mkdir()
    return World(spool=folder / "spool", root=folder / "recordings")


def one_thread() -> Executor:
    return ThreadPoolExecutor(1)


@asynccontextmanager
async def a_pool() -> AsyncIterator[HeavyPool]:
    """One thread that does the work, until the end of the block."""
    made = HeavyPool(one_thread, seconds=20)
    yield made
    await made.close()


@asynccontextmanager
async def running(worker: RecordingWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.done()
        if not task.cancelled() and (error := task.exception()):
            raise error


def another(number: int, spool: Path) -> CallFacts:
    """A short call with another id."""
    call = CallId(ChannelId(f"hl1-{1795470300 + number}.{number}"))
    put(spool, name(call, LegKind.CITIZEN, Side.SAID, START, call), file(tone(CITIZEN_TONE, 200)))
    put(spool, name(call, LegKind.CITIZEN, Side.HEARD, START, call), file(tone(CITIZEN_TONE, 200)))
    return facts(leg(call, LegKind.CITIZEN, 0, 200), ended=200, call=call)


def crashed(pcm: bytes) -> bytes:
    """What a killed recorder leaves."""
    data = bytearray(file(pcm))
    data[4:8] = data[40:44] = bytes(4)
    return bytes(data)


# ---------------------------------------------------------------- filing


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    async with a_pool() as made:
        yield made
