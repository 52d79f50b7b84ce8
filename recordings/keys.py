"""The keys of sealed recordings: a folder of files, one key each, outside the data. Refuses keys that others may read.

The newest key seals, the older ones still open what they sealed. `Keys` is what a worker is given: it reads the folder
itself, where it works, so a key made now is used from the next file on.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from hotline1022.core.clock import aware
from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.recordings.files import open_regular
from hotline1022.recordings.reader import OpenFile, PlainFile
from hotline1022.recordings.seal import Key, SealedFile, looks_sealed, new_key, seal

_SUFFIX = ".key"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_HOW = "hotline1022 recordings key new"


class KeyMissing(Unavailable):
    """A file was sealed with a key that is not here."""

    error_id = "recording-key-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the keys are, and whether new files are sealed."""

    #: None: there are none, and nothing is sealed
    folder: Path | None = None
    seal: bool = False

    def newest(self) -> Key:
        """The key that seals. Unavailable `recording-key-none` when there is none."""
        keys = self.all()
        if not keys:
            raise Unavailable(f"there is no key in {self.folder}; make one: {_HOW}", error_id="recording-key-none")
        return keys[-1]

    def find(self, key_id: str) -> Key:
        """The key of this id; KeyMissing when it is not here."""
        for key in self.all():
            if key.id == key_id:
                return key
        where = f"put its file back into {self.folder}" if self.folder else "set recordings.keys to its folder"
        raise KeyMissing(f"the recording is sealed with key {key_id}, which is not here; {where}")

    def all(self) -> tuple[Key, ...]:
        """All keys, oldest first; none where there is no folder.

        Unavailable `recording-key-unreadable`, `recording-key-mode`, `recording-key-invalid`: one is not as it was made.
        """
        if self.folder is None:
            return ()
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        return _read_all(self.folder, changed)

    def open(self, fd: int) -> OpenFile:
        """The stored file behind a descriptor, sealed or not, as its plain bytes; the descriptor is taken over."""
        try:
            return SealedFile(fd, self.find) if looks_sealed(os.pread(fd, 16, 0)) else PlainFile(fd)
        except BaseException:
            os.close(fd)
            raise

    def written(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes as they are to be stored: sealed with the newest key, or as they are."""
        return seal(pieces, self.newest()) if self.seal else iter(pieces)


#: for what is never sealed, and for those who have no keys
NO_KEYS = Keys()


def outside(folder: Path, data: Path) -> None:
    """ConfigError `keys-inside-data` when the keys' folder lies, by whatever links, in the data's."""
    if folder.resolve().is_relative_to(data.resolve()):
        raise ConfigError(
            f"the keys' folder {folder} lies in the data folder {data}: who takes the data would have the keys; "
            "set recordings.keys to a folder elsewhere",
            error_id="keys-inside-data",
        )


def make_key(folder: Path, at: datetime) -> Key:
    """Write a new key, mode 0600, durable when this returns; from now on it seals."""
    key = new_key()
    keep_key(folder, f"{aware(at):%Y%m%dT%H%M%S%fZ}-{key.id}{_SUFFIX}", f"{key.secret.hex()}\n".encode())
    return key


def keep_key(folder: Path, name: str, content: bytes) -> None:
    """Write a key's file under a name that must be new."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        inside = os.open(folder, _FOLDER)
        try:
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=inside)
            try:
                os.write(fd, content)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.fsync(inside)
        finally:
            os.close(inside)
    except OSError as error:
        text = (
            f"{folder}: a key cannot be written ({error.strerror}); give the service's user a folder of its own there"
        )
        raise ConfigError(text, error_id="recording-key-unwritable") from error


def key_files(folder: Path) -> list[str]:
    """The names of the keys' files, oldest first: they begin with the time."""
    return sorted(path.name for path in folder.glob(f"*{_SUFFIX}"))


@lru_cache(maxsize=4)
def _read_all(folder: Path, _changed: int) -> tuple[Key, ...]:
    inside = os.open(folder, _FOLDER)
    try:
        return tuple(_read(inside, folder, name) for name in key_files(folder))
    finally:
        os.close(inside)


def _read(inside: int, folder: Path, name: str) -> Key:
    path = folder / name
    try:
        fd = open_regular(name, inside)
    except OSError as error:
        text = f"{path}: the key cannot be read ({error.strerror}); give it to the service's user"
        raise Unavailable(text, error_id="recording-key-unreadable") from error
    try:
        mode = stat.S_IMODE(os.fstat(fd).st_mode)
        if mode & 0o077:
            text = f"{path}: mode {mode:04o} lets others at the key; chmod 0600 {path}"
            raise Unavailable(text, error_id="recording-key-mode")
        content = os.read(fd, 256)
    finally:
        os.close(fd)
    try:
        key = Key(secret=bytes.fromhex(content.decode("ascii").strip()))
    except ValueError as error:
        raise _spoilt(path) from error
    if name.removesuffix(_SUFFIX).rpartition("-")[2] != key.id:
        raise _spoilt(path)
    return key


def _spoilt(path: Path) -> Unavailable:
    text = f"{path}: is not the key that its name tells; put it back from where you keep the keys"
    return Unavailable(text, error_id="recording-key-invalid")
