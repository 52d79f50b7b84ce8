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
from hotline1022.service.backup_shelf import Copied, Watch, Writer


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
                _judge(writer, copies, name, copied, file, part.keys)
                with suppress(FileNotFoundError):
                    again = repaired_name(file.path)
                    writer.add(part.root, again, f"{part.name}/{again}")
            watch(done, total)
    return copies


def copy_named(writer: Writer, copies: Copies, files: Iterable[tuple[Path, str]]) -> None:
    """Copy what settings name. Unavailable `disk-full`."""
    for path, name in files:
        _add(writer, copies, path.parent, path.name, name)


def _add(writer: Writer, copies: Copies, root: Path, path: str, name: str) -> Copied | None:
    try:
        return writer.add(root, path, name)
    except FileNotFoundError:
        copies.missing.append(f"{name}: it is not there")
    except HotlineError as error:
        if error.error_id == "disk-full":
            raise
        copies.missing.append(f"{name}: {error}")
    return None


def _judge(writer: Writer, copies: Copies, name: str, copied: Copied, file: StoredFile, keys: Keys) -> None:
    """Whether the copy has the plain bytes of the row; a second name of one that had them then has them still."""
    if copied.sha256 == file.sha256:
        return
    if copied.linked and writer.plain_before(name) == file.sha256:
        writer.plain[name] = file.sha256
        return
    try:
        with closing(keys.open(open_below(writer.folder, name))) as stored:
            plain = sha256_of(stored)
    except SealBroken:
        copies.changed.append(name)
    except (HotlineError, OSError) as error:
        copies.unchecked[name] = str(error)
    else:
        if plain == file.sha256:
            writer.plain[name] = plain
        else:
            copies.changed.append(name)
