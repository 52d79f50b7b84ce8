"""Single files, opened and written safely: never through a link, never half. Knows nothing of calls."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.clock import SLACK
from hotline1022.core.errors import Invalid, Refused, Unavailable

FILE_MODE = 0o640
#: below this much free space nothing is copied and an alarm is due
RESERVE_BYTES = 512 * 1024 * 1024
OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Free space on a disk; `low` = time for an alarm."""

    free: int
    total: int
    low: bool


def space(folder: Path, *, reserve: int = RESERVE_BYTES) -> Space:
    """How much an ordinary user can still write below `folder`, or where it would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    return Space(free=free, total=found.f_blocks * found.f_frsize, low=free < reserve)


def readable(path: str) -> str:
    """A path as people and documents take it: what is no printable text of Unicode is written as an escape."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def no_room(error: OSError) -> bool:
    """Whether it was the disk, or the writer's share of it, that was full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def open_regular(name: str, folder: int) -> int:
    """Open an ordinary file for reading, never a link, pipe or folder; the caller closes."""
    try:
        fd = os.open(name, _READ, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Invalid(f"{name} is a link, not a recording; look who put it there", error_id="not-a-file") from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Invalid(f"{name} is not an ordinary file; look who put it there", error_id="not-a-file")
    return fd


#: device, inode, bytes, nanoseconds of the last write and of the last change of anything
Version = tuple[int, int, int, int, int]


def version_of(fd: int) -> Version:
    """Changes whenever anybody writes to the file, or puts another in its place; no clock of the own is needed to see it."""
    about = os.fstat(fd)
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def open_below(root: Path, path: str) -> int:
    """Open a stored file by its row's path; no part of it may be a link or lead out of the root. The caller closes."""
    folder, _, name = path.rpartition("/")
    if name in ("", ".", ".."):
        raise Refused(f"{path!r} is not a path in the recordings folder", error_id="recording-path")
    above = open_folder_below(root, folder)
    try:
        return open_regular(name, above)
    finally:
        os.close(above)


def open_folder_below(root: Path, path: str) -> int:
    """Open a folder by its path, "" = the root itself; no part of it may be a link or lead out of it. The caller closes."""
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") for part in parts):
        raise Refused(f"{path!r} is not a path in the recordings folder", error_id="recording-path")
    above = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            below = os.open(part, OPEN_FOLDER, dir_fd=above)
            os.close(above)
            above = below
    except OSError as error:
        os.close(above)
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise Refused(f"{path!r} leads through a link", error_id="recording-path") from error
        raise
    return above


def write_file(folder: int, name: str, pieces: Iterable[bytes], *, times: os.stat_result | None = None) -> None:
    """Write a file so that its name stands for all of it or does not exist; its name is durable after a folder fsync."""
    part = f".{name}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(part, flags, FILE_MODE, dir_fd=folder)
    try:
        os.fchmod(fd, FILE_MODE)
        for piece in pieces:
            _write_all(fd, piece)
        if times is not None:
            os.utime(fd, ns=(times.st_atime_ns, times.st_mtime_ns))
        os.fsync(fd)
    except BaseException as error:
        with suppress(OSError):  # what the pieces come from may break off too: no part of it is left
            os.unlink(part, dir_fd=folder)
        if isinstance(error, OSError) and no_room(error):
            raise Unavailable("the disk is full; free some space", error_id="disk-full") from error
        raise
    finally:
        os.close(fd)
    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)


def _write_all(fd: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(fd, view) :]


def is_old(about: os.stat_result, older_than: float, now: float) -> bool:
    """Whether a file was put there, or last changed, so many seconds before `now` (seconds since 1970) or earlier; also one of a
    time that is still to come: a clock had jumped ahead, and was put right.
    """
    return not now - older_than < about.st_ctime <= now + SLACK.total_seconds()
