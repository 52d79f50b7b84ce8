"""`recordings export`: originals as they are, sums that stock tools check, the reason in the audit; nothing damaged leaves."""

import asyncio
import errno
import os
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Kind
from hotline1022.db.migrate import migrate
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings import files
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.seal import looks_sealed
from hotline1022.service.cli.main import main
from hotline1022.service.recordings import export as service_export
from tests.contract.database.made import answered, at
from tests.lab.evidence_world import World, build, everything_now
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CALL

WORDS = "Công văn 12/CSĐT ngày 24.11.2026"


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    own_settings(
        monkeypatch,
        PATHS_DATA=tmp_path / "data",
        DATABASE_URL=address,
        RECORDINGS_KEYS=ring.folder or "",
        RECORDINGS_SEAL="true" if ring.seal else "false",
    )
    await migrate(address)
    async with Database(address) as database:
        made = await build(address, database, tmp_path, ring=ring)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        yield made


async def export(to: Path, reason: str = "authority", words: str = WORDS) -> tuple[int, str]:
    given = ["recordings", "export", CALL, "--reason", reason, "--words", words, "--to", str(to)]
    done = await asyncio.to_thread(CliRunner().invoke, main, given)
    return done.exit_code, done.output


async def test_the_originals_leave_with_sums_and_a_reason(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out" / "cv12"
    code, said = await export(out)
    assert code == 0 and "7 originals" in said, said
    stock = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    checked = await asyncio.to_thread(subprocess.run, stock, cwd=out, capture_output=True, check=True)
    assert checked.stdout.count(b": OK") == 7
    for one in world.originals:
        file = out / Path(one.path).name
        assert sha256(file.read_bytes()).hexdigest() == one.sha256
        assert looks_sealed((world.root / one.path).read_bytes()) is world.ring.seal
        assert file.stat().st_mode & 0o777 == 0o640
    async with world.database.reading() as tx:
        told = [one for one in await tx.audit.about(f"call:{CALL}") if one.kind == Kind.RECORDING_EXPORTED]
    (entry,) = told
    assert entry.actor.startswith("cli:") and entry.detail["reason"] == "authority"
    assert {one["sha256"] for one in entry.detail["files"]} == {one.sha256 for one in world.originals}  # type: ignore[attr-defined]
    assert WORDS not in repr(entry)
    assert (await world.findings()) == []


@pytest.mark.parametrize(
    ("reason", "words", "error_id"),
    [("curious", WORDS, "reason-unknown"), ("authority", "CV", "reason-too-short")],
)
async def test_without_a_reason_nothing_leaves(
    world: World, tmp_path: Path, reason: str, words: str, error_id: str
) -> None:
    code, said = await export(tmp_path / "out", reason, words)
    assert code == 1 and error_id in said and not (tmp_path / "out").exists()


async def test_a_folder_that_is_used_or_lies_in_the_data_is_refused(world: World, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "other.txt").write_text("of somebody")
    (tmp_path / "link").symlink_to(world.root)
    for to, error_id in (
        (used, "export-not-empty"),
        (world.root / "x", "export-inside-data"),
        (tmp_path / "link" / "x", "export-inside-data"),
    ):
        code, said = await export(to)
        assert code == 1 and error_id in said, said
    assert [one.name for one in used.iterdir()] == ["other.txt"]


async def test_nothing_damaged_leaves_and_it_rings(world: World, tmp_path: Path) -> None:
    path = world.root / world.filed.tracks[0].path
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    code, said = await export(tmp_path / "out")
    assert code == 1 and "recording-damaged" in said and not (tmp_path / "out").exists()
    async with world.database.reading() as tx:
        kinds = [one.kind for one in await tx.audit.about(f"call:{CALL}")]
        alarms = await tx.alarms.list(seen=False, limit=10)
    assert Kind.RECORDING_DAMAGED in kinds and Kind.RECORDING_EXPORTED not in kinds
    assert [one.kind for one in alarms] == ["recording-damaged"]


@pytest.mark.parametrize("when", ["read", "written", "gone"])
async def test_a_disk_that_fails_in_the_middle_leaves_nothing_and_the_next_try_is_whole(
    world: World, tmp_path: Path, when: str
) -> None:
    out, third = tmp_path / "out", Path(world.originals[2].path).name

    def broken(folder: int, name: str, pieces: Iterable[bytes], **_: object) -> None:
        if when == "written" and name == third:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if when == "gone" and name == third:
            (world.root / world.originals[3].path).unlink()
        files.write_file(folder, name, failing(pieces) if when == "read" and name == third else pieces)

    def failing(pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield next(iter(pieces))[:100]
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    kept = (world.root / world.originals[3].path).read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_export, "write_file", broken)
        code, said = await export(out)
    assert code == 1 and ("recording-damaged" if when == "gone" else "export-unwritable") in said, said
    assert "Traceback" not in said and list(out.iterdir()) == []
    (world.root / world.originals[3].path).write_bytes(kept)
    code, said = await export(out)
    assert code == 0 and len(list(out.iterdir())) == 8, said


async def test_the_reasons_are_told(world: World) -> None:
    done = await asyncio.to_thread(CliRunner().invoke, main, ["recordings", "reasons"])
    assert done.exit_code == 0 and "Theo yêu cầu của cơ quan có thẩm quyền" in done.output
