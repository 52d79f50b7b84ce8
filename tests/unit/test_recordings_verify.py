"""Verification: one flipped byte, one missing file, one file too many; and all is well when all is well."""

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs
from hotline1022.recordings.below import Lying, Unread, files_of, layout_of
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.names import repaired_name
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import Side, StoredFile
from hotline1022.recordings.verify import Verification, check, verify
from tests.unit.recordings_world import CALL, CITIZEN_TONE, START, file, name, put, tone, two_agents

SAID = name(CALL, LegKind.CITIZEN, Side.SAID)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    made = HeavyPool(lambda: ThreadPoolExecutor(1), seconds=20)
    yield made
    await made.close()


@pytest.fixture
async def stored(tmp_path: Path) -> tuple[MemoryStore, Path]:
    """Six tracks, one of them repaired, a message, a listening copy."""
    spool, root, store = tmp_path / "spool", tmp_path / "recordings", MemoryStore()
    spool.mkdir()
    call = two_agents(spool)
    put(spool, SAID, bytes(44) + tone(CITIZEN_TONE, 6000), age=100)
    put(spool, name(CALL, None, None, START + 10), file(tone(CITIZEN_TONE, 100)))
    (outcome,) = jobs.file_calls(spool, root, [call])
    assert isinstance(outcome, jobs.Filed)
    await store.save([outcome.filed])
    await store.save_copies([make_copy(spool, root, call, outcome.filed.tracks, None).row])
    return store, root


async def look(stored: tuple[MemoryStore, Path], pool: HeavyPool, fresh: float = 0.0) -> Verification:
    return await verify(stored[0], stored[1], pool=pool, fresh_seconds=fresh)


def folder(root: Path) -> Path:
    return root / "2026/11/24" / CALL


async def test_all_is_well(stored: tuple[MemoryStore, Path], pool: HeavyPool) -> None:
    found = await look(stored, pool)
    assert found.ok and found.checked == 9  # 6 tracks, message, listening copy, repaired copy


@pytest.mark.parametrize("pattern", ["*-t.wav", "*voicemail*", "*listen*", "*.repaired.wav"])
async def test_one_flipped_bit_is_found(stored: tuple[MemoryStore, Path], pool: HeavyPool, pattern: str) -> None:
    victim = next(path for path in sorted(folder(stored[1]).glob(pattern)))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    found = await look(stored, pool)
    assert found.changed == [victim.relative_to(stored[1]).as_posix()] and not found.ok
    assert (found.missing, found.extra, found.unreadable) == ([], [], [])


async def test_a_changed_original_betrays_its_repaired_copy_too(
    stored: tuple[MemoryStore, Path], pool: HeavyPool
) -> None:
    victim = folder(stored[1]) / SAID
    data = bytearray(victim.read_bytes())
    data[100] ^= 1
    victim.write_bytes(data)
    found = await look(stored, pool)
    assert sorted(Path(path).name for path in found.changed) == sorted([SAID, repaired_name(SAID)])


async def test_a_missing_file_is_found(stored: tuple[MemoryStore, Path], pool: HeavyPool) -> None:
    victim = next(folder(stored[1]).glob("*voicemail*"))
    victim.unlink()
    found = await look(stored, pool)
    assert found.missing == [victim.relative_to(stored[1]).as_posix()] and not found.ok


async def test_files_that_no_row_knows_are_found_unless_they_are_fresh(
    stored: tuple[MemoryStore, Path], pool: HeavyPool
) -> None:
    (folder(stored[1]) / "more.wav").write_bytes(b"1")
    (stored[1] / ".x.part").write_bytes(b"1")
    stranger = repaired_name(name(CALL, LegKind.EMERGENCY, Side.SAID))
    (folder(stored[1]) / stranger).write_bytes(b"a repaired copy of nothing")
    found = await look(stored, pool)
    assert {Path(path).name for path in found.extra} == {"more.wav", ".x.part", stranger} and not found.ok
    assert (await look(stored, pool, fresh=600.0)).ok


async def test_a_file_replaced_by_a_link_is_not_read(stored: tuple[MemoryStore, Path], pool: HeavyPool) -> None:
    victim = next(folder(stored[1]).glob("*voicemail*"))
    victim.rename(stored[1].parent / "elsewhere")
    victim.symlink_to(stored[1].parent / "elsewhere")
    found = await look(stored, pool)
    assert len(found.unreadable) == 1 and not found.ok


def test_a_row_that_points_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    found = check(
        tmp_path / "recordings", [StoredFile(path="../x", sha256=""), StoredFile(path="/etc/passwd", sha256="")]
    )
    assert len(found.unreadable) == 2 and found.checked == 2


async def test_it_changes_nothing_and_needs_no_pool_of_its_own(stored: tuple[MemoryStore, Path]) -> None:
    before = {path: os.stat(path).st_mtime_ns for path in stored[1].rglob("*")}  # noqa: PTH116
    assert (await verify(stored[0], stored[1], fresh_seconds=0.0)).ok
    assert before == {path: os.stat(path).st_mtime_ns for path in stored[1].rglob("*")}  # noqa: PTH116


async def test_only_since_a_day_and_progress_is_told(stored: tuple[MemoryStore, Path], pool: HeavyPool) -> None:
    store, root = stored
    for path in folder(root).glob("*-t.wav"):
        path.write_bytes(b"other")
    (root / "2026/11/23").mkdir()
    (root / "2026/11/23/old.wav").write_bytes(b"")
    (root / "strange").write_bytes(b"")
    told: list[int] = []
    later = await verify(store, root, pool=pool, fresh_seconds=0, since=date(2026, 11, 25), progress=told.append)
    assert later == Verification(extra=["strange"]), "a file in no day's folder is looked at always"
    same = await verify(store, root, pool=pool, fresh_seconds=0, since=date(2026, 11, 24), progress=told.append)
    assert same.checked == 9 and len(same.changed) >= 3 and same.extra == ["strange"]
    assert told[-1:] == [9], "told after the last portion"
    whole = await verify(store, root, pool=pool, fresh_seconds=0)
    assert whole.extra == ["2026/11/23/old.wav", "strange"]


async def test_portions_are_cut_by_bytes(
    stored: tuple[MemoryStore, Path], pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await look(stored, pool)
    sizes = [path.stat().st_size for path in folder(stored[1]).iterdir()]
    monkeypatch.setattr("hotline1022.recordings.verify.PORTION_BYTES", max(sizes))
    read: list[int] = []
    run = pool.run

    async def counted(job: Any, *args: Any, **more: Any) -> Any:
        found = await run(job, *args, **more)
        if job is check:
            read.append(sum((stored[1] / one.path).stat().st_size for one in args[1][: found.checked]))
        return found

    monkeypatch.setattr(pool, "run", counted)
    assert await look(stored, pool) == whole
    assert len(read) > 2 and max(read) <= max(sizes)
    monkeypatch.setattr("hotline1022.recordings.verify.PORTION_BYTES", 1)
    read.clear()
    assert await look(stored, pool) == whole
    assert len(read) == whole.checked - 1, "one file at a time: that of a long call is larger than a portion"


async def test_wrong_files_count_in_portions_too(
    stored: tuple[MemoryStore, Path], pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline1022.recordings.verify.PORTION_BYTES", 1)
    for path in folder(stored[1]).glob("*-t.wav"):
        path.unlink()
    repaired = folder(stored[1]) / repaired_name(SAID)
    repaired.write_bytes(repaired.read_bytes()[:-2])
    found = await look(stored, pool)
    assert found.checked == 9 and len(found.missing) == 3
    assert found.changed == [repaired.relative_to(stored[1]).as_posix()]


# ---------------------------------------------------------------- what lies there


def laid_out(root: Path) -> Path:
    """A call's folder in a day's, with one file."""
    call = root / "2026/11/24" / CALL
    call.mkdir(parents=True)
    (call / "a.wav").write_bytes(b"1")
    return call


def test_a_folder_that_cannot_be_read_is_named_and_hides_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = laid_out(tmp_path)
    (tmp_path / "2026/11/25").mkdir()
    (tmp_path / "lost").mkdir()
    (tmp_path / "stray").write_bytes(b"1")
    closed, scan = {str(call), str(tmp_path / "lost"), str(tmp_path / "2026/11/25")}, os.scandir

    def scandir(path: str) -> object:
        if str(path) in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = layout_of(tmp_path, older_than=0)
    assert (found.days, found.paths) == (("2026/11/24",), ("stray",))
    assert {(one.path, one.why) for one in found.unread} == {
        ("lost", "Permission denied"), ("2026/11/25", "Permission denied"),
    }  # fmt: skip
    found = files_of(tmp_path, "2026/11/24", older_than=0)
    assert found.paths == () and [one.path for one in found.unread] == [f"2026/11/24/{CALL}"]
    assert files_of(tmp_path, "2026/11/23", older_than=0) == Lying(), "a folder that went is no finding"


async def test_a_folder_that_cannot_be_read_is_found_by_the_whole_walk_once(
    stored: tuple[MemoryStore, Path], pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = stored[1]
    day, scan = folder(root).parent, os.scandir

    def scandir(path: str) -> object:
        if str(path) == str(day):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = await look(stored, pool)
    assert not found.ok
    assert found.unreadable == [Unread(path=day.relative_to(root).as_posix(), why="Permission denied")]


def test_links_to_folders_and_folders_that_are_not_ours_are_named(tmp_path: Path) -> None:
    call, elsewhere = laid_out(tmp_path / "root"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hidden.wav").write_bytes(b"1")
    root = tmp_path / "root"
    (call.parent / "linked").symlink_to(elsewhere)
    (root / "2027").symlink_to(elsewhere)
    (call / "empty").mkdir()
    (root / "nothing" / "in it").mkdir(parents=True)
    (call.parent / "hl1-1.9").mkdir()  # of a call of which nothing was filed
    (root / "2026/12/01").mkdir(parents=True)
    day = "2026/11/24"
    assert sorted(files_of(root, day, older_than=0).paths) == [
        f"{day}/{CALL}/a.wav", f"{day}/{CALL}/empty", f"{day}/linked",
    ]  # fmt: skip
    assert sorted(layout_of(root, older_than=0).paths) == ["2027", "nothing/in it"]
    assert layout_of(root, older_than=600).paths == ()
