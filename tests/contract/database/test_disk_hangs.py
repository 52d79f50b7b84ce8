"""A disk of recordings that hangs: whoever listens or exports is refused in time, and nothing else waits for it: PINs are checked,
prompts are made, the loop goes on.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.recordings import apart, held, reader, stream
from hotline1022.recordings.apart import MOST
from hotline1022.recordings.files import open_below
from hotline1022.recordings.stream import open_stream
from hotline1022.recordings.types import StoredFile
from hotline1022.recordings.verify import versions
from hotline1022.service.evidence import walk as evidence
from hotline1022.service.lines import pins
from hotline1022.service.recordings import disk_watch, zip_source
from hotline1022.service.recordings.checked import opener
from hotline1022.service.recordings.export import Taken
from hotline1022.service.recordings.export_desk import zip_pieces
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.zip_source import ZipSource
from tests.lab.evidence_world import World, build, everything_now
from tests.unit.recordings_world import CALL

#: of the loop's own pool in these tests
OWN = 2
PATIENCE = 0.3


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    for module in (stream, held, evidence, disk_watch):
        monkeypatch.setattr(module, "SECONDS", PATIENCE)
    monkeypatch.setattr(zip_source, "PIECE_SECONDS", PATIENCE)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(OWN))
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    """Nothing on the disk answers before this is set."""
    event = threading.Event()
    yield event
    event.set()
    for one in list(apart._threads):
        one.join(10)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def ended() -> None:
    async with asyncio.timeout(10):
        while any(one.is_alive() for one in apart._threads):  # noqa: ASYNC110 -- threads have no event here
            await asyncio.sleep(0.01)


async def refused(count: int, ask: Callable[[], Awaitable[object]]) -> None:
    """So many ask at once; meanwhile Argon2 has its threads; all of them are refused, by name."""
    asking = asyncio.gather(*(ask() for _ in range(count)), return_exceptions=True)
    await asyncio.sleep(0)
    pin = await asyncio.wait_for(pins.hash_pin("4711"), 10)
    assert await asyncio.wait_for(pins.verify_pin(pin, "4711"), 10), "what uses the loop's own threads goes on"
    async with asyncio.timeout(10):
        said = await asking
    assert {type(one) for one in said} == {Unavailable}, said
    assert {one.error_id for one in said if isinstance(one, Unavailable)} == {"recordings-disk-hangs"}


async def test_many_who_begin_to_listen(world: World, monkeypatch: pytest.MonkeyPatch, let_go: threading.Event) -> None:
    path, before = world.filed.tracks[0].path, open_files()

    def hanging(root: Path, name: str) -> int:
        assert let_go.wait(60)
        return open_below(root, name)

    monkeypatch.setattr(stream, "open_below", hanging)
    await refused(MOST * 3, lambda: open_stream(world.root, path))
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable):
        await open_stream(world.root, path)
    assert asyncio.get_running_loop().time() - began < PATIENCE, "while so many hang, the next one is refused at once"
    let_go.set()
    await ended()
    assert open_files() == before, "what was opened too late is closed"
    heard = await open_stream(world.root, path)
    assert await heard.sha256() == world.filed.tracks[0].sha256, "it is back"
    await heard.close()
    assert open_files() == before


async def test_one_who_listens_while_it_begins_to_hang(
    world: World, monkeypatch: pytest.MonkeyPatch, let_go: threading.Event
) -> None:
    before, heard = open_files(), await open_stream(world.root, world.filed.tracks[0].path)
    whole, began = reader.PlainFile.pread, threading.Event()

    def hanging(self: reader.PlainFile, count: int, at: int) -> bytes:
        began.set()
        assert let_go.wait(60)
        return whole(self, count, at)

    monkeypatch.setattr(reader.PlainFile, "pread", hanging)

    async def listen() -> bytes:
        return b"".join([piece async for piece in heard.read(0, heard.size)])

    with pytest.raises(Unavailable) as caught:
        await asyncio.wait_for(listen(), 10)
    assert caught.value.error_id == "recordings-disk-hangs" and began.is_set()
    await asyncio.wait_for(heard.close(), 10)
    assert open_files() == before + 1, "nobody closes it under a thread that reads"
    let_go.set()
    await ended()
    assert open_files() == before


async def test_the_look_at_the_originals_before_a_play(
    world: World, monkeypatch: pytest.MonkeyPatch, let_go: threading.Event
) -> None:
    def hanging(root: Path, files: list[StoredFile]) -> object:
        assert let_go.wait(60)
        return versions(root, files)

    check = OriginalCheck(world.database, world.examiner(), world.bells)
    monkeypatch.setattr(evidence, "versions", hanging)
    await refused(OWN * 4, lambda: check.check_now(CALL))
    assert world.bells.rung == [], "a disk that hangs is no damage"
    let_go.set()
    await ended()
    assert await check.check_now(CALL) == ()


async def test_an_export_that_hangs_in_the_middle(world: World, let_go: threading.Event) -> None:
    before = open_files()
    files = tuple(StoredFile(path=one.path, sha256=one.sha256) for one in world.filed.tracks)
    taken = Taken(found=None, files=files)  # type: ignore[arg-type]
    source = ZipSource(
        zip_pieces(taken, opener(world.root, world.ring), datetime.now(UTC)),
        root=world.root,
        database=world.database,
        bell=world.bells,
        asker="t",
        needs=(),
        ended=lambda: None,
    )
    pieces = source.pieces()
    assert await anext(pieces)
    whole = reader.PlainFile.pread
    reader.PlainFile.pread = lambda self, count, at: let_go.wait(60) and whole(self, count, at)  # type: ignore[method-assign,assignment,return-value]
    try:
        with pytest.raises(Unavailable) as caught:
            async for _ in pieces:
                pass
        assert caught.value.error_id == "recordings-disk-hangs"
        await asyncio.wait_for(source.close(), 10)
        assert open_files() > before
        let_go.set()
        await ended()
    finally:
        reader.PlainFile.pread = whole  # type: ignore[method-assign]
    assert open_files() == before, "its files are closed by who hung in them"


async def test_a_disk_that_cannot_be_looked_at_in_time_rings(world: World, let_go: threading.Event) -> None:
    def hanging(_: Path) -> disk_watch.Room:
        assert let_go.wait(60)
        raise OSError(5, "too late")

    watch = disk_watch.DiskWatch([world.root], world.bells, room=hanging)
    assert await asyncio.wait_for(watch.look(), 10) is disk_watch.Level.LOW
    assert "does not answer" in world.bells.rung[0][1]
