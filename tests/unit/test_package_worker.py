"""The process that writes packages: killed or given up on, nothing half made stays; large packages open everywhere; memory is flat."""

import asyncio
import audioop
import hashlib
import multiprocessing
import os
import subprocess
import sys
import textwrap
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.core.events import LegKind
from hotline1022.evidence.package import Member, Signing, part_of, write
from hotline1022.evidence.types import Bleep, Part
from hotline1022.recordings.ffmpeg import no_ffmpeg
from hotline1022.recordings.keys import NO_KEYS
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.types import Side, Status, StoredFile, TrackRow
from hotline1022.service.disclosure.job import Data, Excerpt, Job, Stored, stereo_name, write_package
from hotline1022.service.disclosure.pack import Packer
from tests.lab.ffmpeg import ffmpeg
from tests.lab.waiting import until
from tests.unit.recordings_world import CALL, START, Book, facts, power

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
KEY = Signing(sign=lambda text: hashlib.sha256(text).digest(), pem="", fingerprint="")
TOP = Path(__file__).parents[2]
GIB = 1 << 30
#: MiB that the process may hold at most
MOST_MIB = 150


def a_job(folder: Path, size: int) -> Job:
    """One original of so many bytes, which takes no room on the disk."""
    (folder / "recordings" / "day").mkdir(parents=True, exist_ok=True)
    with (folder / "recordings" / "day" / "a.wav").open("wb") as file:
        file.truncate(size)
    (folder / "spool").mkdir(exist_ok=True)
    digest = hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(bytes(1 << 20))
    stored = Stored(folder="c/goc", kind="original", file=StoredFile(path="day/a.wav", sha256=digest.hexdigest()))
    return Job(
        path=folder / "packages" / "a.zip", at=NOW, about={"excerpt": False}, sources=(stored, Data(name="b", kind="chain", data=b"b")),
        spool=folder / "spool", root=folder / "recordings", keys=NO_KEYS, signing=folder / "keys",
    )  # fmt: skip


def a_packer(folder: Path) -> Packer:
    """Of which only the writing is used: with a worker of its own, as in the service."""
    none: object = None
    return Packer(
        database=none, book=Book(), spool=folder, root=folder, keys=NO_KEYS, signing=folder / "keys", originals=none,  # type: ignore[arg-type]
        copy=none, stamp=none, ffmpeg=no_ffmpeg,  # type: ignore[arg-type]
    )  # fmt: skip


async def begun(path: Path) -> None:
    """The worker is in the midst of it."""
    part = part_of(path)
    await until(lambda: part.exists() and part.stat().st_size > 1 << 20, "the package is begun", 60.0)


def files(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.slow
async def test_a_killed_worker_leaves_nothing_and_the_next_one_does_it(tmp_path: Path) -> None:
    large = await asyncio.to_thread(a_job, tmp_path, 2 * GIB)
    packer = a_packer(tmp_path)
    writing = asyncio.create_task(packer._written(large))
    await begun(large.path)
    for worker in multiprocessing.active_children():
        worker.kill()
    with pytest.raises(HotlineError) as caught:
        await writing
    assert caught.value.error_id == "package-worker"
    assert files(large.path.parent) == []
    # whoever asked has gone: so has the worker, and what it had begun
    writing = asyncio.create_task(packer._written(large))
    await begun(large.path)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await until(lambda: not multiprocessing.active_children(), "the worker is gone", 30.0)
    assert files(large.path.parent) == []
    small = await asyncio.to_thread(a_job, tmp_path, 3 << 20)
    done = await packer._written(small)
    assert files(large.path.parent) == ["a.zip"] and done.bytes == done.path.stat().st_size
    await until(lambda: not multiprocessing.active_children(), "the worker is gone", 30.0)


async def test_what_changed_meanwhile_is_not_packed(tmp_path: Path) -> None:
    job = a_job(tmp_path, 1 << 20)
    with (tmp_path / "recordings" / "day" / "a.wav").open("r+b") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match="not what was stored"):
        await asyncio.to_thread(write_package, job)
    assert files(job.path.parent) == []


def test_a_package_with_large_numbers_opens_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a package above 4 GiB has in it, with the border at a kilobyte."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    members = [Member(name=f"c/{n}.wav", kind="original", pieces=[os.urandom(5000)] * 3) for n in range(5)]
    made = write(tmp_path / "a.zip", members, {}, NOW, KEY)
    data = made.path.read_bytes()
    assert b"PK\x06\x06" in data and b"PK\x06\x07" in data, "the directory tells 64 bit numbers"
    monkeypatch.undo()
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None and archive.getinfo("c/4.wav").file_size == 15_000
    done = subprocess.run(["unzip", "-tq", str(made.path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    given = subprocess.run(["unzip", "-p", str(made.path), "c/4.wav"], capture_output=True, check=True)
    assert given.stdout == members[4].pieces[0] * 3  # type: ignore[index]


WORK = """
    import sys
    from pathlib import Path
    from hotline1022.service.disclosure.job import write_package
    from tests.lab.memory import peak_kib
    from tests.unit.test_package_worker import a_job

    job = a_job(Path(sys.argv[1]), int(sys.argv[2]))
    print(write_package(job).bytes)
    print(peak_kib() // 1024)
"""


@pytest.mark.slow
def test_memory_is_flat(tmp_path: Path) -> None:
    size = 512 << 20
    command = [sys.executable, "-c", textwrap.dedent(WORK), str(tmp_path), str(size)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    written, peak = map(int, done.stdout.split())
    path = tmp_path / "packages" / "a.zip"
    assert written == path.stat().st_size > size and peak < MOST_MIB
    path.unlink()


def test_an_excerpt_of_another_pbx_is_cut_from_what_it_decodes_to(tmp_path: Path) -> None:
    """µ-law, mono: everybody is on both sides, and in one file."""
    speech = os.urandom(8 * 2000)
    folder = tmp_path / "recordings" / "2026" / "11" / "24" / CALL
    folder.mkdir(parents=True)
    stem = f"{CALL}~{CALL}~citizen~{START}-r"
    (folder / f"{stem}.ulaw").write_bytes(speech)
    row = TrackRow(
        id=stem, call=CALL, channel=CALL, kind=LegKind.CITIZEN, segment_started_at=from_ms(START), side=Side.SAID,
        status=Status.STORED, path=f"2026/11/24/{CALL}/{stem}.ulaw", sha256=hashlib.sha256(speech).hexdigest(), bytes=len(speech),
        duration_ms=2000, gap_ms=0, lost_ms=0, detail={"foreign": {"codec": "pcm_mulaw", "rate": 8000, "channels": 1}},
    )  # fmt: skip
    part = Part(recording="r", start_ms=500, end_ms=1500, bleeps=(Bleep(start_ms=1000, end_ms=1200),))
    cut = Excerpt(
        folder="c/trich-doan", facts=facts(ended=2000), rows=(row,), part=part, ffmpeg=ffmpeg(), marks=("a", "b")
    )
    (tmp_path / "spool").mkdir()
    job = Job(
        path=tmp_path / "a.zip", at=NOW, about={"excerpt": True}, sources=(cut,), spool=tmp_path / "spool",
        root=tmp_path / "recordings", keys=NO_KEYS, signing=tmp_path / "keys",
    )  # fmt: skip
    whole = audioop.ulaw2lin(speech, 2)
    with zipfile.ZipFile(write_package(job).path) as archive:
        track, stereo = (
            archive.read(f"c/trich-doan/{name}") for name in (f"{stem}~trich-doan-kenh0.wav", stereo_name(CALL))
        )
    got = track[44 : 44 + 16 * 1000]
    assert got[: 16 * 500] == whole[16 * 500 : 16 * 1000] and got[16 * 700 :] == whole[16 * 1200 : 16 * 1500]
    assert int.from_bytes(track[40:44], "little") == len(got) and power(got[16 * 500 : 16 * 700], 1000) > 0.999
    assert (
        audioop.tomono(stereo[44 : 44 + 32 * 1000], 2, 1, 0)
        == got
        == audioop.tomono(stereo[44 : 44 + 32 * 1000], 2, 0, 1)
    )
    (folder / f"{stem}.ulaw").write_bytes(speech[:-1] + b"\0")
    with pytest.raises(ValueError, match="not what was stored"):
        write_package(job)
