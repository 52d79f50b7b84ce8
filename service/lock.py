"""Locks that the kernel drops when their holder dies: one owner per data folder, whose second is refused, naming the first; and
backups, during which nothing is deleted.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from hotline1022.core.errors import ConfigError

#: below the data folder: held while a backup is made
LEAVING = "leaving.lock"
#: beside it: held while files are sealed anew; what is half made then is not left over
RESEALING = "resealing.lock"
#: beside it: held by the one who seals files anew: two would take each other's new files away
ONE_RESEALS = "reseal.lock"
#: beside it: held by the one who imports: two would take each other's files out of the spool of imports
ONE_IMPORTS = "import.lock"


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file `path` while inside; ConfigError `data-locked` when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            raise ConfigError(
                f"{what} already runs on {path.parent} (process {owner}); stop it, or choose another paths.data",
                error_id="data-locked",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@asynccontextmanager
async def nothing_leaves(path: Path) -> AsyncIterator[None]:
    """Until the end nobody may delete by this lock file. Waits while something is just being deleted.

    Several may hold it. OSError where the file cannot be made.
    """
    handle = _reading(path)
    try:
        await asyncio.to_thread(fcntl.flock, handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def may_leave(path: Path) -> Iterator[bool]:
    """Whether files may be deleted inside; nobody gets `nothing_leaves` meanwhile."""
    handle = _reading(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _reading(path: Path) -> int:
    """A lock file of any user: root may make a backup, the service deletes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)


def owner(path: Path) -> int | None:
    """The process that holds the lock file; None when nobody does."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.read(handle, 32).decode("ascii", "replace").strip()
        return int(said) if said.isdecimal() and int(said) > 1 else None
    else:
        return None
    finally:
        os.close(handle)
