"""A folder of backups: one whole backup a folder, and `.unfinished` for the one being made. Never changes a whole one.

    FOLDER/20261129T124727Z/manifest.json, manifest.sha256    what it is; its own hash
                            SHA256SUMS                        every other file: `sha256sum -c SHA256SUMS`
                            PLAIN256SUMS                      of sealed files: the hashes of their plain bytes
                            database.sqlite | database.pgdump
                            recordings/  attachments/  settings/

A file that the backup before has too (same size, same time) is a second name of that one, where the disk allows it.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable
from hotline1022.recordings.files import OPEN_FOLDER, open_below, write_file
from hotline1022.recordings.reader import PlainFile, pieces, sha256_of

FORMAT = 1
UNFINISHED = ".unfinished"
MANIFEST, OWN_SUM, SUMS = "manifest.json", "manifest.sha256", "SHA256SUMS"
PLAIN_SUMS = "PLAIN256SUMS"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9]+)?")
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS})
Sums = dict[str, str]
#: (files done, of so many)
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file that is in the backup."""

    sha256: str
    size: int
    #: a second name of a file of the backup before
    linked: bool


class Writer:
    """The backup that is being made. What an earlier try left in it is used where it is still right."""

    def __init__(self, shelf: Path) -> None:
        self.shelf = shelf
        self.folder = shelf / UNFINISHED
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.sums: Sums = {}
        #: of sealed files whose plain bytes were held against their rows: the hash of those
        self.plain: Sums = {}
        self._before = _latest(shelf)
        self._before_sums = _sums_of(self._before, SUMS) if self._before else {}
        self._before_plain = _sums_of(self._before, PLAIN_SUMS) if self._before else {}

    def add(self, root: Path, path: str, name: str) -> Copied:
        """Copy the file `path` below `root` as `name`. FileNotFoundError, Refused and Invalid as files.open_below."""
        _fit(name)
        fd = open_below(root, path)
        try:
            about = os.fstat(fd)
            target = self.folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest, linked = self._again(name, about), False
            if not digest:
                digest = self._link(name, about)
                linked = bool(digest)
            if not digest:
                digest = self._copy(fd, target, about)
        finally:
            os.close(fd)
        self.sums[name] = digest
        return Copied(sha256=digest, size=about.st_size, linked=linked)

    def plain_before(self, name: str) -> str:
        """The hash of the plain bytes of a sealed file of the backup before; "" = it was not held against its row."""
        return self._before_plain.get(name, "")

    def made(self, name: str) -> None:
        """Count in a file that was written into the folder by others, durable."""
        self.sums[name] = sha256_file(self.folder / name)

    def _again(self, name: str, about: os.stat_result) -> str:
        """The hash of what an earlier try copied; "" when that is not there or another."""
        with suppress(FileNotFoundError):
            there = (self.folder / name).lstat()
            if _alike(there, about):
                return sha256_file(self.folder / name)
        return ""

    def _link(self, name: str, about: os.stat_result) -> str:
        if self._before is None or name not in self._before_sums:
            return ""
        with suppress(FileNotFoundError):
            if not _alike((self._before / name).lstat(), about):
                return ""
            (self.folder / name).unlink(missing_ok=True)
            try:
                os.link(self._before / name, self.folder / name, follow_symlinks=False)
            except OSError as error:
                if error.errno in _NO_LINK:
                    return ""
                raise
            return self._before_sums[name]
        return ""

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
            {**about, "format": FORMAT, "files": len(self.sums), "sums": hashlib.sha256(lines).hexdigest()},
            ensure_ascii=False,
            indent=2,
            sort_keys=True,
        ).encode()
        own = hashlib.sha256(manifest).hexdigest()
        _write(self.folder, {SUMS: lines, OWN_SUM: f"{own}  {MANIFEST}\n".encode(), MANIFEST: manifest})
        for path in sorted((one for one in self.folder.rglob("*") if one.is_dir()), reverse=True):
            _sync(path)
        _sync(self.folder)
        self.folder.rename(self.shelf / name)
        _sync(self.shelf)
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


def free_name(shelf: Path, stamp: str) -> str:
    """A name of a backup that is not there yet."""
    name, number = stamp, 1
    while (shelf / name).exists():
        number += 1
        name = f"{stamp}-{number}"
    return name


def backups(shelf: Path) -> list[Path]:
    """The whole backups, oldest first."""
    found = [path for path in shelf.iterdir() if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file()]
    return sorted(found, key=lambda path: path.name)


def _latest(shelf: Path) -> Path | None:
    return next(reversed(backups(shelf)), None)


def _alike(one: os.stat_result, other: os.stat_result) -> bool:
    return stat.S_ISREG(one.st_mode) and (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


# ---------------------------------------------------------------- reading


def read_about(backup: Path) -> tuple[dict[str, Any], str]:
    """What a backup's manifest says, and its SHA-256. Invalid `backup-broken` or `backup-newer`."""
    try:
        manifest = (backup / MANIFEST).read_bytes()
        own = (backup / OWN_SUM).read_text().split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise _broken(f"{MANIFEST} or {OWN_SUM} cannot be read ({error})") from error
    if hashlib.sha256(manifest).hexdigest() != own:
        raise _broken(f"{MANIFEST} is not what was written")
    about: dict[str, Any] = json.loads(manifest)
    if about["format"] != FORMAT:
        raise Invalid("the backup is of a newer program; restore with that one", error_id="backup-newer")
    return about, own


def read_manifest(backup: Path) -> tuple[dict[str, Any], Sums]:
    """What a backup says of itself and of its files. NotFound `backup-none`, Invalid `backup-broken` or `backup-newer`."""
    if not (backup / MANIFEST).is_file() or backup.name == UNFINISHED:
        some = backups(backup) if backup.is_dir() else []
        cure = f"name one of those in it, such as {some[-1]}" if some else "name the folder of one backup"
        raise NotFound(f"{backup} is no whole backup; {cure}", error_id="backup-none")
    about, _ = read_about(backup)
    try:
        lines = (backup / SUMS).read_bytes()
    except OSError as error:
        raise _broken(f"{SUMS} cannot be read ({error})") from error
    if hashlib.sha256(lines).hexdigest() != about["sums"]:
        raise _broken(f"{SUMS} is not what was written")
    return about, _parsed(lines)


def check_files(backup: Path, sums: Mapping[str, str], watch: Watch) -> int:
    """Hash every file; returns their bytes. Invalid `backup-broken` names the first ones that are not as they were."""
    wrong, total = [], 0
    for number, (name, digest) in enumerate(sums.items(), 1):
        try:
            fd = open_below(backup, _fit(name))
        except FileNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        try:
            total += os.fstat(fd).st_size
            if sha256_of(PlainFile(fd)) != digest:
                wrong.append(f"{name} is not what was written")
        finally:
            os.close(fd)
        watch(number, len(sums))
    if wrong:
        more = f", and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise _broken(", ".join(wrong[:5]) + more)
    return total


def sha256_file(path: Path) -> str:
    """Of a file, hexadecimal."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return sha256_of(PlainFile(fd))
    finally:
        os.close(fd)


def copy_out(backup: Path, name: str, target: Path) -> None:
    """Put one file of the backup at `target`, durable but for its folder; its folder is made."""
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    fd = open_below(backup, _fit(name))
    folder = os.open(target.parent, OPEN_FOLDER)
    try:
        write_file(folder, target.name, pieces(PlainFile(fd)), times=os.fstat(fd))
    finally:
        os.close(folder)
        os.close(fd)


def remove(folder: Path) -> None:
    """Take a folder of ours away with all that is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def _sums_of(backup: Path, name: str) -> Sums:
    with suppress(OSError):
        return _parsed((backup / name).read_bytes())
    return {}


def _parsed(lines: bytes) -> Sums:
    split = (line.partition("  ") for line in lines.decode().splitlines())
    return {name: digest for digest, _, name in split}


def _fit(name: str) -> str:
    if "\n" in name or "\\" in name:
        raise Refused(f"{name!r} cannot be in a backup; give the file another name", error_id="backup-name")
    return name


def _broken(what: str) -> Invalid:
    return Invalid(f"the backup is broken: {what}; nothing was restored, take another backup", error_id="backup-broken")


def _sync(folder: Path) -> None:
    fd = os.open(folder, OPEN_FOLDER)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
