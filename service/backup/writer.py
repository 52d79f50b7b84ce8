"""Writes a backup into its shelf. Never changes a whole one, and never takes the hash of the one before on trust for long.

A file that the backup before has too (same size, same time) becomes a second name of that one, where the disk allows it. Each backup
reads a seventh of those again, by turns; one that has rotted is copied anew.
"""

import errno
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.files import OPEN_FOLDER, open_below, write_file
from hotline1022.recordings.reader import PlainFile, pieces
from hotline1022.service.backup.shelf import (
    FORMAT,
    MANIFEST,
    OWN_SUM,
    PLAIN_SUMS,
    SUMS,
    UNFINISHED,
    Sums,
    backups,
    fit,
    sha256_file,
    sums_of,
    sync_folder,
)  # fmt: skip

#: so many backups after each other read all that they have in common once
TURNS = 7
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file that is in the backup."""

    sha256: str
    size: int
    #: a second name of a file of the backup before
    linked: bool
    #: copied now, and not by an earlier try or for the backup before
    fresh: bool
    #: how many backups have in common what had rotted on the shelf, and was copied anew; None = nothing had
    rotten: int | None = None


class _RottenError(Exception):
    """What the shelf has is not what was written to it."""

    def __init__(self, backups: int) -> None:
        self.backups = backups


class Writer:
    """The backup that is being made. What an earlier try left in it is used where it is still right."""

    def __init__(self, shelf: Path) -> None:
        self.shelf = shelf
        self.folder = shelf / UNFINISHED
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.sums: Sums = {}
        #: of sealed files whose plain bytes were held against their rows: the hash of those
        self.plain: Sums = {}
        self._before = next(reversed(backups(shelf)), None)
        self._before_sums = sums_of(self._before, SUMS) if self._before else {}
        self._before_plain = sums_of(self._before, PLAIN_SUMS) if self._before else {}
        #: which turn of reading again it is
        self._turn = _turn_of(self._before) + 1 if self._before else 0

    def add(self, root: Path, path: str, name: str, *, afresh: bool = False) -> Copied:
        """Copy the file `path` below `root` as `name`; `afresh`: whatever is there already, which then counts as rotten.

        FileNotFoundError, Refused and Invalid as files.open_below.
        """
        fit(name)
        fd = open_below(root, path)
        try:
            about = os.fstat(fd)
            target = self.folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                digest, linked = ("", False) if afresh else self._kept(name, about)
                rotten = self.shared_by(name) if afresh else None
            except _RottenError as rot:
                digest, linked, rotten = "", False, rot.backups
            fresh = not digest
            if fresh:
                digest = self._copy(fd, target, about)
        finally:
            os.close(fd)
        self.sums[name] = digest
        return Copied(sha256=digest, size=about.st_size, linked=linked, fresh=fresh, rotten=rotten)

    def plain_before(self, name: str) -> str:
        """The hash of the plain bytes of a sealed file of the backup before; "" = it was not held against its row."""
        return self._before_plain.get(name, "")

    def made(self, name: str) -> None:
        """Count in a file that was written into the folder by others, durable."""
        self.sums[name] = sha256_file(self.folder / name)

    def shared_by(self, name: str) -> int:
        """How many whole backups have the very file in common that is there under this name."""
        there = (self.folder / name).lstat()
        with_it = [one / name for one in backups(self.shelf)]
        return sum(one.is_file() and os.path.samestat(one.lstat(), there) for one in with_it)

    def _kept(self, name: str, about: os.stat_result) -> tuple[str, bool]:
        """The hash of what an earlier try or the backup before has of it, and whether it is that one's; "" = nothing.

        _RottenError when it is that one's and, read again, not what that one wrote.
        """
        before = self._before / name if self._before is not None and name in self._before_sums else None
        with suppress(FileNotFoundError):
            there = (self.folder / name).lstat()
            if _alike(there, about):
                linked = before is not None and before.exists() and os.path.samestat(before.lstat(), there)
                return self._read(name, expected=self._before_sums[name] if linked else ""), linked
        if before is None or not self._link(name, before, about):
            return "", False
        if zlib.crc32(name.encode()) % TURNS == self._turn % TURNS:
            return self._read(name, expected=self._before_sums[name]), True
        return self._before_sums[name], True

    def _read(self, name: str, *, expected: str) -> str:
        try:
            digest = sha256_file(self.folder / name)
        except OSError:  # the disk does not give it back
            digest = ""
        if expected and digest != expected:
            raise _RottenError(self.shared_by(name))
        return digest

    def _link(self, name: str, before: Path, about: os.stat_result) -> bool:
        with suppress(FileNotFoundError):
            if not _alike(before.lstat(), about):
                return False
            (self.folder / name).unlink(missing_ok=True)
            try:
                os.link(before, self.folder / name, follow_symlinks=False)
            except OSError as error:
                if error.errno in _NO_LINK:
                    return False
                raise
            return True
        return False

    def _copy(self, fd: int, target: Path, about: os.stat_result) -> str:
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for piece in pieces(PlainFile(fd)):
                digest.update(piece)
                yield piece

        folder = os.open(target.parent, OPEN_FOLDER)
        try:
            write_file(folder, target.name, hashed(), times=about)
        except Unavailable as error:
            text = (
                f"the disk of {self.shelf} is full; free some space and begin again: it goes on from {UNFINISHED}, "
                "which may be deleted too"
            )
            raise Unavailable(text, error_id="disk-full") from error
        finally:
            os.close(folder)
        return digest.hexdigest()

    def finish(self, name: str, about: Mapping[str, Any]) -> str:
        """Make it a whole backup under this name, durable; returns the SHA-256 of its manifest."""
        for path in sorted(self.folder.rglob("*"), reverse=True):
            inside = path.relative_to(self.folder).as_posix()
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):  # not empty
                    path.rmdir()
            elif inside not in self.sums:
                path.unlink()
        if self.plain:
            _write(self.folder, {PLAIN_SUMS: _lines(self.plain)})
            self.made(PLAIN_SUMS)
        lines = _lines(self.sums)
        manifest = json.dumps(
            {
                **about,
                "format": FORMAT,
                "files": len(self.sums),
                "sums": hashlib.sha256(lines).hexdigest(),
                "turn": self._turn,
            },
            ensure_ascii=False,
            indent=2,
            sort_keys=True,
        ).encode()
        own = hashlib.sha256(manifest).hexdigest()
        _write(self.folder, {SUMS: lines, OWN_SUM: f"{own}  {MANIFEST}\n".encode(), MANIFEST: manifest})
        for path in sorted((one for one in self.folder.rglob("*") if one.is_dir()), reverse=True):
            sync_folder(path)
        sync_folder(self.folder)
        self.folder.rename(self.shelf / name)
        sync_folder(self.shelf)
        return own


def _lines(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def _write(place: Path, files: Mapping[str, bytes]) -> None:
    folder = os.open(place, OPEN_FOLDER)
    try:
        for name, content in files.items():
            write_file(folder, name, [content])
    finally:
        os.close(folder)


def _turn_of(backup: Path) -> int:
    """Which turn of reading again a backup had; 0 where that cannot be read, or it is older than turns."""
    try:
        return int(json.loads((backup / MANIFEST).read_bytes()).get("turn", 0))
    except (OSError, ValueError):
        return 0


def _alike(one: os.stat_result, other: os.stat_result) -> bool:
    return stat.S_ISREG(one.st_mode) and (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
