"""Everybody else who writes, on a really full disk: one clear error, nothing half written, and on it goes with room again.

What files recordings is in tests/unit/test_recordings_full_disk.py, Asterisk itself in tests/asterisk/test_disk_full.py.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Kind
from hotline1022.core.acting import Acting
from hotline1022.core.errors import Unavailable
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import State
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.backup.shelf import UNFINISHED, backups
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.act_book import ActBook
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.made import answered, at
from tests.lab.chain import entries
from tests.lab.disclosure_world import ALLOWS, ASKS, CALLER, NOW, a_house
from tests.lab.evidence_world import build, everything_now
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.lab.small_disk import SmallDisk, inside, mounted
from tests.unit.recordings_world import CALL

_PAGE = 4096


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with mounted("8m") as folder:
        yield SmallDisk(folder)


@pytest.fixture
def settings_of(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands find."""
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data", DATABASE_URL=address)


def files(folder: Path) -> dict[str, int]:
    """What lies there, with sizes, but for what fills the disk up."""
    found = (one for one in folder.rglob("*") if one.is_file() and one.name != "others")
    return {one.relative_to(folder).as_posix(): one.stat().st_size for one in found}


def an_act(name: str) -> Acting:
    return Acting(actor="token:desk", origin="127.0.0.1", act=name, subject="line:101")


# ---------------------------------------------------------------- the database, and acts that it cannot take


async def test_sqlite_says_that_there_is_no_room_keeps_what_it_had_and_goes_on(disk: SmallDisk) -> None:
    await migrated(disk.folder / "db" / "hotline.sqlite")
    words = inside(disk.folder, sys.executable, "-m", "tests.lab.full_disk_process", "/mnt/db/hotline.sqlite")
    process = await asyncio.create_subprocess_exec(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    kept: list[str] = []

    async def say(word: str) -> Any:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{word}\n".encode())
        return json.loads(await asyncio.wait_for(process.stdout.readline(), 60))

    async def act() -> str:
        """What was wrong."""
        name = f"POST/{len(kept)}"
        said = await say(name)
        kept.extend([name] if said == "" else [])
        return str(said)

    assert await act() == ""
    disk.fill()
    said = ""
    while not said and len(kept) < 10_000:  # SQLite has some pages of its log that it may use again
        said = await act()
    assert said.startswith("database-away") and "full" in said and "room on its disk" in said
    assert await say("?") == kept, "who reads goes on reading"
    assert (await act()).startswith("database-away")
    disk.free()
    assert await act() == "" and await say("?") == kept
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_an_act_that_can_be_kept_nowhere_is_refused_and_leaves_no_half_line(
    disk: SmallDisk, tmp_path: Path
) -> None:
    """The database is away, and its own file on the full disk: what is told to be kept is kept, what is not leaves nothing."""
    away = tmp_path / "away" / "hotline.sqlite"
    async with Database(away) as database:
        book = ActBook(database, disk.folder / "acts.jsonl")
        kept = ["POST /api/first"]
        await book.note(an_act(kept[0]))
        disk.fill()
        size = 0
        with pytest.raises(Unavailable, match="tell the operator") as caught:
            while size < 2 * _PAGE:  # what is left of the file's last page has room
                size = (disk.folder / "acts.jsonl").stat().st_size
                await book.note(an_act(f"POST /api/{len(kept)}"))
                kept.append(f"POST /api/{len(kept)}")
        assert caught.value.error_id == "audit-unavailable"
        assert (disk.folder / "acts.jsonl").stat().st_size == size, "nothing of the last one stays"
        disk.free()
        await book.note(an_act("POST /api/last"))
        await migrated(away)
        assert await book.catch_up() == len(kept) + 1
        assert [one.detail["act"] for one in await entries(database)] == [*kept, "POST /api/last"]


# ---------------------------------------------------------------- what people take out


async def test_an_export_leaves_nothing_and_goes_on_with_room(
    address: str, disk: SmallDisk, tmp_path: Path, settings_of: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_now(monkeypatch)
    async with Database(address) as database:
        world = await build(address, database, tmp_path)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        out = disk.folder / "cv12"

        async def export() -> tuple[int, str]:
            given = [
                "recordings",
                "export",
                CALL,
                "--reason",
                "authority",
                "--words",
                "Công văn 12/CSĐT",
                "--to",
                str(out),
            ]
            done = await asyncio.to_thread(CliRunner().invoke, main, given)
            return done.exit_code, done.output

        disk.leave(world.filed.tracks[0].bytes + _PAGE)  # for one of six files
        code, said = await export()
        assert code == 1 and "disk-full" in said and str(out) in said, said
        assert files(disk.folder) == {}
        disk.free()
        code, said = await export()
        assert code == 0, said
        stock = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
        assert (await asyncio.to_thread(subprocess.run, stock, cwd=out, capture_output=True)).returncode == 0
        assert len(files(out)) == len(world.originals) + 1


async def test_a_citizens_export_leaves_nothing_and_goes_on_with_room(
    address: str, disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_house(address, tmp_path, monkeypatch) as house:
        world = house.world
        exporter = CitizenExporter(
            database=world.database,
            root=world.root,
            originals=OriginalCheck(world.database, world.examiner(), world.bells),
            bell=world.bells,
            reasons=load_reasons(),
            keys=world.ring,
        )

        async def export(to: Path) -> int:
            return (await exporter.to_zip(CALLER, "citizen", "Đơn ngày 12/11/2026", to, audio=True)).audio

        assert await export(tmp_path / "whole.zip") == 7
        to = disk.folder / "cong-dan.zip"
        disk.leave((tmp_path / "whole.zip").stat().st_size // 2)
        with pytest.raises(Unavailable) as caught:
            await export(to)
        assert caught.value.error_id == "disk-full" and files(disk.folder) == {}
        disk.free()
        assert await export(to) == 7
        assert zipfile.ZipFile(to).testzip() is None


async def test_a_package_that_has_no_room_is_packed_when_there_is(
    address: str, disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_house(address, tmp_path, monkeypatch) as house:
        house.desk._folder = disk.folder / "packages"
        asked = await house.desk.request(house.request(), ASKS, NOW)
        await house.desk.decide(asked.id, Move.APPROVE, ALLOWS, NOW)
        for room in (0, 200_000):
            disk.leave(room)
            with pytest.raises(Unavailable, match="free some space") as caught:
                await house.desk.pack(asked.id, ASKS, NOW)
            assert caught.value.error_id == "package-unwritable" and files(disk.folder) == {}
            disk.free()
        packed = await house.desk.pack(asked.id, ASKS, NOW)
        assert packed.state is State.PACKED and list(files(disk.folder)) == [f"packages/{packed.package}"]
        async with house.world.database.reading() as tx:
            assert len([one async for one in tx.audit.of_kind(Kind.DISCLOSURE_PACKED)]) == 1


# ---------------------------------------------------------------- a backup


async def test_a_backup_is_whole_or_none(
    address: str, disk: SmallDisk, tmp_path: Path, settings_of: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_now(monkeypatch)
    async with Database(address) as database:
        world = await build(address, database, tmp_path)
        shelf = disk.folder / "shelf"

        async def back_up() -> tuple[int | None, str]:
            words = inside(disk.folder, sys.executable, "-m", "hotline1022", "backup", "/mnt/shelf")
            process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            said, _ = await asyncio.wait_for(process.communicate(), 60)
            return process.returncode, said.decode()

        code, said = await back_up()
        assert code == 0, said
        (whole,) = backups(shelf)
        need = sum(files(whole).values())
        assert len(files(whole)) > len(world.originals)
        await asyncio.to_thread(shutil.rmtree, whole)
        # no room for the folder, for the database, for the recordings, for the last sums
        for room in (0, _PAGE, 16 * _PAGE, need - 100_000, need):
            await asyncio.to_thread(shutil.rmtree, shelf / UNFINISHED, ignore_errors=True)
            disk.leave(room)
            code, said = await back_up()
            assert code == 1 and "disk-full" in said and "free some space" in said, (room, said)
            assert backups(shelf) == [] and not [name for name in files(disk.folder) if name.endswith(".part")]
            disk.free()
        code, said = await back_up()
        assert code == 0, said
        assert len(backups(shelf)) == 1 and not (shelf / UNFINISHED).exists()
        async with database.reading() as tx:
            assert len([one async for one in tx.audit.of_kind(Kind.BACKUP_MADE)]) == 2
