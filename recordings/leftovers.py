"""What a kill left in the recordings folder and nobody will go on with: listening copies without a row, files that were being
sealed anew. Both can be made again from originals.

Refuses names that ours does not write, what is no ordinary file, what is young, and what may be all that is left: a copy of a
call whose originals are not all there, the new file of one that is gone.
"""

import os
import stat
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import Refused
from hotline1022.recordings.files import is_old, open_folder_below
from hotline1022.recordings.names import call_of, is_made_copy, parse_name, sealed_anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A file as it was when it was seen: only that very one is taken away."""

    path: str
    inode: int
    changed_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What may be left over in the folder of a day."""

    old: tuple[Leftover, ...]
    #: how many may still be on their way to their row
    young: int


def look(root: Path, day: str, *, older_than: float, now: float | None = None) -> Seen:
    """Files below the folder of a day that have the name of something half made; `older_than` seconds: not on their way."""
    now = time.time() if now is None else now
    old, young = [], 0
    for folder, _, names in os.walk(root / day):
        call = Path(folder).name
        for name in names:
            if not (is_made_copy(call, name) or sealed_anew(name)):
                continue
            with suppress(FileNotFoundError):
                about = Path(folder, name).lstat()
                if not stat.S_ISREG(about.st_mode):
                    continue
                if not is_old(about, older_than, now):
                    young += 1
                    continue
                path = Path(folder, name).relative_to(root).as_posix()
                old.append(Leftover(path=path, inode=about.st_ino, changed_ns=about.st_ctime_ns))
    return Seen(old=tuple(old), young=young)


def take_away(
    root: Path, found: Sequence[Leftover], promised: Mapping[str, Collection[str]], over: Collection[str] = ()
) -> tuple[str, ...]:
    """Unlink these, durable on return; the paths of those that are gone.

    `promised` has of each call the paths that its rows promise: where an original is not there, a copy stays, and the new file
    of one that is gone. Of calls in `over`, whose time is over, nothing may be kept.
    """
    whole = {call: _whole(root, paths) for call, paths in promised.items()}
    folders: dict[str, list[Leftover]] = {}
    for one in found:
        folders.setdefault(one.path.rpartition("/")[0], []).append(one)
    gone: list[str] = []
    for folder, ones in folders.items():
        with suppress(FileNotFoundError, Refused):  # it leads through a link now: a finding of the verification
            gone += _from(root, folder, ones, promised, whole, over)
    return tuple(gone)


def _from(
    root: Path,
    folder: str,
    ones: Sequence[Leftover],
    promised: Mapping[str, Collection[str]],
    whole: Mapping[str, bool],
    over: Collection[str],
) -> list[str]:
    gone = []
    fd = open_folder_below(root, folder)
    try:
        for one in ones:
            call, name = call_of(one.path), one.path.rpartition("/")[2]
            if one.path in promised.get(call, ()):
                continue
            of = sealed_anew(name)
            spare = call in over or (_regular(of, fd) is not None if of else whole.get(call, False))
            about = _regular(name, fd)
            if spare and about is not None and (about.st_ino, about.st_ctime_ns) == (one.inode, one.changed_ns):
                os.unlink(name, dir_fd=fd)
                gone.append(one.path)
        os.fsync(fd)
    finally:
        os.close(fd)
    return gone


def _whole(root: Path, promised: Collection[str]) -> bool:
    """Whether there are originals, and none is missing."""
    originals = [path for path in promised if parse_name(path.rpartition("/")[2])]
    return bool(originals) and all(_is_there(root, path) for path in originals)


def _is_there(root: Path, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    try:
        fd = open_folder_below(root, folder)
    except (FileNotFoundError, Refused):
        return False
    try:
        return _regular(name, fd) is not None
    finally:
        os.close(fd)


def _regular(name: str, folder: int) -> os.stat_result | None:
    try:
        about = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return about if stat.S_ISREG(about.st_mode) else None
