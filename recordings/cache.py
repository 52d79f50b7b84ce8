"""The folder of copies: made under another name, then named; the least recently used go first when it is full.

Holds nothing but copies that can be made again; an original never comes in here. For one process at a time.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.files import FILE_MODE, RESERVE_BYTES, space

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Where copies lie, and how many bytes they may take together."""

    folder: Path
    most: int
    #: free space that is left on the disk
    reserve: int = RESERVE_BYTES

    def find(self, name: str) -> Path | None:
        """The copy of that name, marked as used now; None when it is not there."""
        path = self.folder / name
        try:
            os.utime(path, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return path

    @contextmanager
    def making(self, name: str, size: int) -> Iterator[Path]:
        """A path to write the copy to; it has its name when the block ends well. `size`: about how many bytes it takes.

        Unavailable `disk-full`.
        """
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._shrink(self.most - min(size, self.most), keep="")
        if space(self.folder, reserve=self.reserve + size).low:
            text = "the disk of the copies is nearly full; free some space, the originals are not touched"
            raise Unavailable(text, error_id="disk-full")
        part = self.folder / f".{name}.part"
        try:
            part.touch(FILE_MODE)
            part.chmod(FILE_MODE)
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(self.folder / name)
        finally:
            part.unlink(missing_ok=True)
        self._shrink(self.most, keep=name)

    def _shrink(self, most: int, *, keep: str) -> None:
        """Take copies away, the least recently used first, until the others fit; what was left half made goes too."""
        found = []
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):
                about = path.lstat()
                found.append((about.st_mtime_ns, path.name, about.st_size))
        total = sum(size for _, _, size in found)
        for _, name, size in sorted(found):
            if total <= most:
                return
            if name != keep:
                (self.folder / name).unlink(missing_ok=True)
                total -= size

    def forget(self, call: CallId) -> int:
        """Take away every copy of a call, as when its originals expire; returns how many there were."""
        if not self.folder.is_dir():
            return 0
        gone = [path for path in self.folder.iterdir() if path.name.removeprefix(".").startswith(f"{call}~")]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_BLOCK):
            digest.update(piece)
    return digest.hexdigest()
