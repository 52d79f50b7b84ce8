"""Recordings on a disk of their own: a restore fills the folder that the link or the mount leads to, and counts that disk's room."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.prepare import folders
from tests.contract.database.backup_world import House, house, sound
from tests.lab.flipped import flip
from tests.lab.small_disk import SmallDisk, mounted

__all__ = ["house"]


@pytest.fixture
def other_disk() -> Iterator[SmallDisk]:
    """Some room more than is left free."""
    with mounted("72m") as folder:
        yield SmallDisk(folder)


async def test_a_link_to_another_disk_is_filled(house: House, other_disk: SmallDisk) -> None:
    made = await house.back_up()
    top = house.elsewhere.paths.recordings
    top.parent.mkdir()
    (there := other_disk.folder / "recordings").mkdir(mode=0o750)
    top.symlink_to(there)
    other_disk.leave(60 << 20)
    with pytest.raises(HotlineError, match="MB are needed") as caught:
        await house.put_back(made.folder)
    assert caught.value.error_id == "disk-full" and str(top) in str(caught.value)
    folders(house.elsewhere)  # nothing was begun
    other_disk.free()
    await house.put_back(made.folder)
    assert top.is_symlink() and len(list(there.rglob("*-r.wav"))) == 3
    assert {path.stat().st_mode & 0o777 for path in there.rglob("*") if path.is_dir()} == {0o750}
    assert await sound(house.elsewhere) == 3


async def test_a_link_that_leads_nowhere_is_told_before_anything_is_written(house: House, tmp_path: Path) -> None:
    made = await house.back_up()
    house.elsewhere.paths.data.mkdir()
    house.elsewhere.paths.recordings.symlink_to(tmp_path / "not-mounted")
    with pytest.raises(HotlineError, match="mount its disk") as caught:
        await house.put_back(made.folder)
    assert caught.value.error_id == "restore-unwritable"
    (tmp_path / "not-mounted").mkdir()
    await house.put_back(made.folder)
    assert await sound(house.elsewhere) == 3


async def test_a_mount_is_filled(house: House) -> None:
    made = await house.back_up()
    top = house.elsewhere.paths.recordings
    top.mkdir(parents=True)
    told = f"""
        set -e; mount -t tmpfs -o size=72m tmpfs {top}; mkdir {top}/lost+found
        {sys.executable} -m hotline1022 restore {made.folder}
        {sys.executable} -m hotline1022 evidence verify; test -d {top}/lost+found; find {top} -name '*-r.wav' | wc -l
    """
    given = {"HOTLINE1022_PATHS_DATA": str(top.parent), "HOTLINE1022_DATABASE_URL": house.elsewhere.database.url}
    process = await asyncio.create_subprocess_exec(
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", told),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("HOTLINE1022_P")} | given,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0 and said.decode().splitlines()[-1] == "3", said.decode()


async def test_what_cannot_be_written_is_one_clear_error_and_is_finished_later(house: House) -> None:
    """A disk that fills up in the middle, whatever was counted before."""
    made = await house.back_up()
    with mounted("72m") as folder:
        disk = SmallDisk(folder)
        house.elsewhere.paths.data.mkdir()
        (folder / "recordings").mkdir()
        house.elsewhere.paths.recordings.symlink_to(folder / "recordings")

        def watch(done: int, total: int) -> None:
            if (house.elsewhere.paths.data / "restore-unfinished.json").exists() and done == 1 and not filled:
                disk.fill()
                filled.append(total)

        filled: list[int] = []
        with pytest.raises(HotlineError, match="free some space") as caught:
            await house.put_back(made.folder, watch=watch)
        assert caught.value.error_id == "disk-full" and filled
        with pytest.raises(HotlineError) as refused:
            folders(house.elsewhere)
        assert refused.value.error_id == "restore-unfinished"
        disk.free()
        await house.put_back(made.folder)
        assert await sound(house.elsewhere) == 3


async def test_without_the_broken_ones(house: House) -> None:
    made = await house.back_up()
    victim = next(made.folder.glob("recordings/*/*/*/*/*-r.wav"))
    flip(victim)
    with pytest.raises(HotlineError, match="--without-broken") as caught:
        await house.put_back(made.folder)
    assert caught.value.error_id == "backup-broken" and victim.name in str(caught.value)
    folders(house.elsewhere)  # nothing was begun
    restored = await house.put_back(made.folder, without_broken=True)
    assert restored.broken == (victim.relative_to(made.folder).as_posix(),)
    assert await found(house) == [("file-missing", victim.relative_to(made.folder / "recordings").as_posix())]


async def found(house: House) -> list[tuple[str, str]]:
    """What `evidence verify` finds."""
    settings = house.elsewhere
    async with Database(settings.database_url) as database:
        evidence = await Examiner(database, settings.paths.recordings, trust_of(settings), keys=house.keys).everything()
    return [(one.fault.value, one.name) for one in evidence.findings]


async def test_a_lost_database_is_refused_all_the_same(house: House) -> None:
    made = await house.back_up()
    flip(next(made.folder.glob("database.*")))
    with pytest.raises(HotlineError, match="take another backup") as caught:
        await house.put_back(made.folder, without_broken=True)
    assert caught.value.error_id == "backup-broken"
    folders(house.elsewhere)
