"""The folder of copies: made under another name, then named; the least recently used go first when it is full.

Holds nothing but copies that can be made again, sealed where recordings are; an original never comes in here. For one
process at a time.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.files import FILE_MODE, RESERVE_BYTES, no_room, open_below, space, write_file
from hotline1022.recordings.keys import NO_KEYS, KeyMissing, Keys
from hotline1022.recordings.reader import OpenFile, PlainFile, pieces, sha256_of
from hotline1022.recordings.seal import SealBroken, SealedFile

_PART = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A copy that is there."""

    #: of its plain bytes, hexadecimal; "" = it was touched
    sha256: str
    #: plain ones
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Where copies lie, and how many bytes they may take together."""

    folder: Path
    most: int
    #: free space that is left on the disk
    reserve: int = RESERVE_BYTES
    keys: Keys = NO_KEYS

    def open(self, name: str) -> OpenFile:
        """The copy of that name as its plain bytes; the caller closes. FileNotFoundError, SealBroken, KeyMissing."""
        return self.keys.open(open_below(self.folder, name))

    def look(self, name: str) -> Kept | None:
        """The copy of that name, marked as used now; None when it is not there, or as good as not there.

        That is one whose key is gone, and one that lies there unsealed although recordings are sealed.
        """
        try:
            os.utime(self.folder / name, follow_symlinks=False)
            with closing(self.open(name)) as file:
                if self.keys.seal and isinstance(file, PlainFile):
                    return None
                return Kept(sha256=sha256_of(file), bytes=file.size)
        except (FileNotFoundError, KeyMissing):
            return None
        except (SealBroken, Invalid, OSError):  # what lies there is no copy, or cannot be read any more
            return Kept(sha256="", bytes=0)

    @contextmanager
    def making(self, name: str, size: int) -> Iterator[Path]:
        """A path to write the copy to; it has its name when the block ends well. `size`: about how many bytes it takes.

        Where it is to be sealed, what is written to the path has no name on the disk: a kill leaves nothing plain behind.
        Unavailable `disk-full`, `recording-key-none`.
        """
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._shrink(self.most - min(size, self.most), keep="")
        if space(self.folder, reserve=self.reserve + size * (2 if self.keys.seal else 1)).low:
            text = "the disk of the copies is nearly full; free some space, the originals are not touched"
            raise Unavailable(text, error_id="disk-full")
        try:
            with self._sealing(name) if self.keys.seal else self._writing(name) as target:
                yield target
        except OSError as error:
            if not no_room(error):
                raise
            text = "the disk of the copies is full; free some space, the originals are not touched"
            raise Unavailable(text, error_id="disk-full") from error
        self._shrink(self.most, keep=name)

    @contextmanager
    def _writing(self, name: str) -> Iterator[Path]:
        part = self.folder / f".{name}{_PART}"
        try:
            part.touch(FILE_MODE)
            part.chmod(FILE_MODE)
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(self.folder / name)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _sealing(self, name: str) -> Iterator[Path]:
        self.keys.newest()  # without one nothing is begun
        with tempfile.TemporaryFile(dir=self.folder) as plain:
            yield Path(f"/proc/{os.getpid()}/fd/{plain.fileno()}")
            within = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                write_file(within, name, self.keys.written(pieces(PlainFile(plain.fileno()))))
            finally:
                os.close(within)

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

    def forget_others(self, key: str) -> int:
        """Take away every copy that is not sealed with the key of this id, as when there is a newer one; how many."""
        count = 0
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(FileNotFoundError, KeyMissing, SealBroken), closing(self.open(path.name)) as file:
                if isinstance(file, SealedFile) and file.key_id == key:
                    continue
            path.unlink(missing_ok=True)
            count += 1
        return count
