"""Files of tickets: each lies under an id that we drew, whole or not at all. Refuses what is too large, of a kind that no
office needs, or not as it was stored. Blocks: run it in a thread.
"""

import errno
import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hotline1022.core.errors import Invalid, Refused, Unavailable

#: bytes of one file at most, and files of one ticket
LARGEST = 10 * 1024 * 1024
MOST = 20
#: below this much free space nothing is stored
RESERVE_BYTES = 512 * 1024 * 1024
#: what is taken, and how the names of such files may end
MEDIA_TYPES = {
    "application/msword": {"doc"},
    "application/pdf": {"pdf"},
    "application/vnd.ms-excel": {"xls"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"xlsx"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"docx"},
    "audio/mpeg": {"mp3"},
    "audio/wav": {"wav"},
    "image/heic": {"heic"},
    "image/jpeg": {"jpg", "jpeg", "jfif"},
    "image/png": {"png"},
    "image/webp": {"webp"},
    "text/plain": {"txt"},
    "video/mp4": {"mp4"},
}
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that is on the disk."""

    #: below the attachments folder
    path: str
    size: int
    sha256: str


def check_kind(media_type: str, size: int) -> None:
    """Invalid `attachment-kind`, `attachment-empty` or `attachment-large`."""
    if media_type not in MEDIA_TYPES:
        raise Invalid(
            f"files of type {media_type[:60]!r} are not taken; send a picture, a PDF, a text, a sheet, sound or film",
            error_id="attachment-kind",
        )
    if size == 0:
        raise Invalid("the file is empty; send it again", error_id="attachment-empty")
    if size > LARGEST:
        raise Invalid(
            f"the file is too large; send at most {LARGEST // (1024 * 1024)} MiB", error_id="attachment-large"
        )


def check_name(name: str, media_type: str) -> None:
    """Invalid `attachment-name`: computers open a file by its ending, and signs that nobody sees may hide it."""
    hidden = any(unicodedata.category(sign) == "Cf" for sign in name)
    _, dot, ending = name.rpartition(".")
    allowed = MEDIA_TYPES[media_type]
    if hidden or (dot and ending.casefold() not in allowed):
        raise Invalid(
            f"the name does not fit a file of type {media_type}; end it in .{' or .'.join(sorted(allowed))}, with visible letters alone",
            error_id="attachment-name",
        )


class Filed(Protocol):
    """The row of a file that is on the disk."""

    @property
    def path(self) -> str:
        """Below the attachments folder."""
        ...

    @property
    def sha256(self) -> str:
        """Of its bytes."""
        ...


class Shelf:
    """The folder of attachments."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, id: str, data: bytes) -> Stored:
        """Store under this id, which must be new; when this returns, name and bytes are durable."""
        _word(id)
        self._need(len(data))
        with self._folder(id[:2], make=True) as (top, folder):
            part = f".{id}.part"
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=folder)
            fd = os.open(part, _NEW, _FILE_MODE, dir_fd=folder)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(fd, view) :]
                os.fsync(fd)
                os.link(part, id, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise _full() from error
                raise
            finally:
                os.close(fd)
                os.unlink(part, dir_fd=folder)
            os.fsync(folder)
            os.fsync(top)
        return Stored(path=f"{id[:2]}/{id}", size=len(data), sha256=hashlib.sha256(data).hexdigest())

    def find(self, attachment: Filed) -> Path:
        """Where the file lies, after its bytes were compared with the row; Unavailable `attachment-damaged`."""
        folder_name, _, name = attachment.path.partition("/")
        _word(name)
        digest = hashlib.sha256()
        try:
            with self._folder(folder_name, make=False) as (_, folder):
                fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
                try:
                    if not stat.S_ISREG(os.fstat(fd).st_mode):
                        raise _damaged()
                    while piece := os.read(fd, _BLOCK):
                        digest.update(piece)
                finally:
                    os.close(fd)
        except OSError as error:
            raise _damaged() from error
        if digest.hexdigest() != attachment.sha256:
            raise _damaged()
        return self.root / attachment.path

    @contextmanager
    def _folder(self, name: str, *, make: bool) -> Iterator[tuple[int, int]]:
        """The attachments folder, which may be a link the operator made, and one below it, which may not."""
        if make:
            self.root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        _word(name)
        top = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, _FOLDER_MODE, dir_fd=top)
            folder = os.open(name, _FOLDER, dir_fd=top)
            try:
                yield top, folder
            finally:
                os.close(folder)
        finally:
            os.close(top)

    def _need(self, size: int) -> None:
        place = self.root
        while not place.exists() and place != place.parent:
            place = place.parent
        found = os.statvfs(place)
        if found.f_bavail * found.f_frsize < RESERVE_BYTES + size:
            raise _full()


def _word(name: str) -> None:
    """Ids alone name files: nothing that leads anywhere."""
    if not (name.isascii() and name.isalnum()):
        raise Refused(f"{name!r} is no name in the folder of attachments", error_id="attachment-path")


def _full() -> Unavailable:
    return Unavailable("the disk of the attachments is nearly full; free some space", error_id="disk-full")


def _damaged() -> Unavailable:
    return Unavailable(
        "the file is not as it was stored; take it from a backup of data/attachments", error_id="attachment-damaged"
    )
