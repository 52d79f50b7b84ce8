"""An import in which a file cannot be opened or read: it is that row's fault, by name, and the others are taken; the next run takes it
when it can be read, and nothing twice.
"""

import errno
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.importing import take_over, written
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.importing import run
from hotline1022.service.importing.run import Importer, Outcome
from tests.contract.database.test_import import HEAD, World, a_row
from tests.unit.recordings_world import CITIZEN_TONE, file, tone

NAMES = ("a.wav", "b.wav", "c.wav")
TABLE = "\n".join([HEAD, *(a_row(name, at=f"2024-03-02 08:3{at}:00") for at, name in enumerate(NAMES))])


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    """In this process, so that a test may break what it reads."""
    one = HeavyPool(lambda: ThreadPoolExecutor(1), seconds=60)
    yield one
    await one.close()


@pytest.fixture
def world(tmp_path: Path, database: Database, pool: HeavyPool) -> World:
    made = World(tmp_path, database, pool)
    for at, name in enumerate(NAMES):
        made.put(name, file(tone(CITIZEN_TONE, 1000 + 100 * at)))
    return made


def no_right(monkeypatch: pytest.MonkeyPatch, name: str, number: int = errno.EACCES) -> None:
    """The file of this name is not opened."""
    opened = os.open

    def refused(path: str | Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == name and dir_fd is not None and not flags & os.O_CREAT:
            raise OSError(number, os.strerror(number), path)
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refused)


def broken(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The disk below this file gives nothing any more."""
    inode, read = path.stat().st_ino, os.pread

    def failing(fd: int, count: int, at: int) -> bytes:
        if os.fstat(fd).st_ino == inode:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(fd, count, at)

    monkeypatch.setattr(os, "pread", failing)


def broken_late(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The same, once it was looked at and is to be filed."""

    def late(*given: Any, **more: Any) -> object:
        broken(monkeypatch, path)
        return take_over(*given, **more)

    monkeypatch.setattr(run, "take_over", late)


async def calls_of(world: World, done: list[Outcome]) -> list[int]:
    store = SqlRecordingStore(world.database)
    return [len(await store.tracks(CallId(ChannelId(one.call)))) if one.call else 0 for one in done]


WRONG: dict[str, Callable[[pytest.MonkeyPatch, World], None]] = {
    "no right": lambda patch, _: no_right(patch, "b.wav"),
    "no disk": lambda patch, _: no_right(patch, "b.wav", errno.EIO),
    "no bytes": lambda patch, world: broken(patch, world.folder / "b.wav"),
    "no bytes when it is filed": lambda patch, world: broken_late(patch, world.folder / "b.wav"),
}


@pytest.mark.parametrize("what", list(WRONG)[:-1])
async def test_a_dry_run_names_it_too(world: World, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    WRONG[what](monkeypatch, world)
    done = await world.take(TABLE, dry=True)
    assert [one.outcome for one in done] == ["would-import", "file-unreadable", "would-import"]
    assert "b.wav" in done[1].note and not done[1].well


@pytest.mark.parametrize("what", list(WRONG))
async def test_one_that_cannot_be_read_is_named_and_the_rest_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    with monkeypatch.context() as patch:
        WRONG[what](patch, world)
        done = await world.take(TABLE)
    assert [one.outcome for one in done] == ["imported", "file-unreadable", "imported"]
    assert "b.wav" in done[1].note and not done[1].well
    again = await world.take(TABLE)
    assert [one.outcome for one in again] == ["already-there", "imported", "already-there"]
    assert [one.outcome for one in await world.take(TABLE)] == ["already-there"] * 3
    assert await calls_of(world, again) == [1, 1, 1]
    async with world.database.reading() as tx:
        told = [one async for part in tx.audit.entries() for one in part if one.kind == Kind.RECORDING_IMPORTED]
    assert len(told) == 3 and list(world.spool.iterdir()) == []


async def test_what_was_tried_and_cannot_be_looked_at_any_more_is_that_rows_fault(
    world: World, monkeypatch: pytest.MonkeyPatch, pool: HeavyPool
) -> None:
    tried = {name: written(world.folder / name) for name in NAMES}
    look = Path.lstat

    def refused(self: Path) -> os.stat_result:
        if self.name == "b.wav":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return look(self)

    original = Importer.start

    async def start(self: Importer) -> None:
        await original(self)
        self._tried = tried
        monkeypatch.setattr(Path, "lstat", refused)

    monkeypatch.setattr(Importer, "start", start)
    assert [one.outcome for one in await world.take(TABLE)] == ["imported", "file-unreadable", "imported"]


async def test_where_the_whole_folder_cannot_be_read_that_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Importer.start

    async def start(self: Importer) -> None:
        await original(self)
        no_right(monkeypatch, "a.wav", errno.ESTALE)
        opened = os.open

        def refused(path: str | Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            if path == world.folder:
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
            return opened(path, flags, mode, dir_fd=dir_fd)

        monkeypatch.setattr(os, "open", refused)

    monkeypatch.setattr(Importer, "start", start)
    with pytest.raises(Unavailable) as caught:
        await world.take(TABLE)
    assert caught.value.error_id == "import-folder-gone" and os.strerror(errno.ESTALE) in str(caught.value)


async def test_a_missing_file_may_lie_where_nothing_could_be_listed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("2024/d.wav", file(tone(CITIZEN_TONE, 900)))
    listed = os.scandir

    def refused(path: str | Path = ".") -> object:
        if str(path).endswith("/2024"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return listed(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refused)
        done = await world.take(f"{TABLE}\n{a_row('d.wav', at='2024-03-02 09:00:00')}\n{a_row('e.wav')}")
    assert [one.outcome for one in done] == ["imported"] * 3 + ["file-missing"] * 2
    assert all("2024;" in one.note for one in done[3:])
    (missing,) = await world.take(f"{HEAD}\n{a_row('e.wav')}")
    assert (missing.outcome, missing.note) == ("file-missing", "")
