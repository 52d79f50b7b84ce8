"""Four hours, sealed or not, leave the house in flat memory: as MP3 and Opus, in packages, exports, a citizen's ZIP, a backup.

Each piece of work is done in a process of its own, and its peak is what the kernel says of that one. The calls' sounds are
holes of the file system; encoders are played, because real ones take minutes: see `scripts/bench-recordings --minutes 240`.
"""

import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.evidence.types import Bleep, Part
from hotline1022.recordings import jobs, verify
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.derive import derive
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.keys import NO_KEYS, Keys, make_key
from hotline1022.recordings.seal import MAGIC
from hotline1022.recordings.types import CopyKind, Side, StoredFile, TrackRow
from hotline1022.service.backup import files as backup_files
from hotline1022.service.backup.writer import Writer
from hotline1022.service.citizen.zip import PARTS, Stop, write_zip
from hotline1022.service.disclosure.job import Excerpt, Job, Source, Stored, write_package
from hotline1022.service.recordings.checked import opener
from hotline1022.service.recordings.export import write_originals
from tests.lab.memory import peak_kib
from tests.unit.test_recordings_long import HOURS_MS, MOST_MIB, fill, four_hours

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
#: bytes of one track
TRACK = 44 + HOURS_MS * 16
#: what a program that is asked as ffmpeg does: takes all that it is given, and writes a tenth of it
ENCODER = """
import sys
with open(sys.argv[-1].removeprefix("file:"), "wb") as out:
    while piece := sys.stdin.buffer.read(1 << 16):
        out.write(piece[::10])
"""


def sealed_keys(folder: Path) -> Keys:
    """Of the sealed recordings."""
    return Keys(folder=folder / "keys", seal=True)


def rows_of(folder: Path) -> tuple[TrackRow, ...]:
    """Rows of the tracks that are there."""
    rows: tuple[TrackRow, ...] = pickle.loads((folder / "rows").read_bytes())
    return rows


def files_of(folder: Path) -> tuple[StoredFile, ...]:
    """What they promise."""
    return tuple(StoredFile(path=row.path, sha256=row.sha256) for row in rows_of(folder))


def file_sealed(folder: Path) -> None:
    """From the spool, sealed; the same bytes lie unsealed in `plain`."""
    (outcome,) = jobs.file_calls(folder / "spool", folder / "sealed", [four_hours()], keys=sealed_keys(folder))
    assert isinstance(outcome, jobs.Filed), outcome
    rows = tuple(row for row in outcome.filed.tracks if row.path)
    (folder / "rows").write_bytes(pickle.dumps(rows))


def encode(folder: Path, kind: CopyKind, root: str, keys: Keys) -> None:
    """A copy through a played encoder."""
    encoders = frozenset({"libmp3lame", "libopus"})
    tool = Ffmpeg(command=(sys.executable, "-c", ENCODER), version="played", encoders=encoders)
    cache = Cache(folder=folder / f"copies-{kind}", most=10**10, keys=keys)
    made = derive(folder / "spool", folder / root, cache, tool, four_hours(), rows_of(folder), kind, None)
    assert made.row.bytes >= 2 * HOURS_MS * 16 // 10


def encode_sealed_mp3(folder: Path) -> None:
    """Originals and copy sealed."""
    encode(folder, CopyKind.MP3, "sealed", sealed_keys(folder))


def encode_opus(folder: Path) -> None:
    """Neither."""
    encode(folder, CopyKind.OPUS, "plain", NO_KEYS)


def check_sealed(folder: Path) -> None:
    """As `verify` does in its worker."""
    found = verify.check(folder / "sealed", files_of(folder), keys=sealed_keys(folder))
    assert found.ok and found.checked == 2


def pack(folder: Path, name: str, *sources: Source) -> list[int]:
    """A package of disclosure; the sizes of its large files."""
    job = Job(
        path=folder / name, at=NOW, about={"excerpt": False}, sources=sources, spool=folder / "spool",
        root=folder / "plain", keys=NO_KEYS, signing=folder / "signing",
    )  # fmt: skip
    write_package(job)
    with zipfile.ZipFile(folder / name) as package:
        return sorted(one.file_size for one in package.infolist() if one.file_size > 1 << 20)


def pack_whole(folder: Path) -> None:
    """Originals, as they were."""
    sources = [Stored(folder="c/goc", kind="original", file=file) for file in files_of(folder)]
    assert pack(folder, "whole.zip", *sources) == [TRACK] * 2


def pack_excerpt(folder: Path) -> None:
    """An hour of the call, which is more than may be held, with bleeps of a minute: both tracks, and stereo."""
    start, end = HOURS_MS // 2, HOURS_MS // 2 + 3_600_000
    bleeps = tuple(Bleep(start_ms=at, end_ms=at + 60_000) for at in range(start, end, 600_000))
    part = Part(recording="r", start_ms=start, end_ms=end, bleeps=bleeps)
    marks = ("Trích đoạn", "của một bản ghi âm")
    one = Excerpt(folder="c/trich-doan", facts=four_hours(), rows=rows_of(folder), part=part, ffmpeg=None, marks=marks)
    mono, other, stereo = pack(folder, "excerpt.zip", one)
    assert mono == other > 3_600_000 * 16 and stereo > 3_600_000 * 32


def export(folder: Path) -> None:
    """`recordings export`."""
    (folder / "export").mkdir()
    assert write_originals(opener(folder / "plain", NO_KEYS), files_of(folder), folder / "export") == 2 * TRACK


def zip_for_citizen(folder: Path) -> None:
    """`citizen export --audio`."""
    to, files = folder / "citizen.zip", files_of(folder)
    write_zip(to, dict.fromkeys(PARTS, ()), files, (), opener(folder / "plain", NO_KEYS), Stop())
    with zipfile.ZipFile(to) as box:
        assert [one.file_size for one in box.infolist() if one.filename.startswith("ghi-am/")] == [TRACK] * 2


def back_up_sealed(folder: Path) -> None:
    """A backup's files."""
    (folder / "backups").mkdir()
    part = backup_files.Part(
        root=folder / "sealed", name="recordings", files=files_of(folder), keys=sealed_keys(folder)
    )
    writer = Writer(folder / "backups")
    copies = backup_files.copy_parts(writer, [part], lambda done, total: None)
    assert copies.size > 2 * TRACK and not (copies.missing or copies.changed or copies.unchecked)
    assert len(writer.plain) == 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call of four hours, filed sealed and lying unsealed too."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "spool").mkdir()
    fill(folder / "spool", sides=[Side.SAID])
    make_key(folder / "keys", NOW)
    peak = peak_of(file_sealed, folder)
    print(f"filed sealed: {peak} MiB")
    assert peak < MOST_MIB
    rows = rows_of(folder)
    assert len(rows) == 2 and all(head(folder / "sealed" / row.path) == MAGIC for row in rows)
    place = folder / "plain" / rows[0].path
    place.parent.mkdir(parents=True)
    fill(place.parent, sides=[Side.SAID])
    return folder


def head(path: Path) -> bytes:
    """Its first bytes."""
    with path.open("rb") as file:
        return file.read(len(MAGIC))


def peak_of(work: Callable[[Path], None], folder: Path) -> int:
    """MiB that a process needs for it at most."""
    code = (
        f"import sys; from pathlib import Path; from {__name__} import main; main({work.__name__!r}, Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def main(name: str, folder: Path) -> None:
    """In the process: the work, and what it needed."""
    globals()[name](folder)
    print(peak_kib() // 1024)


WORKS = (
    encode_sealed_mp3, encode_opus, check_sealed, pack_whole, pack_excerpt, export, zip_for_citizen, back_up_sealed,
)  # fmt: skip


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_four_hours_leave_in_little_memory(folder: Path, work: Callable[[Path], None]) -> None:
    peak = peak_of(work, folder)
    print(f"{work.__name__}: {peak} MiB")
    assert peak < MOST_MIB
