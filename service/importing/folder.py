"""Folders of other PBXs' recordings below the one that the settings name: which are there, and their tables. Refuses every path
but one plain name, links, and folders that hold our own data.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.recordings.files import open_below, open_folder_below
from hotline1022.recordings.importing import Written, index, written
from hotline1022.recordings.reader import PlainFile, pieces
from hotline1022.service.settings.tree import Settings

#: folders that are told
SHOWN = 200
#: bytes that a table may have: it is read whole
LARGEST = 256 * 1024**2
#: of a file that is there and cannot be looked at: its row tells why
UNKNOWN = Written(size=-1, at_ns=0)
_PLAIN = re.compile(r"[^./\\\0][^/\\\0]{0,99}")


def ours_of(settings: Settings) -> tuple[Path, ...]:
    """Folders of our own; some may be links to other disks."""
    paths = settings.paths
    return (paths.data, paths.recordings, paths.spool, paths.attachments, paths.copies, paths.packages)


def folders_in(place: Path) -> tuple[str, ...]:
    """Names of the folders there, by name, SHOWN at most. OSError where it cannot be read."""
    with os.scandir(place) as found:
        names = [one.name for one in found if one.is_dir(follow_symlinks=False) and _PLAIN.fullmatch(one.name)]
    return tuple(sorted(name for name in names if name.isprintable()))[:SHOWN]


def check_folder(place: Path, name: str, ours: Sequence[Path]) -> None:
    """It is a folder below `place`, and none of ours lies in it, nor it in one of ours.

    Invalid `import-folder-name`, NotFound `import-folder-unknown`, Refused `import-folder-link`, `import-inside-data`;
    OSError when `place` cannot be read.
    """
    if not _PLAIN.fullmatch(name):
        text = f"{name!r} is no plain name of a folder; write the name alone, without / and without a dot before it"
        raise Invalid(text, error_id="import-folder-name")
    place.stat()  # first: a folder of the settings that is away is told as that
    try:
        os.close(open_folder_below(place, name))
    except FileNotFoundError as error:
        text = (
            f"there is no folder {name!r} in recordings.import_folder; GET /api/recordings/import tells which are there"
        )
        raise NotFound(text, error_id="import-folder-unknown") from error
    except Refused as error:
        text = f"{name!r} is a link, or no folder; put the folder itself into recordings.import_folder"
        raise Refused(text, error_id="import-folder-link") from error
    real = (place / name).resolve()
    for one in ours:
        if real.is_relative_to(one.resolve()) or one.resolve().is_relative_to(real):
            text = f"{name!r} holds our own data, or lies in it; set recordings.import_folder to a folder of its own"
            raise Refused(text, error_id="import-inside-data")


def table_in(place: Path, name: str) -> str:
    """The name of the one table (.csv) in a folder. Refused `import-table` when there is none, or several."""
    folder = open_folder_below(place, name)
    try:
        with os.scandir(folder) as names:
            found = sorted(one.name for one in names if one.name.lower().endswith(".csv") and one.name[0] != ".")
    finally:
        os.close(folder)
    if len(found) != 1:
        said = ", ".join(found[:5]) or "none"
        text = f"the folder {name!r} must have one table (.csv) directly in it, and has {said}; leave the one that is meant"
        raise Refused(text, error_id="import-table")
    return found[0]


def table_of(place: Path, name: str) -> bytes:
    """The bytes of the one table. Refused `import-table`, and where it is a link or too large."""
    table = table_in(place, name)
    try:
        fd = open_below(place, f"{name}/{table}")
    except (Invalid, Refused) as error:
        raise Refused(
            f"the table {table} is a link or no file; put the file itself there", error_id="import-table"
        ) from error
    try:
        if os.fstat(fd).st_size > LARGEST:
            text = (
                f"the table {table} is larger than {LARGEST // 1024**2} MiB; cut it into several, each with its folder"
            )
            raise Refused(text, error_id="import-table")
        return b"".join(pieces(PlainFile(fd)))
    finally:
        os.close(fd)


def written_of(place: Path, name: str) -> dict[str, Written]:
    """Each file of a folder, by its path in it; UNKNOWN for one that cannot be looked at. Opens none of them.
    Unavailable `import-folder-gone`. Blocks.
    """
    found = {}
    for path in index(place, name):
        try:
            found[path] = written(place / name / path)
        except FileNotFoundError:
            continue
        except OSError:
            found[path] = UNKNOWN
    return found


def mark_of(name: str, table: bytes, read: Mapping[str, str], files: Mapping[str, Written]) -> str:
    """Short for what an import would take: the table's bytes, how it is read, and each file of the folder as it was last written."""
    told = json.dumps([name, hashlib.sha256(table).hexdigest(), dict(read), dict(files)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
