"""Copies into a backup what the database promises and what people wrote, and holds it against the rows. Blocks.

Refuses to take a file for good by its looks: the plain bytes of the copy are hashed, sealed or not. Where their key is
away nothing can be said, and that is told.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hotline1022.core.errors import HotlineError
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.names import repaired_name
from hotline1022.recordings.reader import sha256_of
from hotline1022.recordings.seal import SealBroken
from hotline1022.recordings.types import StoredFile
from hotline1022.service.backup.shelf import Watch
from hotline1022.service.backup.writer import Copied, Writer


@dataclass(slots=True, kw_only=True)
class Copies:
    """What was copied, and what is not as it should be."""

    #: bytes in all, and of them bytes that the backup before has too
    size: int = 0
    linked: int = 0
    #: promised files that could not be had, with the reason
    missing: list[str] = field(default_factory=list)
    #: files with other bytes than were stored
    changed: list[str] = field(default_factory=list)
    #: sealed files of which nothing can be said, and why
    unchecked: dict[str, str] = field(default_factory=dict)
    #: files that had rotted on the shelf and were copied anew: in how many backups before they are broken
    rotten: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Files of one folder, as `name/…` of the backup."""

    root: Path
    name: str
    files: Sequence[StoredFile]
    keys: Keys = NO_KEYS


def copy_parts(writer: Writer, parts: Sequence[Part], watch: Watch) -> Copies:
    """Copy all of them. Unavailable `disk-full`."""
    copies, total, done = Copies(), sum(len(part.files) for part in parts), 0
    for part in parts:
        for file in part.files:
            done += 1
            name = f"{part.name}/{file.path}"
            copied = _add(writer, copies, part.root, file.path, name)
            if copied is not None:
                copies.size += copied.size
                copies.linked += copied.size if copied.linked else 0
                _judge(writer, copies, part, name, copied, file)
                with suppress(FileNotFoundError):
                    again = repaired_name(file.path)
                    _count(copies, f"{part.name}/{again}", writer.add(part.root, again, f"{part.name}/{again}"))
            watch(done, total)
    return copies


def copy_named(writer: Writer, copies: Copies, files: Iterable[tuple[Path, str]]) -> None:
    """Copy what settings name. Unavailable `disk-full`."""
    for path, name in files:
        _add(writer, copies, path.parent, path.name, name)


def _add(writer: Writer, copies: Copies, root: Path, path: str, name: str) -> Copied | None:
    try:
        return _count(copies, name, writer.add(root, path, name))
    except FileNotFoundError:
        copies.missing.append(f"{name}: it is not there")
    except HotlineError as error:
        if error.error_id == "disk-full":
            raise
        copies.missing.append(f"{name}: {error}")
    return None


def _count(copies: Copies, name: str, copied: Copied) -> Copied:
    if copied.rotten is not None:
        copies.rotten[name] = copied.rotten
    return copied


def _judge(writer: Writer, copies: Copies, part: Part, name: str, copied: Copied, file: StoredFile) -> None:
    """Whether the copy has the plain bytes of the row. One that has not, and was not read from the original just now, is
    copied anew: the original may be good.
    """
    try:
        good = _good(writer, part, name, copied, file)
        if not good and not copied.fresh:
            copied = writer.add(part.root, file.path, name, afresh=True)
            good = _good(writer, part, name, copied, file)
            if good:
                _count(copies, name, copied)
    except FileNotFoundError:  # it went away in between; the copy that was there is what there is
        good = False
    except (HotlineError, OSError) as error:
        if isinstance(error, HotlineError) and error.error_id == "disk-full":
            raise
        copies.unchecked[name] = str(error)
        return
    if not good:
        copies.changed.append(name)


def _good(writer: Writer, part: Part, name: str, copied: Copied, file: StoredFile) -> bool:
    """HotlineError where nothing can be said: the key is away. A second name of one that had the plain bytes has them still."""
    if copied.sha256 == file.sha256:
        return True
    plain = writer.plain_before(name) if copied.linked else ""
    if plain != file.sha256:
        try:
            with closing(part.keys.open(open_below(writer.folder, name))) as stored:
                plain = sha256_of(stored)
        except SealBroken:
            return False
    if plain == file.sha256:
        writer.plain[name] = plain
    return plain == file.sha256
