"""What lies in the recordings folder, whoever put it there: files, links, folders that are not ours, and what cannot be read.
Follows no link; says nothing of what should be there.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline1022.recordings.files import is_old, readable

#: a day's folder
DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
#: folders that filing makes: of a call of which nothing was filed one stays empty
_OURS = re.compile(r"[0-9]{4}(/[0-9]{2}(/[0-9]{2}(/[^/]+)?)?)?|\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What could not be read."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What lies in the recordings folder, or in a part of it."""

    #: folders of days; only where all was looked at
    days: tuple[str, ...] = ()
    #: files, links, and empty folders that filing does not make, put there long enough ago; where all was looked at: in no day
    paths: tuple[str, ...] = ()
    #: folders that could not be read: what lies in them is not known
    unread: tuple[Unread, ...] = ()


def files_of(root: Path, below: str, *, older_than: float, now: float | None = None) -> Lying:
    """What lies below one folder of the root and was put there so many seconds ago or earlier."""
    paths, unread = list[str](), dict[str, Unread]()
    now = time.time() if now is None else now
    for folder, folders, names in _walk(root, below, unread):
        paths += _lying(root, folder, folders, names, older_than, now)
    return Lying(paths=tuple(paths), unread=tuple(unread.values()))


def layout_of(root: Path, *, older_than: float, now: float | None = None) -> Lying:
    """The folders of days that there are, and what lies in none of them."""
    days, strays, unread = list[str](), list[str](), dict[str, Unread]()
    now = time.time() if now is None else now
    for folder, folders, names in _walk(root, "", unread):
        if DAY.fullmatch(folder):
            days.append(folder)
            folders.clear()
            continue
        strays += _lying(root, folder, folders, names, older_than, now)
    return Lying(days=tuple(days), paths=tuple(strays), unread=tuple(unread.values()))


def _walk(root: Path, below: str, unread: dict[str, Unread]) -> Iterator[tuple[str, list[str], list[str]]]:
    """As os.walk, with folders by their path below the root; those that cannot be read come into `unread`."""

    def failed(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # it went while we looked
            path = readable(Path(error.filename).relative_to(root).as_posix())
            unread[path] = Unread(path=path, why=error.strerror or type(error).__name__)

    for folder, folders, names in os.walk(root / below, onerror=failed):
        yield Path(folder).relative_to(root).as_posix(), folders, names


def _lying(
    root: Path, folder: str, folders: Sequence[str], names: Sequence[str], older_than: float, now: float
) -> list[str]:
    """Of one folder: its files, its links to folders, and itself where it is empty and filing does not make it."""
    at = "" if folder == "." else f"{folder}/"
    found = [f"{at}{name}" for name in names]
    found += [f"{at}{name}" for name in folders if (root / folder / name).is_symlink()]
    if not (folders or names or _OURS.fullmatch(folder)):
        found.append(folder)
    return [path for path in found if _older(root / path, older_than, now)]


def _older(path: Path, older_than: float, now: float) -> bool:
    try:
        return is_old(path.lstat(), older_than, now)
    except FileNotFoundError:
        return False
