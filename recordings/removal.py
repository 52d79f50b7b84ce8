"""Takes the files of a call whose time is over off the disk, with every copy beside them. Refuses paths that lead elsewhere.

Done again it finds nothing and is content: whoever was killed in it goes on. What lies in the folder and belongs to neither
the given paths nor the copies stays.
"""

import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from hotline1022.core.ids import CallId
from hotline1022.recordings.files import open_folder_below
from hotline1022.recordings.names import is_copy, repaired_name, unfinished


def remove(root: Path, call: CallId, paths: Sequence[str]) -> int:
    """Unlink these paths, their repaired copies and the call's listening copies; durable on return. How many files there were.

    Empty folders of the call, and of its day, go too. Raises OSError, and Refused `recording-path` for a path that leads
    through a link or out of the folder.
    """
    wanted: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        wanted.setdefault(folder, set()).update((name, repaired_name(name)))
    return sum(_clear(root, folder, call, names) for folder, names in sorted(wanted.items()))


def _clear(root: Path, folder: str, call: CallId, names: Collection[str]) -> int:
    try:
        fd = open_folder_below(root, folder)
    except FileNotFoundError:
        return 0
    gone = 0
    try:
        with os.scandir(fd) as there:
            found = [one.name for one in there]
        for name in found:
            whole = unfinished(name) or name
            if whole in names or is_copy(call, name) or is_copy(call, whole):
                os.unlink(name, dir_fd=fd)
                gone += 1
        os.fsync(fd)
    finally:
        os.close(fd)
    _prune(root, folder)
    return gone


def _prune(root: Path, folder: str) -> None:
    """Take away the folder, and those above it, as far as they are empty."""
    while folder:
        above, _, name = folder.rpartition("/")
        try:
            fd = open_folder_below(root, above)
        except FileNotFoundError:
            folder = above
            continue
        try:
            with suppress(FileNotFoundError):
                os.rmdir(name, dir_fd=fd)
            os.fsync(fd)
        except OSError:  # something else lies in it
            return
        finally:
            os.close(fd)
        folder = above
