"""The ZIP of originals that is made while it is sent: little memory, whatever its size; never whole with a wrong byte in it."""

import os
import subprocess
import tracemalloc
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hotline1022.recordings.keys import NO_KEYS
from hotline1022.recordings.reader import OpenFile
from hotline1022.recordings.types import StoredFile
from hotline1022.service.recordings.checked import Changed, opener
from hotline1022.service.recordings.export import Taken
from hotline1022.service.recordings.export_desk import zip_pieces

AT = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)


@dataclass
class Files:
    """Originals below a folder, and who opened them."""

    root: Path
    rows: list[StoredFile]
    opened: list[OpenFile]

    def open(self, path: str) -> OpenFile:
        """And remember it."""
        file = opener(self.root, NO_KEYS)(path)
        self.opened.append(file)
        return file

    @property
    def taken(self) -> Taken:
        """Nothing is asked of the recording's row."""
        row: Any = None
        return Taken(found=row, files=tuple(self.rows))

    def closed(self) -> bool:
        """Whether none is open."""
        return not any(Path(f"/proc/self/fd/{one.fd}").exists() and self._ours(one.fd) for one in self.opened)

    def _ours(self, fd: int) -> bool:
        return str(Path(f"/proc/self/fd/{fd}").readlink()).startswith(str(self.root))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Three: one of 64 MiB of silence, one of a few bytes, one of none."""
    root, rows = tmp_path / "recordings", []
    (root / "a").mkdir(parents=True)
    for name, size in (("long.wav", 64 << 20), ("short.wav", 5), ("empty.wav", 0)):
        (root / "a" / name).touch()
        os.truncate(root / "a" / name, size)
        digest = sha256()
        for _ in range(size >> 20):
            digest.update(bytes(1 << 20))
        digest.update(bytes(size % (1 << 20)))
        rows.append(StoredFile(path=f"a/{name}", sha256=digest.hexdigest()))
    return Files(root, rows, [])


def test_its_memory_does_not_grow_with_it(files: Files) -> None:
    size, largest = 0, 0
    tracemalloc.start()
    try:
        for piece in zip_pieces(files.taken, files.open, AT):
            size, largest = size + len(piece), max(largest, len(piece))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 64 << 20 and largest < 1 << 19 and peak < 4 << 20, (size, largest, peak)
    assert files.closed()


def test_stock_tools_read_it_also_where_numbers_are_long(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in a ZIP of more than 4 GiB, in a small one."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 3)
    files.rows = files.rows[1:]
    (tmp_path / "goc.zip").write_bytes(b"".join(zip_pieces(files.taken, files.open, AT)))
    subprocess.run(["unzip", "-q", "-d", "out", "goc.zip"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "out", check=True)
    with zipfile.ZipFile(tmp_path / "goc.zip") as box:
        assert box.testzip() is None and [one.compress_type for one in box.infolist()] == [zipfile.ZIP_STORED] * 3
        assert {one.date_time for one in box.infolist()} == {(2026, 11, 29, 9, 0, 0)}, "the province's clock"


@pytest.mark.parametrize("wrong", ["a/short.wav", "a/empty.wav"])
def test_with_a_wrong_byte_it_has_no_end(files: Files, wrong: str) -> None:
    files.rows = files.rows[1:]
    (files.root / wrong).write_bytes(b"other")
    got = b""
    with pytest.raises(Changed) as caught:
        for piece in zip_pieces(files.taken, files.open, AT):
            got += piece
    assert caught.value.path == wrong and files.closed()
    assert got.startswith(b"PK\x03\x04") and b"PK\x01\x02" not in got and b"SHA256SUMS" not in got


def test_one_that_is_gone_gives_nothing_and_who_goes_away_leaves_nothing_open(files: Files) -> None:
    pieces = zip_pieces(files.taken, files.open, AT)
    assert next(pieces).startswith(b"PK\x03\x04") and not files.closed()
    (files.root / "a" / "short.wav").unlink()
    for _ in range(250):  # what was opened is given all the same
        next(pieces)
    pieces.close()
    assert files.closed()
    with pytest.raises(Changed):
        next(zip_pieces(files.taken, files.open, AT))
    assert files.closed()
