"""What rots on the shelf is found by turns and copied anew. A backup that ends early leaves no lock, no keys and nobody who copies."""

import asyncio
import os
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.backup.key_box import read_box
from hotline1022.service.backup.make import KeyFile
from hotline1022.service.backup.shelf import backups, check_files, read_manifest
from hotline1022.service.backup.writer import TURNS, Writer
from hotline1022.service.cli.main import main
from hotline1022.service.lock import LEAVING, locked, may_leave
from tests.contract.database.backup_world import PASSPHRASE, House, house, record, sound
from tests.lab.flipped import flip

__all__ = ["house"]


def broken(backup: Path) -> list[str]:
    """Files of a backup that are not as they were written."""
    return list(check_files(backup, read_manifest(backup)[1], lambda _done, _total: None).broken)


def rot(path: Path) -> None:
    """One bit, as a disk does it: nobody wrote."""
    about = path.stat()
    flip(path)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


async def test_what_rots_on_the_shelf_is_copied_anew(house: House) -> None:
    first = await house.back_up()
    victim = next(first.folder.glob("recordings/*/*/*/*/*-r.wav"))
    rot(victim)
    name = victim.relative_to(first.folder).as_posix()
    for _ in range(TURNS):
        before = len(backups(house.shelf))
        made = await house.back_up()
        if made.copies.rotten:
            break
        assert broken(made.folder) == [name], "it has the rotten one in common"
    assert made.copies.rotten == {name: before} and made.copies.changed == []
    assert broken(made.folder) == [] and broken(first.folder) == [name]
    again = await house.back_up()
    assert again.copies.rotten == {} and again.copies.linked == again.copies.size and broken(again.folder) == []
    await house.put_back(again.folder)
    assert await sound(house.elsewhere) == 3


async def test_each_file_has_its_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await record(house, 10, 9)
    await house.back_up()
    read: list[list[str]] = []
    ask = Writer._read

    def noted(writer: Writer, name: str, *, expected: str) -> str:
        read[-1].append(name)
        return ask(writer, name, expected=expected)

    monkeypatch.setattr(Writer, "_read", noted)
    for _ in range(TURNS):
        read.append([])
        made = await house.back_up()
    every = [name for some in read for name in some]
    common = [name for name in read_manifest(made.folder)[1] if not name.startswith("database")]
    assert sorted(every) == sorted(common), "each once"
    assert max(map(len, read)) < len(common)


async def test_a_rotten_one_whose_original_is_gone_too_is_told_as_what_it_is(house: House) -> None:
    victim = next(house.settings.paths.recordings.rglob("*-r.wav"))
    good, about = victim.read_bytes(), victim.stat()

    def put(data: bytes) -> None:
        victim.write_bytes(data)
        os.utime(victim, ns=(about.st_atime_ns, about.st_mtime_ns))

    put(bytes(len(good)))
    for _ in range(2):
        made = await house.back_up()
        assert len(made.copies.changed) == 1 and made.copies.rotten == {}, "no copy can be better"
    put(good)
    made = await house.back_up()
    assert made.copies.changed == [] and len(made.copies.rotten) == 1, "the good one is taken, whatever its looks"
    assert (await house.back_up()).copies.rotten == {}


async def test_the_commands_tell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(house.settings.paths.data))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", house.settings.database.url)

    async def ask(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, list(words))
        return done.exit_code, done.output

    first = await house.back_up()
    assert (await ask("backup", str(house.shelf), "--verify"))[0] == 0
    victim = next(first.folder.glob("recordings/*/*/*/*/*-r.wav"))
    rot(victim)
    name = victim.relative_to(first.folder).as_posix()
    code, said = await ask("backup", str(house.shelf), "--verify")
    assert code == 1 and f"broken  {name} is not what was written" in said
    said, code = "", 0
    for _ in range(TURNS):
        if code == 0:
            code, said = await ask("backup", str(house.shelf))
    assert code == 1 and f"rotten  {name}" in said and "copied anew" in said
    newest = backups(house.shelf)[-1]
    assert (await ask("backup", str(newest), "--verify"))[0] == 0
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(house.elsewhere.paths.data))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", house.elsewhere.database.url)
    code, said = await ask("restore", str(first.folder))
    assert code == 1 and "--without-broken" in said
    code, said = await ask("restore", str(first.folder), "--without-broken")
    assert code == 1 and f"broken  {name}   (left out)" in said and "are back" in said
    code, said = await ask("evidence", "verify")
    assert code == 1 and victim.name in said


async def test_a_backup_that_fails_leaves_no_keys_file(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyFile(path=tmp_path / "safe" / "keys.box", passphrase=PASSPHRASE)
    keys.path.parent.mkdir()

    def full(*_: object) -> str:
        raise Unavailable("the disk is full", error_id="disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "finish", full)
        with pytest.raises(HotlineError, match="full"):
            await house.back_up(keys=keys)
    assert list(keys.path.parent.iterdir()) == [] and backups(house.shelf) == []
    await house.back_up(keys=keys)
    assert list(keys.path.parent.iterdir()) == [keys.path] and read_box(keys.path, PASSPHRASE) is not None


async def test_one_that_is_stopped_holds_its_locks_until_nobody_copies(house: House) -> None:
    reached, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def watch(done: int, _total: int) -> None:
        seen.append(done)
        reached.set()
        assert go_on.wait(60)

    making = asyncio.create_task(house.back_up(watch=watch))
    assert await asyncio.to_thread(reached.wait, 60)
    for _ in range(2):
        making.cancel()
        done, _ = await asyncio.wait([making], timeout=0.2)
        assert done == set()
        with may_leave(house.settings.paths.data / LEAVING) as may:
            assert not may, "somebody copies still"
        with pytest.raises(HotlineError, match="already runs"), locked(house.shelf / ".lock", "a backup"):
            pass
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    with may_leave(house.settings.paths.data / LEAVING) as may:
        assert may
    assert seen == [1] and backups(house.shelf) == []
    made = await house.back_up()
    assert broken(made.folder) == []
