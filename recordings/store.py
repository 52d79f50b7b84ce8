"""Crash-safe filing: from the spool to a dated folder, and only after the row is written off the spool.

Order: fsync file → link (or copy or sealed copy, fsync, rename) → fsync folders → [hash, row: elsewhere] → remove the spool name.
Every step may be the last one before a power cut; doing all again gives the same end. Never overwrites, never follows a
link below its root, never deletes an original that is not filed.
"""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.ids import CallId
from hotline1022.recordings.files import FILE_MODE, OPEN_FOLDER, RESERVE_BYTES, open_regular, space, write_file
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.names import folder_parts
from hotline1022.recordings.reader import OpenFile, PlainFile, pieces
from hotline1022.recordings.seal import looks_sealed, sealed_size

FOLDER_MODE = 0o750
#: folder of the spool for what is no recording; nothing here deletes it, it may be evidence
QUARANTINE = "quarantine"
#: a link is not possible here: other file system, other owner, no links on this file system
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A spool file as it was when it was filed: only that very file may be removed later."""

    name: str
    inode: int
    size: int
    modified_ns: int
    #: of the filed file, relative to the recordings folder
    filed_as: str

    def is_of(self, found: os.stat_result) -> bool:
        """Whether the file found is still the one that was filed."""
        return (self.inode, self.size, self.modified_ns) == (found.st_ino, found.st_size, found.st_mtime_ns)


class Folder:
    """An open folder of one call below the recordings folder."""

    __slots__ = ("chain", "fd", "keys", "relative")

    def __init__(self, fd: int, relative: str, chain: tuple[int, ...], keys: Keys) -> None:
        self.keys = keys
        self.fd = fd
        self.relative = relative
        self.chain = chain

    def names(self) -> list[str]:
        """What lies in it."""
        return os.listdir(self.fd)  # noqa: PTH208 -- by descriptor, so that no link can lead elsewhere

    def open(self, name: str) -> OpenFile:
        """Open a file of it for reading its plain bytes; the caller closes."""
        return self.keys.open(open_regular(name, self.fd))

    def write(self, name: str, plain: Iterable[bytes], *, times: os.stat_result | None = None) -> None:
        """Write a file of it, sealed where files are; see files.write_file."""
        write_file(self.fd, name, self.keys.written(plain), times=times)


class Archive(AbstractContextManager["Archive"]):
    """The recordings folder and the spool, open for one batch of work."""

    def __init__(self, spool: Path, root: Path, *, keys: Keys = NO_KEYS, reserve: int = RESERVE_BYTES) -> None:
        self._keys = keys
        self._reserve = reserve
        self._root_path = root
        self._folders: dict[str, int] = {}
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        # the two tops may be links that the operator made; nothing below them may
        self.root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.spool = os.open(spool, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except BaseException:
            os.close(self.root)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fd in (*self._folders.values(), self.spool, self.root):
            os.close(fd)
        self._folders.clear()

    def folder(self, call: CallId) -> Folder:
        """The call's folder, made if need be. Folders that were made are durable after `settle`."""
        relative, above, chain = "", self.root, [self.root]
        for part in folder_parts(call):
            relative = f"{relative}/{part}" if relative else part
            above = self._step(above, part, relative)
            chain.append(above)
        return Folder(above, relative, tuple(chain), self._keys)

    def _step(self, above: int, part: str, relative: str) -> int:
        known = self._folders.get(relative)
        if known is not None:
            return known
        with suppress(FileExistsError):
            os.mkdir(part, FOLDER_MODE, dir_fd=above)
        try:
            fd = os.open(part, OPEN_FOLDER, dir_fd=above)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                text = f"{relative} in the recordings folder is not a folder; move it away"
                raise Refused(text, error_id="recordings-folder") from error
            raise
        self._folders[relative] = fd
        if stat.S_IMODE(os.fstat(fd).st_mode) != FOLDER_MODE:
            with suppress(PermissionError):  # another user's folder: usable or not, the next step tells
                os.fchmod(fd, FOLDER_MODE)
        return fd

    def take(self, source: int, name: str, folder: Folder) -> Mark:
        """File the open spool file `source` under its own name; its bytes are durable, its new name after `settle`.

        Raises Refused "recording-conflict" if another recording has that name, "recording-looks-sealed" for what would be
        taken for a sealed file, Unavailable "disk-full".
        """
        if looks_sealed(os.pread(source, 16, 0)):
            text = f"{name} begins like a sealed file, which no recorder writes; look who put it there"
            raise Refused(text, error_id="recording-looks-sealed")
        before = os.fstat(source)
        owned = _set_mode(source, before)
        os.fsync(source)
        if self._keys.seal or not (owned and self._link(name, source, folder)):
            self._copy(source, name, folder)
        found = os.fstat(source)
        return Mark(
            name=name,
            inode=found.st_ino,
            size=found.st_size,
            modified_ns=found.st_mtime_ns,
            filed_as=f"{folder.relative}/{name}",
        )

    def _link(self, name: str, source: int, folder: Folder) -> bool:
        """Give the file its second name; False where that cannot be."""
        try:
            os.link(name, name, src_dir_fd=self.spool, dst_dir_fd=folder.fd, follow_symlinks=False)
        except FileExistsError:
            self._must_be_same(source, name, folder)
        except OSError as error:
            if error.errno in _NO_LINK:
                return False
            raise
        else:
            if not os.path.samestat(os.fstat(source), os.stat(name, dir_fd=folder.fd, follow_symlinks=False)):
                os.unlink(name, dir_fd=folder.fd)  # the spool name was given to another file meanwhile
                raise Refused(f"{name} was exchanged in the spool while it was filed", error_id="recording-conflict")
        return True

    def _copy(self, source: int, name: str, folder: Folder) -> None:
        if _exists(name, folder.fd):
            self._must_be_same(source, name, folder)
            return
        size = os.fstat(source).st_size
        self.need(size)
        folder.write(name, pieces(PlainFile(source)), times=os.fstat(source))
        if self._keys.seal:  # the only plain one goes when this is filed: can it be had back?
            self._must_be_same(source, name, folder)

    def _must_be_same(self, source: int, name: str, folder: Folder) -> None:
        there = folder.open(name)
        try:
            if not _same(source, there):
                text = f"{folder.relative}/{name} is there with other contents; both were kept, listen to both"
                raise Refused(text, error_id="recording-conflict")
            os.fsync(there.fd)
        finally:
            there.close()

    def need(self, size: int) -> None:
        """Raise Unavailable "disk-full" unless `size` more bytes leave the reserve untouched."""
        if space(self._root_path, reserve=self._reserve + size).low:
            text = "the recordings disk is nearly full; free some space, recordings wait in the spool"
            raise Unavailable(text, error_id="disk-full")

    def settle(self, folders: Iterable[Folder]) -> None:
        """Make all new names durable: every folder on the way, once, from below."""
        for fd in dict.fromkeys(fd for folder in folders for fd in reversed(folder.chain)):
            os.fsync(fd)

    def release(self, marks: Iterable[Mark]) -> tuple[str, ...]:
        """Take filed files off the spool, after their rows are durable. Returns the names that had changed and stay."""
        kept, removed = [], False
        for mark in marks:
            try:
                found = os.stat(mark.name, dir_fd=self.spool, follow_symlinks=False)
            except FileNotFoundError:
                continue
            if not mark.is_of(found) or not self._is_filed(mark):
                kept.append(mark.name)
                continue
            os.unlink(mark.name, dir_fd=self.spool)
            removed = True
        if removed:
            os.fsync(self.spool)
        return tuple(kept)

    def _is_filed(self, mark: Mark) -> bool:
        try:
            return (self._root_path / mark.filed_as).lstat().st_size in (mark.size, sealed_size(mark.size))
        except FileNotFoundError:
            return False

    def quarantine(self, name: str) -> str:
        """Move a spool entry aside into `quarantine/` of the spool, whatever it is; returns its new name."""
        with suppress(FileExistsError):
            os.mkdir(QUARANTINE, FOLDER_MODE, dir_fd=self.spool)
        aside = os.open(QUARANTINE, OPEN_FOLDER, dir_fd=self.spool)
        try:
            target, number = name, 1
            while _exists(target, aside):
                number += 1
                target = f"{name}.{number}"
            os.rename(name, target, src_dir_fd=self.spool, dst_dir_fd=aside)
            os.fsync(aside)
            os.fsync(self.spool)
        finally:
            os.close(aside)
        return f"{QUARANTINE}/{target}"


def _set_mode(fd: int, found: os.stat_result) -> bool:
    """Give the file its mode; False if it belongs to somebody else, who could change it later: then it is copied."""
    if found.st_uid != os.geteuid():
        return False
    if stat.S_IMODE(found.st_mode) != FILE_MODE:
        os.fchmod(fd, FILE_MODE)
    return True


def _same(one: int, other: OpenFile) -> bool:
    if os.path.samestat(os.fstat(one), os.fstat(other.fd)):
        return True
    plain = PlainFile(one)
    return plain.size == other.size and all(x == y for x, y in zip(pieces(plain), pieces(other), strict=False))


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
