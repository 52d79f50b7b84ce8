"""A folder of backups: one whole backup a folder, and `.unfinished` for the one being made. Never changes a whole one.

FOLDER/20261129T124727Z/manifest.json, manifest.sha256    what it is; its own hash
                        SHA256SUMS                        every other file: `sha256sum -c SHA256SUMS`
                        PLAIN256SUMS                      of sealed files: the hashes of their plain bytes
                        database.sqlite | database.pgdump
                        recordings/  attachments/  settings/
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.recordings.files import OPEN_FOLDER, Version, open_below, version_of, write_file
from hotline1022.recordings.reader import PlainFile, pieces, sha256_of

FORMAT = 1
UNFINISHED = ".unfinished"
MANIFEST, OWN_SUM, SUMS = "manifest.json", "manifest.sha256", "SHA256SUMS"
PLAIN_SUMS = "PLAIN256SUMS"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9]+)?")
Sums = dict[str, str]
#: (files done, of so many)
Watch = Callable[[int, int], None]


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


def some_backups(folder: Path) -> list[Path]:
    """The whole backups of a shelf, oldest first, or the one that the folder is. NotFound `backup-none`."""
    found = [folder] if (folder / MANIFEST).is_file() else backups(folder) if folder.is_dir() else []
    if not found:
        raise NotFound(f"there is no backup in {folder}; name the folder of backups", error_id="backup-none")
    return found


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the files of a backup are like."""

    #: bytes of each that is there and can be read
    sizes: Mapping[str, int]
    #: name → what is wrong with it
    broken: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of all that are as they were written."""
        return sum(size for name, size in self.sizes.items() if name not in self.broken)


def check_files(backup: Path, sums: Mapping[str, str], watch: Watch, known: dict[Version, str] | None = None) -> Found:
    """Hash every file. Refused for names that lead out. `known`: hashes of files that backups have in common, filled here."""
    sizes, broken = {}, {}
    known = {} if known is None else known
    for number, (name, digest) in enumerate(sums.items(), 1):
        try:
            fd = open_below(backup, fit(name))
        except FileNotFoundError:
            broken[name] = "is missing"
            continue
        try:
            sizes[name], version = os.fstat(fd).st_size, version_of(fd)
            if version not in known:
                known[version] = sha256_of(PlainFile(fd))
            if known[version] != digest:
                broken[name] = "is not what was written"
        except OSError as error:
            broken[name] = f"cannot be read ({error.strerror})"
        finally:
            os.close(fd)
        watch(number, len(sums))
    return Found(sizes=sizes, broken=broken)


def refuse_broken(broken: Mapping[str, str], cure: str) -> None:
    """Invalid `backup-broken` names the first ones."""
    if broken:
        first = ", ".join(f"{name} {what}" for name, what in list(broken.items())[:5])
        more = f", and {len(broken) - 5} more" if len(broken) > 5 else ""
        text = f"the backup is broken: {first}{more}; {cure}"
        raise Invalid(text, error_id="backup-broken")


def sha256_file(path: Path) -> str:
    """Of a file, hexadecimal."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return sha256_of(PlainFile(fd))
    finally:
        os.close(fd)


def copy_out(backup: Path, name: str, target: Path, digest: str) -> None:
    """Put one file of the backup at `target`, durable but for its folder; its folder is made. One that is there whole stays.

    Invalid `backup-broken` when it is not what was written any more.
    """
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if sha256_file(target) == digest:
            return
    fd = open_below(backup, fit(name))
    folder = os.open(target.parent, OPEN_FOLDER)
    try:
        write_file(folder, target.name, _hashed(PlainFile(fd), digest, name), times=os.fstat(fd))
    finally:
        os.close(folder)
        os.close(fd)


def _hashed(file: PlainFile, digest: str, name: str) -> Iterator[bytes]:
    """The bytes of a file; Invalid `backup-broken` after them when their hash is another."""
    sha256 = hashlib.sha256()
    for piece in pieces(file):
        sha256.update(piece)
        yield piece
    if sha256.hexdigest() != digest:
        refuse_broken({name: "is not what was written"}, "it was so a moment ago: look at the disk, then begin again")


def remove(folder: Path) -> None:
    """Take a folder of ours away with all that is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def sums_of(backup: Path, name: str) -> Sums:
    """The lines of a file of sums; none where it cannot be read."""
    with suppress(OSError):
        return _parsed((backup / name).read_bytes())
    return {}


def _parsed(lines: bytes) -> Sums:
    split = (line.partition("  ") for line in lines.decode().splitlines())
    return {name: digest for digest, _, name in split}


def fit(name: str) -> str:
    """The name; Refused `backup-name` where a line of sums cannot hold it."""
    if "\n" in name or "\\" in name:
        raise Refused(f"{name!r} cannot be in a backup; give the file another name", error_id="backup-name")
    return name


def _broken(what: str) -> Invalid:
    return Invalid(f"the backup is broken: {what}; take another one", error_id="backup-broken")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder, or in the one that a link names, durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
